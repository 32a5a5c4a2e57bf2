"""Reading numbers as people and programs of many countries write them, never silently wrong."""

import re
from collections.abc import Iterable
from enum import StrEnum
from math import isfinite

from gaissa_web.core.errors import InvalidInputError

LONGEST = 100
MISSING = frozenset({"", "-", "–", "—", "na", "n/a", "#n/a", "nan", "none", "null", "nil", "?",
                     "n.a.", "not specified", "not given", "not available"})  # fmt: skip

_GROUP = "[  \N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}'’]"
_EXPONENT = r"(?:[eE][+-]?\d+)?"


class DecimalMark(StrEnum):
    """Which character separates whole from fraction; the other one may group thousands."""

    POINT = "."
    COMMA = ","


def _pattern(mark: str, group: str) -> re.Pattern[str]:
    whole = rf"\d{{1,3}}(?:{group}\d{{3}})+|\d{{1,3}}(?:{_GROUP}\d{{3}})+|\d+"
    return re.compile(rf"[+-]?(?:(?:{whole})(?:{mark}\d*)?|{mark}\d+){_EXPONENT}", re.ASCII)


_PATTERNS = {DecimalMark.POINT: _pattern(r"\.", ","), DecimalMark.COMMA: _pattern(",", r"\.")}


def is_missing(text: str) -> bool:
    """Whether a cell says that there is no value."""
    return text.strip().casefold() in MISSING


def parse_number(text: str, mark: DecimalMark | None = None) -> float:
    """Return the number that `text` writes, a finite one from 0 up.

    `mark` is the decimal mark that the surroundings use, if known. Without it a text such as
    "1,234" is refused, because it is 1234 to some and 1.234 to others; "1.234" is then what
    every programming language takes it for.

    Raises:
        InvalidInputError: It is no number, an ambiguous one, negative, or not finite.
    """
    shown = text.strip()
    if len(shown) > LONGEST:
        raise InvalidInputError(f"“{shown[:20]}…” is too long for a number.")
    readings = _readings(shown)
    if not readings:
        raise InvalidInputError(f"“{shown}” is not a number.")
    value = _choose(shown, readings, mark)
    if not isfinite(value):
        raise InvalidInputError(f"“{shown}” is too large a number.")
    if value < 0:
        raise InvalidInputError(f"“{shown}” is below 0, which cannot be.")
    return abs(value)


def decimal_mark(texts: Iterable[str]) -> DecimalMark | None:
    """Return the decimal mark that `texts` prove, or None if they prove none or both."""
    proven = {next(iter(readings)) for readings in map(_readings, texts) if len(readings) == 1}
    return proven.pop() if len(proven) == 1 else None


def _readings(text: str) -> dict[DecimalMark, float]:
    """What the text is under each decimal mark that it can be read by."""
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    if len(text) > LONGEST:
        return {}
    found = {}
    for mark, pattern in _PATTERNS.items():
        if pattern.fullmatch(text):
            plain = re.sub(_GROUP, "", text).replace("," if mark is DecimalMark.POINT else ".", "")
            found[mark] = float(plain.replace(",", "."))
    return found


def _choose(text: str, readings: dict[DecimalMark, float], mark: DecimalMark | None) -> float:
    if len(set(readings.values())) == 1:
        return next(iter(readings.values()))
    if mark is not None:
        return readings[mark]
    # Nobody writes a whole part of 0 in front of a group of thousands.
    if "," not in text or re.match(r"[+-]?0,", text):
        return readings[DecimalMark.POINT if "," not in text else DecimalMark.COMMA]
    point, comma = (f"{readings[m]:g}" for m in DecimalMark)
    raise InvalidInputError(f"“{text}” could mean {point} or {comma}; please write it without the comma.")
