"""The addresses that belong to no single tool."""

from flask import Blueprint, Response, abort, make_response, render_template

from gaissa_web.core.rating import Phase
from gaissa_web.home import queries
from gaissa_web.storage.schemes import current_scheme

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def index() -> str:
    """Say what this is, and show that it is alive."""
    return render_template("home/index.html", counts=queries.counts(), recent=queries.recent_labels(6))


@blueprint.get("/about")
def about() -> str:
    """Explain the project, its method and its sources."""
    return render_template("home/about.html", schemes=queries.current_schemes())


@blueprint.get("/about/<any(training, inference):phase>/<int:version>")
def scheme(phase: str, version: int) -> str:
    """Show one published version of a rating scheme."""
    described = queries.find_published(Phase(phase), version) or abort(404)
    newest = current_scheme(Phase(phase))[1].version
    return render_template("home/scheme.html", described=described, newest=newest)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that this process answers."""
    return _plain("ok", 200)


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say whether the database can be reached and has the shape this version needs."""
    problem = queries.readiness_problem()
    return _plain(problem or "ok", 503 if problem else 200)


def _plain(text: str, status: int) -> Response:
    response = make_response(f"{text}\n", status)
    response.mimetype = "text/plain"
    response.cache_control.no_store = True
    return response
