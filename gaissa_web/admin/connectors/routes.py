"""Synchronising with the Hugging Face hub: start, progress, history, and what was done about each model."""

from datetime import datetime

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.admin.blueprint import blueprint
from gaissa_web.admin.connectors import queries
from gaissa_web.admin.connectors.forms import LAST, SyncForm, sync_form
from gaissa_web.connectors.runs import last_seen
from gaissa_web.connectors.tasks import SYNC, SYNC_KEY, SYNC_TITLE
from gaissa_web.core.hub import Action
from gaissa_web.jobs.starting import start
from gaissa_web.storage.jobs import find_active
from gaissa_web.web import arguments, auth, background, htmx
from gaissa_web.web.settings import settings


@blueprint.get("/connectors/")
def connectors() -> Response:
    """Show the last runs, and the form to start one."""
    seen = last_seen()
    return _show(sync_form(seen, formdata=None), seen)


@blueprint.post("/connectors/")
def start_sync() -> Response | WerkzeugResponse:
    """Start a run in the background; if one is on its way, it is that one."""
    seen = last_seen()
    form = sync_form(seen)
    if not form.validate():
        return _show(form, seen, 422)
    since = seen.isoformat() if seen and form.since.data == LAST else None
    payload = {"since": since, "most": form.most.data}
    job_id = start(background.queue(), SYNC, SYNC_TITLE, SYNC_KEY, payload, auth.actor())
    return redirect(url_for("admin.sync_run", job_id=job_id), 303)


@blueprint.get("/connectors/runs/<int:job_id>")
def sync_run(job_id: int) -> Response:
    """Show how far a run is, and what it did about each model."""
    action = arguments.text("action")
    run = queries.find_run(job_id, SYNC) or abort(404)
    return htmx.render(
        "admin/connectors/run.html",
        "admin/connectors/_run.html",
        run=run,
        action=action if action in set(Action) else "",
        actions=[Action.CREATE, Action.UPDATE, Action.SKIP],
        page=queries.list_results(job_id, action, request.args.get("after")),
    )


@blueprint.get("/sync/")
def old_sync() -> WerkzeugResponse:
    """Lead to where synchronising has moved."""
    return redirect(url_for("admin.connectors"), 308)


@blueprint.get("/sync/<int:job_id>")
def old_sync_run(job_id: int) -> WerkzeugResponse:
    """Lead to where a run has moved."""
    return redirect(url_for("admin.sync_run", job_id=job_id), 308)


def _show(form: SyncForm, seen: datetime | None, status: int = 200) -> Response:
    page = render_template(
        "admin/connectors/index.html",
        form=form,
        runs=queries.list_runs(),
        active=find_active(SYNC_KEY),
        last_seen=seen,
        models=queries.count_hub_models(),
        hub_url=settings().hub_url,
    )
    return make_response(page, status)
