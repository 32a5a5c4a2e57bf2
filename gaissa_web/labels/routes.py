"""The addresses of GAISSALabel: parse the request, call, render. Rules live in core."""

from collections.abc import Callable
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.core.comparing import compare
from gaissa_web.core.derive import derive
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.exporting import csv_lines, json_lines
from gaissa_web.core.label import Label, Origin, advice_order, lifts
from gaissa_web.core.rating import Phase, rate
from gaissa_web.core.text import printable
from gaissa_web.labels import documents, importing, queries, services, tools
from gaissa_web.labels.exports import COLUMNS, values
from gaissa_web.labels.forms import LabelForm, label_form
from gaissa_web.labels.import_form import ImportForm, file_choices
from gaissa_web.labels.measured import Measured, find_measured
from gaissa_web.labels.queries import Filters
from gaissa_web.labels.uploads import File, pack, unpack
from gaissa_web.storage.experiments import ORIGIN_DETAIL_LENGTH
from gaissa_web.storage.schemes import current_scheme
from gaissa_web.web import arguments, htmx, security
from gaissa_web.web.addresses import public_address
from gaissa_web.web.caching import cached
from gaissa_web.web.exports import attachment

blueprint = Blueprint("labels", __name__)
PHASE = "<any(training, inference):phase>"
COMPARED = range(2, 7)
MOST_CHOSEN, MOST_SHOWN = 100, 12
FILTERS = {
    "text": "q",
    "phase": "phase",
    "grade": "grade",
    "source": "source",
    "metric": "metric",
    "sort": "sort",
}


@blueprint.get("/labels/")
def index() -> Response:
    """List labels, narrowed and sorted as asked."""
    filters = _filters()
    after = request.args.get("after")
    page = queries.list_labels(filters, after)
    return htmx.render(
        "labels/index.html",
        "labels/_results.html",
        page=page,
        filters=filters,
        count=queries.count_labels(filters) if after or page.next_cursor else len(page.rows),
        counted_at_most=queries.COUNTED_AT_MOST,
        metrics=queries.metric_choices(),
        origins=[(origin.value, origin.value) for origin in Origin],
        export={name: value for name, value in request.args.items() if name in FILTERS.values()},
    )


@blueprint.get("/labels/export.csv")
def export_csv() -> Response:
    """Send all labels that pass the filters as CSV."""
    rows = map(values, queries.iterate_labels(_filters()))
    return attachment(csv_lines(COLUMNS, rows), "text/csv", "labels.csv")


@blueprint.get("/labels/export.json")
def export_json() -> Response:
    """Send all labels that pass the filters as a JSON list."""
    rows = map(values, queries.iterate_labels(_filters()))
    return attachment(json_lines(COLUMNS, rows), "application/json", "labels.json")


@blueprint.get(f"/labels/{PHASE}/new")
def create(phase: str) -> Response:
    """Show the form for a label: empty, for a model that is chosen already, or with what was measured."""
    form = _label_form(Phase(phase), formdata=None)
    form.model_id.data = request.args.get("model_id", type=int)
    measured = _measured(phase, arguments.text("measurement"))
    if measured:
        form.fill({**measured.texts, "measurement": measured.key})
    return _show_form(form)


@blueprint.post(f"/labels/{PHASE}/new")
def register(phase: str) -> Response | WerkzeugResponse:
    """Register a label; or, as the button pressed says, preview its grades or find its model."""
    form = _label_form(Phase(phase))
    form.blank(_unticked())
    fragment = {"find": "labels/_matches.html", "preview": "labels/_preview.html"}.get(
        request.form.get("action", "")
    )
    if fragment:
        form.validate_numbers()
        return _show_form(form, fragment=fragment)
    if not form.validate():
        return _show_form(form, status=422)
    try:
        measured = _measured(phase, form.measurement.data or "")
        label_id = services.register_label(form.experiment(session["csrf_token"], measured))
    except InvalidInputError as error:
        form.refuse(str(error))
        return _show_form(form, status=422)
    return redirect(url_for("labels.detail", label_id=label_id), 303)


