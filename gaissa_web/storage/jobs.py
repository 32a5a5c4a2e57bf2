"""Background jobs: what is to be done, how far it is, and what came of it.

The queue only wakes workers; this table is the truth. A job is run by whoever claims it, which
one worker can, and a job whose worker died is queued again.
"""

import os
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from gaissa_web.storage.accounts import ACCOUNT_LENGTH
from gaissa_web.storage.audit import Action, Actor, record
from gaissa_web.storage.db import Base, UTCDateTime, db, now

SILENCE = timedelta(minutes=2)
"""After so long without a sign of life a worker counts as dead."""
MOST_ATTEMPTS = 5


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
Index("uq_jobs_active_key", Job.key, unique=True, sqlite_where=text(ACTIVE), postgresql_where=text(ACTIVE))


def add_job(kind: str, title: str, key: str, payload: Mapping[str, Any], actor: Actor) -> int:
    """Queue a job and return its id; an active job of the same key is returned instead. Commits."""
    job = Job(kind=kind, title=title, key=key, payload=dict(payload), requested_by=actor.name)
    db.session.add(job)
    record(actor, Action.START, "background job", title, None, payload)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return db.session.scalars(select(Job.id).where(Job.key == key, text(ACTIVE))).one()
    return job.id


def claim(job_id: int) -> Job | None:
    """Take a queued job for this process; None if it was taken, ended or cancelled. Commits."""
    mine = {"state": State.RUNNING, "worker": _this_worker(), "seen_at": now(), "attempts": Job.attempts + 1}
    taken = db.session.execute(
        update(Job).where(Job.id == job_id, Job.state == State.QUEUED).values(mine).returning(Job.id)
    ).scalar()
    db.session.commit()
    return db.session.get(Job, job_id, populate_existing=True) if taken else None


def report(job_id: int, done: int, total: int | None) -> bool:
    """Say how far the job is, which is also a sign of life; return whether to go on. Commits."""
    sign = update(Job).where(Job.id == job_id, Job.state == State.RUNNING, Job.worker == _this_worker())
    row = db.session.execute(
        sign.values(done=done, total=total, seen_at=now()).returning(Job.cancel_requested)
    ).one_or_none()
    db.session.commit()
    return row is not None and not row.cancel_requested


def end(job_id: int, state: State, message: str) -> None:
    """Record how the job ended. Commits."""
    values = {"state": state, "message": message[:500], "ended_at": now()}
    mine = Job.id == job_id, Job.state == State.RUNNING, Job.worker == _this_worker()
    db.session.execute(update(Job).where(*mine).values(values))
    db.session.commit()


def request_cancel(job_id: int) -> None:
    """Ask a running job to stop, and end a queued one, inside the caller's transaction."""
    ended = {"state": State.CANCELLED, "ended_at": now(), "message": "It was cancelled before it began."}
    db.session.execute(update(Job).where(Job.id == job_id, Job.state == State.QUEUED).values(ended))
    running = Job.id == job_id, Job.state == State.RUNNING
    db.session.execute(update(Job).where(*running).values(cancel_requested=True))


def recover() -> list[int]:
    """Queue again what dead workers left behind, and return the ids of all queued jobs. Commits.

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
    return list(db.session.scalars(select(Job.id).where(Job.state == State.QUEUED).order_by(Job.id)))


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


def _this_worker() -> str:
    return f"{socket.gethostname()[:80]}:{os.getpid()}"
