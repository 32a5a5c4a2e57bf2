"""Reading ROI analyses: one whole, lists of them, counts per stage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import aliased

from gaissa_web.core.analysis import Analysis, SourcedEffect
from gaissa_web.roi.catalogue import citation, metric_effect
from gaissa_web.storage.analyses import Analysis as AnalysisRow
from gaissa_web.storage.analyses import AnalysisKind, AnalysisValue
from gaissa_web.storage.catalogue import (
    Architecture,
    ExpectedReduction,
    PipelineStage,
    RoiMetric,
    Source,
    Tactic,
    TacticOption,
)
from gaissa_web.storage.countries import Country, Place, find_intensity
from gaissa_web.storage.db import db
from gaissa_web.storage.keyset import LARGEST_ID, Order, Page, between_days, fetch_page

PAGE_SIZE = 25
NEWEST = Order((AnalysisRow.created_at, AnalysisRow.id), descending=True)


@dataclass(frozen=True, slots=True)
class AnalysisSummary:
    """One line of a list of analyses."""

    id: int
    title: str
    stage: str
    tactic: str
    option: str
    architecture: str
    country: str
    created_at: datetime

    @property
    def name(self) -> str:
        """Its title, or what it is about."""
        return self.title or f"{self.tactic} ({self.option}) for {self.architecture}"


@dataclass(frozen=True, slots=True)
class StageCount:
    """How much there is for one pipeline stage."""

    id: int
    name: str
    description: str
    tactics: int
    calculations: int
    research: int
    figures: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of analyses is narrowed to; 0 and empty text filter nothing, days are inclusive."""

    text: str = ""
    stage: int = 0
    tactic: int = 0
    option: int = 0
    architecture: int = 0
    country: str = ""
    since: date | None = None
    until: date | None = None


def find_analysis(analysis_id: int) -> Analysis | None:
    """Return the analysis of that id, in three queries."""
    found = find_analyses([analysis_id])
    return found[0] if found else None


def find_analyses(analysis_ids: Sequence[int]) -> list[Analysis]:
    """Return the analyses of those ids that exist, in the order asked for."""
    ids = [analysis_id for analysis_id in analysis_ids if 0 < analysis_id <= LARGEST_ID]
    query: Select[*tuple[Any, ...]] = (
        select(AnalysisRow, PipelineStage.name, Tactic.name, TacticOption.name, Architecture.name, Source)
        .join(TacticOption, TacticOption.id == AnalysisRow.option_id)
        .join(Tactic, Tactic.id == TacticOption.tactic_id)
        .join(PipelineStage, PipelineStage.id == Tactic.stage_id)
        .join(Architecture, Architecture.id == AnalysisRow.architecture_id)
        .outerjoin(Source, Source.id == AnalysisRow.source_id)
        .where(AnalysisRow.id.in_(ids))
    )
    rows = {row[0].id: row for row in db.session.execute(query)}
    effects = _effects(list(rows))
    places = {iso3: find_intensity(iso3) for iso3 in {row[0].iso3 for row in rows.values()}}
    return [_analysis(rows[i], effects.get(i, ()), places) for i in ids if i in rows]


def list_analyses(kind: AnalysisKind, filters: Filters, cursor: str | None = None) -> Page[AnalysisSummary]:
    """Return one page of the analyses of a kind that pass `filters`, newest first."""
    page = fetch_page(_filtered(kind, filters), NEWEST, cursor, PAGE_SIZE)
    return Page([AnalysisSummary(*tuple(row)[:8]) for row in page.rows], page.next_cursor)


def iterate_analyses(kind: AnalysisKind, filters: Filters) -> Iterator[AnalysisSummary]:
    """Yield all analyses of a kind that pass `filters`, newest first, in bounded memory."""
    query = _filtered(kind, filters).order_by(AnalysisRow.created_at.desc(), AnalysisRow.id.desc())
    for row in db.session.execute(query.execution_options(yield_per=500)):
        yield AnalysisSummary(*row)


