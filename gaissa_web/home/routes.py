"""The addresses that belong to no single tool."""

from collections.abc import Iterable

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    render_template,
    send_from_directory,
    stream_with_context,
)

from gaissa_web.config import PROJECT
from gaissa_web.core.rating import Phase
from gaissa_web.home import queries, sitemap
from gaissa_web.home.sitemap import Place
from gaissa_web.storage.db import ping
from gaissa_web.storage.schemes import current_scheme
from gaissa_web.storage.workers import is_worker_heard
from gaissa_web.web import products
from gaissa_web.web.addresses import public_address

blueprint = Blueprint("home", __name__)
NO_WORKER = "No worker has been heard of lately, so background jobs wait: start “gaissa worker”."


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


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Send the icon to those who ask for it by the name it always had."""
    return send_from_directory(PROJECT / "static" / "icons", "favicon.ico", mimetype="image/x-icon")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Tell robots what is not for them: management, and pages that only arrange others anew."""
    return _plain(
        render_template("home/robots.txt", sitemap=public_address("home.sitemap_index")).strip(), 200
    )


@blueprint.get("/sitemap.xml")
def sitemap_index() -> Response:
    """List the files that list the pages."""
    addresses = [public_address("home.sitemap_pages")]
    for kind, block in sitemap.blocks(products.switched_off()):
        addresses.append(public_address("home.sitemap_block", kind=kind, block=block))
    return Response(
        render_template("home/sitemap_index.xml", addresses=addresses), mimetype="application/xml"
    )


@blueprint.get("/sitemaps/pages.xml")
def sitemap_pages() -> Response:
    """List the pages that every site has."""
    return _sitemap(sitemap.pages(products.switched_off()))


@blueprint.get("/sitemaps/<any(labels, models, analyses):kind>-<int:block>.xml")
def sitemap_block(kind: str, block: int) -> Response:
    """List the pages of some labels, models or analyses."""
    if (kind, block) not in sitemap.blocks(products.switched_off()):
        abort(404)
    return _sitemap(sitemap.places(kind, block))


def _sitemap(listed: Iterable[Place]) -> Response:
    ping()
    rows = ((public_address(place.endpoint, **place.values), place.changed) for place in listed)
    current = current_app.jinja_env.get_template("home/sitemap.xml")
    return Response(stream_with_context(current.generate(rows=rows)), mimetype="application/xml")


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that this process answers."""
    return _plain("ok", 200)


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say whether the database is there and has the shape this version needs, and if a worker is missing."""
    problem = queries.readiness_problem()
    if problem:
        return _plain(problem, 503)
    return _plain("ok" if is_worker_heard() else f"ok\n{NO_WORKER}", 200)


def _plain(text: str, status: int) -> Response:
    response = make_response(f"{text}\n", status)
    response.mimetype = "text/plain"
    response.cache_control.no_store = True
    return response
