"""Reading the calculation tools: for reading their files, and for telling people how to get them."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from gaissa_web.core.importing import ColumnMapping, Target, TargetKind, Tool
from gaissa_web.core.rating import Phase
from gaissa_web.storage.db import db
from gaissa_web.storage.information import InformationFieldRow
from gaissa_web.storage.schemes import SLUG_LENGTH, current_scheme
from gaissa_web.storage.tools import CalculationTool


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """One column that is read: its name and unit in the file, where it goes and in which unit."""

    mapping: ColumnMapping
    target: str
    unit: str


@dataclass(frozen=True, slots=True)
class ToolGuide:
    """What readers are told of a tool: how to get its file, in steps, and what is read from it."""

    slug: str
    name: str
    url: str
    description: str
    steps: tuple[str, ...]
    columns: tuple[tuple[Phase, tuple[ReadColumn, ...]], ...] = ()


def calculation_tools(phase: Phase) -> list[Tool]:
    """Return the tools whose files are recognised, with their mappings for `phase`, in two queries."""
    query = select(CalculationTool).order_by(CalculationTool.name)
    rows = db.session.scalars(query.options(selectinload(CalculationTool.mappings))).all()
    return [row.tool(phase) for row in rows]


def tool_guides() -> list[ToolGuide]:
    """Return what readers are told of each tool, by name, without their columns."""
    rows = db.session.scalars(select(CalculationTool).order_by(CalculationTool.name))
    return [_guide(row) for row in rows]


def find_tool_guide(slug: str) -> ToolGuide | None:
    """Return what readers are told of the tool of that slug, with what is read from its file."""
    same = CalculationTool.slug == slug[:SLUG_LENGTH]
    row = db.session.scalar(
        select(CalculationTool).where(same).options(selectinload(CalculationTool.mappings))
    )
    if row is None:
        return None
    return _guide(row, tuple((phase, _columns(row, phase)) for phase in Phase))


def _guide(row: CalculationTool, columns: tuple[tuple[Phase, tuple[ReadColumn, ...]], ...] = ()) -> ToolGuide:
    steps = tuple(filter(None, map(str.strip, row.how_to_get.splitlines())))
    return ToolGuide(row.slug, row.name, row.url, row.description, steps, columns)


def _columns(row: CalculationTool, phase: Phase) -> tuple[ReadColumn, ...]:
    facts = db.session.scalars(select(InformationFieldRow).where(InformationFieldRow.phase == phase))
    metrics = current_scheme(phase)[1].metrics
    names = {Target(TargetKind.METRIC, metric.slug): (metric.name, metric.unit) for metric in metrics}
    names |= {Target(TargetKind.INFORMATION, fact.slug): (fact.name, fact.unit) for fact in facts}
    mappings = row.tool(phase).mappings
    return tuple(ReadColumn(m, *names[m.target]) for m in mappings if m.target in names)
