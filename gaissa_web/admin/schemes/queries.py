"""Rating schemes as QA managers see them: versions, drafts, effects, and values to learn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, func, literal, select
from sqlalchemy.orm import joinedload

from gaissa_web.core import effects, proposing
from gaissa_web.core.effects import BASE, Effect, PatternCount
from gaissa_web.core.grades import Grade
from gaissa_web.core.proposing import Histogram
from gaissa_web.core.rating import Metric, Phase, Scheme
from gaissa_web.core.thresholds import Direction
from gaissa_web.storage.audit import AuditEvent
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import Experiment, MetricValue
from gaissa_web.storage.keyset import LARGEST_ID
from gaissa_web.storage.ml_models import MLModel
from gaissa_web.storage.schemes import MetricRow, SchemeMetricRow, SchemeRow, current_scheme, scheme_of

CHANGED = "rating scheme", "metric"
"""What the audit trail calls schemes and their metrics."""


@dataclass(frozen=True, slots=True)
class SchemeSummary:
    """One version in the list; `labels` are rated by it, `draft` is not yet published."""

    id: int
    phase: Phase
    version: int
    title: str
    published_at: datetime | None
    metrics: int
    labels: int


@dataclass(frozen=True, slots=True)
class SchemeDetail:
    """One version whole; `revision` tells a draft's states apart, `current` rates new labels."""

    id: int
    title: str
    description: str
    published_at: datetime | None
    revision: int
    current: bool
    scheme: Scheme

    @property
    def name(self) -> str:
        """How sentences and the audit trail call it."""
        return scheme_name(self.scheme.phase, self.scheme.version)


@dataclass(frozen=True, slots=True)
class MetricChoice:
    """A metric that a draft could take up: one that is known but not in it."""

    slug: str
    unit: str


@dataclass(frozen=True, slots=True)
class StoredValues:
    """What is known of the stored values of a metric; `ranked` are those at `proposing.ranks`."""

    count: int
    ranked: Mapping[int, float]
    histogram: Histogram | None


def scheme_name(phase: str, version: int) -> str:
    """Return how sentences and the audit trail call a version."""
    return f"{phase} version {version}"


def list_schemes() -> list[SchemeSummary]:
    """Return all versions, newest first, in one query."""
    metrics = select(func.count()).where(SchemeMetricRow.scheme_id == SchemeRow.id).scalar_subquery()
    labels = select(func.count()).where(Experiment.scheme_id == SchemeRow.id).scalar_subquery()
    columns = SchemeRow.id, SchemeRow.phase, SchemeRow.version, SchemeRow.title, SchemeRow.published_at
    query = select(*columns, metrics, labels).order_by(SchemeRow.phase.desc(), SchemeRow.version.desc())
    return [
        SchemeSummary(row[0], Phase(row[1]), *row[2:])
        for row in (tuple(r) for r in db.session.execute(query))
    ]


def find_scheme(scheme_id: int) -> SchemeDetail | None:
    """Return the version of that id, a draft or not."""
    if not 0 < scheme_id <= LARGEST_ID:
        return None
    whole = joinedload(SchemeRow.metrics).joinedload(SchemeMetricRow.metric)
    query = select(SchemeRow).where(SchemeRow.id == scheme_id).options(whole)
    row = db.session.scalars(query.execution_options(populate_existing=True)).unique().one_or_none()
    if row is None:
        return None
    current = row.published_at is not None and current_scheme(Phase(row.phase))[0] == row.id
    return SchemeDetail(
        row.id, row.title, row.description, row.published_at, row.revision, current, scheme_of(row)
    )


def last_change(name: str) -> tuple[str, datetime] | None:
    """Return who last changed the scheme of that name, and when."""
    changed = AuditEvent.kind.in_(CHANGED), AuditEvent.subject.endswith(name, autoescape=True)
    query = select(AuditEvent.actor, AuditEvent.at).where(*changed)
    row = db.session.execute(query.order_by(AuditEvent.id.desc()).limit(1)).one_or_none()
    return (row.actor, row.at) if row else None


def metric_choices(scheme: Scheme) -> list[MetricChoice]:
    """Return the metrics of the phase that are not in `scheme`."""
    present = [metric.slug for metric in scheme.metrics]
    query = select(MetricRow.slug, MetricRow.unit).where(
        MetricRow.phase == scheme.phase, MetricRow.slug.not_in(present)
    )
    return [MetricChoice(row.slug, row.unit) for row in db.session.execute(query.order_by(MetricRow.slug))]


