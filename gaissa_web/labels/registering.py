"""The addresses at which labels are registered: the form, its previews, and a tracker's files to fill it."""

from contextlib import suppress
from typing import Any

from flask import Response, make_response, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.adapters import confined
from gaissa_web.core.derive import derive
from gaissa_web.core.errors import BusyError, InvalidInputError, TooManyTriesError, TooMuchError
from gaissa_web.core.importing import Import, read_files
from gaissa_web.core.rating import Phase, rate
from gaissa_web.labels import importing, queries, services, tools
from gaissa_web.labels.blueprint import blueprint
from gaissa_web.labels.field_names import field_name, field_texts
from gaissa_web.labels.forms import LabelForm, label_form
from gaissa_web.labels.import_form import ImportForm, file_choices
from gaissa_web.labels.measured import Measured, find_measured
from gaissa_web.labels.uploads import File, Provenance, pack, unpack
from gaissa_web.storage.schemes import current_scheme
from gaissa_web.web import arguments, htmx, limits
from gaissa_web.web.settings import settings

PHASE = "<any(training, inference):phase>"


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
    try:
        limits.spend("previews")
    except TooManyTriesError as error:
        form.refuse(str(error))
        return limits.refused(_show_form(form), error)
    if fragment:
        form.validate_numbers()
        return _show_form(form, fragment=fragment)
    if not form.validate():
        return _show_form(form, status=422)
    try:
        limits.spend("labels")
        measured = _measured(phase, form.measurement.data or "")
        label_id = services.register_label(form.experiment(session["csrf_token"], limits.sender(), measured))
    except InvalidInputError as error:
        form.refuse(str(error))
        return limits.refused(_show_form(form), error)
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
    try:
        limits.spend("uploads")
        imported = _read(form, upload, files)
    except InvalidInputError as error:
        if again:
            form.refuse(str(error))
            return limits.refused(_show_form(form), error)
        upload.refuse(str(error))
        return limits.refused(make_response(_show_import(Phase(phase), upload)), error)
    if not valid:
        for _, message in upload.problems:
            form.refuse(message)
        return _show_form(form, status=422, imported=imported, upload=upload)
    if not imported.lines and not again:
        return _show_import(Phase(phase), upload, imported), 422
    form.blank(request.form.getlist("offered"))
    form.fill({name: text for name, text in field_texts(imported.lines).items() if name not in _unticked()})
    form.provenance.data = Provenance(imported.tools, importing.experiment_parts(imported.lines)[0]).sign()
    form.upload.data = pack(files)
    return _show_form(form, imported=imported, upload=upload)


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
    imported: Import | None = None,
    upload: ImportForm | None = None,
) -> Response:
    """Render the form with a preview of its grades, and with the files that it was filled from."""
    if imported is None and form.upload.data and not htmx.wants_fragment():
        upload = ImportForm()
        with suppress(TooMuchError, BusyError):  # they were read before, and what they say is in the form
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
        field_name=field_name,
        tools=tools.tool_guides() if imported else [],
        measured=_measured(form.scheme.phase, form.measurement.data or ""),
    )


def _read(form: LabelForm, upload: ImportForm, files: list[File]) -> Import:
    """Return what the files say for the form, read as their reader decided."""
    return confined.call(
        read_files,
        files,
        tools.calculation_tools(form.scheme.phase),
        importing.destinations(form.scheme, form.information_fields),
        upload.choices(),
        file_choices(request.form),
    )


def _unticked() -> set[str]:
    """Return the fields that were read from a file and are not to be used."""
    return set(request.form.getlist("offered")) - set(request.form.getlist("use"))


def _show_import(phase: Phase, form: ImportForm, imported: Import | None = None) -> str:
    return render_template(
        "labels/import.html",
        phase=phase,
        form=form,
        tools=tools.tool_guides(),
        imported=imported,
        max_upload_mb=settings().max_upload_mb,
    )
