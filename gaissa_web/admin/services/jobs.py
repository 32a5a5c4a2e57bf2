"""Stopping background jobs."""

from gaissa_web.storage.audit import Action, Actor, record
from gaissa_web.storage.db import db, one_at_a_time
from gaissa_web.storage.jobs import Job, State, request_cancel
from gaissa_web.web.jobs import forget


def cancel_job(actor: Actor, job_id: int) -> None:
    """Ask a job to stop; one that has ended stays as it is."""
    sealed = None
    with one_at_a_time():
        job = db.session.get_one(Job, job_id, populate_existing=True)
        if not State(job.state).ended:
            sealed = request_cancel(job_id)
            record(actor, Action.CANCEL, "background job", job.title)
    forget(sealed)
