"""Quantities as people and programs write them: a number, perhaps with its unit, into one known unit."""

import re
from functools import cache

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.importing.numbers import LONGEST, DecimalMark, parse_number
from gaissa_web.core.units import UNITS, convert

LONGEST_UNIT = 60
_NUMBER = r"[+\-−]?[0-9.,'’\s]*[0-9.,](?:[eE][+-]?[0-9]+)?"
_QUANTITY = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<unit>[^0-9.,\s].*)", re.DOTALL)
_PLAIN = re.compile(_NUMBER)
_EMISSIONS = re.compile(
    r"(?P<mass>.*?)\s*(?:of\s+)?\(?\s*(?:eq\.?\s*)?co[2₂]"
    r"\s*[-_. ]?\s*(?:e|eq|equivalents?|emissions)?\.?\s*\)?\.?",
    re.IGNORECASE,
)
_WORDS = {
    "g CO2eq": ("g", "gr", "gram", "grams", "gramme", "grammes"),
    "kg CO2eq": ("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms"),
    "mg CO2eq": ("mg", "milligram", "milligrams"),
    "t CO2eq": ("t", "ton", "tons", "tonne", "tonnes", "metric ton", "metric tons", "metric tonnes"),
    "J": ("joule", "joules"),
    "Wh": ("watt hour", "watt hours", "watt-hours"),
    "kWh": ("kilowatt hour", "kilowatt hours", "kilowatt-hours", "kw h"),
    "W": ("watt", "watts"),
    "s": ("sec", "secs", "second", "seconds"),
    "ms": ("msec", "millisecond", "milliseconds"),
    "min": ("mins", "minute", "minutes"),
    "h": ("hr", "hrs", "hour", "hours"),
    "d": ("day", "days"),
    "B": ("byte", "bytes"),
    "FLOP": ("flops", "operations"),
    "MFLOP": ("mflops",),
    "GFLOP": ("gflops",),
    "TFLOP": ("tflops",),
    "%": ("percent", "per cent"),
    "1/s": ("/s", "per second"),
}
_TWO_MEANINGS = frozenset({"Mg", "MG"})
"""A tonne to some and a milligram to others."""


def parse_quantity(text: str, unit: str, mark: DecimalMark | None = None) -> float:
    """Return what `text` writes, in `unit`: "1.2 kg" is 1200 in "g CO2eq", "0.4" is taken as it is.

    `mark` is the decimal mark that the surroundings use, if known; see `parse_number`.

    Raises:
        InvalidInputError: It is no number from 0 up, or its unit is unknown or of something else.
    """
    shown = text.strip()
    if len(shown) > LONGEST:
        raise InvalidInputError(f"“{shown[:20]}…” is too long for a number.")
    match = _QUANTITY.fullmatch(shown)
    if match is None or _PLAIN.fullmatch(shown):
        return parse_number(shown, mark)
    source = find_unit(match["unit"], unit)
    if source is None:
        raise InvalidInputError(f"“{shown}” is not a number{_in_words(unit)}.")
    return convert(parse_number(match["number"], mark), source, unit)


def find_unit(written: str, target: str) -> str | None:
    """Return the unit that `written` names and that can be converted to `target`; None if there is none.

    A symbol is read as it stands first ("mJ" is not "MJ"), then in any letter case, if that leaves
    one meaning; emissions may be named as CO2, CO₂eq, CO2-equivalents and so on, or not at all.
    """
    if target not in UNITS or len(written) > LONGEST_UNIT:
        return None
    mass = _EMISSIONS.fullmatch(written)
    names = [_plain(text) for text in (written, mass["mass"] if mass else written)]
    if not _TWO_MEANINGS.isdisjoint(names):
        return None
    exact, folded = _names(UNITS[target].quantity)
    for name in names:
        if name in exact:
            return exact[name]
    meanings = {unit for name in names for unit in folded.get(name.casefold(), ())}
    return meanings.pop() if len(meanings) == 1 else None


@cache
def _names(quantity: str) -> tuple[dict[str, str], dict[str, set[str]]]:
    """What the units of a quantity are called: as written, and in any letter case."""
    exact: dict[str, str] = {}
    for unit in (unit for unit, known in UNITS.items() if known.quantity == quantity and unit):
        exact[_plain(unit)] = unit
        if quantity == "emissions":
            exact[unit.removesuffix(" CO2eq")] = unit
        exact |= dict.fromkeys(_WORDS.get(unit, ()), unit)
    folded: dict[str, set[str]] = {}
    for name, unit in exact.items():
        folded.setdefault(name.casefold(), set()).add(unit)
    return exact, folded


def _plain(written: str) -> str:
    return " ".join(written.replace("₂", "2").replace("μ", "µ").strip(" .").split())


def _in_words(unit: str) -> str:
    return f" in {unit} or a unit like it" if unit and unit != "count" else ""
