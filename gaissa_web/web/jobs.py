"""Background jobs: features say what can be done, pages start it, a worker does it.

A job's runner gets a `RunningJob` and returns a sentence about the result. It works in steps
that each leave the database whole, calls `report` after each, and can so be cancelled, killed
and begun again.

A secret that a job needs (a token) is never stored readably: it is encrypted under a key of its own. The
database has what is encrypted, the queue the key, until the job begins or is cancelled; then both are
overwritten, and the secret is in memory only.
"""

import logging
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, current_app

from gaissa_web.adapters.queue import JobQueue
from gaissa_web.adapters.write_ahead_log import empty_log
from gaissa_web.config import Settings
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.storage import jobs
from gaissa_web.storage.audit import Actor
from gaissa_web.storage.db import db, sqlite_file
from gaissa_web.storage.jobs import State
from gaissa_web.storage.workers import note_worker

logger = logging.getLogger(__name__)
EXTENSION = "gaissa-jobs"


class CancelledError(Exception):
    """Somebody asked the job to stop, or another worker has taken it over."""


class RunningJob:
    """A job being done. `secret` is empty if it has none, or lost it with a worker that died.

    `watch`, if given, is called with each report, for those who look on from the command line.
    """

    def __init__(
        self, claimed: jobs.Claimed, secret: str = "", watch: Callable[[int, int | None], None] | None = None
    ) -> None:
        self.id = claimed.id
        self.payload: Mapping[str, Any] = claimed.payload
        self.attempt = claimed.attempt
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


def init_app(app: Flask, runners: Mapping[str, Runner]) -> None:
    """Let the application do the kinds of jobs that `runners` names."""
    settings: Settings = app.config["SETTINGS"]

    def run(job_id: int) -> None:
        with app.app_context():
            run_job(job_id, runners)

    def waiting() -> list[tuple[int, str]]:
        with app.app_context():
            note_worker()
            found = jobs.recover()
            _empty_logs()  # once more, for what somebody's reading prevented
            return [(job_id, _lane(is_visitors)) for job_id, is_visitors in found]

    place = settings.queue_url or settings.data_dir / "queue.sqlite3"
    app.extensions[EXTENSION] = JobQueue(place, run, waiting)


def queue() -> JobQueue:
    """Return the application's queue."""
    found: JobQueue = current_app.extensions[EXTENSION]
    return found


def start(
    kind: str, title: str, key: str, payload: Mapping[str, Any], actor: Actor | None = None, secret: str = ""
) -> int:
    """Queue a job and return its id; if one with the same `key` is active, it is that one."""
    job_id = jobs.add_job(kind, title, key, payload, actor, _seal(secret) if secret else None)
    try:
        queue().put(job_id, _lane(actor is None))
    except Exception:  # whatever the queue's server raises: a worker finds the job all the same
        logger.exception("the queue could not be told of job %s", job_id)
    return job_id


def _lane(is_visitors: bool) -> str:
    return "visitors" if is_visitors else "managers"


def forget(sealed: str | None) -> None:
    """Keep nothing of the secret of a job that was cancelled before it began."""
    if sealed:
        try:
            _unseal(sealed)
        except Exception:  # whatever the queue's server raises: its key opens nothing that is kept
            logger.exception("the queue could not be told to forget a secret")


def run_job(
    job_id: int,
    runners: Mapping[str, Runner],
    watch: Callable[[int, int | None], None] | None = None,
) -> State | None:
    """Do the job and record how it ended; None if somebody else does it."""
    claimed = jobs.claim(job_id)
    if claimed is None:
        return None
    try:
        running = RunningJob(claimed, _unseal(claimed.sealed) if claimed.sealed else "", watch)
        state, message = State.DONE, runners[claimed.kind](running)
    except CancelledError:
        state, message = State.CANCELLED, "It was cancelled; what was done until then stays."
    except InvalidInputError as error:
        state, message = State.FAILED, str(error)
    except Exception:
        logger.exception("job %s (%s) failed", job_id, claimed.kind)
        state, message = State.FAILED, f"It failed on our side; the worker’s log has more on job {job_id}."
    db.session.rollback()
    jobs.end(job_id, claimed.attempt, state, message)
    return state


def _seal(secret: str) -> str:
    """Give a new key to the queue, and return its name with the secret encrypted under it."""
    from cryptography.fernet import Fernet  # noqa: PLC0415  9 MB that only measuring with a token needs

    name, key = f"key-{secrets.token_urlsafe(16)}", Fernet.generate_key()
    try:
        queue().keep(name, key)
    except Exception as error:
        logger.exception("the queue could not keep a secret")
        raise InvalidInputError(
            "Background work is out of order just now. Please try again later."
        ) from error
    return f"{name}:{Fernet(key).encrypt(secret.encode()).decode()}"


def _unseal(sealed: str) -> str:
    """Return the secret, empty if its key is gone; key and ciphertext are then kept nowhere."""
    from cryptography.fernet import Fernet  # noqa: PLC0415  as above

    name, _, encrypted = sealed.partition(":")
    key = queue().take(name)
    _empty_logs()
    return Fernet(key).decrypt(encrypted).decode() if key else ""


def _empty_logs() -> None:
    """Let no log of ours keep what was deleted; on a server that is for its own settings."""
    for file in filter(None, (sqlite_file(), queue().file)):
        empty_log(file)
