"""Changing any managed table: create, edit, delete; each with its check and its audit event."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import UniqueConstraint, select

from gaissa_web.admin.fingerprint import fingerprint
from gaissa_web.admin.tables.queries import dependents, find_row, snapshot
from gaissa_web.admin.tables.table import Column, Fixed, Table
from gaissa_web.core.errors import ConflictError, InvalidInputError
from gaissa_web.storage.audit import Action, Actor, record
from gaissa_web.storage.db import db, one_at_a_time


def create_row(actor: Actor, table: Table, values: Mapping[str, Any]) -> str:
    """Add a row and return its key.

    Raises:
        InvalidInputError: The values do not go together, or such a row exists.
    """
    table.check(values)
    with one_at_a_time():
        _refuse_twins(table, values, None)
        table.agree(values, None)
        row = table.row(**values, **dict(table.scope))
        db.session.add(row)
        db.session.flush()
        record(actor, Action.CREATE, table.one, table.name_of(row), None, snapshot(table, row))
        return str(getattr(row, table.key))


def edit_row(actor: Actor, table: Table, key: str, values: Mapping[str, Any], seen: str) -> None:
    """Change a row that looked as the fingerprint `seen` says.

    Raises:
        LookupError: There is no such row.
        ConflictError: Somebody changed it since.
        InvalidInputError: The values do not go together, such a row exists, or one can no longer change.
    """
    with one_at_a_time():
        row = _row(table, key)
        before = snapshot(table, row)
        if fingerprint(before) != seen:
            raise ConflictError(f"Somebody else changed this {table.one} while you were editing it.")
        fixed = {column.name: getattr(row, column.name) for column in fixed_columns(table, row)}
        merged = {**values, **fixed}
        if any(values.get(name, value) != value for name, value in fixed.items()):
            raise InvalidInputError("What labels already use cannot be changed; add another one instead.")
        table.check(merged)
        _refuse_twins(table, merged, row)
        table.agree(merged, row)
        for name, value in merged.items():
            setattr(row, name, value)
        db.session.flush()
        after = snapshot(table, row)
        if before != after:
            record(actor, Action.EDIT, table.one, table.name_of(row), before, after)


def delete_row(actor: Actor, table: Table, key: str, seen: str) -> str:
    """Delete a row that looked as the fingerprint `seen` says, with what belongs to it; return its name.

    Raises:
        LookupError: There is no such row.
        ConflictError: It is another than the one that was looked at, or was changed since.
        InvalidInputError: Something depends on it; the message says what.
    """
    with one_at_a_time():
        row = _row(table, key)
        name, before = table.name_of(row), snapshot(table, row)
        blocking = dependents(table, row).blocking
        if blocking:
            raise InvalidInputError(f"“{name}” cannot be deleted: {', '.join(blocking)} would lose it.")
        if fingerprint(before) != seen:
            raise ConflictError(f"Somebody else changed this {table.one} since you looked at it.")
        db.session.delete(row)
        db.session.flush()
        record(actor, Action.DELETE, table.one, name, before, None)
    return name


def fixed_columns(table: Table, row: Any) -> list[Column]:
    """Return the columns of an existing row that can no longer be changed."""
    always = {Fixed.ONCE_CREATED, Fixed.NEVER_TYPED}
    fixed = [column for column in table.columns if column.fixed in always]
    once_used = [column for column in table.columns if column.fixed is Fixed.ONCE_USED]
    return fixed + once_used if once_used and dependents(table, row).blocking else fixed


def _row(table: Table, key: str) -> Any:
    row = find_row(table, key)
    if row is None:
        raise LookupError(f"no row {key} in {table.slug}")
    return row


def _refuse_twins(table: Table, values: Mapping[str, Any], row: Any | None) -> None:
    """Refuse values that must be unique and are another row's."""
    database_table = table.row.__table__
    unique = [tuple(c.columns.keys()) for c in database_table.constraints if isinstance(c, UniqueConstraint)]
    if row is None and table.key in values:
        unique.append((table.key,))
    for names in unique:
        if all(name in values for name in names):
            same = [database_table.c[name] == values[name] for name in names]
            twin = db.session.scalar(select(getattr(table.row, table.key)).where(*same))
            if twin is not None and (row is None or twin != getattr(row, table.key)):
                labels = {column.name: column.label.lower() for column in table.columns}
                what = " and ".join(labels.get(name, name) for name in names)
                raise InvalidInputError(f"There is another {table.one} with the same {what}.")
