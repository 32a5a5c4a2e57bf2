"""The addresses at which labels are found, shown and taken away: parse the request, call, render."""

from collections.abc import Callable

from flask import (
    Response,
    abort,
    render_template,
    request,
)

from gaissa_web.core.comparing import compare
from gaissa_web.core.exporting import csv_lines, json_lines
from gaissa_web.core.label import Label, Origin, advice_order, lifts
from gaissa_web.core.text import printable
from gaissa_web.labels import documents, queries, tools
from gaissa_web.labels.blueprint import blueprint
from gaissa_web.labels.exports import COLUMNS, values
from gaissa_web.labels.queries import Filters
from gaissa_web.web import htmx, security
from gaissa_web.web.addresses import public_address
from gaissa_web.web.caching import cached
from gaissa_web.web.documents import kept
from gaissa_web.web.exports import attachment

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
    """Show one model with its labels over time."""
    found = queries.find_model(model_id, request.args.get("after")) or abort(404)
    return render_template(
        "labels/model.html",
        model=found.model,
        page=found.page,
        count=found.count,
        counted_at_most=queries.COUNTED_AT_MOST,
    )


def _label(label_id: int) -> Label:
    return queries.find_label(label_id) or abort(404)


def _filters() -> Filters:
    given = {field: printable(request.args.get(name, ""))[:200] for field, name in FILTERS.items()}
    return Filters(**{field: text for field, text in given.items() if text})


def _document(label_id: int, kind: str, mimetype: str, render: Callable[[Label], bytes]) -> Response:
    changed = queries.last_change(label_id) or abort(404)
    content = kept(f"{label_id} {changed.isoformat()}", kind, lambda: render(_label(label_id)))
    response = cached(Response(content, mimetype=mimetype))
    response.headers["Content-Disposition"] = f'inline; filename="gaissalabel-{label_id}.{kind}"'
    security.allow_embedding(response)
    return response


def _framable(content: str, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    security.allow_framing(response)
    return response
