"""Stopping background jobs."""

from gaissa_web.adapters.queue import JobQueue
from gaissa_web.jobs.sealing import forget
from gaissa_web.storage.audit import Action, Actor, record
from gaissa_web.storage.db import db, one_at_a_time
from gaissa_web.storage.jobs import Job, State, request_cancel


def cancel_job(queue: JobQueue, actor: Actor, job_id: int) -> None:
    """Ask a job to stop; one that has ended stays as it is."""
    sealed = None
    with one_at_a_time():
        job = db.session.get_one(Job, job_id, populate_existing=True)
        if not State(job.state).ended:
            sealed = request_cancel(job_id)
            record(actor, Action.CANCEL, "background job", job.title)
    forget(queue, sealed)
