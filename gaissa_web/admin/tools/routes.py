"""Calculation tools: list, create, edit, try on a file, delete."""

from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.adapters import confined
from gaissa_web.admin.blueprint import blueprint
from gaissa_web.admin.fingerprint import fingerprint
from gaissa_web.admin.tools import queries, services
from gaissa_web.admin.tools.forms import MOST_MAPPINGS, ToolForm, target_name
from gaissa_web.core.errors import ConflictError, InvalidInputError
from gaissa_web.core.importing import Destination, Target, Trial, try_tool
from gaissa_web.core.rating import Phase
from gaissa_web.core.text import one_line
from gaissa_web.core.units import UNITS
from gaissa_web.labels import importing
from gaissa_web.labels.queries import information_fields
from gaissa_web.storage.schemes import current_scheme
from gaissa_web.storage.tools import CalculationTool
from gaissa_web.web import auth, htmx, limits

BLANK_LINES = 2
MORE_LINES = 5


@blueprint.get("/tools/")
def tools() -> str:
    """List the tools whose files are recognised."""
    return render_template("admin/tools/index.html", tools=queries.list_tools())


@blueprint.get("/tools/new")
def new_tool() -> str:
    """Show the empty form for a tool."""
    return _show(_form(formdata=None))


@blueprint.post("/tools/new")
def create_tool() -> Response | WerkzeugResponse:
    """Add a tool; or show more lines or try the mapping, as the button pressed says."""
    return _take(None)


@blueprint.get("/tools/<int:tool_id>")
def edit_tool(tool_id: int) -> str:
    """Show the form for an existing tool."""
    row = _tool(tool_id)
    form = _form(formdata=None, data=_data(row))
    form.seen.data = fingerprint(queries.snapshot(row))
    return _show(form, row)


@blueprint.post("/tools/<int:tool_id>")
def save_tool(tool_id: int) -> Response | WerkzeugResponse:
    """Change a tool; or show more lines or try the mapping, as the button pressed says."""
    return _take(_tool(tool_id))


@blueprint.get("/tools/<int:tool_id>/delete")
def confirm_tool_deletion(tool_id: int) -> str:
    """Ask before a tool is deleted."""
    row = _tool(tool_id)
    return render_template(
        "admin/confirm.html",
        title=f"Delete the calculation tool “{row.name}”?",
        consequences=[
            f"With it go its {len(row.mappings)} mappings, and its files are no longer recognised.",
            "Labels whose values came from it stay as they are.",
        ],
        button="Delete the tool",
        back=url_for("admin.tools"),
    )


@blueprint.post("/tools/<int:tool_id>/delete")
def delete_tool(tool_id: int) -> WerkzeugResponse:
    """Delete a tool."""
    name = _tool(tool_id).name
    try:
        services.delete_tool(auth.actor(), tool_id)
    except LookupError:
        abort(404)
    flash(f"The calculation tool “{name}” was deleted.")
    return redirect(url_for("admin.tools"), 303)


def _take(row: CalculationTool | None) -> Response | WerkzeugResponse:
    form = _form()
    action = request.form.get("action", "")
    if action == "more":
        return make_response(_show(form, row, blank=MORE_LINES))
    valid = form.validate()
    if action == "try":
        return _try(form, row, valid)
    if not valid:
        return make_response(_show(form, row), 422)
    tool_id = row.id if row else None
    try:
        services.save_tool(auth.actor(), tool_id, form.seen.data or "", form.rules)
    except LookupError:
        abort(404)
    except ConflictError as error:
        form.refuse(f"{error} Nothing was overwritten; sending yours again replaces what is stored now.")
        changed = _tool(tool_id or 0)
        form.seen.data = fingerprint(queries.snapshot(changed))
        return make_response(_show(form, changed, stored=queries.snapshot(changed)), 409)
    except InvalidInputError as error:
        form.refuse(str(error))
        return make_response(_show(form, row), 422)
    flash(f"The calculation tool “{form.name.data}” was saved.")
    return redirect(url_for("admin.tools"), 303)


def _try(form: ToolForm, row: CalculationTool | None, valid: bool) -> Response:
    """Show what the mapping on the page, saved or not, reads from the file."""
    file = form.files.data
    if not file or not file.filename:
        form.refuse("Choose a file to try the mapping on.")
        valid = False
    if not valid:
        return make_response(_show(form, row), 422)
    name, tools = one_line(file.filename)[:100], {phase: form.rules.tool(phase) for phase in Phase}
    destinations = {phase: _destinations(phase) for phase in Phase}
    try:
        trial = confined.call(try_tool, name, file.read(), tools, destinations, form.inferences.data)
    except InvalidInputError as error:
        return limits.refused(_show_trial(form, row, Trial(name, str(error))), error)
    return _show_trial(form, row, trial)


def _show_trial(form: ToolForm, row: CalculationTool | None, trial: Trial) -> Response:
    if htmx.wants_fragment():
        return make_response(render_template("admin/tools/_trial.html", trial=trial))
    return make_response(_show(form, row, trial=trial))


def _tool(tool_id: int) -> CalculationTool:
    return queries.find_tool(tool_id) or abort(404)


def _destinations(phase: Phase) -> dict[Target, Destination]:
    return importing.destinations(current_scheme(phase)[1], information_fields(phase))


def _form(**options: Any) -> ToolForm:
    form = ToolForm(**options)
    form.offer({phase: _destinations(phase).values() for phase in Phase})
    return form


def _data(row: CalculationTool) -> dict[str, Any]:
    """Return a stored tool as its form shows it."""
    mappings = [
        {
            "column": m.column,
            "unit": m.unit,
            "target": target_name(Phase(m.phase), m.target),
            "aggregation": m.aggregation,
            "per": m.per,
        }
        for m in row.mappings
    ]
    return {
        **{name: getattr(row, name) for name in services.COPIED},
        "run_facts": ", ".join(row.run_facts),
        "signature": "\n".join(", ".join(c) for c in row.signature),
        "mappings": mappings,
    }


def _show(
    form: ToolForm,
    row: CalculationTool | None = None,
    *,
    blank: int = BLANK_LINES,
    trial: Trial | None = None,
    stored: dict[str, Any] | None = None,
) -> str:
    empty = sum(not line.column.data for line in form.mappings)
    for _ in range(min(blank - empty, MOST_MAPPINGS - len(form.mappings))):
        form.mappings.append_entry()
    form.offer_again()
    return render_template(
        "admin/tools/detail.html",
        form=form,
        row=row,
        trial=trial,
        stored=stored,
        units=sorted(filter(None, UNITS)),
    )
