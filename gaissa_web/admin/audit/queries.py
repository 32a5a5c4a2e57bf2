"""The audit trail as its page lists and exports it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from gaissa_web.storage.audit import Action, AuditEvent
from gaissa_web.storage.db import db
from gaissa_web.storage.keyset import Order, Page, between_days, fetch_page

PAGE_SIZE = 50
NEWEST = Order((AuditEvent.at, AuditEvent.id), descending=True)


@dataclass(frozen=True, slots=True)
class Change:
    """One value of an event: what it was and what it became; None where there was none."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the trail."""

    id: int
    at: datetime
    actor: str
    address: str
    action: Action
    kind: str
    subject: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """What the trail is narrowed to; days are inclusive and in UTC, empty text filters nothing."""

    actor: str = ""
    action: str = ""
    kind: str = ""
    text: str = ""
    since: date | None = None
    until: date | None = None


def list_events(filters: Filters, cursor: str | None = None) -> Page[Event]:
    """Return one page of the trail, newest first."""
    page = fetch_page(_filtered(filters), NEWEST, cursor, PAGE_SIZE)
    return Page([_event(row[0]) for row in page.rows], page.next_cursor)


def iterate_events(filters: Filters) -> Iterator[Event]:
    """Yield the whole trail, newest first, in bounded memory."""
    query = _filtered(filters).order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    for row in db.session.scalars(query.execution_options(yield_per=500)):
        yield _event(row)


def recent_events(count: int) -> list[Event]:
    """Return what happened last."""
    query = select(AuditEvent).order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(count)
    return [_event(row) for row in db.session.scalars(query)]


def kinds() -> list[str]:
    """Return the kinds of things that were changed so far."""
    return list(db.session.scalars(select(AuditEvent.kind).distinct().order_by(AuditEvent.kind)))


def _filtered(filters: Filters) -> Select[Any]:
    query = select(AuditEvent)
    if filters.actor:
        query = query.where(AuditEvent.actor == filters.actor.casefold())
    if filters.action:
        query = query.where(AuditEvent.action == filters.action)
    if filters.kind:
        query = query.where(AuditEvent.kind == filters.kind)
    if filters.text:
        query = query.where(AuditEvent.subject.icontains(filters.text, autoescape=True))
    return query.where(*between_days(AuditEvent.at, filters.since, filters.until))


def _event(row: AuditEvent) -> Event:
    before, after = row.before or {}, row.after or {}
    changes = tuple(Change(name, before.get(name), after.get(name)) for name in {**before, **after})
    return Event(row.id, row.at, row.actor, row.address, Action(row.action), row.kind, row.subject, changes)
