"""Reading the ROI catalogue: what can be chosen, what figures there are, what electricity costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from gaissa_web.core.analysis import Candidate, Citation, Further
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.roi import MetricEffect, Reduction
from gaissa_web.core.thresholds import Direction
from gaissa_web.roi.choosing import Choice, Combination
from gaissa_web.storage.analyses import AnalysisValue
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


@dataclass(frozen=True, slots=True)
class Figure:
    """What an option does to one metric of an architecture, and what a form needs to know of it."""

    metric_id: int
    slug: str
    name: str
    unit: str
    per: str
    smallest: float
    largest: float
    hint: str
    reduction: Reduction
    source_id: int
    source: Citation
    note: str


@dataclass(frozen=True, slots=True)
class Price:
    """What a kilowatt-hour costs in a country, in EUR, after whom."""

    eur_per_kwh: Decimal
    year: int
    source: str
    source_url: str


def citation(source: Source) -> Citation:
    """Return the plain value of a source."""
    return Citation(source.title, source.authors, source.year, source.url)


def metric_effect(metric: RoiMetric, baseline: float, row: ExpectedReduction | AnalysisValue) -> MetricEffect:
    """Return what the reduction of `row` does to a metric that was `baseline`."""
    reduction, direction = Reduction(row.reduction, row.low, row.high), Direction(metric.direction)
    return MetricEffect(metric.slug, metric.name, metric.unit, direction, baseline, reduction, metric.per)


def combinations() -> tuple[Combination, ...]:
    """Return every stage, tactic, architecture and option that together have figures; a few hundred."""
    columns = (
        PipelineStage.id, PipelineStage.name, Tactic.id, Tactic.name,
        Architecture.id, Architecture.name, TacticOption.id, TacticOption.name, PipelineStage.position,
    )  # fmt: skip
    query = (
        select(*columns)
        .select_from(ExpectedReduction)
        .join(TacticOption, TacticOption.id == ExpectedReduction.option_id)
        .join(Tactic, Tactic.id == TacticOption.tactic_id)
        .join(PipelineStage, PipelineStage.id == Tactic.stage_id)
        .join(Architecture, Architecture.id == ExpectedReduction.architecture_id)
        .distinct()
        .order_by(PipelineStage.position, Tactic.name, Architecture.name, TacticOption.name)
    )
    rows = db.session.execute(query)
    return tuple(((a, b), (c, d), (e, f), (g, h)) for a, b, c, d, e, f, g, h, _ in rows)


def figures(option_id: int, architecture_id: int) -> tuple[Figure, ...]:
    """Return what the catalogue knows of an option for an architecture; energy comes first."""
    query = (
        select(ExpectedReduction, RoiMetric, Source)
        .join(RoiMetric, RoiMetric.id == ExpectedReduction.metric_id)
        .join(Source, Source.id == ExpectedReduction.source_id)
        .where(ExpectedReduction.option_id == option_id, ExpectedReduction.architecture_id == architecture_id)
        .order_by(RoiMetric.per == "", RoiMetric.id)
    )
    return tuple(
        Figure(
            metric.id,
            metric.slug,
            metric.name,
            metric.unit,
            metric.per,
            metric.smallest,
            metric.largest,
            metric.hint,
            Reduction(row.reduction, row.low, row.high),
            source.id,
            citation(source),
            row.note,
        )
        for row, metric, source in db.session.execute(query)
    )


def candidates(architecture_id: int, metric_slug: str = "") -> tuple[Candidate, ...]:
    """Return the options with a figure for the energy of an architecture, of one metric if given."""
    query = (
        select(ExpectedReduction, RoiMetric, TacticOption, Tactic.name, Source)
        .join(RoiMetric, RoiMetric.id == ExpectedReduction.metric_id)
        .join(TacticOption, TacticOption.id == ExpectedReduction.option_id)
        .join(Tactic, Tactic.id == TacticOption.tactic_id)
        .join(Source, Source.id == ExpectedReduction.source_id)
        .where(ExpectedReduction.architecture_id == architecture_id, RoiMetric.per != "")
        .order_by(Tactic.name, TacticOption.name)
    )
    if metric_slug:
        query = query.where(RoiMetric.slug == metric_slug)
    found = []
    for row, metric, option, tactic, source in db.session.execute(query):
        effect = metric_effect(metric, 0.0, row)
        found.append(Candidate(option.id, option.tactic_id, tactic, option.name, effect, citation(source)))
    return tuple(found)


def further(
    architecture_id: int, metric_slug: str, tactic_id: int, option_ids: Sequence[int]
) -> tuple[Further, ...]:
    """Return the options as applied on top of one of `tactic_id`, for the energy of an architecture.

    Raises:
        InvalidInputError: One has no figure there, or two would be options of one tactic.
    """
    known = {c.option_id: c for c in candidates(architecture_id, metric_slug)} if metric_slug else {}
    if not known.keys() >= set(option_ids):
        raise InvalidInputError(
            "What is to be combined with it has no published figure for the energy of this architecture."
        )
    picked = [known[option_id] for option_id in option_ids]
    tactics = [tactic_id, *(candidate.tactic_id for candidate in picked)]
    if len(set(tactics)) < len(tactics):
        raise InvalidInputError(
            "Options of one tactic exclude each other, so they cannot be combined. Choose one of each tactic."
        )
    return tuple(Further(c.option_id, c.name, c.effect.reduction.expected) for c in picked)


def options_of(tactic_id: int, architecture_id: int) -> list[Choice]:
    """Return the options of a tactic that have figures for an architecture, by name."""
    query = (
        select(TacticOption.id, TacticOption.name)
        .join(ExpectedReduction, ExpectedReduction.option_id == TacticOption.id)
        .where(TacticOption.tactic_id == tactic_id, ExpectedReduction.architecture_id == architecture_id)
        .distinct()
        .order_by(TacticOption.name)
    )
    return [(row.id, row.name) for row in db.session.execute(query)]


def architectures_with_energy() -> list[Choice]:
    """Return the architectures for which some tactic has a figure for energy, by name."""
    query = (
        select(Architecture.id, Architecture.name)
        .join(ExpectedReduction, ExpectedReduction.architecture_id == Architecture.id)
        .join(RoiMetric, RoiMetric.id == ExpectedReduction.metric_id)
        .where(RoiMetric.per != "")
        .distinct()
    )
    return [(row.id, row.name) for row in db.session.execute(query.order_by(Architecture.name))]


def find_price(iso3: str) -> Price | None:
    """Return the newest energy price that is known of a country."""
    query = select(EnergyPrice).where(EnergyPrice.iso3 == iso3).order_by(EnergyPrice.year.desc()).limit(1)
    row = db.session.scalar(query)
    return Price(row.eur_per_kwh, row.year, row.source, row.source_url) if row else None


def option_choices() -> list[Choice]:
    """Return all options, each called with its tactic: two tactics may both have "50 %"."""
    query = (
        select(TacticOption.id, Tactic.name, TacticOption.name)
        .join(Tactic, Tactic.id == TacticOption.tactic_id)
        .order_by(Tactic.name, TacticOption.name)
    )
    return [(key, f"{tactic}: {option}") for key, tactic, option in db.session.execute(query)]


def filter_choices(column: InstrumentedAttribute[str], key: InstrumentedAttribute[int]) -> list[Choice]:
    """Return the choices of one filter of a list of analyses."""
    return [(row[0], row[1]) for row in db.session.execute(select(key, column).order_by(column))]
