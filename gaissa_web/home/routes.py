"""The addresses that belong to no single tool."""

from flask import Blueprint, Response, make_response, render_template

from gaissa_web.home import queries

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def index() -> str:
    """Say what this is, and show that it is alive."""
    return render_template("home/index.html", counts=queries.counts(), recent=queries.recent_labels(6))


@blueprint.get("/about")
def about() -> str:
    """Explain the project, its method and its sources."""
    return render_template("home/about.html", schemes=queries.current_schemes())


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
