"""Importing carbon intensities: read a table, keep it until it is confirmed, put it in place."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, update

from gaissa_web.admin.carbon.queries import find_import, plan
from gaissa_web.admin.fingerprint import fingerprint
from gaissa_web.core.carbon import Change, ImportPlan, Intensity
from gaissa_web.core.errors import ConflictError, InvalidInputError
from gaissa_web.storage.audit import Action, Actor, record
from gaissa_web.storage.countries import CarbonIntensity, Country, IntensityImport
from gaissa_web.storage.db import db, now, one_at_a_time

KIND = "carbon intensity"
KEPT = timedelta(days=1)
LARGEST_TABLE = 10_000_000
SHOWN_IN_TRAIL = 200


def fetch_table(address: str, allowed_hosts: Collection[str]) -> bytes:
    """Return what a public web address answers.

    Raises:
        InvalidInputError: It is refused, cannot be reached, or answers with an error.
    """
    from gaissa_web.adapters.safe_http import fetch  # noqa: PLC0415  6 MB that few processes need

    answer = fetch(address, allowed_hosts=frozenset(allowed_hosts), max_bytes=LARGEST_TABLE)
    if answer.status != 200:
        raise InvalidInputError(f"That address answers with an error ({answer.status}), not with a table.")
    return answer.body


def keep(source: str, rows: tuple[Intensity, ...]) -> int:
    """Keep a table until it is confirmed, a day at most, and return its id."""
    db.session.execute(delete(IntensityImport).where(IntensityImport.read_at < now() - KEPT))
    values = [[row.iso3, row.country, row.year, row.g_per_kwh] for row in rows]
    kept = IntensityImport(source=source[:500], rows=values)
    db.session.add(kept)
    db.session.commit()
    return kept.id


def confirm(actor: Actor, import_id: int, seen: str) -> ImportPlan:
    """Import the kept table, if it still changes what was shown as `plan_mark`.

    Raises:
        LookupError: It was confirmed or forgotten already.
        ConflictError: Other changes have come between.
    """
    with one_at_a_time():
        kept = find_import(import_id)
        if kept is None:
            raise LookupError(f"no import {import_id}")
        planned = plan(kept.rows)
        if plan_mark(planned) != seen:
            raise ConflictError("The figures were changed by somebody else since this was shown.")
        _apply(actor, planned, kept.source)
        db.session.execute(delete(IntensityImport).where(IntensityImport.id == import_id))
    return planned


def import_rows(actor: Actor, source: str, rows: tuple[Intensity, ...]) -> ImportPlan:
    """Import `rows` at once."""
    with one_at_a_time():
        planned = plan(rows)
        _apply(actor, planned, source)
    return planned


def plan_mark(planned: ImportPlan) -> str:
    """Return a short text that differs when an import would change something else."""
    changes = [(c.iso3, c.year, c.before, c.after) for c in (*planned.added, *planned.changed)]
    return fingerprint({"changes": changes})


def _apply(actor: Actor, planned: ImportPlan, source: str) -> None:
    db.session.add_all(Country(iso3=iso3, name=name) for iso3, name in planned.new_countries)
    db.session.flush()
    for statement, changes in ((insert, planned.added), (update, planned.changed)):
        if changes:
            db.session.execute(statement(CarbonIntensity), [_figure(change) for change in changes])
    if planned.added or planned.changed:
        shown = [*planned.changed, *planned.added][:SHOWN_IN_TRAIL]
        counts = {"figures added": len(planned.added), "figures changed": len(planned.changed)}
        before = {f"{c.iso3} {c.year}": c.before for c in shown if c.before is not None}
        after = {**counts, **{f"{c.iso3} {c.year}": c.after for c in shown}}
        record(actor, Action.IMPORT, KIND, source, before, after)


def _figure(change: Change) -> dict[str, Any]:
    return {"iso3": change.iso3, "year": change.year, "intensity_g_per_kwh": change.after}
