"""The form for a row of any managed table, made from its columns."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import (
    Field,
    HiddenField,
    IntegerField,
    StringField,
    TextAreaField,
)
from wtforms.validators import NumberRange

from gaissa_web.admin.tables import Column, Entry, Table
from gaissa_web.web.forms import (
    Form,
    OptionField,
    at_most,
    choices,
    line_filter,
    needed,
    text_filter,
)

LARGEST_POSITION = 1_000_000
LONGEST_TEXT = 5_000


class RowForm(Form):
    """The form for a row of a managed table; `row_form` adds a field per column."""

    table: Table
    seen = HiddenField()

    @property
    def entries(self) -> list[tuple[Column, Field]]:
        """The columns that can be typed in, with their fields."""
        return [(column, self[column.name]) for column in self.table.columns if column.name in self]

    @property
    def values(self) -> dict[str, Any]:
        """What a valid form says, by column."""
        return {column.name: _value(column, field.data) for column, field in self.entries}


def row_form(
    table: Table,
    row: Any = None,
    fixed: Iterable[Column] = (),
    related: Mapping[str, list[tuple[str, str]]] | None = None,
    **options: Any,
) -> RowForm:
    """Make the form for a new row of `table`, or for `row` without its `fixed` columns."""
    without = {column.name for column in fixed}
    columns = [column for column in table.columns if column.name not in without]
    fields: dict[str, Any] = {"table": table}
    for column in columns:
        fields[column.name] = _row_field(table, column, (related or {}).get(column.name, []))
    given = {c.name: _typed(c, getattr(row, c.name) if row is not None else c.default) for c in columns}
    return type("BoundRowForm", (RowForm,), fields)(data=given, **options)  # type: ignore[no-any-return]


def _row_field(table: Table, column: Column, related: list[tuple[str, str]]) -> Any:
    checks = [needed(f"the {column.label.lower()}")] if column.required else []
    if column.entry is Entry.CHOICE:
        return OptionField(column.label, choices=choices([(option, option) for option in column.options]))
    if column.entry is Entry.RELATION:
        return OptionField(column.label, choices=choices(related))
    if column.entry is Entry.WHOLE_NUMBER:
        message = f"Give a whole number from 0 to {LARGEST_POSITION:,}."
        return IntegerField(column.label, [NumberRange(0, LARGEST_POSITION, message)])
    length = getattr(table.row.__table__.c[column.name].type, "length", None) or LONGEST_TEXT
    checks += at_most(length)
    if column.entry is Entry.LINE:
        return StringField(column.label, checks, [line_filter])
    return TextAreaField(column.label, checks, [text_filter])


def _typed(column: Column, value: Any) -> Any:
    """Return a stored value as it is typed in."""
    if column.entry is Entry.LINES:
        return "\n".join(value or ())
    return value


def _value(column: Column, typed: Any) -> Any:
    """Return what was typed as it is stored."""
    if column.entry is Entry.LINES:
        return list(dict.fromkeys(filter(None, map(str.strip, (typed or "").splitlines()))))
    if column.entry is Entry.TEXT:
        return (typed or "").replace("\r\n", "\n").strip()
    return typed
