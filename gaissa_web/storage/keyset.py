"""Keyset pages: a page starts after the last row of the one before, so page 1,000 is as fast as 1.

Beside them, what lists are narrowed by.
"""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from gaissa_web.storage.db import db

LARGEST_ID = 2**63 - 1
T = TypeVar("T")
Column = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class Order:
    """A sort order by columns that together are unique, all in one direction."""

    columns: tuple[Column, ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list in order; `next_cursor` is None on the last page."""

    rows: Sequence[T]
    next_cursor: str | None


def between_days(column: Column, since: date | None, until: date | None) -> list[ColumnElement[bool]]:
    """Return the conditions that a moment lies between two days, both inclusive and in UTC."""
    conditions: list[ColumnElement[bool]] = []
    if since:
        conditions.append(column >= datetime.combine(since, time(), UTC))
    if until and until < date.max:
        conditions.append(column < datetime.combine(until + timedelta(1), time(), UTC))
    return conditions


def fetch_page(query: Select[Any], order: Order, cursor: str | None, size: int) -> Page[Row[Any]]:
    """Run `query` in `order` for the `size` rows after `cursor`; an unreadable cursor starts over.

    The rows end with the order's columns, which callers leave alone.
    """
    key = _decode(cursor, order)
    if key is not None:
        place, last = tuple_(*order.columns), tuple_(*key)
        query = query.where(place < last if order.descending else place > last)
    sorting = [column.desc() if order.descending else column.asc() for column in order.columns]
    rows = db.session.execute(query.add_columns(*order.columns).order_by(*sorting).limit(size + 1)).all()
    more = len(rows) > size
    width = len(order.columns)
    return Page(rows[:size], _encode(tuple(rows[size - 1])[-width:]) if more else None)


def _encode(key: tuple[Any, ...]) -> str:
    texts = [part.isoformat() if isinstance(part, datetime) else part for part in key]
    return base64.urlsafe_b64encode(json.dumps(texts).encode()).decode().rstrip("=")


def _decode(cursor: str | None, order: Order) -> tuple[Any, ...] | None:
    if not cursor:
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(parts, list) or len(parts) != len(order.columns):
            return None
        return tuple(_typed(part, column) for part, column in zip(parts, order.columns, strict=True))
    except (ValueError, OverflowError, binascii.Error, RecursionError):
        return None


def _typed(part: object, column: Column) -> object:
    """Return `part` as the column's type, or raise ValueError: cursors come from outside."""
    expected = column.type.python_type
    if expected is datetime and isinstance(part, str):
        moment = datetime.fromisoformat(part)
        if moment.tzinfo is None:
            raise ValueError("a moment without its time zone")
        return moment.astimezone(UTC)
    if type(part) is not expected or (isinstance(part, int) and not 0 <= part <= LARGEST_ID):
        raise ValueError("a cursor of another list")
    if isinstance(part, str) and re.search("[\0\ud800-\udfff]", part):
        raise ValueError("no database holds this text")
    return part
