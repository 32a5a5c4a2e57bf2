"""Units: converting between those that trackers write and those that metrics use, and showing them.

A unit is named by its usual symbol. Converting needs a known unit on both sides of the same
quantity; showing works for any unit and scales only the known ones.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import floor, isfinite, log10

from gaissa_web.core.errors import InvalidInputError

_SI = {"n": 1e-9, "µ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}
_BYTES = ("", "k", "M", "G", "T", "P")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: the quantity it measures and its size in that quantity's base unit."""

    quantity: str
    size: float


def _scaled(quantity: str, symbol: str, prefixes: tuple[str, ...], base: float = 1.0) -> dict[str, Unit]:
    return {f"{prefix}{symbol}": Unit(quantity, _SI[prefix] * base) for prefix in prefixes}


UNITS: dict[str, Unit] = {
    "": Unit("number", 1.0),
    "count": Unit("number", 1.0),
    "%": Unit("number", 0.01),
    **_scaled("emissions", "g CO2eq", ("µ", "m", "", "k")),
    "t CO2eq": Unit("emissions", 1e6),
    **_scaled("energy", "J", ("µ", "m", "", "k", "M", "G")),
    **_scaled("energy", "Wh", ("m", "", "k", "M", "G"), base=3600.0),
    **_scaled("power", "W", ("m", "", "k", "M")),
    **_scaled("time", "s", ("n", "µ", "m", "")),
    "min": Unit("time", 60.0),
    "h": Unit("time", 3600.0),
    "d": Unit("time", 86400.0),
    **_scaled("data", "B", _BYTES),
    "KiB": Unit("data", 2.0**10),
    "MiB": Unit("data", 2.0**20),
    "GiB": Unit("data", 2.0**30),
    **_scaled("operations", "FLOP", ("", "M", "G", "T", "P")),
    **_scaled("size efficiency", "B/g", _BYTES),
    "1/s": Unit("rate", 1.0),
}
"""Every unit that can be converted. 1 Wh = 3600 J; data prefixes are decimal, KiB to GiB binary."""

# The steps by which a value is shown, smallest first; a unit not named here is shown as it is.
_SHOWN = {
    "emissions": ("µg CO2eq", "mg CO2eq", "g CO2eq", "kg CO2eq", "t CO2eq"),
    "energy": ("µJ", "mJ", "J", "kJ", "MJ", "GJ"),
    "power": ("mW", "W", "kW", "MW"),
    "time": ("µs", "ms", "s", "min", "h", "d"),
    "data": ("B", "kB", "MB", "GB", "TB", "PB"),
    "operations": ("FLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP"),
    "size efficiency": ("B/g", "kB/g", "MB/g", "GB/g", "TB/g", "PB/g"),
}
FEWEST_EUROS = 1e-9
"""From here up an amount is written out; below, and nobody pays that, it is scientific."""
_WORDS = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


def convert(value: float, source: str, target: str) -> float:
    """Return `value`, given in unit `source`, in unit `target`.

    Raises:
        InvalidInputError: A unit is unknown, or the two do not measure the same quantity.
    """
    if source == target:
        return value
    if source not in UNITS or target not in UNITS or UNITS[source].quantity != UNITS[target].quantity:
        raise InvalidInputError(
            f"A value in {source or 'no unit'} cannot be converted to {target or 'no unit'}."
        )
    # Decimal's shortest form keeps 0.0042 kg exactly 4.2 g instead of 4.199999999999999 g.
    factor = Decimal(repr(UNITS[source].size)) / Decimal(repr(UNITS[target].size))
    return float(Decimal(repr(value)) * factor) if isfinite(value) else value


def readable(value: float, unit: str = "", digits: int = 3) -> str:
    """Return `value` with its unit as a person would write it, to that many significant digits.

    Known quantities move to the unit that keeps the number short (2800 g CO2eq is "2.8 kg CO₂eq"),
    large pure numbers get a word ("1.2 million"), anything beyond the largest step turns
    scientific ("1.2 × 10²¹"). Whole digits are never cut off.
    """
    number, shown_unit = scale(value, unit, digits)
    return f"{number} {shown_unit}".strip()


def money(amount: float | Decimal) -> str:
    """Return an amount in euros; what is not zero never reads as zero.

    From one cent up it has cents ("−€1,898.73"), below them the digits that count ("€0.0000021"),
    from a billion up a word for its size ("€2 trillion").
    """
    value = float(amount)
    sign, size = "−" if value < 0 else "", abs(value)
    if size == 0 or (_rounded(size, 3) >= 0.01 and size < 1e9):
        return f"{sign}€{size:,.2f}"
    if FEWEST_EUROS <= size < 0.01:
        return f"{sign}€{_trimmed(f'{size:.{2 - floor(log10(size))}f}')}"
    return f"{sign}€{readable(size)}"


def uses_to_price(cost: float) -> int:
    """Return for how many uses a cost of one, in EUR, is said so that it has cents: 1, 1,000 or a million."""
    size = abs(cost)
    return 1 if size == 0 or size >= 1 else 1_000 if size >= 1e-3 else 1_000_000


def rounded_up(count: int) -> int:
    """Return a whole number from 0 up to three digits, upwards; below a million it stays as it is."""
    unit = 10 ** max(len(str(count)) - 3, 0) if count >= 1_000_000 else 1
    return -(-count // unit) * unit


def at_least(count: int) -> str:
    """Return a number of uses that is needed, in words; never fewer than are needed."""
    return readable(float(rounded_up(count)))


def share_percent(share: float) -> str:
    """Return a share of any size and sign in percent: "−67.9 %"."""
    return f"{readable(share * 100)}\N{NO-BREAK SPACE}%"


def exact(value: float) -> str:
    """Return a number as one would type it: every digit that counts, no exponent unless it must."""
    if value and not 1e-6 <= abs(value) < 1e15:
        return repr(value)
    return f"{Decimal(repr(value)):f}".removesuffix(".0")


def scale(value: float, unit: str = "", digits: int = 3) -> tuple[str, str]:
    """Return the two halves of `readable`: the number (with any word for its size) and the unit."""
    known = UNITS.get(unit)
    if known and known.quantity == "number" and unit != "%":
        return _pure_number(value, digits), ""
    if known and known.quantity in _SHOWN and value:
        ratios = {u: known.size / UNITS[u].size for u in _SHOWN[known.quantity]}
        # A value that rounds up to the next step (999.9 g) is shown in it (1 kg).
        fitting = [u for u, ratio in ratios.items() if _rounded(abs(value) * ratio, digits) >= 1]
        step = fitting[-1] if fitting else next(iter(ratios))
        if isfinite(value * ratios[step]):
            value, unit = value * ratios[step], step
    return _digits(value, digits), unit.replace("CO2", "CO₂")


def _pure_number(value: float, digits: int) -> str:
    for size, word in _WORDS:
        if size <= _rounded(abs(value), digits) < size * 1000:
            return f"{_digits(value / size, digits)} {word}"
    return _digits(value, digits)


def _rounded(value: float, digits: int) -> float:
    """Return `value` rounded to so many significant digits."""
    return float(f"{value:.{digits - 1}e}")


def _digits(value: float, digits: int) -> str:
    """Whole numbers whole, thousands grouped, extremes scientific."""
    if value == 0:
        return "0"
    magnitude = abs(value)
    if magnitude >= 1e6 or magnitude < 1e-4:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{_trimmed(mantissa)} × 10{raised}".replace("-", "−")
    decimals = max(digits - 1 - floor(log10(magnitude)), 0)
    return _trimmed(f"{value:,.{decimals}f}").replace("-", "−")


def _trimmed(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number
