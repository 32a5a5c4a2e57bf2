"""The boundaries between the five grades of one metric, and where a value lies among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import isfinite, log

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.grades import Grade

GRADES = "ABCDE"


class Direction(StrEnum):
    """Which values of a metric are better."""

    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Four boundaries A|B, B|C, C|D and D|E, from best to worst, in the metric's unit.

    Only the boundaries are kept, so the five intervals can neither overlap nor leave a gap. Each
    interval is closed above and open below; the outer two are unbounded.

    Raises:
        InvalidInputError: A boundary is not finite, or they are not in strict order (rising where
            lower is better, falling where higher is better).
    """

    direction: Direction
    boundaries: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        """Refuse boundaries that do not separate five grades."""
        if not all(isfinite(boundary) for boundary in self.boundaries):
            raise InvalidInputError("Every threshold must be a finite number.")
        place = misplaced(self.direction, self.boundaries)
        if place is not None:
            raise InvalidInputError(misplacement(self.direction, place))

    def grade(self, value: float) -> Grade:
        """Return the grade of a finite `value`, given in the metric's unit."""
        if self.direction is Direction.LOWER:
            return Grade.at(sum(value > boundary for boundary in self.boundaries))
        return Grade.at(sum(value <= boundary for boundary in self.boundaries))

    def place(self, value: float) -> float:
        """Return where a marker for `value` stands on the scale, 0 (best end) to 1 (worst end).

        Each grade takes a fifth of the scale. Inside a grade the place moves with the logarithm
        where all is positive, else linearly; the unbounded outer grades approach their end.
        """
        grade = self.grade(value)
        best, worst = self._bounds(grade)
        if best is None or worst is None:
            inside = self._outer_share(value)
            share = 1 - inside if best is None else inside
        else:
            share = _share_between(best, worst, value)
        return (grade.position + min(max(share, 0.0), 1.0)) / 5

    def _bounds(self, grade: Grade) -> tuple[float | None, float | None]:
        edges = (None, *self.boundaries, None)
        return edges[grade.position], edges[grade.position + 1]

    def _outer_share(self, value: float) -> float:
        """How far `value` is beyond the nearest boundary, 0 (on it) towards 1 (infinitely far)."""
        first, last = self.boundaries[0], self.boundaries[-1]
        near = first if self.grade(value) is Grade.A else last
        if min(first, last) > 0:
            return 1 - max(min(value, near), 0.0) / max(value, near)
        excess = abs(Fraction(value) - Fraction(near)) / abs(Fraction(last) - Fraction(first))
        return float(excess / (1 + excess))


def misplaced(direction: Direction, boundaries: Sequence[float]) -> int | None:
    """Return the place of the first boundary that is on the wrong side of the one before it, if one is."""
    rising = direction is Direction.LOWER
    pairs = enumerate(pairwise(boundaries), start=1)
    return next((place for place, (a, b) in pairs if not ((a < b) if rising else (a > b))), None)


def misplacement(direction: Direction, place: int) -> str:
    """Return what is wrong with the boundary at `place`, 1 to 3, in a sentence."""
    side, values = ("above", "lower") if direction is Direction.LOWER else ("below", "higher")
    here, before = (f"between {GRADES[k]} and {GRADES[k + 1]}" for k in (place, place - 1))
    return f"The boundary {here} must be {side} the one {before}, since {values} values are better."


def _share_between(best: float, worst: float, value: float) -> float:
    """How far `value` is from `best` on the way to `worst`; fractions, because floats overflow."""
    if min(best, worst) > 0 and log(best) != log(worst):
        return (log(value) - log(best)) / (log(worst) - log(best))
    return float((Fraction(value) - Fraction(best)) / (Fraction(worst) - Fraction(best)))
