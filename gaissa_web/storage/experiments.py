"""Experiments: what was measured of a model in one training run or deployment, and its rating."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, func, literal_column
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gaissa_web.core.label import Origin
from gaissa_web.core.rating import Phase
from gaissa_web.storage.db import LARGEST_FLOAT, Base, UTCDateTime, now
from gaissa_web.storage.information import VALUE_LENGTH, InformationFieldRow
from gaissa_web.storage.ml_models import URL_LENGTH, MLModel
from gaissa_web.storage.schemes import PHASES, MetricRow, SchemeRow

ORIGIN_DETAIL_LENGTH = 200


class Experiment(Base):
    """One energy label: an experiment bound to the scheme version that rated it.

    `grade` and `coverage` (0 to 1) are what that scheme gives; they are kept so that lists can
    filter and sort. `submission` identifies one sending of a form, so that sending it twice
    stores it once.
    """

    __tablename__ = "experiments"
    __table_args__ = (
        CheckConstraint(PHASES, name="phase"),
        CheckConstraint(f"origin IN ({', '.join(repr(str(origin)) for origin in Origin)})", name="origin"),
        CheckConstraint("coverage >= 0 AND coverage <= 1", name="coverage_is_a_share"),
        {"sqlite_autoincrement": True},  # a number is a permanent address: never used twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey(MLModel.id))
    phase: Mapped[Phase] = mapped_column(String(10))
    scheme_id: Mapped[int] = mapped_column(ForeignKey(SchemeRow.id), index=True)
    grade: Mapped[str | None] = mapped_column(String(1), ForeignKey("grades.letter"))
    coverage: Mapped[float]
    origin: Mapped[Origin] = mapped_column(String(11))
    origin_detail: Mapped[str] = mapped_column(String(ORIGIN_DETAIL_LENGTH), default="")
    origin_url: Mapped[str] = mapped_column(String(URL_LENGTH), default="")
    registered_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)
    submission: Mapped[str | None] = mapped_column(String(64), unique=True)
    sender: Mapped[str] = mapped_column(String(64), default="")
    model: Mapped[MLModel] = relationship()
    metric_values: Mapped[list["MetricValue"]] = relationship(cascade="all, delete-orphan")
    information_values: Mapped[list["InformationValueRow"]] = relationship(cascade="all, delete-orphan")


class MetricValue(Base):
    """One measured value, in its metric's unit; always finite."""

    __tablename__ = "metric_values"
    __table_args__ = (
        CheckConstraint(f"value >= -{LARGEST_FLOAT} AND value <= {LARGEST_FLOAT}", name="value_is_finite"),
    )

    experiment_id: Mapped[int] = mapped_column(
        ForeignKey(Experiment.id, ondelete="CASCADE"), primary_key=True
    )
    metric_id: Mapped[int] = mapped_column(ForeignKey(MetricRow.id), primary_key=True, index=True)
    value: Mapped[float]


class InformationValueRow(Base):
    """One recorded fact, as text; numbers as they were given."""

    __tablename__ = "information_values"

    experiment_id: Mapped[int] = mapped_column(
        ForeignKey(Experiment.id, ondelete="CASCADE"), primary_key=True
    )
    field_id: Mapped[int] = mapped_column(ForeignKey(InformationFieldRow.id), primary_key=True, index=True)
    value: Mapped[str] = mapped_column(String(VALUE_LENGTH))


class EarlierRating(Base):
    """What an older scheme version had given a label before it was re-rated."""

    __tablename__ = "earlier_ratings"

    experiment_id: Mapped[int] = mapped_column(
        ForeignKey(Experiment.id, ondelete="CASCADE"), primary_key=True
    )
    scheme_id: Mapped[int] = mapped_column(ForeignKey(SchemeRow.id), primary_key=True, index=True)
    grade: Mapped[str | None] = mapped_column(String(1), ForeignKey("grades.letter"))
    coverage: Mapped[float]
    replaced_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


grade_order: ColumnElement[str] = func.coalesce(Experiment.grade, literal_column("'F'", String))
"""What labels are sorted by when the best grade comes first; the unrated follow E."""

Index("ix_experiments_registered_at_id", Experiment.registered_at, Experiment.id)
Index("ix_experiments_phase_registered_at_id", Experiment.phase, Experiment.registered_at, Experiment.id)
Index("ix_experiments_grade_registered_at_id", Experiment.grade, Experiment.registered_at, Experiment.id)
Index("ix_experiments_origin_registered_at_id", Experiment.origin, Experiment.registered_at, Experiment.id)
Index(
    "ix_experiments_phase_grade_registered_at_id",
    Experiment.phase,
    Experiment.grade,
    Experiment.registered_at,
    Experiment.id,
)
Index(
    "ix_experiments_model_id_registered_at_id", Experiment.model_id, Experiment.registered_at, Experiment.id
)
Index("ix_experiments_model_id_phase_grade", Experiment.model_id, Experiment.phase, Experiment.grade)
Index("ix_experiments_grade_order_id", grade_order, Experiment.id)
