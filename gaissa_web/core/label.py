"""What a label states: a model's rating with its context, and what would make it better.

One `Label` feeds the page, the PDF, the pictures, the JSON and the model-card block, so that
they cannot disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.grades import Grade
from gaissa_web.core.importing.numbers import parse_number
from gaissa_web.core.rating import Phase, RatedMetric, Rating, mean_grade
from gaissa_web.core.thresholds import Direction
from gaissa_web.core.units import readable

SHOWN_ON_LABEL = 6
"""How many metrics, the heaviest, the label itself has room for; the page shows all."""


class Origin(StrEnum):
    """Where a label's values came from."""

    FORM = "form"
    FILE = "file"
    ENDPOINT = "endpoint"
    HUB = "hub"
    PUBLICATION = "publication"


@dataclass(frozen=True, slots=True)
class LabelledModel:
    """The machine-learning model a label is about."""

    id: int
    name: str
    author: str
    description: str
    url: str


class Kind(StrEnum):
    """What an information field takes: any text, one of its options, or a number in its unit."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class InformationField:
    """Context that can be recorded with an experiment; `options` are a choice's allowed values."""

    slug: str
    name: str
    description: str
    kind: Kind
    unit: str
    options: tuple[str, ...]

    def check(self, value: str) -> None:
        """Refuse a value that this field does not take.

        Raises:
            InvalidInputError: It is not among the options, or not a finite number from 0 up.
        """
        if self.kind is Kind.CHOICE and value not in self.options:
            raise InvalidInputError(f"“{value}” is not one of the choices for {self.name}.")
        if self.kind is Kind.NUMBER:
            parse_number(value)


def are_from(source: Mapping[str, float], values: Mapping[str, float]) -> bool:
    """Whether some of `values` are those of `source`, by metric slug, and none of these was changed."""
    kept = [values[slug] == value for slug, value in source.items() if slug in values]
    return bool(kept) and all(kept)


@dataclass(frozen=True, slots=True)
class InformationValue:
    """One recorded, unrated fact of an experiment; `unit` is empty where the value is text."""

    slug: str
    name: str
    value: str
    unit: str = ""

    @property
    def shown(self) -> str:
        """The value as readers see it: a number with its unit, a text as it is."""
        return readable(float(self.value), self.unit) if self.unit else self.value


@dataclass(frozen=True, slots=True)
class EarlierRating:
    """What an older scheme version had given a label, until it was re-rated then (UTC)."""

    scheme_version: int
    grade: Grade | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Label:
    """An energy label. `registered_at` is in UTC; `origin_detail` names the tool or publication.

    `earlier` are the ratings before the present one, the newest first.
    """

    id: int
    phase: Phase
    model: LabelledModel
    rating: Rating
    information: tuple[InformationValue, ...]
    scheme_version: int
    registered_at: datetime
    origin: Origin
    origin_detail: str = ""
    origin_url: str = ""
    earlier: tuple[EarlierRating, ...] = ()

    @property
    def grade(self) -> Grade | None:
        """The label's grade; None when no metric that counts was measured."""
        return self.rating.grade

    @property
    def shown_metrics(self) -> tuple[RatedMetric, ...]:
        """The metrics that the label itself shows: the six heaviest."""
        return self.rating.metrics[:SHOWN_ON_LABEL]


@dataclass(frozen=True, slots=True)
class Lift:
    """One metric's improvement that alone would lift the label: reach `metric_grade`'s `boundary`.

    `boundary` is in the metric's unit; for lower-is-better metrics a value up to it will do, for
    higher-is-better ones a value above it.
    """

    rated: RatedMetric
    metric_grade: Grade
    boundary: float
    label_grade: Grade

    @property
    def sentence(self) -> str:
        """The advice in words."""
        metric = self.rated.metric
        boundary = readable(self.boundary, metric.unit)
        lower = metric.thresholds.direction is Direction.LOWER
        reach = f"to {boundary} or less" if lower else f"above {boundary}"
        return (
            f"Bring {metric.name} {reach} (grade {self.metric_grade.letter}), "
            f"and the label becomes {self.label_grade.letter}."
        )


def advice_order(rating: Rating) -> tuple[RatedMetric, ...]:
    """Return the graded metrics with room to improve: worst grade first, then the heaviest."""
    improvable = [rated for rated in rating.metrics if rated.grade and rated.grade is not Grade.A]
    return tuple(sorted(improvable, key=lambda r: (-(r.grade or Grade.A).position, -r.metric.weight)))


def lifts(rating: Rating) -> tuple[Lift, ...]:
    """Return the single-metric improvements that would better the label's grade, best advice first.

    For each metric it is the smallest step that suffices; metrics that cannot do it alone, even
    at A, are left out.
    """
    if rating.grade is None:
        return ()
    counted = [(rated, rated.grade) for rated in advice_order(rating) if rated.counted and rated.grade]
    found = (_smallest_lift(rating, rating.grade, rated, grade) for rated, grade in counted)
    return tuple(lift for lift in found if lift)


def _smallest_lift(rating: Rating, label_grade: Grade, rated: RatedMetric, grade: Grade) -> Lift | None:
    for position in range(grade.position - 1, -1, -1):
        better = replace(rated, grade=Grade.at(position))
        outcome = mean_grade(tuple(better if r is rated else r for r in rating.metrics))
        if outcome and outcome.position < label_grade.position:
            boundary = rated.metric.thresholds.boundaries[position]
            return Lift(rated, Grade.at(position), boundary, outcome)
    return None
