"""Changing calculation tools: what their files look like and where each column goes."""

from dataclasses import dataclass

from sqlalchemy import select

from gaissa_web.admin.fingerprint import fingerprint
from gaissa_web.admin.tools.queries import find_tool, snapshot
from gaissa_web.core.errors import ConflictError, InvalidInputError
from gaissa_web.core.importing import ColumnMapping, Rows, Tool
from gaissa_web.core.naming import check_slug
from gaissa_web.core.rating import Phase
from gaissa_web.storage.audit import Action, Actor, record
from gaissa_web.storage.db import db, one_at_a_time
from gaissa_web.storage.tools import CalculationTool, ColumnMappingRow

KIND = "calculation tool"
COPIED = ("slug", "name", "url", "description", "how_to_get", "run_key", "rows", "run_time")


@dataclass(frozen=True, slots=True)
class ToolRules:
    """What shall be known of a tool; `mappings` are in order, each with its phase.

    The rest is as in core's `Tool`; `how_to_get` tells readers how they come to its file.
    """

    slug: str
    name: str
    url: str
    description: str
    how_to_get: str
    signature: tuple[tuple[str, ...], ...]
    run_key: str
    rows: Rows
    run_time: str
    run_facts: tuple[str, ...]
    mappings: tuple[tuple[Phase, ColumnMapping], ...]

    def tool(self, phase: Phase) -> Tool:
        """Return the tool as reading files uses it."""
        signature = tuple(frozenset(columns) for columns in self.signature)
        own = tuple(mapping for of, mapping in self.mappings if of is phase)
        runs = self.run_key, self.rows, self.run_time, self.run_facts
        return Tool(self.slug, self.name, signature, own, *runs)


def save_tool(actor: Actor, tool_id: int | None, seen: str, rules: ToolRules) -> int:
    """Add a tool, or change the one that looked as the fingerprint `seen` says; return its id.

    Raises:
        LookupError: There is no such tool.
        ConflictError: Somebody changed it since.
        InvalidInputError: The slug is not one, or another tool's.
    """
    check_slug(rules.slug.replace("-", "_"))
    with one_at_a_time():
        row = find_tool(tool_id) if tool_id else CalculationTool()
        if row is None:
            raise LookupError(f"no tool {tool_id}")
        before = snapshot(row) if tool_id else None
        if before is not None and fingerprint(before) != seen:
            raise ConflictError("Somebody else changed this tool while you were editing it.")
        twin = db.session.scalar(select(CalculationTool.id).where(CalculationTool.slug == rules.slug))
        if twin not in {None, tool_id}:
            raise InvalidInputError("There is another calculation tool with the same slug.")
        for name in COPIED:
            setattr(row, name, getattr(rules, name))
        row.run_facts = list(rules.run_facts)
        row.signature = [list(columns) for columns in rules.signature]
        row.mappings = [_mapping_row(n, *mapping) for n, mapping in enumerate(rules.mappings)]
        db.session.add(row)
        db.session.flush()
        record(actor, Action.EDIT if tool_id else Action.CREATE, KIND, row.name, before, snapshot(row))
        return row.id


def delete_tool(actor: Actor, tool_id: int) -> None:
    """Delete a tool with its mappings; labels keep the name of the tool that their values came from.

    Raises:
        LookupError: There is no such tool.
    """
    with one_at_a_time():
        row = find_tool(tool_id)
        if row is None:
            raise LookupError(f"no tool {tool_id}")
        record(actor, Action.DELETE, KIND, row.name, snapshot(row), None)
        db.session.delete(row)


def _mapping_row(position: int, phase: Phase, mapping: ColumnMapping) -> ColumnMappingRow:
    return ColumnMappingRow(
        phase=phase,
        column=mapping.column,
        unit=mapping.unit,
        target_kind=mapping.target.kind,
        target_slug=mapping.target.slug,
        aggregation=mapping.aggregation,
        per=mapping.per,
        position=position,
    )
