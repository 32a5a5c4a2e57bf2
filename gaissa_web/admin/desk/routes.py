"""The first page after signing in, and the page that shows every component."""

from datetime import UTC, datetime

from flask import render_template

from gaissa_web.admin.audit.queries import recent_events
from gaissa_web.admin.blueprint import blueprint
from gaissa_web.admin.desk import queries
from gaissa_web.core.grades import Grade
from gaissa_web.core.label import Origin
from gaissa_web.core.rating import Metric, Phase, RatedMetric
from gaissa_web.core.thresholds import Direction, Thresholds
from gaissa_web.labels.queries import LabelSummary


@blueprint.get("/")
def index() -> str:
    """Show what there is to manage, and what happened last."""
    return render_template("admin/desk/index.html", overview=queries.overview(), events=recent_events(8))


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
    return render_template("admin/desk/patterns.html", rated=rated, rows=[summary])
