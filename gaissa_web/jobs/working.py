"""The queue with its worker: what it does with a job, and how it finds those nobody told it of."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from gaissa_web.adapters.queue import JobQueue, lane
from gaissa_web.config import Settings
from gaissa_web.jobs.running import Runner, run_job
from gaissa_web.jobs.sealing import empty_logs
from gaissa_web.storage import jobs
from gaissa_web.storage.workers import note_worker


def make_queue(
    settings: Settings, runners: Mapping[str, Runner], context: Callable[[], AbstractContextManager[object]]
) -> JobQueue:
    """Return the queue whose worker does the kinds of jobs that `runners` names.

    `context` makes what a job needs to reach the database.
    """

    def run(job_id: int) -> None:
        with context():
            run_job(job_id, runners, queue, settings)

    def waiting() -> list[tuple[int, str]]:
        with context():
            note_worker()
            found = [(job_id, lane(is_visitors)) for job_id, is_visitors in jobs.recover()]
            empty_logs(queue)  # once more, for what somebody's reading prevented
            return found

    queue = JobQueue(settings.queue_url or settings.data_dir / "queue.sqlite3", run, waiting)
    return queue
