"""The addresses of the ROI Analyzer: parse the request, call, render."""

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.core.analysis import Analysis, Ranked, rank
from gaissa_web.core.contrasts import contrast
from gaissa_web.core.equivalents import EQUIVALENTS
from gaissa_web.core.errors import InvalidInputError, TooManyTriesError
from gaissa_web.core.exporting import csv_lines, json_lines
from gaissa_web.core.roi import DEFAULT_USES, Scenario
from gaissa_web.roi import catalogue, documents, queries, services
from gaissa_web.roi.choosing import STEPS, UNKNOWN, Wanted, narrow, take
from gaissa_web.roi.comparing import compared_rows
from gaissa_web.roi.forms import AnalysisForm, RankingForm, TryForm, analysis_form, typed
from gaissa_web.roi.queries import Filters
from gaissa_web.roi.trying import other_tactics, try_out
from gaissa_web.storage.analyses import AnalysisKind
from gaissa_web.storage.catalogue import Architecture, PipelineStage, Tactic
from gaissa_web.storage.countries import WORLD, all_countries, find_intensity
from gaissa_web.storage.keyset import LARGEST_ID
from gaissa_web.web import arguments, htmx, limits, security
from gaissa_web.web.caching import cached
from gaissa_web.web.documents import kept
from gaissa_web.web.exports import attachment
from gaissa_web.web.forms import choices

blueprint = Blueprint("roi", __name__, url_prefix="/roi")
COMPARED = range(2, 5)
MOST_CHOSEN, MOST_SHOWN = 100, 12
FILTERS = ("stage", "tactic", "option", "architecture", "source")
OTHER_FILTERS = ("country", "q", "since", "until")
COLUMNS = ("id", "name", "stage", "tactic", "option", "architecture", "country", "paper", "created_at")
LISTS = {"analyses": AnalysisKind.CALCULATION, "research": AnalysisKind.RESEARCH}
LIST = "<any(analyses, research):which>"


@blueprint.get("/")
def index() -> str:
    """Say what this is, and how much there is for each stage of the pipeline."""
    recent = queries.list_analyses(AnalysisKind.CALCULATION, Filters()).rows[:5]
    return render_template("roi/index.html", stages=queries.stage_counts(), recent=recent)


@blueprint.get("/analyses/new")
def create() -> Response:
    """Show the form, as far as something is chosen already."""
    form = _form(formdata=None)
    form.country.data = request.args.get("country") or None
    return _show_form(form)


@blueprint.post("/analyses/new")
def save() -> Response | WerkzeugResponse:
    """Save an analysis; or, as the button pressed says, show the form for what is chosen now."""
    form = _form()
    try:
        limits.spend("previews")
    except TooManyTriesError as error:
        form.refuse(str(error))
        return limits.refused(_show_form(form), error)
    if request.form.get("action") == "choose":
        return _show_form(form, fragment="roi/_choice.html")
    if not form.validate():
        return _show_form(form, status=422)
    try:
        limits.spend("labels")
        analysis_id = services.save_analysis(form.analysis(session["csrf_token"], limits.sender()))
    except InvalidInputError as error:
        form.refuse(str(error))
        return limits.refused(_show_form(form), error)
    return redirect(url_for("roi.detail", analysis_id=analysis_id), 303)


@blueprint.errorhandler(CSRFError)
def keep_form(_error: CSRFError) -> Response:
    """Give a form whose session expired back with all that was typed, ready to be sent again."""
    form = _form()
    form.validate()
    form.refuse("This form was open for too long. Nothing was lost: please check it and send it again.")
    return _show_form(form, status=400)


@blueprint.get(f"/{LIST}/")
def analyses(which: str) -> Response:
    """List saved or research analyses, narrowed as asked."""
    filters = _filters()
    return htmx.render(
        "roi/analyses.html",
        "roi/_analyses.html",
        which=which,
        page=queries.list_analyses(LISTS[which], filters, request.args.get("after")),
        filters=filters,
        selects=_filter_selects(filters, which),
        export={n: v for n, v in request.args.items() if n in (*FILTERS, *OTHER_FILTERS)},
    )


@blueprint.get(f"/{LIST}/export.csv")
def export_csv(which: str) -> Response:
    """Send all analyses that pass the filters as CSV."""
    rows = map(_values, queries.iterate_analyses(LISTS[which], _filters()))
    return attachment(csv_lines(COLUMNS, rows), "text/csv", f"{which}.csv")


