"""Background jobs: what is to be done, how far it is, and what came of it.

The queue only wakes workers; this table is the truth. A job is run by whoever claims it, which
one worker can, and a job whose worker died is queued again.
"""

import os
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ColumnElement, Index, String, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from gaissa_web.storage.accounts import ACCOUNT_LENGTH
from gaissa_web.storage.audit import Action, Actor, record
from gaissa_web.storage.db import Base, UTCDateTime, db, now
from gaissa_web.storage.keyset import LARGEST_ID
from gaissa_web.storage.workers import this_worker

SILENCE = timedelta(minutes=2)
"""After so long without a sign of life a worker counts as dead."""
MOST_ATTEMPTS = 5
SEALED_LENGTH = 12_000


class State(StrEnum):
    """Where a job stands; the last three are its ends."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing will happen any more."""
        return self in {State.DONE, State.FAILED, State.CANCELLED}


ACTIVE = "state IN ('queued', 'running')"


class Job(Base):
    """One piece of background work. Of jobs with the same `key`, one at most is active.

    `done` counts towards `total`, which is None while unknown. `message` is a sentence for readers.
    `sealed` is a secret that the job needs, encrypted, until it begins; the queue keeps the key.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(map(repr, map(str, State)))})", name="state"),
        CheckConstraint("done >= 0", name="done_is_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(100))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    sealed: Mapped[str | None] = mapped_column(String(SEALED_LENGTH))
    state: Mapped[State] = mapped_column(String(9), default=State.QUEUED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    message: Mapped[str] = mapped_column(String(500), default="")
    requested_by: Mapped[str] = mapped_column(String(ACCOUNT_LENGTH))
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


Index("ix_jobs_state_id", Job.state, Job.id)
Index("ix_jobs_key_id", Job.key, Job.id)
Index("uq_jobs_active_key", Job.key, unique=True, sqlite_where=text(ACTIVE), postgresql_where=text(ACTIVE))


@dataclass(frozen=True, slots=True)
class JobDetail:
    """One job as pages show it; `done` counts towards `total`, None while unknown.

    `silent` says that no worker has taken it for long, or that the one that has gives no sign of life.
    """

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
    silent: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that this process has taken: its how many-th `attempt` it is, and its sealed secret."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempt: int
    sealed: str | None


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
        not State(row.state).ended and (row.seen_at or row.created_at) < now() - SILENCE,
    )


def newest_job(key: str) -> JobDetail | None:
    """Return the last job of that key, whether it has ended or not."""
    job_id = db.session.scalar(select(Job.id).where(Job.key == key).order_by(Job.id.desc()).limit(1))
    return find_job(job_id) if job_id else None


def waiting_of_kind(kind: str) -> int:
    """Count the jobs of that kind that wait or run."""
    query = select(func.count()).select_from(Job).where(Job.kind == kind, text(ACTIVE))
    return db.session.scalar(query) or 0


def count_active(keys: Iterable[str]) -> int:
    """Count the jobs of those keys that wait or run."""
    query = select(func.count()).select_from(Job).where(Job.key.in_(list(keys)), text(ACTIVE))
    return db.session.scalar(query) or 0


def find_active(key: str) -> int | None:
    """Return the job of that key that waits or runs."""
    return db.session.scalar(select(Job.id).where(Job.key == key, text(ACTIVE)))


def add_job(
    kind: str,
    title: str,
    key: str,
    payload: Mapping[str, Any],
    actor: Actor | None,
    sealed: str | None = None,
) -> int:
    """Queue a job and return its id; an active job of the same key is returned instead. Commits.

    What a QA manager or the command line starts is in the audit trail; what visitors start is not.
    """
    job = Job(kind=kind, title=title[:200], key=key, payload=dict(payload), sealed=sealed, requested_by="")
    if actor:
        job.requested_by = actor.name
        record(actor, Action.START, "background job", title, None, payload)
    db.session.add(job)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        active = find_active(key)
        if active is None:
            raise
        return active
    return job.id


def claim(job_id: int) -> Claimed | None:
    """Take a queued job for this process; None if it was taken, ended or cancelled. Commits.

    Its sealed secret is given out once, and kept no longer.
    """
    sealed = db.session.scalar(select(Job.sealed).where(Job.id == job_id))
    mine = {"state": State.RUNNING, "worker": this_worker(), "seen_at": now(), "attempts": Job.attempts + 1}
    row = db.session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == State.QUEUED)
        .values(**mine, sealed=None)
        .returning(Job.kind, Job.payload, Job.attempts)
    ).one_or_none()
    db.session.commit()
    return Claimed(job_id, row.kind, row.payload, row.attempts, sealed) if row else None


def report(job_id: int, attempt: int, done: int, total: int | None) -> bool:
    """Say how far the job is, which is also a sign of life; return whether to go on. Commits."""
    row = db.session.execute(
        update(Job)
        .where(*_mine(job_id, attempt))
        .values(done=done, total=total, seen_at=now())
        .returning(Job.cancel_requested)
    ).one_or_none()
    db.session.commit()
    return row is not None and not row.cancel_requested


def is_mine(job_id: int, attempt: int) -> bool:
    """Whether the job still runs and nobody has taken it over, as the caller's transaction sees it."""
    return db.session.scalar(select(Job.id).where(*_mine(job_id, attempt))) is not None


