"""The queue that wakes a worker when there is background work; what the work is, it does not know.

Huey is loaded only when it is needed: a web process that starts no job does without its 2 MB.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huey import SqliteHuey


class JobQueue:
    """Numbers of jobs, waiting to be run by a worker.

    `run` does one job and raises nothing. `waiting` returns the numbers of all jobs that nobody
    has taken: the worker asks for them at its start and once a minute, so that a job whose
    notice was lost, with a machine or a queue's file, is run all the same.
    """

    def __init__(self, path: Path, run: Callable[[int], None], waiting: Callable[[], Iterable[int]]) -> None:
        self.path = path
        self.run = run
        self.waiting = waiting

    def put(self, job_id: int) -> None:
        """Wake a worker for a job; twice does no harm, since a job is taken once."""
        self._run_task(job_id)

    def work(self) -> None:
        """Run jobs, one after the other, until the process is told to end."""
        self._sweep_task.call_local()
        self._huey.create_consumer(workers=1, check_worker_health=False, max_delay=1.0).run()

    @cached_property
    def _huey(self) -> "SqliteHuey":
        from huey import SqliteHuey  # noqa: PLC0415

        return SqliteHuey("gaissa", filename=str(self.path), results=False)

    @cached_property
    def _run_task(self) -> Callable[[int], object]:
        task: Callable[[int], object] = self._huey.task(name="run_job")(self.run)
        return task

    @cached_property
    def _sweep_task(self):  # type: ignore[no-untyped-def]  # huey has no types
        from huey import crontab  # noqa: PLC0415

        run_task = self._run_task

        def sweep() -> None:
            for job_id in self.waiting():
                run_task(job_id)

        return self._huey.periodic_task(crontab(minute="*"), name="sweep")(sweep)
