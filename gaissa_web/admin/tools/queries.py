"""Calculation tools as their pages show them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from gaissa_web.storage.db import db
from gaissa_web.storage.keyset import LARGEST_ID
from gaissa_web.storage.tools import CalculationTool, ColumnMappingRow


def find_tool(tool_id: int) -> CalculationTool | None:
    """Return the row of that id with its mappings, freshly read."""
    if not 0 < tool_id <= LARGEST_ID:
        return None
    whole = selectinload(CalculationTool.mappings)
    return db.session.get(CalculationTool, tool_id, options=[whole], populate_existing=True)


def list_tools() -> list[CalculationTool]:
    """Return all tools with their mappings, by name."""
    query = select(CalculationTool).options(selectinload(CalculationTool.mappings))
    return list(db.session.scalars(query.order_by(CalculationTool.name)))


def snapshot(row: CalculationTool) -> dict[str, Any]:
    """Return a tool by the names readers know, fit for JSON."""
    return {
        "name": row.name,
        "slug": row.slug,
        "web page": row.url,
        "description": row.description,
        "recognised by": [", ".join(columns) for columns in row.signature],
        "how to get its file": row.how_to_get,
        "a run has its own": row.run_key,
        "rows of a run are": row.rows,
        "moment of a run": row.run_time,
        "told of a run": ", ".join(row.run_facts),
        "mappings": [_mapping_text(mapping) for mapping in row.mappings],
    }


def _mapping_text(row: ColumnMappingRow) -> str:
    unit, per = f" in {row.unit}" if row.unit else "", f" per {row.per}" if row.per else ""
    return f"{row.phase}: {row.column}{unit} to {row.target}, {row.aggregation}{per}"
