"""The ROI catalogue: what can be done, where, to which architecture, and by how much, after whom."""

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gaissa_web.core.thresholds import Direction
from gaissa_web.storage.db import LARGEST_FLOAT, Base
from gaissa_web.storage.schemes import SLUG_LENGTH, UNIT_LENGTH

NAME_LENGTH = 150


class PipelineStage(Base):
    """A stage of the machine-learning pipeline that tactics belong to."""

    __tablename__ = "pipeline_stages"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    description: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=100)


class Source(Base):
    """A publication that figures come from."""

    __tablename__ = "sources"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(300), unique=True)
    authors: Mapped[str] = mapped_column(String(300), default="")
    year: Mapped[int]
    url: Mapped[str] = mapped_column(String(500), default="")


class Architecture(Base):
    """A model architecture, or a family of them, that figures are about."""

    __tablename__ = "architectures"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    description: Mapped[str] = mapped_column(default="")


class Tactic(Base):
    """A green tactic."""

    __tablename__ = "tactics"
    __table_args__ = (UniqueConstraint("stage_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey(PipelineStage.id), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    description: Mapped[str] = mapped_column(default="")
    stage: Mapped[PipelineStage] = relationship()


class TacticOption(Base):
    """One way to apply a tactic, with its setting."""

    __tablename__ = "tactic_options"
    __table_args__ = (UniqueConstraint("tactic_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tactic_id: Mapped[int] = mapped_column(ForeignKey(Tactic.id), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    tactic: Mapped[Tactic] = relationship()


class RoiMetric(Base):
    """A metric that tactics change. `per` names the use that is paid for, where it is its energy in J.

    A baseline lies between `smallest` and `largest`; `hint` says what is typical.
    """

    __tablename__ = "roi_metrics"
    __table_args__ = (
        CheckConstraint("direction IN ('lower', 'higher')", name="direction"),
        CheckConstraint(
            f"smallest >= 0 AND smallest < largest AND largest <= {LARGEST_FLOAT}", name="range_in_order"
        ),
        CheckConstraint("per = '' OR unit = 'J'", name="energy_is_in_joules"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    unit: Mapped[str] = mapped_column(String(UNIT_LENGTH), default="")
    direction: Mapped[Direction] = mapped_column(String(6))
    per: Mapped[str] = mapped_column(String(40), default="")
    smallest: Mapped[float] = mapped_column(default=0.0)
    largest: Mapped[float]
    hint: Mapped[str] = mapped_column(String(300), default="")


class ExpectedReduction(Base):
    """By which share an option lowers a metric of an architecture, after whom; negative raises it."""

    __tablename__ = "expected_reductions"
    __table_args__ = (
        UniqueConstraint("option_id", "architecture_id", "metric_id"),
        CheckConstraint(f"reduction <= 1 AND reduction >= -{LARGEST_FLOAT}", name="reduction_is_a_share"),
        CheckConstraint("low IS NULL OR low <= reduction", name="low_is_lower"),
        CheckConstraint("high IS NULL OR (high >= reduction AND high <= 1)", name="high_is_higher"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    option_id: Mapped[int] = mapped_column(ForeignKey(TacticOption.id))
    architecture_id: Mapped[int] = mapped_column(ForeignKey(Architecture.id), index=True)
    metric_id: Mapped[int] = mapped_column(ForeignKey(RoiMetric.id), index=True)
    reduction: Mapped[float]
    low: Mapped[float | None]
    high: Mapped[float | None]
    source_id: Mapped[int] = mapped_column(ForeignKey(Source.id), index=True)
    note: Mapped[str] = mapped_column(String(500), default="")
