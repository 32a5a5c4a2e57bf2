"""Synchronisations as their pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from gaissa_web.core.hub import Action
from gaissa_web.storage.db import db
from gaissa_web.storage.hub import HubModelRow, SyncResult, SyncRun
from gaissa_web.storage.jobs import Job, JobDetail, State, find_job
from gaissa_web.storage.keyset import Order, Page, fetch_page

PAGE_SIZE = 50
RUNS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in the history; `counts` are by action."""

    job_id: int
    state: State
    started_at: datetime
    requested_by: str
    message: str
    since: datetime | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RunDetail:
    """One run with its job; `since` is None where all cards are looked at, or it has not begun."""

    job: JobDetail
    since: datetime | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What was done about one model; `label_id` is None where it has no label."""

    hub_id: str
    action: Action
    reason: str
    label_id: int | None


def list_runs() -> list[RunLine]:
    """Return the newest runs, the last one first, in two queries."""
    query = select(SyncRun, Job.state, Job.requested_by, Job.message).join(Job, Job.id == SyncRun.job_id)
    rows = db.session.execute(query.order_by(SyncRun.id.desc()).limit(RUNS_SHOWN)).all()
    counts = _counts([row.SyncRun for row in rows])
    return [
        RunLine(
            row.SyncRun.job_id,
            State(row.state),
            row.SyncRun.started_at,
            row.requested_by,
            row.message,
            row.SyncRun.since,
            counts[row.SyncRun.id],
        )
        for row in rows
    ]


def find_run(job_id: int, kind: str) -> RunDetail | None:
    """Return the run of that job, which is of that `kind`."""
    job = find_job(job_id)
    if job is None or db.session.get_one(Job, job_id).kind != kind:
        return None
    run = db.session.scalars(select(SyncRun).where(SyncRun.job_id == job_id)).one_or_none()
    if run is None:
        return RunDetail(job, None, {})
    return RunDetail(job, run.since, _counts([run])[run.id])


def list_results(job_id: int, action: str, after: str | None) -> Page[ResultLine]:
    """Return what a run did, in the order of the models' names, narrowed to one action if it is one."""
    parts: tuple[Any, ...] = (
        SyncResult.hub_id,
        SyncResult.action,
        SyncResult.reason,
        SyncResult.experiment_id,
    )
    query = select(*parts).join(SyncRun, SyncRun.id == SyncResult.run_id).where(SyncRun.job_id == job_id)
    if action in set(Action):
        query = query.where(SyncResult.action == action)
    page = fetch_page(query, Order((SyncResult.hub_id,)), after, PAGE_SIZE)
    lines = [ResultLine(r.hub_id, Action(r.action), r.reason, r.experiment_id) for r in page.rows]
    return Page(lines, page.next_cursor)


def count_hub_models() -> int:
    """Count the models of the hub that have a label here."""
    query = select(func.count()).where(HubModelRow.experiment_id.is_not(None))
    return db.session.scalar(query) or 0


def _counts(runs: Sequence[SyncRun]) -> dict[int, dict[str, int]]:
    query = select(SyncResult.run_id, SyncResult.action, func.count()).group_by(
        SyncResult.run_id, SyncResult.action
    )
    found = {run.id: {**{str(action): 0 for action in Action}, Action.KEEP: run.unchanged} for run in runs}
    for run_id, action, count in db.session.execute(query.where(SyncResult.run_id.in_(list(found)))):
        found[run_id][str(action)] = count
    return found
