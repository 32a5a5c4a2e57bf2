"""The form for a row of any managed table, made from its columns."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger
from wtforms import Field, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, NumberRange

from gaissa_web.admin.tables.table import Column, Entry, Fixed, Table
from gaissa_web.core.units import exact
from gaissa_web.web.forms import (
    Form,
    OptionField,
    SignedField,
    WholeNumberField,
    at_most,
    choices,
    line_filter,
    needed,
    text_filter,
)

LARGEST_NUMBER, LARGEST_SMALL = 10**15, 1_000_000
LONGEST_TEXT = 5_000
MILLIONTH = Decimal("0.000001")


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
        return {column.name: _value(self.table, column, field) for column, field in self.entries}


def row_form(
    table: Table,
    row: Any = None,
    fixed: Iterable[Column] = (),
    related: Mapping[str, list[tuple[str, str]]] | None = None,
    **options: Any,
) -> RowForm:
    """Make the form for a new row of `table`, or for `row` without its `fixed` columns."""
    without = {column.name for column in fixed}
    typed_in = [column for column in table.columns if column.fixed is not Fixed.NEVER_TYPED]
    columns = [column for column in typed_in if column.name not in without]
    fields: dict[str, Any] = {"table": table}
    for column in columns:
        undecided = row is None and column.default == ""
        fields[column.name] = _row_field(table, column, (related or {}).get(column.name, []), undecided)
    given = {c.name: _typed(c, getattr(row, c.name) if row is not None else c.default) for c in columns}
    return type("BoundRowForm", (RowForm,), fields)(data=given, **options)  # type: ignore[no-any-return]


def _row_field(table: Table, column: Column, related: list[tuple[str, str]], undecided: bool) -> Any:
    """Make the field of a column; a select of a new row begins with nothing chosen if `undecided`."""
    checks = [needed(f"the {column.label.lower()}")] if column.required else []
    if column.entry in {Entry.CHOICE, Entry.RELATION}:
        given = related if column.entry is Entry.RELATION else [(option, option) for option in column.options]
        offered = [("", "choose …"), *given] if undecided else given
        chosen = DataRequired(f"Choose one of the options for {column.label}.")
        return OptionField(column.label, [chosen], choices=choices(offered))
    if column.entry is Entry.WHOLE_NUMBER:
        large = isinstance(table.row.__table__.c[column.name].type, BigInteger)
        most = LARGEST_NUMBER if large else LARGEST_SMALL
        message = f"Give a whole number from 0 to {most:,}."
        return WholeNumberField(column.label, [NumberRange(0, most, message)])
    if column.entry in {Entry.NUMBER, Entry.MONEY}:
        return SignedField(column.label, checks)
    length = getattr(table.row.__table__.c[column.name].type, "length", None) or LONGEST_TEXT
    checks += at_most(length)
    if column.entry is Entry.LINE:
        return StringField(column.label, checks, [line_filter])
    return TextAreaField(column.label, checks, [text_filter])


def _typed(column: Column, value: Any) -> Any:
    """Return a stored value as it is typed in."""
    if column.entry is Entry.LINES:
        return "\n".join(value or ())
    if column.entry in {Entry.NUMBER, Entry.MONEY}:
        return "" if value is None or value == "" else exact(float(value))
    return str(value or "") if column.entry is Entry.RELATION else value


def _value(table: Table, column: Column, field: Field) -> Any:
    """Return what was typed as it is stored."""
    typed = field.data
    if column.entry is Entry.LINES:
        return list(dict.fromkeys(filter(None, map(str.strip, (typed or "").splitlines()))))
    if column.entry is Entry.TEXT:
        return (typed or "").replace("\r\n", "\n").strip()
    if column.entry is Entry.MONEY:
        return Decimal(repr(field.number)).quantize(MILLIONTH)
    if column.entry is Entry.NUMBER:
        return field.number
    if column.entry is Entry.RELATION:
        return table.row.__table__.c[column.name].type.python_type(typed)
    return typed
