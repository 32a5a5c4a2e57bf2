"""The audit trail: list, filter, export."""

import json

from flask import Response, request

from gaissa_web.admin.audit import queries
from gaissa_web.admin.blueprint import blueprint
from gaissa_web.core.exporting import csv_lines, json_lines
from gaissa_web.storage.audit import Action
from gaissa_web.web import arguments, htmx
from gaissa_web.web.exports import attachment

FILTERS = ("actor", "action", "kind", "text", "since", "until")
COLUMNS = ("at", "actor", "address", "action", "kind", "subject", "before", "after")


@blueprint.get("/audit/")
def audit_trail() -> Response:
    """Show who did what, newest first."""
    return htmx.render(
        "admin/audit/index.html",
        "admin/audit/_events.html",
        page=queries.list_events(_filters(), request.args.get("after")),
        filters=_filters(),
        actions=[(action.value, action.value) for action in Action],
        kinds=[(kind, kind) for kind in queries.kinds()],
        export={name: value for name, value in request.args.items() if name in FILTERS},
    )


@blueprint.get("/audit/export.csv")
def export_audit_csv() -> Response:
    """Send the filtered trail as CSV."""
    rows = (_values(event) for event in queries.iterate_events(_filters()))
    return attachment(csv_lines(COLUMNS, rows), "text/csv", "audit.csv")


@blueprint.get("/audit/export.json")
def export_audit_json() -> Response:
    """Send the filtered trail as a JSON list."""
    rows = (_values(event) for event in queries.iterate_events(_filters()))
    return attachment(json_lines(COLUMNS, rows), "application/json", "audit.json")


def _values(event: queries.Event) -> tuple[str, ...]:
    before = {change.name: change.before for change in event.changes if change.before is not None}
    after = {change.name: change.after for change in event.changes if change.after is not None}
    texts = (json.dumps(values, ensure_ascii=False) for values in (before, after))
    moment = event.at.isoformat()
    return (moment, event.actor, event.address, event.action.value, event.kind, event.subject, *texts)


def _filters() -> queries.Filters:
    actor, action, kind, text = (arguments.text(name) for name in ("actor", "action", "kind", "text"))
    return queries.Filters(actor, action, kind, text, arguments.day("since"), arguments.day("until"))
