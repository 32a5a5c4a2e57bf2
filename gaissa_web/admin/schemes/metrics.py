"""The metrics of a draft: add, edit, propose thresholds, arrange, take out."""

from flask import Response, abort, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.admin.blueprint import blueprint
from gaissa_web.admin.schemes import queries, services
from gaissa_web.admin.schemes.forms import DraftForm, MetricForm, metric_form
from gaissa_web.admin.schemes.queries import SchemeDetail
from gaissa_web.admin.schemes.routes import change_draft, draft_or_404, show_refusal
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.proposing import propose
from gaissa_web.core.rating import Metric
from gaissa_web.core.thresholds import Thresholds
from gaissa_web.storage.db import now
from gaissa_web.web import auth


@blueprint.get("/schemes/<int:scheme_id>/metrics/new")
def new_metric(scheme_id: int) -> str:
    """Show the form to add a metric to a draft."""
    detail = draft_or_404(scheme_id)
    return _show_metric(detail, metric_form(None, detail.revision), None)


@blueprint.post("/schemes/<int:scheme_id>/metrics/new")
def add_metric(scheme_id: int) -> Response | WerkzeugResponse:
    """Add a metric to a draft."""
    detail = draft_or_404(scheme_id)
    form = MetricForm()
    if not form.validate():
        return make_response(_show_metric(detail, form, None), 422)

    def add(revision: int) -> None:
        slug, unit = form.slug.data or "", form.unit.data or ""
        services.add_metric(auth.actor(), scheme_id, revision, slug, unit, form.rules)

    def again() -> str:
        return _show_metric(draft_or_404(scheme_id), form, None)

    return change_draft(scheme_id, form, add, again, f"{form.name.data} was added.")


@blueprint.get("/schemes/<int:scheme_id>/metrics/<slug>")
def edit_metric(scheme_id: int, slug: str) -> str:
    """Show the form for a metric of a draft; with `propose`, with thresholds from what is stored."""
    detail = draft_or_404(scheme_id)
    metric = _metric(detail, slug)
    proposal = _proposal(detail, metric) if "propose" in request.args else None
    thresholds = proposal if isinstance(proposal, Thresholds) else None
    form = metric_form(metric, detail.revision, thresholds)
    if isinstance(proposal, str):
        form.refuse(proposal)
    elif proposal:
        count = queries.stored_values(detail.scheme.phase, slug).count
        form.thresholds_source.data = (
            f"Percentiles 20, 40, 60 and 80 of {count:,} values stored by {now():%Y-%m-%d}"
        )
        form.thresholds_source_url.data = ""
    return _show_metric(detail, form, metric, proposed=thresholds)


@blueprint.post("/schemes/<int:scheme_id>/metrics/<slug>")
def save_metric(scheme_id: int, slug: str) -> Response | WerkzeugResponse:
    """Change what a draft says of a metric."""
    detail = draft_or_404(scheme_id)
    metric = _metric(detail, slug)
    form = MetricForm()
    if not form.validate():
        return make_response(_show_metric(detail, form, metric), 422)
    unit = form.unit.data if "unit" in request.form else None

    def save(revision: int) -> None:
        services.edit_metric(auth.actor(), scheme_id, revision, slug, form.rules, unit)

    def again() -> str:
        changed = draft_or_404(scheme_id)
        return _show_metric(changed, form, _metric(changed, slug))

    return change_draft(scheme_id, form, save, again, f"{form.name.data} was saved.")


@blueprint.get("/schemes/<int:scheme_id>/metrics/<slug>/remove")
def confirm_removal(scheme_id: int, slug: str) -> str:
    """Ask before a metric is taken out of a draft."""
    detail = draft_or_404(scheme_id)
    return render_template(
        "admin/confirm.html",
        title=f"Take “{_metric(detail, slug).name}” out of the draft?",
        consequences=[
            "What the draft says of it, its weight, thresholds and texts, is lost.",
            "Values that labels have of it stay stored, and published versions keep it.",
        ],
        button="Take it out",
        fields={"revision": detail.revision},
        back=url_for("admin.scheme", scheme_id=scheme_id),
    )


@blueprint.post("/schemes/<int:scheme_id>/metrics/<slug>/<any(up, down, remove):what>")
def arrange_metric(scheme_id: int, slug: str, what: str) -> Response | WerkzeugResponse:
    """Move a metric of a draft, or take it out."""
    form = DraftForm()

    def arrange(revision: int) -> None:
        if what == "remove":
            services.remove_metric(auth.actor(), scheme_id, revision, slug)
        else:
            services.move_metric(auth.actor(), scheme_id, revision, slug, up=what == "up")

    return change_draft(scheme_id, form, arrange, lambda: show_refusal(scheme_id, form), "")


def _metric(detail: SchemeDetail, slug: str) -> Metric:
    return next((metric for metric in detail.scheme.metrics if metric.slug == slug), None) or abort(404)


def _show_metric(
    detail: SchemeDetail, form: MetricForm, metric: Metric | None, proposed: Thresholds | None = None
) -> str:
    phase = detail.scheme.phase
    return render_template(
        "admin/schemes/metric.html",
        detail=detail,
        form=form,
        metric=metric,
        proposed=proposed,
        unit_is_free=metric is None or queries.unit_is_free(phase, metric.slug),
        choices=queries.metric_choices(detail.scheme) if metric is None else [],
        stored=queries.stored_values(phase, metric.slug) if metric else None,
    )


def _proposal(detail: SchemeDetail, metric: Metric) -> Thresholds | str:
    stored = queries.stored_values(detail.scheme.phase, metric.slug)
    try:
        return propose(metric.thresholds.direction, stored.count, stored.ranked)
    except InvalidInputError as error:
        return str(error)
