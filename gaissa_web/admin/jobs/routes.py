"""Background jobs: how far one is, and stopping it."""

from flask import Response, abort, redirect, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.admin.blueprint import blueprint
from gaissa_web.admin.jobs.services import cancel_job
from gaissa_web.storage.jobs import JobDetail, find_job
from gaissa_web.web import auth, background, htmx


@blueprint.get("/jobs/<int:job_id>")
def job(job_id: int) -> Response:
    """Show how far a job is."""
    return htmx.render("admin/jobs/detail.html", "admin/jobs/_progress.html", job=_job(job_id))


@blueprint.post("/jobs/<int:job_id>/cancel")
def cancel(job_id: int) -> WerkzeugResponse:
    """Ask a job to stop."""
    cancel_job(background.queue(), auth.actor(), _job(job_id).id)
    return redirect(url_for("admin.job", job_id=job_id), 303)


def _job(job_id: int) -> JobDetail:
    return find_job(job_id) or abort(404)
