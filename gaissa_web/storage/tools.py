"""Calculation tools: the programs whose files people upload, and where their columns go."""

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gaissa_web.core.importing import Aggregation, ColumnMapping, Per, Rows, Target, TargetKind, Tool
from gaissa_web.core.rating import Phase
from gaissa_web.storage.db import Base
from gaissa_web.storage.schemes import PHASES, SLUG_LENGTH, UNIT_LENGTH


class CalculationTool(Base):
    """A program recognised by its columns: any one set of `signature`, wholly present, will do.

    What `run_key`, `rows`, `run_time` and `run_facts` say of its runs, core's `Tool` explains.
    `how_to_get` tells readers, a step on each line, how they come to its file.
    """

    __tablename__ = "calculation_tools"
    __table_args__ = (CheckConstraint("rows IN ('snapshots', 'parts')", name="rows"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    url: Mapped[str] = mapped_column(String(500), default="")
    description: Mapped[str] = mapped_column(default="")
    how_to_get: Mapped[str] = mapped_column(default="")
    signature: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    run_key: Mapped[str] = mapped_column(String(100), default="")
    rows: Mapped[str] = mapped_column(String(9), default="snapshots")
    run_time: Mapped[str] = mapped_column(String(100), default="")
    run_facts: Mapped[list[str]] = mapped_column(JSON, default=list)
    mappings: Mapped[list["ColumnMappingRow"]] = relationship(
        cascade="all, delete-orphan", order_by="ColumnMappingRow.position"
    )

    def tool(self, phase: Phase) -> Tool:
        """Return the tool as reading files uses it, with its mappings for `phase`."""
        return Tool(
            slug=self.slug,
            name=self.name,
            signature=tuple(frozenset(columns) for columns in self.signature),
            mappings=tuple(row.mapping() for row in self.mappings if row.phase == phase),
            run_key=self.run_key,
            rows=Rows(self.rows),
            run_time=self.run_time,
            run_facts=tuple(self.run_facts),
        )


class ColumnMappingRow(Base):
    """Where one column goes in one phase: its unit, its target, how rows combine, per what."""

    __tablename__ = "column_mappings"
    __table_args__ = (
        CheckConstraint(PHASES, name="phase"),
        CheckConstraint("target_kind IN ('metric', 'info')", name="target_kind"),
        CheckConstraint("aggregation IN ('mean', 'sum', 'last', 'max')", name="aggregation"),
        CheckConstraint("per IN ('', 'inference', '1000 inferences', 'request', 'time')", name="per"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tool_id: Mapped[int] = mapped_column(ForeignKey("calculation_tools.id", ondelete="CASCADE"), index=True)
    phase: Mapped[Phase] = mapped_column(String(10))
    column: Mapped[str] = mapped_column("source_column", String(100))
    unit: Mapped[str] = mapped_column(String(UNIT_LENGTH), default="")
    target_kind: Mapped[TargetKind] = mapped_column(String(6))
    target_slug: Mapped[str] = mapped_column(String(SLUG_LENGTH))
    aggregation: Mapped[str] = mapped_column(String(4))
    per: Mapped[str] = mapped_column(String(20), default="")
    position: Mapped[int]

    @property
    def target(self) -> Target:
        """Where the column goes."""
        return Target(TargetKind(self.target_kind), self.target_slug)

    def mapping(self) -> ColumnMapping:
        """Return the plain value, without its phase."""
        aggregation, per = Aggregation(self.aggregation), Per(self.per)
        return ColumnMapping(self.column, self.unit, self.target, aggregation, per)