def stage_counts() -> list[StageCount]:
    """Count tactics and analyses per pipeline stage, in one query however many stages there are."""
    tactics = select(func.count()).where(Tactic.stage_id == PipelineStage.id).scalar_subquery()
    option, tactic = aliased(TacticOption), aliased(Tactic)
    calculations, research = (_count_of(kind) for kind in (AnalysisKind.CALCULATION, AnalysisKind.RESEARCH))
    columns = PipelineStage.id, PipelineStage.name, PipelineStage.description
    figures = (
        select(func.count())
        .select_from(ExpectedReduction)
        .join(option, option.id == ExpectedReduction.option_id)
        .join(tactic, tactic.id == option.tactic_id)
        .where(tactic.stage_id == PipelineStage.id)
        .scalar_subquery()
    )
    query = select(*columns, tactics, calculations, research, figures)
    return [
        StageCount(*row)
        for row in db.session.execute(query.order_by(PipelineStage.position, PipelineStage.name))
    ]


def _count_of(kind: AnalysisKind) -> ColumnElement[int]:
    option, tactic = aliased(TacticOption), aliased(Tactic)
    query = select(func.count()).select_from(AnalysisRow).join(option, option.id == AnalysisRow.option_id)
    query = query.join(tactic, tactic.id == option.tactic_id)
    return query.where(AnalysisRow.kind == kind, tactic.stage_id == PipelineStage.id).scalar_subquery()


def _filtered(kind: AnalysisKind, filters: Filters) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            AnalysisRow.id,
            AnalysisRow.title,
            PipelineStage.name,
            Tactic.name,
            TacticOption.name,
            Architecture.name,
            Country.name,
            AnalysisRow.created_at,
        )
        .join(TacticOption, TacticOption.id == AnalysisRow.option_id)
        .join(Tactic, Tactic.id == TacticOption.tactic_id)
        .join(PipelineStage, PipelineStage.id == Tactic.stage_id)
        .join(Architecture, Architecture.id == AnalysisRow.architecture_id)
        .join(Country, Country.iso3 == AnalysisRow.iso3)
        .where(AnalysisRow.kind == kind, *between_days(AnalysisRow.created_at, filters.since, filters.until))
    )
    for column, wanted in (
        (PipelineStage.id, filters.stage),
        (Tactic.id, filters.tactic),
        (TacticOption.id, filters.option),
        (Architecture.id, filters.architecture),
        (Country.iso3, filters.country),
    ):
        if wanted:
            query = query.where(column == wanted)
    for word in filters.text.split():
        columns = AnalysisRow.title, Tactic.name, TacticOption.name, Architecture.name
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return query


def _effects(analysis_ids: list[int]) -> dict[int, tuple[SourcedEffect, ...]]:
    query = (
        select(AnalysisValue, RoiMetric, Source)
        .join(RoiMetric, RoiMetric.id == AnalysisValue.metric_id)
        .join(Source, Source.id == AnalysisValue.source_id)
        .where(AnalysisValue.analysis_id.in_(analysis_ids))
        .order_by(RoiMetric.id)
    )
    found: dict[int, list[SourcedEffect]] = {}
    for value, metric, source in db.session.execute(query):
        effect = metric_effect(metric, value.baseline, value)
        found.setdefault(value.analysis_id, []).append(SourcedEffect(effect, citation(source)))
    return {analysis_id: tuple(effects) for analysis_id, effects in found.items()}


def _analysis(
    row: Row[*tuple[Any, ...]], effects: tuple[SourcedEffect, ...], places: dict[str, Place]
) -> Analysis:
    analysis, stage, tactic, option, architecture, source = row
    place = places[analysis.iso3]
    return Analysis(
        id=analysis.id,
        kind=analysis.kind,
        title=analysis.title,
        stage=stage,
        tactic=tactic,
        option_id=analysis.option_id,
        option=option,
        architecture_id=analysis.architecture_id,
        architecture=architecture,
        effects=effects,
        electricity=place.at(analysis.price),
        implementation_cost=analysis.implementation_cost,
        uses=analysis.inferences,
        uses_per_day=analysis.inferences_per_day,
        created_at=analysis.created_at,
        source=citation(source) if source else None,
    )
