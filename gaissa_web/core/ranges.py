"""What the values of a metric can be, and what they usually are; so that 91 is not taken for 0.91."""

from dataclasses import dataclass
from math import inf, isfinite

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.units import readable


@dataclass(frozen=True, slots=True)
class ValidRange:
    """The values of one metric, in its unit: from 0 to `largest`, usually `usual_low` to `usual_high`.

    What lies outside the usual is possible, but more often a matter of units.

    Raises:
        InvalidInputError: The ends are out of order, negative or not a number.
    """

    largest: float = inf
    usual_low: float = 0.0
    usual_high: float = inf

    def __post_init__(self) -> None:
        """Refuse ends that leave nothing between them."""
        if not 0 <= self.usual_low < self.usual_high or not self.largest > 0:
            raise InvalidInputError("The range of a metric must rise from its smallest to its largest value.")

    def check(self, name: str, value: float, unit: str = "") -> None:
        """Refuse a value that cannot be.

        Raises:
            InvalidInputError: It is not finite, negative, or above the largest; the message says
                what was probably meant.
        """
        if not isfinite(value) or value < 0 or value > self.largest:
            end = readable(self.largest, unit) if isfinite(self.largest) else "what a number can hold"
            meant = self.meant(value)
            hint = "" if meant is None else f" Did you mean {readable(meant, unit)}?"
            raise InvalidInputError(f"{name} lies between 0 and {end}.{hint}")

    def meant(self, value: float) -> float | None:
        """Return the share that a value above 1 is the percentage of, where the metric is a share."""
        return value / 100 if self.largest == 1 < value <= 100 else None

    def doubt(self, name: str, value: float, unit: str = "") -> str:
        """Return what to look at where a value is unusual, else nothing; 0 is another matter."""
        if value == 0 or self.usual_low <= value <= self.usual_high:
            return ""
        usual = f"{readable(self.usual_low, unit)} or more"
        if isfinite(self.usual_high):
            usual = f"from {readable(self.usual_low, unit)} to {readable(self.usual_high, unit)}"
        return f"{name} is usually {usual}; {readable(value, unit)} is unusual. Is it in the right unit?"


ANYTHING = ValidRange()
"""From 0 up, and nothing is unusual."""
