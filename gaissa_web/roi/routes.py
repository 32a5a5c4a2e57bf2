"""The addresses of the ROI Analyzer: parse the request, call, render."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.core.analysis import Analysis, Ranked, rank
from gaissa_web.core.contrasts import contrast
from gaissa_web.core.equivalents import EQUIVALENTS
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.roi import DEFAULT_USES, Scenario
from gaissa_web.roi import catalogue, documents, queries, services
from gaissa_web.roi.forms import AnalysisForm, RankingForm, TryForm, analysis_form, euros, typed
from gaissa_web.roi.queries import Filters
from gaissa_web.storage.analyses import AnalysisKind
from gaissa_web.storage.catalogue import Architecture, PipelineStage, Tactic, TacticOption
from gaissa_web.storage.countries import WORLD, all_countries, find_intensity
from gaissa_web.storage.keyset import LARGEST_ID
from gaissa_web.web import arguments, exports, htmx
from gaissa_web.web.caching import cached
from gaissa_web.web.forms import choices, fail

blueprint = Blueprint("roi", __name__, url_prefix="/roi")
COMPARED = range(2, 5)
STEPS = ("stage", "tactic", "architecture", "option")
FILTERS = ("stage", "tactic", "option", "architecture")
OTHER_FILTERS = ("country", "q", "since", "until")
COLUMNS = ("id", "name", "stage", "tactic", "option", "architecture", "country", "created_at")
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
    form.country.data = request.args.get("country", "")
    return _show_form(form)


@blueprint.post("/analyses/new")
def save() -> Response | WerkzeugResponse:
    """Save an analysis; or, as the button pressed says, show the form for what is chosen now."""
    form = _form()
    if request.form.get("action") == "choose":
        return _show_form(form, fragment="roi/_choice.html")
    if not form.validate():
        return _show_form(form, status=422)
    try:
        analysis_id = services.save_analysis(form.analysis(session["csrf_token"]))
    except InvalidInputError as error:
        form.refuse(str(error))
        return _show_form(form, status=422)
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
        selects=_filter_selects(filters),
        export={n: v for n, v in request.args.items() if n in (*FILTERS, *OTHER_FILTERS)},
    )


@blueprint.get(f"/{LIST}/export.csv")
def export_csv(which: str) -> Response:
    """Send all analyses that pass the filters as CSV."""
    rows = map(_values, queries.iterate_analyses(LISTS[which], _filters()))
    return exports.attachment(exports.csv_lines(COLUMNS, rows), "text/csv", f"{which}.csv")


@blueprint.get(f"/{LIST}/export.json")
def export_json(which: str) -> Response:
    """Send all analyses that pass the filters as a JSON list."""
    rows = map(_values, queries.iterate_analyses(LISTS[which], _filters()))
    return exports.attachment(exports.json_lines(COLUMNS, rows), "application/json", f"{which}.json")


@blueprint.get("/analyses/<int:analysis_id>")
def detail(analysis_id: int) -> Response:
    """Show one analysis, with other inputs if some are tried."""
    saved = _analysis(analysis_id)
    form, analysis = _try(saved)
    around = {} if htmx.wants_fragment() else _around(saved)
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
    response = cached(Response(documents.kept_pdf(_analysis(analysis_id)), mimetype="application/pdf"))
    response.headers["Content-Disposition"] = f'inline; filename="roi-analysis-{analysis_id}.pdf"'
    return response


@blueprint.get("/compare")
def compare() -> str | tuple[str, int]:
    """Show two to four analyses side by side."""
    ids = list(dict.fromkeys(request.args.getlist("id", type=int)))
    found = queries.find_analyses(ids[: COMPARED.stop])
    if len(found) != len(ids) or len(found) not in COMPARED:
        problem = "One of these analyses does not exist." if len(found) < len(ids) else ""
        return render_template("roi/compare.html", contrast=None, problem=problem), 422
    return render_template("roi/compare.html", contrast=contrast(found), problem="")


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


def _analysis(analysis_id: int) -> Analysis:
    return queries.find_analysis(analysis_id) or abort(404)


def _tried(analysis_id: int) -> Analysis:
    form, analysis = _try(_analysis(analysis_id))
    if form.problems:
        abort(422, " ".join(message for _, message in form.problems))
    return analysis


def _try(saved: Analysis) -> tuple[TryForm, Analysis]:
    """Return the analysis with what the address asks to be tried; as saved where that is wrong."""
    form = TryForm(request.args)
    electricity, country = saved.electricity, form.country.data or saved.electricity.iso3
    valid = form.validate()
    if country != electricity.iso3:
        try:
            place = find_intensity(country)
        except LookupError:
            valid = fail(form.country, "There is no such country here.")
        else:
            known = catalogue.find_price(country)
            electricity = place.at(known.eur_per_kwh if known else electricity.price)
    if not valid:
        return form, saved
    if form.price.number is not None:
        electricity = replace(electricity, price=euros(form.price.number))
    extra = euros(form.extra_cost.number) if form.extra_cost.number is not None else Decimal(0)
    ids = [i for i in request.args.getlist("with", type=int) if i != saved.option_id]
    slug = saved.energy.slug if saved.energy else ""
    return form, replace(
        saved,
        electricity=electricity,
        uses=saved.uses if form.inferences.number is None else int(form.inferences.number),
        uses_per_day=saved.uses_per_day if form.per_day.number is None else form.per_day.number,
        implementation_cost=saved.implementation_cost + extra,
        further=catalogue.further(saved.architecture_id, slug, ids) if ids and slug else (),
    )


def _around(analysis: Analysis) -> dict[str, Any]:
    """What the page shows around the results: countries, and the tactics that could be combined with it.

    Of a tactic it is the option, its name, and the share of energy it saves.
    """
    slug = analysis.energy.slug if analysis.energy else ""
    known = catalogue.candidates(analysis.architecture_id, slug) if slug else ()
    others = [
        (c.option_id, f"{c.tactic} ({c.option})", c.effect.reduction.expected)
        for c in known
        if c.option_id != analysis.option_id
    ]
    return {"countries": all_countries(), "others": others}


def _form(**options: Any) -> AnalysisForm:
    source = request.args if "formdata" in options else request.form
    ids = (source.get(step, "") for step in STEPS)
    known = (int(i[:19]) if i.isascii() and i.isdigit() else 0 for i in ids)
    selection = catalogue.select_step_by_step(*(i if i <= LARGEST_ID else 0 for i in known))
    figures = catalogue.figures(selection.option, selection.architecture) if selection.complete else ()
    return analysis_form(selection, figures, [("", "choose …"), *all_countries()], **options)


def _show_form(form: AnalysisForm, *, status: int = 200, fragment: str = "roi/new.html") -> Response:
    country = form.country.data or WORLD
    known = {choice.value for choice in form.country.choices}
    form.country.data = country = country if country in known else WORLD
    price = catalogue.find_price(country)
    if price and form.price_of.data != country and not form.price.errors:
        # Nothing typed, or the figure of another country: this country's own takes its place.
        before = catalogue.find_price(form.price_of.data or "")
        if not form.price.data or (before and form.price.number == float(before.eur_per_kwh)):
            form.price.data = typed(price.eur_per_kwh)
    form.price_of.data = country
    return htmx.render(
        "roi/new.html", fragment, status=status, form=form, price=price, default_uses=DEFAULT_USES
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


def _filter_selects(filters: Filters) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """The filters as (name, title, chosen, choices)."""
    columns = (
        ("stage", "Stage", PipelineStage),
        ("tactic", "Tactic", Tactic),
        ("option", "Option", TacticOption),
        ("architecture", "Architecture", Architecture),
    )
    shown = []
    for name, title, row in columns:
        pairs = [(str(key), text) for key, text in catalogue.filter_choices(row.name, row.id)]
        shown.append((name, title, str(getattr(filters, name) or ""), pairs))
    return [*shown, ("country", "Country", filters.country, all_countries())]


def _values(analysis: queries.AnalysisSummary) -> tuple[str | int, ...]:
    created = analysis.created_at.isoformat()
    names = analysis.name, analysis.stage, analysis.tactic, analysis.option, analysis.architecture
    return (analysis.id, *names, analysis.country, created)
