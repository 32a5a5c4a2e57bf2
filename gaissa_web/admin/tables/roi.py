"""The tables of the ROI catalogue that are managed generically."""

from sqlalchemy import select

from gaissa_web.admin.tables.table import Column, Entry, Fixed, Table, Values, check_address
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.naming import check_slug
from gaissa_web.core.roi import MOST_USES, Reduction
from gaissa_web.core.thresholds import Direction
from gaissa_web.core.units import readable
from gaissa_web.storage.analyses import Analysis, AnalysisKind, AnalysisValue
from gaissa_web.storage.catalogue import (
    Architecture,
    ExpectedReduction,
    PipelineStage,
    RoiMetric,
    Source,
    Tactic,
    TacticOption,
)
from gaissa_web.storage.countries import EnergyPrice
from gaissa_web.storage.db import db


def _check_price(values: Values) -> None:
    check_address(values)
    if not 0 <= values["eur_per_kwh"] <= 10:
        raise InvalidInputError("A price lies between 0 and 10 EUR/kWh.")


def _check_reduction(values: Values) -> None:
    Reduction(values["reduction"], values["low"], values["high"])


def _check_value(values: Values) -> None:
    _check_reduction(values)
    if values["baseline"] < 0:
        raise InvalidInputError("The value before is a number from 0 up.")


def _check_roi_metric(values: Values) -> None:
    check_slug(values["slug"])
    if values["per"] and values["unit"] != "J":
        raise InvalidInputError("What is paid for is energy in J; set the unit to J, or clear “paid per”.")
    if not 0 <= values["smallest"] < values["largest"]:
        raise InvalidInputError("The smallest value is from 0 up, and below the largest.")


def _check_research(values: Values) -> None:
    if values["price"] < 0 or values["implementation_cost"] < 0:
        raise InvalidInputError("Prices and costs are numbers from 0 up.")
    if not 1 <= values["inferences"] <= MOST_USES:
        raise InvalidInputError(f"The number of uses lies between 1 and {MOST_USES:,}.")
    if values["inferences_per_day"] < 0:
        raise InvalidInputError("The number per day is from 0 up.")


def _agree_research(values: Values, row: Analysis | None) -> None:
    """Refuse an architecture, or values entered before, for which the option has no figures."""
    figures = _figures(values["option_id"], values["architecture_id"])
    if not figures:
        raise InvalidInputError(
            "The catalogue has no expected reduction of this option for this architecture. "
            "Enter that first, or choose another architecture."
        )
    if row is not None and not {value.metric_id for value in row.values} <= figures:
        raise InvalidInputError(
            "This analysis has values of metrics without an expected reduction for this option and "
            "architecture. Delete those values first."
        )


def _agree_value(values: Values, _row: AnalysisValue | None) -> None:
    """Refuse a value without an expected reduction, or beyond what its metric can be."""
    analysis = db.session.get(Analysis, values["analysis_id"])
    metric = db.session.get(RoiMetric, values["metric_id"])
    if analysis is None or metric is None:
        raise InvalidInputError("The analysis or the metric was deleted meanwhile. Choose again.")
    if metric.id not in _figures(analysis.option_id, analysis.architecture_id):
        raise InvalidInputError(
            f"The catalogue has no expected reduction of “{metric.name}” for the option and "
            "architecture of this analysis. Enter that first, or choose another metric."
        )
    if not metric.smallest <= values["baseline"] <= metric.largest:
        low, high = readable(metric.smallest, metric.unit), readable(metric.largest, metric.unit)
        raise InvalidInputError(f"The value before lies between {low} and {high} for “{metric.name}”.")


def _figures(option_id: int, architecture_id: int) -> set[int]:
    """Return the metrics for which an option has an expected reduction for an architecture."""
    query = select(ExpectedReduction.metric_id).where(
        ExpectedReduction.option_id == option_id, ExpectedReduction.architecture_id == architecture_id
    )
    return set(db.session.scalars(query))


ABOUT_ANALYSES = ("title", "option_id", "architecture_id", "iso3", "source_id", "values.source_id")
"""What analyses are found by: title, option and tactic, architecture, country, paper, figures' papers."""

