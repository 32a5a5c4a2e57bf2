"""Calculation tools: the programs whose files people upload, and where their columns go."""

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gaissa_web.core.rating import Phase
from gaissa_web.storage.db import Base
from gaissa_web.storage.schemes import PHASES, SLUG_LENGTH, UNIT_LENGTH


class CalculationTool(Base):
    """A program recognised by its columns: any one set of `signature`, wholly present, will do.

    Rows with the same value in `row_key` are snapshots of one run, of which the last counts.
    """

    __tablename__ = "calculation_tools"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    url: Mapped[str] = mapped_column(String(500), default="")
    description: Mapped[str] = mapped_column(default="")
    signature: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    row_key: Mapped[str] = mapped_column(String(100), default="")
    mappings: Mapped[list["ColumnMappingRow"]] = relationship(
        cascade="all, delete-orphan", order_by="ColumnMappingRow.position"
    )


class ColumnMappingRow(Base):
    """Where one column goes in one phase: its unit, the form field, how rows combine, per what."""

    __tablename__ = "column_mappings"
    __table_args__ = (
        CheckConstraint(PHASES, name="phase"),
        CheckConstraint("aggregation IN ('mean', 'sum', 'last', 'max')", name="aggregation"),
        CheckConstraint("per IN ('', 'inference', '1000 inferences')", name="per"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tool_id: Mapped[int] = mapped_column(ForeignKey("calculation_tools.id", ondelete="CASCADE"), index=True)
    phase: Mapped[Phase] = mapped_column(String(10))
    column: Mapped[str] = mapped_column("source_column", String(100))
    unit: Mapped[str] = mapped_column(String(UNIT_LENGTH), default="")
    target: Mapped[str] = mapped_column(String(SLUG_LENGTH + 10))
    aggregation: Mapped[str] = mapped_column(String(4))
    per: Mapped[str] = mapped_column(String(20), default="")
    position: Mapped[int]
