"""Carbon intensity of electricity: countries with their history, and imports with a preview."""

from flask import (
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.adapters import confined
from gaissa_web.admin.blueprint import blueprint
from gaissa_web.admin.carbon import queries, services
from gaissa_web.admin.carbon.forms import CarbonImportForm
from gaissa_web.core.carbon import read_intensities_file
from gaissa_web.core.errors import ConflictError, InvalidInputError
from gaissa_web.core.text import one_line
from gaissa_web.storage.countries import SHIPPED_TABLE
from gaissa_web.web import arguments, auth, htmx, limits
from gaissa_web.web.settings import settings

SHOWN_CHANGES = 100


@blueprint.get("/carbon/")
def carbon() -> Response:
    """List countries with their newest figure."""
    text = arguments.text("q", 100)
    return htmx.render(
        "admin/carbon/index.html",
        "admin/carbon/_countries.html",
        text=text,
        countries=queries.list_countries(text),
    )


@blueprint.get("/carbon/countries/<iso3>")
def country(iso3: str) -> str:
    """Show one country's figures over the years."""
    return render_template("admin/carbon/country.html", country=queries.find_country(iso3) or abort(404))


@blueprint.get("/carbon/import")
def choose_carbon_table() -> str:
    """Show where a table can come from."""
    return render_template("admin/carbon/import.html", form=CarbonImportForm(formdata=None))


@blueprint.post("/carbon/import")
def read_carbon_table() -> str | Response | WerkzeugResponse:
    """Read a table and show what importing it would change; nothing is imported yet."""
    form = CarbonImportForm()
    if not form.validate():
        return make_response(render_template("admin/carbon/import.html", form=form), 422)
    try:
        source, content = _content(form, request.form.get("action", ""))
        parsed = confined.call(read_intensities_file, source, content)
    except InvalidInputError as error:
        form.refuse(str(error))
        return limits.refused(make_response(render_template("admin/carbon/import.html", form=form)), error)
    import_id = services.keep(source, parsed.rows)
    if not parsed.problems and not parsed.skipped:
        return redirect(url_for("admin.carbon_plan", import_id=import_id), 303)
    return _show_plan(import_id, problems=parsed.problems, skipped=parsed.skipped)


@blueprint.get("/carbon/import/<int:import_id>")
def carbon_plan(import_id: int) -> str:
    """Show what importing a table that was read would change."""
    return _show_plan(import_id)


@blueprint.post("/carbon/import/<int:import_id>")
def import_carbon_table(import_id: int) -> Response | WerkzeugResponse:
    """Import the table, if it still changes what was shown."""
    try:
        planned = services.confirm(auth.actor(), import_id, request.form.get("seen", ""))
    except LookupError:
        abort(404)
    except ConflictError as error:
        return make_response(_show_plan(import_id, conflict=str(error)), 409)
    flash(f"Imported: {len(planned.added):,} figures added, {len(planned.changed):,} changed.")
    return redirect(url_for("admin.carbon"), 303)


def _content(form: CarbonImportForm, action: str) -> tuple[str, bytes]:
    if action == "shipped":
        return SHIPPED_TABLE.name, SHIPPED_TABLE.read_bytes()
    if action == "address":
        address = form.address.data or ""
        if not address:
            raise InvalidInputError("Type the web address of the table.")
        return address, services.fetch_table(address, settings().allowed_hosts)
    file = form.files.data
    if not file or not file.filename:
        raise InvalidInputError("Choose a CSV file.")
    return one_line(file.filename)[:100], file.read()


def _show_plan(import_id: int, **more: object) -> str:
    kept = queries.find_import(import_id) or abort(404)
    planned = queries.plan(kept.rows)
    return render_template(
        "admin/carbon/plan.html",
        kept=kept,
        plan=planned,
        mark=services.plan_mark(planned),
        shown=[*planned.changed, *planned.added][:SHOWN_CHANGES],
        **more,
    )
