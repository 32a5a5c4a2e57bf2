"""The two logs that carbontracker writes: what it measured, and what it ran on.

The formats are those of carbontracker 2.4.7, with a number of epochs or, without predictions, none;
the predictions it also logs are not results and are never read.
"""

import re
from datetime import timedelta

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.importing.limits import Budget
from gaissa_web.core.importing.tables import Table, table_from_rows

_MARK = re.compile(r"CarbonTracker:|carbontracker version", re.IGNORECASE)
_ACTUAL = re.compile(
    r"Actual consumption(?: for (?P<epochs>\d+) epoch\(s\))?:\s*"
    r"Time:\s*(?:(?P<days>\d{1,5}) days?, )?"
    r"(?P<hours>\d{1,6}):(?P<minutes>\d{1,4}):(?P<seconds>\d{1,4}(?:\.\d+)?)\s*"
    r"Energy:\s*(?P<energy_kwh>\S{1,40}) kWh\s*"
    r"CO2eq:\s*(?P<co2eq_g>\S{1,40}) g"
)
_SINGLE = {
    "version": re.compile(r"carbontracker version (\S{1,40})"),
    "pue": re.compile(r"PUE coefficient of ([\d.]+)"),
    "hardware": re.compile(r"components were found: (.*?)\.?$", re.MULTILINE),
    "carbon_intensity_g_per_kwh": re.compile(r"Average carbon intensity during training was ([\d.]+)"),
}
_POWER = re.compile(r"Average power usage \(W\) for (\w+): (\d{1,9}(?:\.\d*)?|\[[\d.eE+\s-]{1,10000}\])")
_WATTS = re.compile(r"\d{1,9}(?:\.\d*)?(?:e[+-]\d{1,2})?")
_DURATION = re.compile(r"Duration: (\d{1,6}):(\d{1,4}):(\d{1,4}(?:\.\d+)?)")


def is_carbontracker(text: str) -> bool:
    """Whether the first lines of `text` are carbontracker's."""
    return bool(_MARK.search(text[:2000]))


def read_carbontracker(name: str, text: str, budget: Budget) -> Table:
    """Read a log into one row; its columns name their units, times are `time_s` in seconds.

    Raises:
        UnreadableFileError: It holds only predictions, because the run is not over.
    """
    record = {key: match.group(1) for key, pattern in _SINGLE.items() if (match := pattern.search(text))}
    actual = list(_ACTUAL.finditer(text))
    powers: dict[str, list[float]] = {}
    for component, watts in _POWER.findall(text):
        powers.setdefault(component, []).append(_watts(watts))
    if actual:
        result = actual[-1].groupdict(default="0")
        record |= {key: result[key] for key in ("energy_kwh", "co2eq_g")}
        record["epochs"] = actual[-1]["epochs"] or ""
        hours = 24 * int(result["days"]) + int(result["hours"])
        record["time_s"] = repr(_seconds(hours, result["minutes"], result["seconds"]))
    elif powers:
        record["power_w"] = repr(sum(sum(watts) / len(watts) for watts in powers.values()))
        record["time_s"] = repr(sum(_seconds(*duration) for duration in _DURATION.findall(text)))
    else:
        raise UnreadableFileError(
            f"{name} holds no result yet: carbontracker writes it when the run is over."
        )
    return table_from_rows(name, "carbontracker log", [list(record), list(record.values())], budget)


def _watts(text: str) -> float:
    """Return the power of one component; of several devices, which stand in brackets, their sum."""
    return sum(map(float, _WATTS.findall(text)))


def _seconds(hours: str | int, minutes: str, seconds: str) -> float:
    return timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds)).total_seconds()