@blueprint.get(f"/{LIST}/export.json")
def export_json(which: str) -> Response:
    """Send all analyses that pass the filters as a JSON list."""
    rows = map(_values, queries.iterate_analyses(LISTS[which], _filters()))
    return attachment(json_lines(COLUMNS, rows), "application/json", f"{which}.json")


@blueprint.get("/analyses/<int:analysis_id>")
def detail(analysis_id: int) -> Response:
    """Show one analysis, with other inputs if some are tried."""
    saved = _analysis(analysis_id)
    form = TryForm(request.args)
    analysis = try_out(saved, form, request.args.getlist("with"))
    around: dict[str, Any] = {}
    if not htmx.wants_fragment():
        around = {
            "countries": all_countries(),
            "others": other_tactics(saved),
            "siblings": catalogue.options_of(saved.tactic_id, saved.architecture_id),
        }
    return htmx.render(
        "roi/detail.html",
        "roi/_results.html",
        status=422 if form.problems else 200,
        saved=saved,
        analysis=analysis,
        form=form,
        changed=analysis != saved,
        charts=documents.draw(analysis),
        equivalents=EQUIVALENTS,
        fragment=htmx.wants_fragment(),
        tried={name: request.args.getlist(name) for name in (*form.data, "with") if request.args.get(name)},
        **around,
    )


@blueprint.get("/analyses/<int:analysis_id>.json")
def data(analysis_id: int) -> Response:
    """Send the analysis as data, with other inputs if some are tried."""
    return cached(Response(documents.as_json(_tried(analysis_id)), mimetype="application/json"))


@blueprint.get("/analyses/<int:analysis_id>.csv")
def table(analysis_id: int) -> Response:
    """Send the analysis as a table."""
    response = cached(Response(documents.as_csv(_tried(analysis_id)), mimetype="text/csv"))
    response.headers["Content-Disposition"] = f'attachment; filename="roi-analysis-{analysis_id}.csv"'
    return response


@blueprint.get("/analyses/<int:analysis_id>.pdf")
def pdf(analysis_id: int) -> Response:
    """Send the printable report of what was saved."""
    analysis = _analysis(analysis_id)
    content = kept(f"analysis {documents.as_json(analysis)}", "pdf", lambda: documents.pdf(analysis))
    response = cached(Response(content, mimetype="application/pdf"))
    response.headers["Content-Disposition"] = f'inline; filename="roi-analysis-{analysis_id}.pdf"'
    security.allow_embedding(response)
    return response


@blueprint.get("/compare")
def compare() -> str | tuple[str, int]:
    """Show two to four analyses side by side; with more or fewer, what was ticked, to be changed."""
    ids = list(dict.fromkeys(request.args.getlist("id", type=int)))
    problem = ""
    if len(ids) in COMPARED:
        found = queries.find_analyses(ids)
        if len(found) == len(ids):
            side_by_side = contrast(found)
            rows = compared_rows(side_by_side)
            return render_template("roi/compare.html", contrast=side_by_side, rows=rows)
        problem = "One of these analyses does not exist, or not any more."
    chosen = queries.summaries(ids[:MOST_CHOSEN])
    return render_template(
        "roi/compare.html",
        contrast=None,
        problem=problem,
        chosen=chosen,
        count=len(ids),
        others=_others({analysis.id for analysis in chosen}),
    ), 422


@blueprint.get("/ranking")
def ranking() -> Response:
    """Show which tactic pays off soonest for an architecture."""
    form = RankingForm(request.args or None)
    architectures = catalogue.architectures_with_energy()
    form.architecture.choices = choices(
        [("", "choose …"), *((str(key), name) for key, name in architectures)]
    )
    valid = form.validate()
    ranked: tuple[Ranked, ...] = ()
    known = {str(key) for key, _ in architectures}
    if valid and form.architecture.data in known:
        scenario = Scenario(
            energy_j=100.0 if form.energy.number is None else form.energy.number,
            reduction=0.0,
            price=0.1899 if form.price.number is None else form.price.number,
            implementation=form.implementation_cost.number or 0.0,
            uses=int(form.inferences.number or DEFAULT_USES),
            intensity=find_intensity(WORLD).intensity_g_per_kwh,
        )
        ranked = rank(catalogue.candidates(int(form.architecture.data)), scenario)
    return htmx.render(
        "roi/ranking.html", "roi/_ranking.html", status=200 if valid else 422, form=form, ranked=ranked
    )


