"""The generic management of simple tables: list, create, edit, delete."""

from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.admin.blueprint import blueprint
from gaissa_web.admin.fingerprint import fingerprint
from gaissa_web.admin.tables import queries, services
from gaissa_web.admin.tables.forms import RowForm, row_form
from gaissa_web.admin.tables.registry import TABLES
from gaissa_web.admin.tables.table import Table
from gaissa_web.core.errors import ConflictError, InvalidInputError
from gaissa_web.web import arguments, auth, htmx

SLUGS = ", ".join(f'"{slug}"' for slug in TABLES)
TABLE = f"/catalogue/<any({SLUGS}):table>/"
INFORMATION = {"table": "information"}


@blueprint.get("/catalogue/")
def catalogue() -> str:
    """List the tables."""
    return render_template("admin/tables/index.html", tables=list(TABLES.values()))


@blueprint.get(TABLE)
@blueprint.get("/information/", defaults=INFORMATION)
def rows(table: str) -> Response:
    """List the rows of a table."""
    chosen = TABLES[table]
    text = arguments.text("q") if chosen.search else ""
    sort = request.args.get("sort", "")
    return htmx.render(
        "admin/tables/rows.html",
        "admin/tables/_rows.html",
        table=chosen,
        text=text,
        sort=sort,
        sortable={column.name for column in queries.sortable(chosen)},
        page=queries.list_rows(chosen, text, sort, request.args.get("after")),
    )


@blueprint.get(f"{TABLE}new")
@blueprint.get("/information/new", defaults=INFORMATION)
def new_row(table: str) -> str:
    """Show the empty form for a row."""
    chosen = _changeable(table)
    return _show(chosen, row_form(chosen, related=queries.relation_choices(chosen), formdata=None))


@blueprint.post(f"{TABLE}new")
@blueprint.post("/information/new", defaults=INFORMATION)
def create_row(table: str) -> WerkzeugResponse | tuple[str, int]:
    """Add a row."""
    chosen = _changeable(table)
    form = row_form(chosen, related=queries.relation_choices(chosen))
    if not form.validate():
        return _show(chosen, form), 422
    try:
        services.create_row(auth.actor(), chosen, form.values)
    except InvalidInputError as error:
        form.refuse(str(error))
        return _show(chosen, form), 422
    flash(f"The {chosen.one} was added.")
    return redirect(url_for("admin.rows", table=table), 303)


@blueprint.get(f"{TABLE}<key>")
@blueprint.get("/information/<key>", defaults=INFORMATION)
def edit_row(table: str, key: str) -> str:
    """Show the form for an existing row."""
    chosen = _changeable(table)
    row = _row(chosen, key)
    form = _form(chosen, row, formdata=None)
    form.seen.data = fingerprint(queries.snapshot(chosen, row))
    return _show(chosen, form, row)


@blueprint.post(f"{TABLE}<key>")
@blueprint.post("/information/<key>", defaults=INFORMATION)
def save_row(table: str, key: str) -> Response | WerkzeugResponse:
    """Change a row, unless somebody else did so first."""
    chosen = _changeable(table)
    row = _row(chosen, key)
    form = _form(chosen, row)
    if not form.validate():
        return make_response(_show(chosen, form, row), 422)
    try:
        services.edit_row(auth.actor(), chosen, key, form.values, form.seen.data or "")
    except LookupError:
        abort(404)
    except ConflictError as error:
        row = _row(chosen, key)
        stored = queries.snapshot(chosen, row)
        form.refuse(f"{error} Below is what you typed; sending it again replaces what is stored now.")
        form.seen.data = fingerprint(stored)
        return make_response(_show(chosen, form, row, stored), 409)
    except InvalidInputError as error:
        form.refuse(str(error))
        return make_response(_show(chosen, form, _row(chosen, key)), 422)
    flash(f"The {chosen.one} was saved.")
    return redirect(url_for("admin.rows", table=table), 303)


@blueprint.get(f"{TABLE}<key>/delete")
@blueprint.get("/information/<key>/delete", defaults=INFORMATION)
def confirm_deletion(table: str, key: str) -> str:
    """Ask before a row is deleted, and say what goes with it; or say why it cannot be."""
    return _ask(TABLES[table], key)


def _ask(chosen: Table, key: str, conflict: str = "") -> str:
    row = _row(chosen, key)
    name, found = chosen.name_of(row), queries.dependents(chosen, row)
    if found.blocking:
        return render_template("admin/tables/blocked.html", table=chosen, name=name, blocking=found.blocking)
    goes = f"With it go {', '.join(found.going)}." if found.going else "Nothing depends on it."
    return render_template(
        "admin/confirm.html",
        title=f"Delete the {chosen.one} “{name}”?",
        consequences=[
            *filter(None, [conflict]),
            goes,
            "The audit trail keeps what it was. It cannot be brought back by a click.",
        ],
        button=f"Delete the {chosen.one}",
        fields={"seen": fingerprint(queries.snapshot(chosen, row))},
        back=url_for("admin.rows", table=chosen.slug),
    )


@blueprint.post(f"{TABLE}<key>/delete")
@blueprint.post("/information/<key>/delete", defaults=INFORMATION)
def delete_row(table: str, key: str) -> WerkzeugResponse | tuple[str, int]:
    """Delete a row on which nothing depends."""
    chosen = TABLES[table]
    row = _row(chosen, key)
    name = chosen.name_of(row)
    try:
        services.delete_row(auth.actor(), chosen, key, request.form.get("seen", ""))
    except LookupError:
        abort(404)
    except ConflictError as error:
        return _ask(chosen, key, f"{error} This is what it is now."), 409
    except InvalidInputError:
        blocking = queries.dependents(chosen, _row(chosen, key)).blocking
        return render_template("admin/tables/blocked.html", table=chosen, name=name, blocking=blocking), 422
    flash(f"The {chosen.one} “{name}” was deleted.")
    return redirect(url_for("admin.rows", table=table), 303)


def _changeable(table: str) -> Table:
    return TABLES[table] if TABLES[table].changeable else abort(404)


def _row(table: Table, key: str) -> Any:
    row = queries.find_row(table, key)
    return abort(404) if row is None else row


def _form(table: Table, row: Any, **options: Any) -> RowForm:
    fixed = services.fixed_columns(table, row)
    return row_form(table, row, fixed, queries.relation_choices(table, row), **options)


def _show(table: Table, form: RowForm, row: Any = None, stored: dict[str, Any] | None = None) -> str:
    name = table.name_of(row) if row is not None else ""
    fixed = [(c.label, getattr(row, c.name)) for c in table.columns if row is not None and c.name not in form]
    return render_template(
        "admin/tables/row.html",
        table=table,
        form=form,
        name=name,
        fixed=fixed,
        stored=stored,
        action=request.path,
    )
