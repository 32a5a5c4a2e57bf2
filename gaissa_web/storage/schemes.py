"""Metrics, rating schemes and grades: the method that rates, versioned and immutable once published."""

from datetime import datetime
from math import inf
from weakref import WeakKeyDictionary

from sqlalchemy import JSON, CheckConstraint, Engine, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from gaissa_web.core.ranges import ValidRange
from gaissa_web.core.rating import Metric, Phase, Scheme
from gaissa_web.core.thresholds import Direction, Thresholds
from gaissa_web.storage.db import LARGEST_FLOAT, Base, UTCDateTime, db

SLUG_LENGTH = 60
UNIT_LENGTH = 20
PHASES = "phase IN ('training', 'inference')"


class GradeRow(Base):
    """One of the five grades, from core, so that the database itself refuses any other."""

    __tablename__ = "grades"

    letter: Mapped[str] = mapped_column(String(1), primary_key=True)
    position: Mapped[int] = mapped_column(unique=True)
    word: Mapped[str] = mapped_column(String(40))
    colour: Mapped[str] = mapped_column(String(7))
    ink: Mapped[str] = mapped_column(String(7))


class MetricRow(Base):
    """What a metric is in every scheme: its slug, and the unit and range of all its stored values.

    `largest` is None where there is no end, `usual_high` where nothing is unusually large.
    """

    __tablename__ = "metrics"
    __table_args__ = (
        UniqueConstraint("phase", "slug"),
        CheckConstraint(PHASES, name="phase"),
        CheckConstraint("largest IS NULL OR largest > 0", name="largest_is_positive"),
        CheckConstraint(
            "usual_low >= 0 AND (usual_high IS NULL OR usual_high > usual_low)", name="usual_rises"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    phase: Mapped[Phase] = mapped_column(String(10))
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH))
    unit: Mapped[str] = mapped_column(String(UNIT_LENGTH))
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list)
    largest: Mapped[float | None]
    usual_low: Mapped[float] = mapped_column(default=0.0)
    usual_high: Mapped[float | None]


class SchemeRow(Base):
    """One version of the rating of a phase; without `published_at` it is a draft, of which a phase has one.

    Each change of a draft raises its `revision`, so that two people cannot overwrite each other.
    """

    __tablename__ = "rating_schemes"
    __table_args__ = (
        UniqueConstraint("phase", "version"),
        CheckConstraint(PHASES, name="phase"),
        CheckConstraint("version > 0", name="version_is_positive"),
        {"sqlite_autoincrement": True},  # a form made for one draft never fits the next one
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    phase: Mapped[Phase] = mapped_column(String(10))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str]
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revision: Mapped[int] = mapped_column(default=1)
    metrics: Mapped[list["SchemeMetricRow"]] = relationship(cascade="all, delete-orphan")


class SchemeMetricRow(Base):
    """How one scheme rates one metric, and what it tells readers about it."""

    __tablename__ = "scheme_metrics"
    __table_args__ = (
        CheckConstraint(f"weight >= 0 AND weight <= {LARGEST_FLOAT}", name="weight_is_not_negative"),
        CheckConstraint(
            "(direction = 'lower' AND threshold_1 < threshold_2 AND threshold_2 < threshold_3"
            " AND threshold_3 < threshold_4) OR (direction = 'higher' AND threshold_1 > threshold_2"
            " AND threshold_2 > threshold_3 AND threshold_3 > threshold_4)",
            name="thresholds_in_order",
        ),
    )

    scheme_id: Mapped[int] = mapped_column(ForeignKey("rating_schemes.id"), primary_key=True)
    metric_id: Mapped[int] = mapped_column(ForeignKey("metrics.id"), primary_key=True, index=True)
    name: Mapped[str] = mapped_column(String(100))
    direction: Mapped[Direction] = mapped_column(String(6))
    weight: Mapped[float]
    position: Mapped[int] = mapped_column(default=0)
    threshold_1: Mapped[float]
    threshold_2: Mapped[float]
    threshold_3: Mapped[float]
    threshold_4: Mapped[float]
    description: Mapped[str]
    how_to_measure: Mapped[str]
    recommendations: Mapped[list[str]] = mapped_column(JSON, default=list)
    thresholds_source: Mapped[str]
    thresholds_source_url: Mapped[str] = mapped_column(String(500))
    metric: Mapped[MetricRow] = relationship()


Index("ix_rating_schemes_phase_published_at", SchemeRow.phase, SchemeRow.published_at)
Index(
    "uq_rating_schemes_draft",
    SchemeRow.phase,
    unique=True,
    sqlite_where=SchemeRow.published_at.is_(None),
    postgresql_where=SchemeRow.published_at.is_(None),
)

_published: WeakKeyDictionary[Engine, dict[int, Scheme]] = WeakKeyDictionary()


def published_scheme(scheme_id: int) -> Scheme:
    """Return the published scheme of that id; it never changes, so it is read only once.

    Raises:
        LookupError: There is no published scheme of that id.
    """
    known = _published.setdefault(db.engine, {})
    if scheme_id not in known:
        query = select(SchemeRow).where(SchemeRow.id == scheme_id, SchemeRow.published_at.is_not(None))
        whole = joinedload(SchemeRow.metrics).joinedload(SchemeMetricRow.metric)
        row = db.session.scalars(query.options(whole)).unique().one_or_none()
        if row is None:
            raise LookupError(f"no published rating scheme {scheme_id}")
        known[scheme_id] = scheme_of(row)
    return known[scheme_id]


def current_scheme(phase: Phase) -> tuple[int, Scheme]:
    """Return the newest published scheme of `phase` with its id.

    Raises:
        LookupError: None has been published; the database was never seeded.
    """
    query = select(SchemeRow.id).where(SchemeRow.phase == phase, SchemeRow.published_at.is_not(None))
    scheme_id = db.session.scalar(query.order_by(SchemeRow.version.desc()).limit(1))
    if scheme_id is None:
        raise LookupError(f"no rating scheme for {phase} has been published; run “gaissa seed”")
    return scheme_id, published_scheme(scheme_id)


def scheme_of(row: SchemeRow) -> Scheme:
    """Return the plain value of a scheme, published or not.

    Raises:
        InvalidInputError: A draft's metric has no weight or thresholds that core accepts.
    """
    return Scheme(Phase(row.phase), row.version, tuple(_metric(metric) for metric in row.metrics))


def _metric(row: SchemeMetricRow) -> Metric:
    boundaries = (row.threshold_1, row.threshold_2, row.threshold_3, row.threshold_4)
    return Metric(
        slug=row.metric.slug,
        name=row.name,
        unit=row.metric.unit,
        weight=row.weight,
        thresholds=Thresholds(Direction(row.direction), boundaries),
        description=row.description,
        how_to_measure=row.how_to_measure,
        recommendations=tuple(row.recommendations),
        thresholds_source=row.thresholds_source,
        thresholds_source_url=row.thresholds_source_url,
        position=row.position,
        aliases=tuple(row.metric.aliases),
        range=_range(row.metric),
    )


def _range(row: MetricRow) -> ValidRange:
    largest, usual_high = (inf if end is None else end for end in (row.largest, row.usual_high))
    return ValidRange(largest, row.usual_low, usual_high)