def _others(ids: set[int]) -> list[queries.AnalysisSummary]:
    """The newest analyses of both kinds without those of these ids, to be compared with them."""
    pages = (queries.list_analyses(kind, Filters()).rows for kind in AnalysisKind)
    return [analysis for rows in pages for analysis in rows if analysis.id not in ids][:MOST_SHOWN]


def _analysis(analysis_id: int) -> Analysis:
    return queries.find_analysis(analysis_id) or abort(404)


def _tried(analysis_id: int) -> Analysis:
    form = TryForm(request.args)
    analysis = try_out(_analysis(analysis_id), form, request.args.getlist("with"))
    if form.problems:
        abort(422, " ".join(message for _, message in form.problems))
    return analysis


def _form(**options: Any) -> AnalysisForm:
    """The form for what is chosen; what is to be saved is taken as it is, and refused if it does not fit."""
    linked = "formdata" in options
    source = request.args if linked else request.form
    wanted = Wanted(*(_id(source.get(step, "")) for step in STEPS))
    choose = narrow if linked or request.form.get("action") == "choose" else take
    selection = choose(catalogue.combinations(), wanted)
    figures = catalogue.figures(selection.option, selection.architecture) if selection.complete else ()
    return analysis_form(selection, figures, [("", "choose …"), *all_countries()], **options)


def _id(text: str) -> int:
    """Return the id that was sent, 0 for nothing."""
    number = int(text[:19]) if text.isascii() and text.isdigit() else UNKNOWN
    return (number if 0 < number <= LARGEST_ID else UNKNOWN) if text else 0


def _show_form(form: AnalysisForm, *, status: int = 200, fragment: str = "roi/new.html") -> Response:
    country = WORLD if form.country.data is None else form.country.data
    known = {choice.value for choice in form.country.choices}
    form.country.data = country = country if country in known else ""
    price = catalogue.find_price(country)
    if price and form.price_of.data != country and not form.price.errors:
        # Nothing typed, or the figure of another country: this country's own takes its place.
        before = catalogue.find_price(form.price_of.data or "")
        if not form.price.data or (before and form.price.number == float(before.eur_per_kwh)):
            form.price.data = typed(price.eur_per_kwh)
    form.price_of.data = country
    kept = form.kept(request.form.items(multi=True))
    return htmx.render(
        "roi/new.html",
        fragment,
        status=status,
        form=form,
        kept=kept,
        price=price,
        default_uses=DEFAULT_USES,
    )


def _filters() -> Filters:
    numbers = {name: request.args.get(name, 0, int) for name in FILTERS}
    kept = {name: number for name, number in numbers.items() if 0 < number <= LARGEST_ID}
    return Filters(
        arguments.text("q"),
        **kept,
        country=arguments.text("country", 5),
        since=arguments.day("since"),
        until=arguments.day("until"),
    )


def _filter_selects(filters: Filters, which: str) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """The filters as (name, title, chosen, choices)."""
    choices_of = {
        "stage": ("Stage", catalogue.filter_choices(PipelineStage.name, PipelineStage.id)),
        "tactic": ("Tactic", catalogue.filter_choices(Tactic.name, Tactic.id)),
        "option": ("Option", catalogue.option_choices()),
        "architecture": ("Architecture", catalogue.filter_choices(Architecture.name, Architecture.id)),
    }
    if which == "research":
        choices_of["source"] = ("Paper", queries.papers())
    shown = []
    for name, (title, pairs) in choices_of.items():
        texts = [(str(key), text) for key, text in pairs]
        shown.append((name, title, str(getattr(filters, name) or ""), texts))
    return [*shown, ("country", "Country", filters.country, all_countries())]


def _values(analysis: queries.AnalysisSummary) -> tuple[str | int, ...]:
    created = analysis.created_at.isoformat()
    names = analysis.name, analysis.stage, analysis.tactic, analysis.option, analysis.architecture
    return (analysis.id, *names, analysis.country, analysis.paper, created)