def unit_is_free(phase: Phase, slug: str) -> bool:
    """Whether the unit of a metric may change: no value is stored in it, no version published with it."""
    metric = select(MetricRow.id).where(MetricRow.phase == phase, MetricRow.slug == slug).scalar_subquery()
    valued = exists().where(MetricValue.metric_id == metric)
    published = exists().where(
        SchemeMetricRow.metric_id == metric,
        SchemeMetricRow.scheme_id == SchemeRow.id,
        SchemeRow.published_at.is_not(None),
    )
    return not db.session.scalar(select(valued | published))


def labels_rated_otherwise(detail: SchemeDetail) -> int:
    """Count the labels of the phase that another version rated."""
    others = Experiment.phase == detail.scheme.phase, Experiment.scheme_id != detail.id
    return db.session.scalar(select(func.count()).select_from(Experiment).where(*others)) or 0


def effect_on_labels(scheme: Scheme) -> Effect:
    """Return what rating all labels of the phase by `scheme` would do to their grades.

    The database only sorts each value between its thresholds and counts the labels that are
    alike; the method itself is core's.
    """
    rows = select(MetricRow.slug, MetricRow.id).where(MetricRow.phase == scheme.phase)
    ids = dict(db.session.execute(rows).all())
    metrics = scheme.ordered
    places = {ids[metric.slug]: _digit(metric) * BASE**k for k, metric in enumerate(metrics)}
    digits = case(places, value=MetricValue.metric_id, else_=0) if places else literal(0)
    labels = (
        select(Experiment.id, Experiment.grade, func.coalesce(func.sum(digits), 0).label("pattern"))
        .outerjoin(MetricValue, MetricValue.experiment_id == Experiment.id)
        .where(Experiment.phase == scheme.phase)
        .group_by(Experiment.id, Experiment.grade)
        .subquery()
    )
    alike = labels.c.grade, labels.c.pattern
    query = select(*alike, func.count(), func.min(labels.c.id), func.max(labels.c.id)).group_by(*alike)
    counts = (
        PatternCount(Grade(grade) if grade else None, int(pattern), *rest)
        for grade, pattern, *rest in db.session.execute(query)
    )
    return effects.effect(metrics, counts)


def model_names(label_ids: Sequence[int]) -> dict[int, str]:
    """Return the names of the models that labels are about, by label."""
    query = select(Experiment.id, MLModel.name).join(Experiment.model).where(Experiment.id.in_(label_ids))
    return dict(db.session.execute(query).all())


def stored_values(phase: Phase, slug: str) -> StoredValues:
    """Return what the stored values of a metric tell about thresholds, in four queries."""
    metric = select(MetricRow.id).where(MetricRow.phase == phase, MetricRow.slug == slug).scalar_subquery()
    mine = MetricValue.metric_id == metric
    value = MetricValue.value
    positive = func.min(case((value > 0, value)))
    count, low, low_positive, high = db.session.execute(
        select(func.count(), func.min(value), positive, func.max(value)).where(mine)
    ).one()
    if not count:
        return StoredValues(0, {}, None)
    place = func.row_number().over(order_by=value).label("place")
    ranked = select(value.label("value"), place).where(mine).subquery()
    wanted = select(ranked.c.place - 1, ranked.c.value).where(
        (ranked.c.place - 1).in_(proposing.ranks(count))
    )
    values = {rank: float(found) for rank, found in db.session.execute(wanted)}
    edges, logarithmic = proposing.bin_edges(low, low_positive, high)
    below = [func.sum(case((value < edge, 1), else_=0)) for edge in edges[1:-1]]
    sums = db.session.execute(select(*below).where(mine)).one() if below else ()
    at_most = {k: int(number) for k, number in enumerate(sums, start=1)}
    return StoredValues(count, values, proposing.histogram(edges, at_most, count, logarithmic))


def _digit(metric: Metric) -> ColumnElement[int]:
    """1 (A) to 5 (E), as `Thresholds.grade` gives it."""
    value, lower = MetricValue.value, metric.thresholds.direction is Direction.LOWER
    boundaries = enumerate(metric.thresholds.boundaries, start=1)
    better = [((value <= edge) if lower else (value > edge), digit) for digit, edge in boundaries]
    return case(*better, else_=5)
