"""Rating schemes: versions and their comparison, drafts, publishing, rating labels anew."""

from collections.abc import Callable
from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.admin.blueprint import blueprint
from gaissa_web.admin.schemes import queries, re_rating, services
from gaissa_web.admin.schemes.forms import DraftForm, MetricForm
from gaissa_web.admin.schemes.queries import SchemeDetail
from gaissa_web.admin.schemes.tasks import RE_RATE
from gaissa_web.core.errors import ConflictError, InvalidInputError
from gaissa_web.core.rating import Phase
from gaissa_web.core.versions import compare_versions, without_source
from gaissa_web.jobs.starting import start
from gaissa_web.storage.schemes import current_scheme
from gaissa_web.web import auth, background, htmx


@blueprint.get("/schemes/")
def schemes_index() -> str:
    """List all versions and drafts."""
    return render_template("admin/schemes/index.html", schemes=queries.list_schemes(), phases=list(Phase))


@blueprint.post("/schemes/")
def create_draft() -> WerkzeugResponse:
    """Begin a draft from the current version of a phase, or go to the one there is."""
    phase = request.form.get("phase", "")
    if phase not in set(Phase):
        abort(400)
    return _back(services.create_draft(auth.actor(), Phase(phase)))


@blueprint.get("/schemes/<int:scheme_id>")
def scheme(scheme_id: int) -> str:
    """Show one version; a draft with what can be done to it."""
    return _show(scheme_or_404(scheme_id))


@blueprint.post("/schemes/<int:scheme_id>")
def save_draft(scheme_id: int) -> Response | WerkzeugResponse:
    """Change the texts of a draft."""
    form = DraftForm()
    if not form.validate():
        return make_response(_show(scheme_or_404(scheme_id), form), 422)

    def save(revision: int) -> None:
        services.edit_draft(auth.actor(), scheme_id, revision, form.title.data, form.description.data)

    def again() -> str:
        return _show(scheme_or_404(scheme_id), form)

    return change_draft(scheme_id, form, save, again, "The draft was saved.")


@blueprint.get("/schemes/<int:scheme_id>/effect")
def scheme_effect(scheme_id: int) -> Response:
    """Show what the version would do to the labels there are."""
    detail = scheme_or_404(scheme_id)
    return htmx.render(
        "admin/schemes/effect.html", "admin/schemes/_effect.html", detail=detail, **_effect(detail)
    )


@blueprint.get("/schemes/<int:scheme_id>/discard")
def confirm_discard(scheme_id: int) -> str:
    """Ask before a draft is deleted."""
    detail = draft_or_404(scheme_id)
    return render_template(
        "admin/confirm.html",
        title=f"Discard the draft of {detail.name}?",
        consequences=["All its changes are lost. No label changes: the draft never rated any."],
        button="Discard the draft",
        fields={"revision": detail.revision},
        back=url_for("admin.scheme", scheme_id=scheme_id),
    )


@blueprint.post("/schemes/<int:scheme_id>/discard")
def discard_draft(scheme_id: int) -> Response | WerkzeugResponse:
    """Delete a draft."""
    form = DraftForm()

    def discard(revision: int) -> None:
        services.discard_draft(auth.actor(), scheme_id, revision)

    answer = change_draft(
        scheme_id, form, discard, lambda: show_refusal(scheme_id, form), "The draft was discarded."
    )
    return redirect(url_for("admin.schemes_index"), 303) if answer.status_code == 303 else answer


@blueprint.get("/schemes/<int:scheme_id>/publish")
def confirm_publishing(scheme_id: int) -> str:
    """Show what publishing a draft changes, before it is done."""
    return _show_publishing(draft_or_404(scheme_id))


@blueprint.post("/schemes/<int:scheme_id>/publish")
def publish(scheme_id: int) -> Response | WerkzeugResponse:
    """Make a draft the version that rates new labels."""
    form = DraftForm()

    def do(revision: int) -> None:
        services.publish(auth.actor(), scheme_id, revision)

    return change_draft(
        scheme_id,
        form,
        do,
        lambda: show_refusal(scheme_id, form),
        "Published: from now on it rates new labels.",
    )


@blueprint.get("/schemes/<int:scheme_id>/re-rate")
def confirm_re_rating(scheme_id: int) -> str:
    """Show what rating older labels anew changes, before it is done."""
    detail = scheme_or_404(scheme_id)
    if not detail.current:
        abort(404)
    count = queries.labels_rated_otherwise(detail)
    return render_template("admin/schemes/re_rate.html", detail=detail, count=count, **_effect(detail))


