"""The first page after signing in, the settings, and the page that shows every component."""

from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.admin.blueprint import blueprint
from gaissa_web.admin.queries import dashboard as queries
from gaissa_web.admin.queries.audit import recent_events
from gaissa_web.admin.services import switches
from gaissa_web.core.grades import Grade
from gaissa_web.core.label import Origin
from gaissa_web.core.rating import Metric, Phase, RatedMetric
from gaissa_web.core.thresholds import Direction, Thresholds
from gaissa_web.labels.queries import LabelSummary
from gaissa_web.storage.switches import Product
from gaissa_web.web import auth


@blueprint.get("/")
def index() -> str:
    """Show what there is to manage, and what happened last."""
    return render_template("admin/index.html", overview=queries.overview(), events=recent_events(8))


@blueprint.get("/settings")
def settings() -> str:
    """Show which tools are switched on."""
    return render_template("admin/settings.html", products=list(Product))


@blueprint.post("/settings")
def change_settings() -> WerkzeugResponse:
    """Switch the tools on and off."""
    chosen = set(request.form.getlist("on"))
    switches.switch(auth.actor(), frozenset(product for product in Product if product in chosen))
    flash("The settings are saved.")
    return redirect(url_for("admin.settings"), 303)


@blueprint.get("/patterns")
def patterns() -> str:
    """Show every component once, to look at after a change of the stylesheet."""
    thresholds = Thresholds(Direction.LOWER, (1, 10, 100, 1000))
    metric = Metric("energy", "Energy per inference", "J", 1, thresholds)
    summary = LabelSummary(
        1, Phase.TRAINING, 1, "A model with a name of more than one line on a phone", "its author",
        Grade.B, datetime(2026, 3, 4, tzinfo=UTC), Origin.FORM, 0.5,
    )  # fmt: skip
    rated = RatedMetric(metric, 42, Grade.C, 1)
    return render_template("admin/patterns.html", rated=rated, rows=[summary])
