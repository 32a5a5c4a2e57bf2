"""Reading the ROI catalogue: what can be chosen, what figures there are, what electricity costs."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from gaissa_web.core.analysis import Candidate, Citation, Further
from gaissa_web.core.roi import MetricEffect, Reduction
from gaissa_web.core.thresholds import Direction
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

Choice = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Selection:
    """What has been chosen of stage, tactic, architecture and option; 0 where nothing fitting has.

    The lists are what can be chosen at each step: only what has figures.
    """

    stages: tuple[Choice, ...]
    tactics: tuple[Choice, ...]
    architectures: tuple[Choice, ...]
    options: tuple[Choice, ...]
    stage: int = 0
    tactic: int = 0
    architecture: int = 0
    option: int = 0

    @property
    def complete(self) -> bool:
        """Whether all four are chosen."""
        return bool(self.option)


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


def select_step_by_step(stage: int, tactic: int, architecture: int, option: int) -> Selection:
    """Return what can be chosen given what has been; what does not fit any more is dropped.

    A step with a single choice is taken by itself. It is one query over the combinations that
    have figures, of which there are a few hundred.
    """
    columns = (
        PipelineStage.id, PipelineStage.name, PipelineStage.position, Tactic.id, Tactic.name,
        Architecture.id, Architecture.name, TacticOption.id, TacticOption.name,
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
    rows: list[tuple[Any, ...]] = [tuple(row) for row in db.session.execute(query)]
    if option and not tactic:  # a link may name only where it leads
        named = [row for row in rows if row[7] == option and architecture in {0, row[5]}]
        stage, tactic = (named[0][0], named[0][3]) if named else (stage, tactic)
    chosen: list[int] = []
    offered: list[tuple[Choice, ...]] = []
    for key, wanted in zip((0, 3, 5, 7), (stage, tactic, architecture, option), strict=True):
        open_so_far = len(chosen) == len([c for c in chosen if c])
        choices = tuple(dict.fromkeys((row[key], row[key + 1]) for row in rows)) if open_so_far else ()
        ids = [choice[0] for choice in choices]
        picked = wanted if wanted in ids else (ids[0] if len(ids) == 1 else 0)
        rows = [row for row in rows if row[key] == picked]
        chosen.append(picked)
        offered.append(choices)
    stages, tactics, architectures, options = offered
    return Selection(stages, tactics, architectures, options, *chosen)


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
        found.append(Candidate(option.id, tactic, option.name, effect, citation(source)))
    return tuple(found)


def further(architecture_id: int, metric_slug: str, option_ids: list[int]) -> tuple[Further, ...]:
    """Return the tactics of those options as applied on top, for the energy of an architecture."""
    known = {c.option_id: c for c in candidates(architecture_id, metric_slug)}
    picked = (known[i] for i in dict.fromkeys(option_ids) if i in known)
    return tuple(
        Further(c.option_id, f"{c.tactic} ({c.option})", c.effect.reduction.expected) for c in picked
    )


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


def filter_choices(column: InstrumentedAttribute[str], key: InstrumentedAttribute[int]) -> list[Choice]:
    """Return the choices of one filter of a list of analyses."""
    return [(row[0], row[1]) for row in db.session.execute(select(key, column).order_by(column))]
