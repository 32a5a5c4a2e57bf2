"""The queue that wakes a worker when there is background work; what the work is, it does not know.

It is a file of its own, or Redis where several machines share the work. Huey is loaded only when
it is needed: a web process that starts no job does without its 2 MB.
"""

import logging
import signal
import sqlite3
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gaissa_web.private_files import make_file

if TYPE_CHECKING:
    from huey.api import Huey
    from huey.consumer import Consumer

logger = logging.getLogger(__name__)
NAME = "gaissa"
LANES = ("managers", "visitors")
"""Jobs of one wait behind no job of the other."""
WORKERS = 2
"""Jobs of a lane done side by side, so that a short one does not wait behind a long one."""


def lane(is_visitors: bool) -> str:
    """Return the lane for a job of a visitor, or of a manager."""
    return LANES[is_visitors]


class JobQueue:
    """Numbers of jobs, waiting to be run by a worker.

    `place` is a file, or the address of a Redis server. `run` does one job and raises nothing.
    `waiting` returns all jobs that nobody has taken, as numbers with their lanes: the worker asks for
    them at its start and once a minute, so that a job whose notice was lost, with a machine or a
    queue's file, is run all the same.
    """

    def __init__(
        self, place: Path | str, run: Callable[[int], None], waiting: Callable[[], Iterable[tuple[int, str]]]
    ) -> None:
        self.place = place
        self.run = run
        self.waiting = waiting

    def put(self, job_id: int, lane: str) -> None:
        """Wake a worker for a job in one of `LANES`; twice does no harm, since a job is taken once."""
        self._run_tasks[lane](job_id)

    def keep(self, name: str, value: bytes) -> None:
        """Keep a few bytes until they are taken."""
        self._hueys[LANES[0]].put(name, value)

    def take(self, name: str) -> bytes | None:
        """Return what is kept under that name, and keep it no longer."""
        value: bytes | None = self._hueys[LANES[0]].get(name)
        return value

    def work(self) -> None:
        """Run jobs, a few side by side, until the process is told to end."""
        try:
            self._sweep_task.call_local()
        except Exception:  # whatever the database raises: it may be away, and is asked again in a minute
            logger.exception("waiting jobs could not be looked for")
        first, *others = map(_consumer, self._hueys.values())
        for consumer in others:
            consumer.start()
        first.run()
        for consumer in others:
            consumer.stop()

    @property
    def file(self) -> Path | None:
        """Where it is kept, None if that is Redis."""
        return self.place if isinstance(self.place, Path) else None

    @cached_property
    def _hueys(self) -> "dict[str, Huey]":
        """A queue for each lane."""
        from huey import Huey, RedisHuey  # noqa: PLC0415  as the module says

        names = {lane: f"{NAME}-{lane}" for lane in LANES}
        if self.file is None:
            return {lane: RedisHuey(name, url=self.place, results=False) for lane, name in names.items()}
        make_file(self.file)
        storage = {"storage_class": _overwriting(), "filename": str(self.file), "results": False}
        return {lane: Huey(name, **storage) for lane, name in names.items()}

    @cached_property
    def _run_tasks(self) -> dict[str, Callable[[int], object]]:
        return {lane: huey.task(name="run_job")(self.run) for lane, huey in self._hueys.items()}

    @cached_property
    def _sweep_task(self):  # type: ignore[no-untyped-def]  # huey has no types
        from huey import crontab  # noqa: PLC0415  as the module says

        run_tasks = self._run_tasks

        def sweep() -> None:
            for job_id, lane in self.waiting():
                run_tasks[lane](job_id)

        return self._hueys[LANES[0]].periodic_task(crontab(minute="*"), name="sweep")(sweep)


def _consumer(huey: "Huey") -> "Consumer":
    """Return what runs the jobs of a lane.

    At SIGHUP it would begin the command anew that this process was started with, which may be a whole
    site: that is left to who started it, and a terminal that is closed ends all.
    """
    consumer = huey.create_consumer(workers=WORKERS, check_worker_health=False, max_delay=1.0)
    consumer._signal_actions.pop(signal.SIGHUP, None)
    return consumer


def _overwriting() -> type:
    """Return huey's storage in a file, made to overwrite what is taken out."""
    from huey.storage import SqliteStorage  # noqa: PLC0415  as the module says

    class OverwritingStorage(SqliteStorage):
        """Without this, a secret that was taken stays readable in the file until its place is used anew."""

        def _create_connection(self) -> sqlite3.Connection:
            connection: sqlite3.Connection = super()._create_connection()
            connection.execute("PRAGMA secure_delete=ON")
            return connection

    return OverwritingStorage