@blueprint.post("/schemes/<int:scheme_id>/re-rate")
def re_rate(scheme_id: int) -> WerkzeugResponse:
    """Start rating older labels anew in the background, or go to where it is being done."""
    detail = scheme_or_404(scheme_id)
    try:
        re_rating.check_target(scheme_id)
    except InvalidInputError:
        abort(404)
    title = f"Rate labels anew under {detail.name}"
    key = f"{RE_RATE} {scheme_id}"
    queue, payload = background.queue(), {"scheme_id": scheme_id}
    job_id = start(queue, RE_RATE, title, key, payload, auth.actor())
    return redirect(url_for("admin.job", job_id=job_id), 303)


@blueprint.get("/schemes/compare")
def compare_schemes() -> str | tuple[str, int]:
    """Show what differs between two versions of a phase."""
    old, new = (queries.find_scheme(request.args.get(name, 0, int)) for name in ("a", "b"))
    if old is None or new is None or old.scheme.phase != new.scheme.phase:
        problem = "Choose two versions of the same phase."
        all_schemes = queries.list_schemes()
        page = render_template(
            "admin/schemes/index.html", schemes=all_schemes, phases=list(Phase), problem=problem
        )
        return page, 422
    changes = compare_versions(old.scheme, new.scheme)
    return render_template("admin/schemes/versions.html", old=old, new=new, changes=changes)


def scheme_or_404(scheme_id: int) -> SchemeDetail:
    """Return a version, a draft or not, or answer that there is none."""
    return queries.find_scheme(scheme_id) or abort(404)


def draft_or_404(scheme_id: int) -> SchemeDetail:
    """Return a draft, or answer that there is none."""
    detail = scheme_or_404(scheme_id)
    return abort(404) if detail.published_at else detail


def _back(scheme_id: int) -> WerkzeugResponse:
    return redirect(url_for("admin.scheme", scheme_id=scheme_id), 303)


def change_draft(
    scheme_id: int,
    form: DraftForm | MetricForm,
    change: Callable[[int], None],
    again: Callable[[], str],
    done: str,
) -> Response | WerkzeugResponse:
    """Make a change of a draft in the state that the form was made from, or say why it cannot be."""
    revision = form.revision.data or ""
    try:
        change(int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0)
    except LookupError:
        abort(404)
    except ConflictError as error:
        form.refuse(f"{error} Nothing was overwritten: look at what it says now, then send yours again.")
        changed = queries.find_scheme(scheme_id)
        if changed is None or changed.published_at:
            return make_response(show_refusal(scheme_id, form), 409)
        form.revision.data = str(changed.revision)
        return make_response(again(), 409)
    except InvalidInputError as error:
        form.refuse(str(error))
        return make_response(again(), 422)
    if done:
        flash(done)
    return _back(scheme_id)


def _show(detail: SchemeDetail, form: DraftForm | None = None) -> str:
    if form is None:
        form = DraftForm(formdata=None, data={"title": detail.title, "description": detail.description})
        form.revision.data = str(detail.revision)
    ordered = detail.scheme.ordered
    return render_template(
        "admin/schemes/detail.html",
        detail=detail,
        form=form,
        metrics=ordered,
        total_weight=sum(metric.weight for metric in ordered),
        others=queries.labels_rated_otherwise(detail) if detail.current else 0,
        current_id=current_scheme(detail.scheme.phase)[0],
        paragraphs=detail.description.strip().split("\n\n"),
    )


def show_refusal(scheme_id: int, form: DraftForm | MetricForm) -> str:
    """Show a version afresh, with what kept a change from being made."""
    page = DraftForm(formdata=None)
    detail = scheme_or_404(scheme_id)
    page.title.data, page.description.data = detail.title, detail.description
    page.revision.data = str(detail.revision)
    for message in form.form_errors:
        page.refuse(message)
    return _show(detail, page)


def _show_publishing(detail: SchemeDetail) -> str:
    _, current = current_scheme(detail.scheme.phase)
    changes = compare_versions(current, detail.scheme)
    return render_template(
        "admin/schemes/publish.html",
        detail=detail,
        changes=changes,
        current=current,
        unsourced=without_source(current, detail.scheme),
        **_effect(detail),
    )


def _effect(detail: SchemeDetail) -> dict[str, Any]:
    effect = queries.effect_on_labels(detail.scheme)
    ids = [label_id for transition in effect.transitions for label_id in transition.examples]
    return {"effect": effect, "names": queries.model_names(ids)}
