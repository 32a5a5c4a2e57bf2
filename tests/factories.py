"""Values for tests, with only what a test cares about spelt out."""

from datetime import UTC, datetime

from gaissa_web.core.label import InformationValue, Label, LabelledModel, Origin
from gaissa_web.core.rating import Metric, Phase, Scheme, rate
from gaissa_web.core.thresholds import Direction, Thresholds

LOWER, HIGHER = Direction.LOWER, Direction.HIGHER


def metric(slug="co2", weight=1.0, boundaries=(1.0, 2.0, 3.0, 4.0), direction=LOWER, **more):
    return Metric(
        slug, more.pop("name", slug), more.pop("unit", ""), weight, Thresholds(direction, boundaries), **more
    )


def scheme(*metrics, phase=Phase.TRAINING):
    return Scheme(phase, 1, metrics or (metric(),))


def label(values=None, *, rated_by=None, name="resnet", author="lab", information=()):
    return Label(
        id=7,
        phase=Phase.TRAINING,
        model=LabelledModel(3, name, author, "A model.", ""),
        rating=rate(rated_by or scheme(), values if values is not None else {"co2": 1.5}),
        information=tuple(InformationValue(*fact) for fact in information),
        scheme_version=1,
        registered_at=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
        origin=Origin.FORM,
    )
