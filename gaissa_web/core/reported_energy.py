"""Energy that an endpoint reports with its answer: where it may stand, and when it can be right.

The dialects are those of Joule Cloud and of proxies that pass energy on (header), Neuralwatt, GreenPT
(watt-milliseconds, which are millijoules), Text Generation Inference (pull request 3315), and a plain
field. What stands in comments of a stream is not read, because nothing is streamed.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any

HEADER = "X-Energy-Joules"
LARGEST_ENERGY_J = 1e12
PLAUSIBLE_W = (1.0, 20_000.0)
"""What may work for one answer: from a small board to a large server with all its accelerators."""
_J_PER_MJ = 1e-3
_FIELDS = (
    (("energy_joules",), 1.0, "the field energy_joules"),
    (("usage", "energy_joules"), 1.0, "the field usage.energy_joules"),
    (("energy", "energy_joules"), 1.0, "the field energy.energy_joules, as Neuralwatt has it"),
    (
        ("details", "energy_mj"),
        _J_PER_MJ,
        "the field details.energy_mj of Text Generation Inference, which counts the accelerators alone",
    ),
)
_GREENPT = "the field impact.energy, as GreenPT has it"
_GREENPT_UNIT = "Wms"


def read_energy(content: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[float | None, str]:
    """Return the energy in J that an answer reports, and where, in words; None and "" if it does not.

    `content` is the answer's JSON object, `headers` have names in lower case. A header counts before
    a field. Zero is returned as it is: whether a figure can be right shows with the latency only.
    """
    candidates = [(headers.get(HEADER.casefold()), 1.0, f"the header {HEADER}")]
    candidates += [(_at(content, path), factor, words) for path, factor, words in _FIELDS]
    if _at(content, ("impact", "energy", "unit")) == _GREENPT_UNIT:
        candidates.append((_at(content, ("impact", "energy", "total")), _J_PER_MJ, _GREENPT))
    for value, factor, words in candidates:
        energy = _number(value)
        if energy is not None:
            return energy * factor, words
    return None, ""


def is_plausible(energy_j: float, latency_s: float) -> bool:
    """Whether an answer that took so long can have taken that energy; zero is no measurement."""
    least, most = PLAUSIBLE_W
    return least * latency_s <= energy_j <= most * latency_s and energy_j > 0


def _at(content: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        content = content.get(name) if isinstance(content, Mapping) else None
    return content


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) and 0 <= number <= LARGEST_ENERGY_J else None
