"""ROI analyses: what somebody calculated, or an admin entered from a paper, as it was at that time."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gaissa_web.storage.catalogue import Architecture, RoiMetric, Source, TacticOption
from gaissa_web.storage.countries import Country
from gaissa_web.storage.db import LARGEST_FLOAT, Base, Euros, UTCDateTime, now

TITLE_LENGTH = 200
LARGEST = f"<= {LARGEST_FLOAT}"


class AnalysisKind(StrEnum):
    """Whose analysis it is: anybody's own figures, or a publication's."""

    CALCULATION = "calculation"
    RESEARCH = "research"


class Analysis(Base):
    """One analysis. The price is in EUR/kWh, the implementation cost in EUR.

    The reductions it used are kept with it, so that a later change of the catalogue does not
    change it. `submission` is one sending of a form, which is then stored once; `sender` tells
    visitors apart without naming them.
    """

    __tablename__ = "analyses"
    __table_args__ = (
        CheckConstraint("kind IN ('calculation', 'research')", name="kind"),
        CheckConstraint("kind = 'calculation' OR source_id IS NOT NULL", name="research_has_a_source"),
        CheckConstraint("price >= 0 AND implementation_cost >= 0", name="money_is_not_negative"),
        CheckConstraint("inferences > 0", name="inferences_are_positive"),
        CheckConstraint(
            f"inferences_per_day >= 0 AND inferences_per_day {LARGEST}", name="traffic_is_finite"
        ),
        {"sqlite_autoincrement": True},  # a number is a permanent address: never used twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AnalysisKind] = mapped_column(String(11), default=AnalysisKind.CALCULATION)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH), default="")
    option_id: Mapped[int] = mapped_column(ForeignKey(TacticOption.id), index=True)
    architecture_id: Mapped[int] = mapped_column(ForeignKey(Architecture.id), index=True)
    iso3: Mapped[str] = mapped_column(ForeignKey(Country.iso3))
    price: Mapped[Decimal] = mapped_column(Euros)
    implementation_cost: Mapped[Decimal] = mapped_column(Euros, default=Decimal(0))
    inferences: Mapped[int] = mapped_column(BigInteger)
    inferences_per_day: Mapped[float] = mapped_column(default=0.0)
    source_id: Mapped[int | None] = mapped_column(ForeignKey(Source.id))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    submission: Mapped[str | None] = mapped_column(String(64), unique=True)
    sender: Mapped[str] = mapped_column(String(64), default="")
    values: Mapped[list["AnalysisValue"]] = relationship(cascade="all, delete-orphan")

    @property
    def called(self) -> str:
        """Its title; its number where it has none."""
        return self.title or f"number {self.id}"


class AnalysisValue(Base):
    """One metric of an analysis: its baseline, and the reduction as the catalogue had it, after whom."""

    __tablename__ = "analysis_values"
    __table_args__ = (
        UniqueConstraint("analysis_id", "metric_id"),
        CheckConstraint(f"baseline >= 0 AND baseline {LARGEST}", name="baseline_is_finite"),
        CheckConstraint(f"reduction <= 1 AND reduction >= -{LARGEST_FLOAT}", name="reduction_is_a_share"),
        CheckConstraint("low IS NULL OR low <= reduction", name="low_is_lower"),
        CheckConstraint("high IS NULL OR (high >= reduction AND high <= 1)", name="high_is_higher"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    analysis_id: Mapped[int] = mapped_column(ForeignKey(Analysis.id, ondelete="CASCADE"))
    metric_id: Mapped[int] = mapped_column(ForeignKey(RoiMetric.id), index=True)
    baseline: Mapped[float]
    reduction: Mapped[float]
    low: Mapped[float | None]
    high: Mapped[float | None]
    source_id: Mapped[int] = mapped_column(ForeignKey(Source.id), index=True)


Index("ix_analyses_kind_created_at_id", Analysis.kind, Analysis.created_at, Analysis.id)
