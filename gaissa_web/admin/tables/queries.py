"""Reading any managed table: lists with search, order and pages, one row, what depends on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, ForeignKeyConstraint, Select, String, cast, func, or_, select
from sqlalchemy import Table as DatabaseTable

from gaissa_web.admin.tables.registry import TABLES, WORDS
from gaissa_web.admin.tables.table import Column, Entry, Table
from gaissa_web.core.text import printable
from gaissa_web.storage.db import Base, db
from gaissa_web.storage.keyset import LARGEST_ID, Order, Page, fetch_page

PAGE_SIZE = 25
CHOICES_AT_MOST = 1_000
SORTABLE = {Entry.LINE, Entry.CHOICE, Entry.WHOLE_NUMBER}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list: its key, its name, and its cells in the order of the listed columns."""

    key: Any
    name: str
    cells: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Dependents:
    """What refers to a row, in words: `blocking` forbids to delete it, `going` is deleted with it."""

    blocking: tuple[str, ...]
    going: tuple[str, ...]


def list_rows(table: Table, text: str, sort: str, cursor: str | None) -> Page[Line]:
    """Return one page of a table's rows that hold every word of `text`, in the order of the column `sort`.

    A minus in front of the column's name turns the order round.
    """
    key = getattr(table.row, table.key)
    wanted = sort.removeprefix("-")
    sorted_by = next((c for c in sortable(table) if c.name == wanted), None)
    columns = [key] if sorted_by is None or sorted_by.name == table.key else [getattr(table.row, wanted), key]
    query = select(table.row).where(*_scope(table))
    for word in text.split():
        query = query.where(_holds(table, word))
    page = fetch_page(query, Order(tuple(columns), sort.startswith("-")), cursor, PAGE_SIZE)
    rows = [row[0] for row in page.rows]
    related = _related_names(table, rows)
    lines = [Line(getattr(row, table.key), table.name_of(row), _cells(table, row, related)) for row in rows]
    return Page(lines, page.next_cursor)


def sortable(table: Table) -> list[Column]:
    """Return the columns a list can be sorted by: plain ones that always have a value."""
    known = table.row.__table__.columns
    names = {column.name for column in known if not column.nullable}
    return [c for c in table.listed if c.entry in SORTABLE and c.name in names]


def find_row(table: Table, key: str) -> Any | None:
    """Return the row of that key, freshly read; None if there is none."""
    typed: str | int = key
    if getattr(table.row, table.key).type.python_type is int:
        if not (key.isascii() and key.isdigit() and len(key) < 20 and 0 < int(key) <= LARGEST_ID):
            return None
        typed = int(key)
    elif printable(key) != key:
        return None
    row = db.session.get(table.row, typed, populate_existing=True)
    return row if row is not None and _in_scope(table, row) else None


def snapshot(table: Table, row: Any) -> dict[str, Any]:
    """Return a row's values by the names readers know them by, fit for JSON."""
    return {column.label: _plain(getattr(row, column.name)) for column in table.columns}


def relation_choices(table: Table, row: Any = None) -> dict[str, list[tuple[str, str]]]:
    """Return, for each relation column, the rows it can lead to as (key, name); also that of `row`."""
    found = {}
    for column in table.columns:
        if column.entry is Entry.RELATION:
            other = TABLES[column.related]
            query = _names(other).where(*_scope(other)).limit(CHOICES_AT_MOST)
            found[column.name] = [(str(key), text) for key, text in _named(query)]
            present = find_row(other, str(getattr(row, column.name))) if row is not None else None
            if present is not None:
                own = str(getattr(present, other.key)), other.name_of(present)
                found[column.name] = list(dict.fromkeys((own, *found[column.name])))
    return found


def dependents(table: Table, row: Any) -> Dependents:
    """Count what refers to a row, in one query for each table that can."""
    blocking: list[str] = []
    going: list[str] = []
    for other, constraint in _references(table.row.__table__):
        count = _count(other, constraint, getattr(row, table.key))
        if count:
            one, many = WORDS.get(other.name, (f"row of {other.name}", f"rows of {other.name}"))
            words = f"{count:,} {one if count == 1 else many}"
            (going if constraint.ondelete == "CASCADE" else blocking).append(words)
    return Dependents((*blocking, *table.used_by(row)), tuple(going))


