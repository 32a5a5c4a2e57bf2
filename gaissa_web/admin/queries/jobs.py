"""Background jobs as their pages show them."""

from dataclasses import dataclass
from datetime import datetime

from gaissa_web.storage.db import db
from gaissa_web.storage.jobs import Job, State
from gaissa_web.storage.keyset import LARGEST_ID


@dataclass(frozen=True, slots=True)
class JobDetail:
    """One job; `done` counts towards `total`, None while unknown."""

    id: int
    title: str
    state: State
    done: int
    total: int | None
    message: str
    requested_by: str
    created_at: datetime
    ended_at: datetime | None
    cancel_requested: bool


def find_job(job_id: int) -> JobDetail | None:
    """Return the job of that id."""
    row = db.session.get(Job, job_id, populate_existing=True) if 0 < job_id <= LARGEST_ID else None
    if row is None:
        return None
    return JobDetail(
        row.id,
        row.title,
        State(row.state),
        row.done,
        row.total,
        row.message,
        row.requested_by,
        row.created_at,
        row.ended_at,
        row.cancel_requested,
    )
