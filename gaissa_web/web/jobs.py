"""Background jobs: features say what can be done, pages start it, a worker does it.

A job's runner gets a `RunningJob` and returns a sentence about the result. It works in steps
that each leave the database whole, calls `report` after each, and can so be cancelled, killed
and begun again.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from gaissa_web.adapters.queue import JobQueue
from gaissa_web.config import Settings
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.storage import jobs
from gaissa_web.storage.audit import Actor
from gaissa_web.storage.db import db
from gaissa_web.storage.jobs import State

logger = logging.getLogger(__name__)
EXTENSION = "gaissa-jobs"


class CancelledError(Exception):
    """Somebody asked the job to stop, or another worker has taken it over."""


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job being done."""

    id: int
    payload: Mapping[str, Any]

    def report(self, done: int, total: int | None) -> None:
        """Say how far the job is.

        Raises:
            CancelledError: It is to stop.
        """
        if not jobs.report(self.id, done, total):
            raise CancelledError


Runner = Callable[[RunningJob], str]


def init_app(app: Flask, runners: Mapping[str, Runner]) -> None:
    """Let the application do the kinds of jobs that `runners` names."""
    settings: Settings = app.config["SETTINGS"]

    def run(job_id: int) -> None:
        with app.app_context():
            run_job(job_id, runners)

    def waiting() -> list[int]:
        with app.app_context():
            return jobs.recover()

    app.extensions[EXTENSION] = JobQueue(settings.data_dir / "queue.sqlite3", run, waiting)


def queue() -> JobQueue:
    """Return the application's queue."""
    found: JobQueue = current_app.extensions[EXTENSION]
    return found


def start(kind: str, title: str, key: str, payload: Mapping[str, Any], actor: Actor) -> int:
    """Queue a job and return its id; if one with the same `key` is active, it is that one."""
    job_id = jobs.add_job(kind, title, key, payload, actor)
    queue().put(job_id)
    return job_id


def run_job(job_id: int, runners: Mapping[str, Runner]) -> None:
    """Do the job, unless somebody else does, and record how it ended."""
    job = jobs.claim(job_id)
    if job is None:
        return
    running, kind = RunningJob(job.id, job.payload), job.kind
    try:
        state, message = State.DONE, runners[kind](running)
    except CancelledError:
        state, message = State.CANCELLED, "It was cancelled; what was done until then stays."
    except InvalidInputError as error:
        state, message = State.FAILED, str(error)
    except Exception:
        logger.exception("job %s (%s) failed", job_id, kind)
        state, message = State.FAILED, f"It failed on our side; the worker’s log has more on job {job_id}."
    db.session.rollback()
    jobs.end(job_id, state, message)