def end(job_id: int, attempt: int, state: State, message: str) -> None:
    """Record how the job ended. Commits."""
    values = {"state": state, "message": message[:500], "ended_at": now()}
    db.session.execute(update(Job).where(*_mine(job_id, attempt)).values(values))
    db.session.commit()


def request_cancel(job_id: int) -> str | None:
    """Ask a running job to stop, and end a queued one, inside the caller's transaction.

    Returns:
        The sealed secret that is needed no more.
    """
    sealed = db.session.scalar(select(Job.sealed).where(Job.id == job_id))
    message = "It was cancelled before it began."
    ended = {"state": State.CANCELLED, "ended_at": now(), "message": message, "sealed": None}
    db.session.execute(update(Job).where(Job.id == job_id, Job.state == State.QUEUED).values(ended))
    running = Job.id == job_id, Job.state == State.RUNNING
    db.session.execute(update(Job).where(*running).values(cancel_requested=True))
    return sealed


def recover() -> list[tuple[int, bool]]:
    """Queue again what dead workers left behind. Commits.

    Returns:
        The ids of all queued jobs, each with whether a visitor started it.

    A job that killed its worker time and again is given up.
    """
    for job in db.session.scalars(select(Job).where(Job.state == State.RUNNING)).all():
        if not _is_lost(job):
            continue
        same = update(Job).where(Job.id == job.id, Job.worker == job.worker, Job.state == State.RUNNING)
        if job.attempts >= MOST_ATTEMPTS:
            reason = f"Its worker died {job.attempts} times; see the worker’s log."
            ended = {"state": State.FAILED, "message": reason, "ended_at": now()}
            db.session.execute(same.values(ended))
        else:
            db.session.execute(same.values(state=State.QUEUED, worker=""))
    db.session.commit()
    queued = select(Job.id, Job.requested_by).where(Job.state == State.QUEUED).order_by(Job.id)
    return [(row.id, not row.requested_by) for row in db.session.execute(queued)]


def _mine(job_id: int, attempt: int) -> tuple[ColumnElement[bool], ...]:
    """What holds while nobody has taken the job over; a worker that hung counts as dead, too."""
    return Job.id == job_id, Job.state == State.RUNNING, Job.attempts == attempt


def _is_lost(job: Job) -> bool:
    host, _, process = job.worker.rpartition(":")
    if host == socket.gethostname() and not _is_alive(int(process)):
        return True
    return job.seen_at is None or job.seen_at < now() - SILENCE


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
