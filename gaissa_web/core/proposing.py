"""Thresholds proposed from the values there are: percentiles, and a histogram to see them on."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import exp, floor, log

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.thresholds import Direction, Thresholds

SHARES = (Fraction(20, 100), Fraction(40, 100), Fraction(60, 100), Fraction(80, 100))
"""A fifth of the labels in each grade, as the published training thresholds were made."""
DIGITS = 4
FEWEST = 20
BINS = 24


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of values between edges: bin k holds those from `edges[k]` up to `edges[k + 1]`.

    The last bin holds its upper edge too. `logarithmic` says how the edges are spaced.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    logarithmic: bool

    def place(self, value: float) -> float:
        """Return where `value` stands from the first edge (0) to the last (1)."""
        low, high = self.edges[0], self.edges[-1]
        if self.logarithmic:
            low, high, value = log(low), log(high), log(max(value, low))
        return min(max((value - low) / (high - low), 0.0), 1.0)


def ranks(count: int) -> tuple[int, ...]:
    """Return the places, from 0 in rising order, of the values that the percentiles need."""
    wanted = {floor(share * (count - 1)) for share in SHARES}
    return tuple(sorted(wanted | {min(rank + 1, count - 1) for rank in wanted}))


def propose(direction: Direction, count: int, values: Mapping[int, float]) -> Thresholds:
    """Return thresholds at the 20th, 40th, 60th and 80th percentile of `count` values.

    `values` holds those at `ranks(count)`. Between two values a percentile is interpolated
    linearly (method 7 of Hyndman and Fan 1996, doi 10.1080/00031305.1996.10473566); thresholds
    are rounded to four significant digits.

    Raises:
        InvalidInputError: There are fewer than twenty values, or too many are alike.
    """
    if count < FEWEST:
        raise InvalidInputError(f"Only {count} values are stored; percentiles need at least {FEWEST}.")
    found = [_rounded(_percentile(share, count, values)) for share in SHARES]
    ordered = found if direction is Direction.LOWER else found[::-1]
    if len(set(ordered)) < len(ordered):
        raise InvalidInputError("Too many of the stored values are alike to tell five grades apart.")
    return Thresholds(direction, (ordered[0], ordered[1], ordered[2], ordered[3]))


def bin_edges(
    smallest: float, smallest_positive: float | None, largest: float
) -> tuple[tuple[float, ...], bool]:
    """Return the edges of a histogram from `smallest` to `largest`, and whether they are logarithmic.

    They are where the positive values span more than a factor of a hundred; zeros then fall into
    the first bin. Values all alike give a single bin around them.
    """
    if smallest == largest:
        return (smallest * 0.9, (largest or 1) * 1.1), False
    if smallest_positive and largest / smallest_positive > 100:
        low, step = log(smallest_positive), (log(largest) - log(smallest_positive)) / BINS
        inner = tuple(exp(low + step * k) for k in range(1, BINS))
        return (smallest_positive, *inner, largest), True
    step = (largest - smallest) / BINS
    return (*(smallest + step * k for k in range(BINS)), largest), False


def histogram(
    edges: tuple[float, ...], at_most: Mapping[int, int], total: int, logarithmic: bool
) -> Histogram:
    """Return the histogram from `at_most`: how many values are below each inner edge, by its place."""
    inner = len(edges) - 2
    below = [0, *(at_most[k] for k in range(1, inner + 1)), total]
    return Histogram(edges, tuple(b - a for a, b in pairwise(below)), logarithmic)


def _percentile(share: Fraction, count: int, values: Mapping[int, float]) -> float:
    place = share * (count - 1)
    low = floor(place)
    upper = values[min(low + 1, count - 1)]
    return values[low] + (upper - values[low]) * float(place - low)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS - 1}e}")
