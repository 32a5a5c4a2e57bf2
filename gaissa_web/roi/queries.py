"""Reading ROI analyses: one whole, lists of them, counts per stage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, cast, func, or_, select
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
NEWEST_WIDTH = len(NEWEST.columns)


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
    paper: str
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
    source: int = 0
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
        select(AnalysisRow, PipelineStage.name, Tactic, TacticOption.name, Architecture.name, Source)
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
    return Page([AnalysisSummary(*tuple(row)[:-NEWEST_WIDTH]) for row in page.rows], page.next_cursor)


def summaries(analysis_ids: Sequence[int]) -> list[AnalysisSummary]:
    """Return the lines of those analyses that exist, in the order asked for."""
    ids = [analysis_id for analysis_id in analysis_ids if 0 < analysis_id <= LARGEST_ID]
    rows = db.session.execute(_summaries().where(AnalysisRow.id.in_(ids)))
    found = {row[0]: AnalysisSummary(*row) for row in rows}
    return [found[analysis_id] for analysis_id in ids if analysis_id in found]


def papers() -> list[tuple[int, str]]:
    """Return the publications that research analyses come from or rest on, by title."""
    of_research = select(AnalysisRow.id).where(AnalysisRow.kind == AnalysisKind.RESEARCH)
    own = select(AnalysisRow.source_id).where(AnalysisRow.kind == AnalysisKind.RESEARCH)
    figures = select(AnalysisValue.source_id).where(AnalysisValue.analysis_id.in_(of_research))
    query = select(Source.id, Source.title).where(or_(Source.id.in_(own), Source.id.in_(figures)))
    return [(row.id, row.title) for row in db.session.execute(query.order_by(Source.title))]


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


def _summaries() -> Select[*tuple[Any, ...]]:
    return (
        select(
            AnalysisRow.id,
            AnalysisRow.title,
            PipelineStage.name,
            Tactic.name,
            TacticOption.name,
            Architecture.name,
            Country.name,
            func.coalesce(Source.title, ""),
            AnalysisRow.created_at,
        )
        .join(TacticOption, TacticOption.id == AnalysisRow.option_id)
        .join(Tactic, Tactic.id == TacticOption.tactic_id)
        .join(PipelineStage, PipelineStage.id == Tactic.stage_id)
        .join(Architecture, Architecture.id == AnalysisRow.architecture_id)
        .join(Country, Country.iso3 == AnalysisRow.iso3)
        .outerjoin(Source, Source.id == AnalysisRow.source_id)
    )


def _filtered(kind: AnalysisKind, filters: Filters) -> Select[*tuple[Any, ...]]:
    days = between_days(AnalysisRow.created_at, filters.since, filters.until)
    query = _summaries().where(AnalysisRow.kind == kind, *days)
    for column, wanted in (
        (PipelineStage.id, filters.stage),
        (Tactic.id, filters.tactic),
        (TacticOption.id, filters.option),
        (Architecture.id, filters.architecture),
        (Country.iso3, filters.country),
    ):
        if wanted:
            query = query.where(column == wanted)
    if filters.source:
        query = query.where(_rests_on(Source.id == filters.source))
    for word in filters.text.split():
        columns = (
            AnalysisRow.title, PipelineStage.name, Tactic.name, TacticOption.name, Architecture.name,
            Country.name, Country.iso3,
        )  # fmt: skip
        matches = [column.icontains(word, autoescape=True) for column in columns]
        paper = (Source.title, Source.authors, cast(Source.year, String))
        cited = or_(*(column.icontains(word, autoescape=True) for column in paper))
        query = query.where(or_(*matches, _rests_on(cited)))
    return query


def _rests_on(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that an analysis' paper, or that of one of its figures, meets another."""
    papers = select(Source.id).where(condition).correlate(None)
    figures = select(AnalysisValue.analysis_id).where(AnalysisValue.source_id.in_(papers))
    return or_(AnalysisRow.source_id.in_(papers), AnalysisRow.id.in_(figures.correlate(None)))


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
        tactic_id=tactic.id,
        tactic=tactic.name,
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
