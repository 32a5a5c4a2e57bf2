"""Doing a job: what a runner is given, and how its end is recorded.

A runner gets a `RunningJob` and returns a sentence about the result. It works in steps that each
leave the database whole, calls `report` after each, and can so be cancelled, killed and begun again.
"""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from gaissa_web import logs
from gaissa_web.adapters.queue import JobQueue
from gaissa_web.config import Settings
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.jobs.sealing import unseal
from gaissa_web.storage import jobs
from gaissa_web.storage.db import db
from gaissa_web.storage.jobs import State

logger = logging.getLogger(__name__)


Watch = Callable[[int, int | None], None]
"""What is told how much is done, of how much, if that is known."""


class CancelledError(Exception):
    """Somebody asked the job to stop, or another worker has taken it over."""


class RunningJob:
    """A job being done. `secret` is empty if it has none, or lost it with a worker that died.

    `watch`, if given, is called with each report, for those who look on from the command line.
    """

    def __init__(
        self,
        claimed: jobs.Claimed,
        settings: Settings,
        secret: str = "",
        watch: Watch | None = None,
    ) -> None:
        self.id = claimed.id
        self.payload: Mapping[str, Any] = claimed.payload
        self.attempt = claimed.attempt
        self.settings = settings
        self.secret = secret
        self._watch = watch
        self._done: tuple[int, int | None] = (0, None)
        self._seen = time.monotonic()

    def report(self, done: int, total: int | None) -> None:
        """Say how far the job is.

        Raises:
            CancelledError: It is to stop.
        """
        self._done, self._seen = (done, total), time.monotonic()
        if self._watch:
            self._watch(done, total)
        if not jobs.report(self.id, self.attempt, done, total):
            raise CancelledError

    def alive(self) -> None:
        """Give a sign of life in the middle of a long step, once a second at most.

        Raises:
            CancelledError: It is to stop.
        """
        if time.monotonic() - self._seen >= 1:
            self.report(*self._done)

    def check(self) -> None:
        """Make sure, inside a transaction, that it is not done by somebody else by now.

        Raises:
            CancelledError: Another worker has taken it over.
        """
        if not jobs.is_mine(self.id, self.attempt):
            raise CancelledError

    def pause(self, seconds: float) -> None:
        """Wait, giving signs of life.

        Raises:
            CancelledError: It is to stop.
        """
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 1.0))
            self.report(*self._done)


Runner = Callable[[RunningJob], str]


def run_job(
    job_id: int,
    runners: Mapping[str, Runner],
    queue: JobQueue,
    settings: Settings,
    watch: Watch | None = None,
) -> State | None:
    """Do the job and record how it ended; None if somebody else does it."""
    with logs.work(f"job-{job_id}"):
        claimed = jobs.claim(job_id)
        if claimed is None:
            return None
        began = time.monotonic()
        state, message = _outcome(claimed, runners, queue, settings, watch)
        db.session.rollback()
        jobs.end(job_id, claimed.attempt, state, message)
        logger.info("ended as %s after %.1f s", state.value, time.monotonic() - began)
        return state


def _outcome(
    claimed: jobs.Claimed,
    runners: Mapping[str, Runner],
    queue: JobQueue,
    settings: Settings,
    watch: Watch | None,
) -> tuple[State, str]:
    """Do a job and return how it ended, with a sentence for readers."""
    try:
        secret = unseal(queue, claimed.sealed) if claimed.sealed else ""
        return State.DONE, runners[claimed.kind](RunningJob(claimed, settings, secret, watch))
    except CancelledError:
        return State.CANCELLED, "It was cancelled; what was done until then stays."
    except InvalidInputError as error:
        return State.FAILED, str(error)
    except Exception:
        logger.exception("job %s (%s) failed", claimed.id, claimed.kind)
        return State.FAILED, f"It failed on our side; the worker’s log has more on job {claimed.id}."
