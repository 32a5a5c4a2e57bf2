"""The rating method: metric values and a scheme in, a grade per metric and for the label out.

The method is the published one of GAISSALabel and strep (see the methodology page): each value
is graded by its metric's thresholds; the label's grade is the weighted mean of the grades'
positions, rounded half to even.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import isfinite

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.grades import Grade
from gaissa_web.core.ranges import ANYTHING, ValidRange
from gaissa_web.core.thresholds import Thresholds


class Phase(StrEnum):
    """What an experiment observed: a training run or an inference deployment."""

    TRAINING = "training"
    INFERENCE = "inference"


@dataclass(frozen=True, slots=True)
class Metric:
    """What one rating scheme says of one metric; a bare `value` of it is in `unit`.

    `weight` is a finite number from 0 up, its scale free; a metric of weight 0 is shown but does
    not count. `position` orders metrics of the same weight. `unit` is empty for a pure number.

    Raises:
        InvalidInputError: The weight is negative, NaN or infinite.
    """

    slug: str
    name: str
    unit: str
    weight: float
    thresholds: Thresholds
    description: str = ""
    how_to_measure: str = ""
    recommendations: tuple[str, ...] = ()
    thresholds_source: str = ""
    thresholds_source_url: str = ""
    aliases: tuple[str, ...] = ()
    position: int = 0
    range: ValidRange = ANYTHING

    def __post_init__(self) -> None:
        """Refuse a weight that would break the mean."""
        if not (isfinite(self.weight) and self.weight >= 0):
            raise InvalidInputError(f"The weight of {self.name} must be a number from 0 up.")

    def check(self, value: float) -> None:
        """Refuse a value that cannot be measured, before it is stored.

        Raises:
            InvalidInputError: It lies outside the metric's range.
        """
        self.range.check(self.name, value, self.unit)

    def doubt(self, value: float) -> str:
        """Return what to look at where a value is unusual, else nothing."""
        return self.range.doubt(self.name, value, self.unit)


@dataclass(frozen=True, slots=True)
class Scheme:
    """One published, immutable version of the metrics, weights and thresholds of a phase."""

    phase: Phase
    version: int
    metrics: tuple[Metric, ...]

    @property
    def slugs(self) -> frozenset[str]:
        """What its metrics are called in data."""
        return frozenset(metric.slug for metric in self.metrics)

    @property
    def ordered(self) -> tuple[Metric, ...]:
        """The metrics as readers see them: heaviest first, then by position, then by name."""
        return tuple(sorted(self.metrics, key=lambda m: (-m.weight, m.position, m.name)))


@dataclass(frozen=True, slots=True)
class RatedMetric:
    """A metric of the scheme with what was measured; `value` and `grade` are None if nothing was.

    `weight_share` is its part of the scheme's total weight, 0 to 1.
    """

    metric: Metric
    value: float | None
    grade: Grade | None
    weight_share: float = 0.0

    @property
    def counted(self) -> bool:
        """Whether this metric takes part in the label's grade."""
        return self.grade is not None and self.metric.weight > 0


@dataclass(frozen=True, slots=True)
class Rating:
    """The outcome: every metric of the scheme, heaviest first, and the label's grade if any.

    `coverage` is the share of the scheme's total weight whose metrics were measured, 0 to 1.
    """

    metrics: tuple[RatedMetric, ...]
    grade: Grade | None
    coverage: float

    @property
    def letter(self) -> str | None:
        """The grade's letter, as it is stored; None where there is no grade."""
        return self.grade.letter if self.grade else None


def rate(scheme: Scheme, values: Mapping[str, float]) -> Rating:
    """Rate `values`, metric slug to value in the metric's unit, by `scheme`.

    A metric without a value is left out of the mean and the other weights are renormalised. A
    value of exactly 0 is a value.

    Raises:
        InvalidInputError: A value is NaN or infinite, or belongs to no metric of the scheme.
    """
    unknown = set(values) - scheme.slugs
    if unknown:
        raise InvalidInputError(f"This rating scheme has no metric “{min(unknown)}”.")
    total = sum(_exact(metric.weight) for metric in scheme.metrics)
    metrics = tuple(_rate_metric(metric, values.get(metric.slug), total) for metric in scheme.ordered)
    counted = sum(_exact(rated.metric.weight) for rated in metrics if rated.counted)
    return Rating(metrics, mean_grade(metrics), float(counted / total) if total else 0.0)


def mean_grade(metrics: tuple[RatedMetric, ...]) -> Grade | None:
    """Return the grade at the weighted mean position, halves to even; None if nothing counts."""
    counted = [(_exact(rated.metric.weight), rated.grade) for rated in metrics if rated.counted]
    total = sum(weight for weight, _ in counted)
    if not total:
        return None
    return Grade.at(round(sum(weight * grade.position for weight, grade in counted if grade) / total))


def _rate_metric(metric: Metric, value: float | None, total: Fraction | int) -> RatedMetric:
    share = float(_exact(metric.weight) / total) if total else 0.0
    if value is None:
        return RatedMetric(metric, None, None, share)
    if not isfinite(value):
        raise InvalidInputError(f"{metric.name} must be a finite number.")
    return RatedMetric(metric, value, metric.thresholds.grade(value), share)


@lru_cache(maxsize=1024)
def _exact(weight: float) -> Fraction:
    """The weight as its shortest decimal says it, so that 0.1 + 0.2 is 0.3 and ties are ties."""
    return Fraction(repr(weight))