@blueprint.errorhandler(CSRFError)
def keep_form(_error: CSRFError) -> Response | tuple[str, int]:
    """Give a label form whose session expired back with all that was typed, ready to be sent again."""
    if request.endpoint != "labels.register":
        upload = ImportForm()
        upload.refuse("This page was open for too long. Please choose the files once more.")
        return _show_import(Phase((request.view_args or {})["phase"]), upload), 400
    form = _label_form(Phase((request.view_args or {})["phase"]))
    form.validate()
    form.refuse("This form was open for too long. Nothing was lost: please check it and send it again.")
    return _show_form(form, status=400)


@blueprint.get(f"/labels/{PHASE}/import")
def choose_files(phase: str) -> str:
    """Show the form to upload the files of a tracker."""
    return _show_import(Phase(phase), ImportForm(formdata=None))


@blueprint.post(f"/labels/{PHASE}/import")
def import_files(phase: str) -> Response | tuple[str, int]:
    """Read the files and show the label's form, filled in with what they say; nothing is stored."""
    upload = ImportForm()
    valid, again = upload.validate(), bool(unpack(upload.upload.data or ""))
    if not valid and not again:
        return _show_import(Phase(phase), upload), 422
    files = upload.contents()
    form = _label_form(Phase(phase), formdata=request.form if again else None)
    imported = _read(form, upload, files)
    if not valid:
        for _, message in upload.problems:
            form.refuse(message)
        return _show_form(form, status=422, imported=imported, upload=upload)
    if not imported.lines and not again:
        return _show_import(Phase(phase), upload, imported), 422
    form.blank(request.form.getlist("offered"))
    form.fill({name: text for name, text in imported.texts.items() if name not in _unticked()})
    form.origin_detail.data = imported.tools[:ORIGIN_DETAIL_LENGTH]
    form.upload.data = pack(files)
    return _show_form(form, imported=imported, upload=upload)


@blueprint.get("/labels/tools/<slug>")
def tool(slug: str) -> str:
    """Explain how to get the file of a calculation tool, and what is read from it."""
    return render_template("labels/tool.html", tool=tools.find_tool_guide(slug) or abort(404))


@blueprint.get("/labels/<int:label_id>")
def detail(label_id: int) -> str:
    """Show one label: its grade, what it rests on, what would better it, how to pass it on."""
    label = _label(label_id)
    return render_template(
        "labels/detail.html",
        label=label,
        drawing=documents.drawing(label),
        lifts=lifts(label.rating),
        advice=advice_order(label.rating),
        better=queries.better_labels(label, 3),
        share=documents.share(label),
    )


@blueprint.get("/labels/<int:label_id>.pdf")
def pdf(label_id: int) -> Response:
    """Send the label as a printable page."""
    return _document(label_id, "pdf", "application/pdf", documents.pdf)


@blueprint.get("/labels/<int:label_id>.png")
def png(label_id: int) -> Response:
    """Send the label as a picture, 1200 x 630 pixels."""
    return _document(label_id, "png", "image/png", documents.png)


@blueprint.get("/labels/<int:label_id>.svg")
def svg(label_id: int) -> Response:
    """Send the label as a scalable picture."""
    return cached(_framable(documents.svg(_label(label_id)), "image/svg+xml"))


@blueprint.get("/labels/<int:label_id>/badge.svg")
def badge(label_id: int) -> Response:
    """Send the badge for a README."""
    return cached(_framable(documents.badge(_label(label_id)), "image/svg+xml"))