def _scope(table: Table) -> list[Any]:
    """Return what holds of all rows of `table`: its own scope, and those of what it belongs to."""
    own = [getattr(table.row, name) == value for name, value in table.scope]
    for column, other in _scoped_relations(table):
        own.append(
            getattr(table.row, column.name).in_(select(getattr(other.row, other.key)).where(*_scope(other)))
        )
    return own


def _in_scope(table: Table, row: Any) -> bool:
    own = all(getattr(row, name) == value for name, value in table.scope)
    return own and all(
        find_row(other, str(getattr(row, column.name))) is not None
        for column, other in _scoped_relations(table)
    )


def _scoped_relations(table: Table) -> list[tuple[Column, Table]]:
    relations = [(c, TABLES[c.related]) for c in table.columns if c.entry is Entry.RELATION]
    return [(column, other) for column, other in relations if other.scope]


def _references(table: DatabaseTable) -> list[tuple[DatabaseTable, ForeignKeyConstraint]]:
    return [
        (other, constraint)
        for other in Base.metadata.sorted_tables
        for constraint in other.foreign_key_constraints
        if constraint.referred_table is table and constraint.ondelete != "SET NULL"
    ]


def _count(other: DatabaseTable, constraint: ForeignKeyConstraint, key: Any) -> int:
    [column] = constraint.columns
    return db.session.scalar(select(func.count()).select_from(other).where(column == key)) or 0


def _related_names(table: Table, rows: Sequence[Any]) -> dict[str, dict[Any, str]]:
    """Return the names of the rows that relations lead to, in one query a relation."""
    found: dict[str, dict[Any, str]] = {}
    for column in table.listed:
        if column.entry is Entry.RELATION:
            other = TABLES[column.related]
            wanted = {getattr(row, column.name) for row in rows}
            query = _names(other).where(getattr(other.row, other.key).in_(wanted))
            found[column.name] = dict(_named(query))
    return found


def _names(table: Table) -> Select[Any]:
    """Return the query for key and name of a table's rows by name, with that of what they are within."""
    key, name = getattr(table.row, table.key), getattr(table.row, table.named_by)
    if not table.within:
        return select(key, name).order_by(name)
    parent = getattr(table.row, table.within)
    outer = parent.property.mapper.class_.name
    return select(key, name, outer).join(parent).order_by(outer, name)


def _named(query: Select[Any]) -> list[tuple[Any, str]]:
    """Return key and name of the rows, called as `Table.name_of` does."""
    rows = db.session.execute(query)
    return [(key, ": ".join(map(str, (*within, name)))) for key, name, *within in rows]


def _holds(table: Table, word: str) -> ColumnElement[bool]:
    """Return the condition that a searched column of a row, or what it leads to, has `word` in it."""
    conditions = []
    for name in table.search:
        belonging, _, column = name.rpartition(".")
        if belonging:
            rows = getattr(table.row, belonging)
            other = next(t for t in TABLES.values() if t.row is rows.property.mapper.class_)
            conditions.append(rows.any(_leads_to(other, column, word)))
        else:
            conditions.append(_leads_to(table, column, word))
    return or_(*conditions)


def _leads_to(table: Table, name: str, word: str) -> ColumnElement[bool]:
    """Return the condition that a column, or the row that it leads to, has `word` in it."""
    column = getattr(table.row, name)
    related = next((c.related for c in table.columns if c.name == name and c.related), "")
    if not related:
        return cast(column, String).icontains(word, autoescape=True)
    other = TABLES[related]
    found: ColumnElement[bool] = column.in_(
        select(getattr(other.row, other.key)).where(_holds(other, word)).correlate(None)
    )
    return found


def _cells(table: Table, row: Any, related: Mapping[str, Mapping[Any, str]]) -> tuple[Any, ...]:
    values = ((c.name, getattr(row, c.name)) for c in table.listed)
    return tuple(related[name].get(value, "") if name in related else value for name, value in values)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