ROI_TABLES = (
    Table(
        slug="energy-prices",
        title="Energy prices",
        one="energy price",
        many="energy prices",
        description="What a kilowatt-hour costs firms; the ROI form proposes the newest year of a country.",
        row=EnergyPrice,
        named_by="iso3",
        search=("iso3", "source"),
        check=_check_price,
        columns=(
            Column("iso3", "Country", Entry.RELATION, related="countries"),
            Column("year", "Year", Entry.WHOLE_NUMBER, default=2026),
            Column("eur_per_kwh", "EUR/kWh", Entry.MONEY, required=True),
            Column("source", "Source", required=True),
            Column("source_url", "Address of the source", listed=False),
        ),
    ),
    Table(
        slug="sources",
        title="Sources",
        one="source",
        many="sources",
        description="Publications that the figures of the ROI catalogue come from.",
        row=Source,
        named_by="title",
        search=("title", "authors"),
        check=check_address,
        columns=(
            Column("title", "Title", required=True),
            Column("authors", "Authors"),
            Column("year", "Year", Entry.WHOLE_NUMBER, default=2026),
            Column("url", "Address"),
        ),
    ),
    Table(
        slug="stages",
        title="Pipeline stages",
        one="pipeline stage",
        many="pipeline stages",
        description="Where in the machine-learning pipeline tactics are applied.",
        row=PipelineStage,
        named_by="name",
        search=("name",),
        columns=(
            Column("name", "Name", required=True),
            Column("description", "Description", Entry.TEXT, listed=False),
            Column("position", "Position", Entry.WHOLE_NUMBER, hint="Low ones first", default=100),
        ),
    ),
    Table(
        slug="tactics",
        title="Tactics",
        one="tactic",
        many="tactics",
        description="What can be done to be greener.",
        row=Tactic,
        named_by="name",
        search=("name", "description"),
        columns=(
            Column("name", "Name", required=True),
            Column("stage_id", "Stage", Entry.RELATION, related="stages"),
            Column("description", "Description", Entry.TEXT, listed=False),
        ),
    ),
    Table(
        slug="options",
        title="Tactic options",
        one="tactic option",
        many="tactic options",
        description="Ways to apply a tactic, with their setting.",
        row=TacticOption,
        named_by="name",
        search=("name", "tactic_id"),
        within="tactic",
        columns=(
            Column("name", "Name", required=True),
            Column("tactic_id", "Tactic", Entry.RELATION, related="tactics"),
        ),
    ),
    Table(
        slug="architectures",
        title="Architectures",
        one="architecture",
        many="architectures",
        description="Model architectures that figures are about.",
        row=Architecture,
        named_by="name",
        search=("name", "description"),
        columns=(
            Column("name", "Name", required=True),
            Column("description", "Description", Entry.TEXT),
        ),
    ),
    Table(
        slug="roi-metrics",
        title="ROI metrics",
        one="ROI metric",
        many="ROI metrics",
        description="What tactics change; energy in J that is paid per use carries the money.",
        row=RoiMetric,
        named_by="name",
        search=("name", "slug"),
        check=_check_roi_metric,
        columns=(
            Column("name", "Name", required=True),
            Column("slug", "Slug", required=True, fixed=Fixed.ONCE_CREATED),
            Column("unit", "Unit", fixed=Fixed.ONCE_USED),
            Column("direction", "Which is better", Entry.CHOICE, options=tuple(d.value for d in Direction)),
            Column(
                "per",
                "Paid per",
                hint="Such as inference; empty for what is not paid for",
                fixed=Fixed.ONCE_USED,
            ),
            Column("smallest", "Smallest value", Entry.NUMBER, required=True, listed=False, default=0.0),
            Column("largest", "Largest value", Entry.NUMBER, required=True, listed=False, default=1e9),
            Column("hint", "Typical values", listed=False),
        ),
    ),
    Table(
        slug="reductions",
        title="Expected reductions",
        one="expected reduction",
        many="expected reductions",
        description="By which share an option lowers a metric: 0.25 is a quarter less, −0.25 a quarter more.",
        row=ExpectedReduction,
        named_by="id",
        search=("option_id", "architecture_id", "metric_id", "source_id", "note"),
        check=_check_reduction,
        columns=(
            Column("id", "Number", Entry.WHOLE_NUMBER, fixed=Fixed.NEVER_TYPED),
            Column("option_id", "Option", Entry.RELATION, related="options"),
            Column("architecture_id", "Architecture", Entry.RELATION, related="architectures"),
            Column("metric_id", "Metric", Entry.RELATION, related="roi-metrics"),
            Column("reduction", "Reduction", Entry.NUMBER, required=True, hint="A share, at most 1"),
            Column("low", "Lowest", Entry.NUMBER, hint="If the source gives a range", listed=False),
            Column("high", "Highest", Entry.NUMBER, hint="If the source gives a range", listed=False),
            Column("source_id", "Source", Entry.RELATION, related="sources"),
            Column("note", "Note", listed=False, hint="What was measured"),
        ),
    ),
    Table(
        slug="research",
        title="Research analyses",
        one="research analysis",
        many="research analyses",
        description="ROI analyses entered from papers; their values are a table of their own.",
        row=Analysis,
        named_by="title",
        scope=(("kind", AnalysisKind.RESEARCH),),
        search=ABOUT_ANALYSES,
        check=_check_research,
        agree=_agree_research,
        columns=(
            Column("title", "Title", required=True),
            Column("option_id", "Option", Entry.RELATION, related="options"),
            Column("architecture_id", "Architecture", Entry.RELATION, related="architectures"),
            Column("iso3", "Country", Entry.RELATION, related="countries", default="WORLD"),
            Column("source_id", "Paper", Entry.RELATION, related="sources"),
            Column("price", "EUR/kWh", Entry.MONEY, required=True, listed=False),
            Column("implementation_cost", "Cost once, EUR", Entry.MONEY, required=True, listed=False),
            Column("inferences", "Number of uses", Entry.WHOLE_NUMBER, listed=False, default=100_000_000),
            Column("inferences_per_day", "Per day", Entry.NUMBER, required=True, listed=False, default=0.0),
        ),
    ),
    Table(
        slug="saved-analyses",
        title="Saved analyses",
        one="saved analysis",
        many="saved analyses",
        description="What visitors calculated. It is not edited: what should not be here can be deleted.",
        row=Analysis,
        named_by="called",
        scope=(("kind", AnalysisKind.CALCULATION),),
        search=ABOUT_ANALYSES,
        page=("roi.detail", "analysis_id"),
        changeable=False,
        columns=(
            Column("id", "Number", Entry.WHOLE_NUMBER),
            Column("title", "Title"),
            Column("option_id", "Option", Entry.RELATION, related="options"),
            Column("architecture_id", "Architecture", Entry.RELATION, related="architectures"),
            Column("iso3", "Country", Entry.RELATION, related="countries"),
            Column("created_at", "Saved"),
        ),
    ),
    Table(
        slug="research-values",
        title="Values of analyses",
        one="value of an analysis",
        many="values of analyses",
        description="What a metric was before, and by which share the tactic lowered it.",
        row=AnalysisValue,
        named_by="id",
        search=("analysis_id", "metric_id", "source_id"),
        check=_check_value,
        agree=_agree_value,
        columns=(
            Column("id", "Number", Entry.WHOLE_NUMBER, fixed=Fixed.NEVER_TYPED),
            Column("analysis_id", "Analysis", Entry.RELATION, related="research"),
            Column("metric_id", "Metric", Entry.RELATION, related="roi-metrics"),
            Column("baseline", "Before", Entry.NUMBER, required=True),
            Column("reduction", "Reduction", Entry.NUMBER, required=True, hint="A share, at most 1"),
            Column("low", "Lowest", Entry.NUMBER, listed=False, hint="If the source gives a range"),
            Column("high", "Highest", Entry.NUMBER, listed=False, hint="If the source gives a range"),
            Column("source_id", "Source", Entry.RELATION, related="sources"),
        ),
    ),
)