@blueprint.get("/labels/<int:label_id>.json")
def data(label_id: int) -> Response:
    """Send everything the label states as JSON."""
    response = Response(documents.as_json(_label(label_id)), mimetype="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return cached(response)


@blueprint.get("/labels/<int:label_id>/model-card.yaml")
def model_card(label_id: int) -> Response:
    """Send the metadata block for a Hugging Face model card."""
    return cached(Response(documents.model_card(_label(label_id)), mimetype="application/yaml"))


@blueprint.get("/labels/<int:label_id>/embed")
def embed(label_id: int) -> Response:
    """Show the label alone, to be framed by other sites."""
    label = _label(label_id)
    address = public_address("labels.detail", label_id=label_id)
    page = render_template("labels/embed.html", drawing=documents.drawing(label), address=address)
    return _framable(page, "text/html")


@blueprint.get("/labels/compare")
def compare_labels() -> str | tuple[str, int]:
    """Show two to six labels side by side; with more or fewer, what was ticked, to be changed."""
    ids = list(dict.fromkeys(request.args.getlist("id", type=int)))
    if len(ids) in COMPARED:
        labels = queries.find_labels(ids)
        if len(labels) == len(ids):
            return render_template("labels/compare.html", comparison=compare(labels))
    chosen = queries.summaries(ids[:MOST_CHOSEN])
    gone = len(chosen) < len(ids[:MOST_CHOSEN])
    return render_template(
        "labels/compare.html",
        comparison=None,
        chosen=chosen,
        others=[label for label in queries.recent_labels(MOST_SHOWN) if label not in chosen],
        count=len(ids),
        problem="One of these labels does not exist, or not any more." if gone else "",
    ), 422


@blueprint.get("/models/<int:model_id>")
def model(model_id: int) -> str:
    """Show one model with all its labels over time."""
    found = queries.find_model(model_id) or abort(404)
    return render_template("labels/model.html", model=found.model, labels=found.labels)


def _label(label_id: int) -> Label:
    return queries.find_label(label_id) or abort(404)


def _measured(phase: str, key: str) -> Measured | None:
    return find_measured(key) if key and phase == Phase.INFERENCE else None


def _label_form(phase: Phase, **options: Any) -> LabelForm:
    _, scheme = current_scheme(phase)
    return label_form(scheme, queries.information_fields(phase), **options)


def _show_form(
    form: LabelForm,
    *,
    status: int = 200,
    fragment: str = "labels/new.html",
    imported: importing.Import | None = None,
    upload: ImportForm | None = None,
) -> Response:
    """Render the form with a preview of its grades, and with the files that it was filled from."""
    if imported is None and form.upload.data and not htmx.wants_fragment():
        upload = ImportForm()
        imported = _read(form, upload, unpack(form.upload.data)) if upload.contents() else None
    derived = derive(form.values, form.information, form.scheme.slugs)
    return htmx.render(
        "labels/new.html",
        fragment,
        status=status,
        phase=form.scheme.phase,
        form=form,
        chosen=queries.get_model(form.model_id.data),
        matches=queries.match_models(form.model_name.data or ""),
        preview=rate(form.scheme, {**form.values, **derived}),
        derived=derived,
        imported=imported,
        upload=upload,
        unticked=_unticked(),
        tools=tools.tool_guides() if imported else [],
        measured=_measured(form.scheme.phase, form.measurement.data or ""),
    )


def _read(form: LabelForm, upload: ImportForm, files: list[File]) -> importing.Import:
    """Return what the files say for the form, read as their reader decided."""
    return importing.read_files(
        files,
        tools.calculation_tools(form.scheme.phase),
        importing.targets(form.scheme, form.information_fields),
        upload.choices(),
        file_choices(request.form),
    )


def _unticked() -> set[str]:
    """Return the fields that were read from a file and are not to be used."""
    return set(request.form.getlist("offered")) - set(request.form.getlist("use"))


def _show_import(phase: Phase, form: ImportForm, imported: importing.Import | None = None) -> str:
    return render_template(
        "labels/import.html",
        phase=phase,
        form=form,
        tools=tools.tool_guides(),
        imported=imported,
        max_upload_mb=current_app.config["SETTINGS"].max_upload_mb,
    )


def _filters() -> Filters:
    given = {field: printable(request.args.get(name, ""))[:200] for field, name in FILTERS.items()}
    return Filters(**{field: text for field, text in given.items() if text})


def _document(label_id: int, kind: str, mimetype: str, render: Callable[[Label], bytes]) -> Response:
    changed = queries.last_change(label_id) or abort(404)
    content = documents.kept(label_id, changed, kind, lambda: render(_label(label_id)))
    response = cached(Response(content, mimetype=mimetype))
    response.headers["Content-Disposition"] = f'inline; filename="gaissalabel-{label_id}.{kind}"'
    return response


def _framable(content: str, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    security.allow_framing(response)
    return response
