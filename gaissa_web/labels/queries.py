"""Reading labels: one whole, lists of them, the models they are about, what forms offer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, select

from gaissa_web.core.grades import Grade
from gaissa_web.core.label import (
    EarlierRating,
    InformationField,
    InformationValue,
    Label,
    LabelledModel,
    Origin,
)
from gaissa_web.core.rating import Phase, Scheme, rate
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import EarlierRating as EarlierRatingRow
from gaissa_web.storage.experiments import Experiment, InformationValueRow, MetricValue, grade_order
from gaissa_web.storage.information import InformationFieldRow
from gaissa_web.storage.keyset import LARGEST_ID, Order, Page, fetch_page
from gaissa_web.storage.ml_models import NAME_LENGTH, MLModel, names_like
from gaissa_web.storage.schemes import MetricRow, SchemeRow, current_scheme, published_scheme

PAGE_SIZE = 25
MATCHES = 8
COUNTED_AT_MOST = 1_000
SIMILAR_AMONG = 300


@dataclass(frozen=True, slots=True)
class LabelSummary:
    """One line of a list of labels; `coverage` is a share of 0 to 1."""

    id: int
    phase: Phase
    model_id: int
    model_name: str
    model_author: str
    grade: Grade | None
    registered_at: datetime
    origin: Origin
    coverage: float


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """A model as a search finds it."""

    id: int
    name: str
    author: str


@dataclass(frozen=True, slots=True)
class ModelDetail:
    """A model with one page of its labels, newest first; `count` is of all, at most `COUNTED_AT_MOST` + 1."""

    model: LabelledModel
    page: Page[Label]
    count: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of labels is narrowed to; empty text and None filter nothing. Unrated is grade "-"."""

    text: str = ""
    phase: str = ""
    grade: str = ""
    source: str = ""
    metric: str = ""
    sort: str = "newest"


NO_GRADE = "-"
ORDERS = {
    "newest": Order((Experiment.registered_at, Experiment.id), descending=True),
    "grade": Order((grade_order, Experiment.id)),
    "name": Order((MLModel.name, Experiment.id)),
}


def find_label(label_id: int) -> Label | None:
    """Return the label of that id."""
    found = find_labels([label_id])
    return found[0] if found else None


def find_labels(label_ids: Sequence[int]) -> list[Label]:
    """Return the labels of those ids that exist, in the order asked for, in three queries."""
    ids = [label_id for label_id in label_ids if 0 < label_id <= LARGEST_ID]
    rows = db.session.execute(_whole(Experiment.id.in_(ids))).all()
    labels = {label.id: label for label in _labels(rows)}
    return [labels[label_id] for label_id in ids if label_id in labels]


def find_model(model_id: int, cursor: str | None = None) -> ModelDetail | None:
    """Return the model of that id with one page of its labels."""
    model = db.session.get(MLModel, model_id) if 0 < model_id <= LARGEST_ID else None
    if model is None:
        return None
    mine = Experiment.model_id == model.id
    page = fetch_page(_whole(mine), ORDERS["newest"], cursor, PAGE_SIZE)
    count = len(page.rows)
    if cursor or page.next_cursor:
        count = _count(select(Experiment.id).where(mine))
    return ModelDetail(_labelled_model(model), Page(_labels(page.rows), page.next_cursor), count)


def list_labels(filters: Filters, cursor: str | None = None) -> Page[LabelSummary]:
    """Return one page of the labels that pass `filters`, in their sort order."""
    order = ORDERS.get(filters.sort, ORDERS["newest"])
    page = fetch_page(_filtered(filters), order, cursor, PAGE_SIZE)
    return Page([_summary(row) for row in page.rows], page.next_cursor)


def count_labels(filters: Filters) -> int:
    """Count the labels that pass `filters`, no further than one past `COUNTED_AT_MOST`."""
    return _count(_filtered(filters).with_only_columns(Experiment.id))


def iterate_labels(filters: Filters) -> Iterator[LabelSummary]:
    """Yield all labels that pass `filters`, newest first, in bounded memory."""
    query = _filtered(filters).order_by(Experiment.registered_at.desc(), Experiment.id.desc())
    for row in db.session.execute(query.execution_options(yield_per=500)):
        yield _summary(row)


def recent_labels(count: int) -> list[LabelSummary]:
    """Return the labels registered last."""
    query = _summaries().order_by(Experiment.registered_at.desc(), Experiment.id.desc()).limit(count)
    return [_summary(row) for row in db.session.execute(query)]


def summaries(label_ids: Sequence[int]) -> list[LabelSummary]:
    """Return the labels of those ids that exist as lines of a list, in the order asked for."""
    ids = [label_id for label_id in label_ids if 0 < label_id <= LARGEST_ID]
    rows = {row.id: _summary(row) for row in db.session.execute(_summaries().where(Experiment.id.in_(ids)))}
    return [rows[label_id] for label_id in ids if label_id in rows]


def better_labels(label: Label, count: int) -> list[LabelSummary]:
    """Return labels of other models with a better grade, the next better first.

    They are of the same phase and, where that is recorded, of the same domain, and are looked for
    among the newest few hundred of each, so that the answer takes the same time however many
    there are.
    """
    if label.grade in {None, Grade.A}:
        return []
    order = Experiment.grade.desc(), Experiment.registered_at.desc()
    query = _summaries().where(Experiment.phase == label.phase, Experiment.grade < label.grade.letter)
    candidates = query.order_by(*order).limit(SIMILAR_AMONG).subquery()
    similar = select(candidates).where(candidates.c.model_id != label.model.id)
    domain = next((fact.value for fact in label.information if fact.slug == "domain"), None)
    if domain:
        same_domain = InformationValueRow.value == domain, InformationFieldRow.slug == "domain"
        field = InformationValueRow.field_id == InformationFieldRow.id
        similar = similar.where(
            exists().where(InformationValueRow.experiment_id == candidates.c.id, field, *same_domain)
        )
    best_first = similar.order_by(candidates.c.grade.desc(), candidates.c.registered_at.desc())
    return [_summary(row) for row in db.session.execute(best_first.limit(count))]


def match_models(text: str) -> list[ModelSummary]:
    """Return a few models whose name or author holds `text`, those that begin with it first."""
    wanted = text.strip().casefold()[:NAME_LENGTH]
    if not wanted:
        return []
    columns = select(MLModel.id, MLModel.name, MLModel.author)
    first = columns.where(MLModel.search_text.startswith(wanted, autoescape=True)).order_by(
        MLModel.search_text
    )
    found = list(db.session.execute(first.limit(MATCHES)))
    if len(found) < MATCHES:
        known = [row.id for row in found]
        rest = columns.where(names_like(wanted), MLModel.id.not_in(known))
        found += db.session.execute(rest.limit(MATCHES - len(found)))
    return [ModelSummary(row.id, row.name, row.author) for row in found]


def get_model(model_id: int | None) -> ModelSummary | None:
    """Return the model of that id, as a search would."""
    if model_id is None or not 0 < model_id <= LARGEST_ID:
        return None
    model = db.session.get(MLModel, model_id)
    return ModelSummary(model.id, model.name, model.author) if model else None


def information_fields(phase: Phase) -> tuple[InformationField, ...]:
    """Return the information fields of `phase`, in order."""
    query = select(InformationFieldRow).where(InformationFieldRow.phase == phase)
    return tuple(row.field() for row in db.session.scalars(query.order_by(InformationFieldRow.position)))


def metric_choices() -> list[tuple[str, str]]:
    """Return slug and name of every metric that new labels are rated by."""
    schemes = [current_scheme(phase)[1] for phase in Phase]
    return [(metric.slug, metric.name) for scheme in schemes for metric in scheme.metrics]


def last_change(label_id: int) -> datetime | None:
    """Return when the label, its model or any information field last changed; None without such a label."""
    if not 0 < label_id <= LARGEST_ID:
        return None
    fields = select(func.max(InformationFieldRow.updated_at)).scalar_subquery()
    query = select(Experiment.updated_at, MLModel.updated_at, fields).join(Experiment.model)
    row = db.session.execute(query.where(Experiment.id == label_id)).one_or_none()
    return max(moment for moment in row if moment) if row else None


def _count(query: Select[Any]) -> int:
    """Count the rows of a query, no further than one past `COUNTED_AT_MOST`."""
    some = query.limit(COUNTED_AT_MOST + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def _whole(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return the query for what `_labels` takes."""
    return select(Experiment, MLModel).join(Experiment.model).where(condition)


def _labels(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Label]:
    """Return the labels of rows that begin with an experiment and its model, in three queries."""
    ids = [row[0].id for row in rows]
    values = _values(ids)
    information = _information(ids)
    earlier = _earlier(ids)
    labels = []
    for row in rows:
        experiment, model = row[:2]
        scheme = published_scheme(experiment.scheme_id)
        label = Label(
            id=experiment.id,
            phase=Phase(experiment.phase),
            model=_labelled_model(model),
            rating=rate(scheme, _rated_by(scheme, values.get(experiment.id, {}))),
            information=tuple(information.get(experiment.id, ())),
            scheme_version=scheme.version,
            registered_at=experiment.registered_at,
            origin=Origin(experiment.origin),
            origin_detail=experiment.origin_detail,
            origin_url=experiment.origin_url,
            earlier=tuple(earlier.get(experiment.id, ())),
        )
        labels.append(label)
    return labels


def _rated_by(scheme: Scheme, values: Mapping[str, float]) -> dict[str, float]:
    """Return the values of the metrics that the scheme has; others were measured for another version."""
    return {metric.slug: values[metric.slug] for metric in scheme.metrics if metric.slug in values}


def _earlier(experiment_ids: list[int]) -> dict[int, list[EarlierRating]]:
    row = EarlierRatingRow
    columns = row.experiment_id, SchemeRow.version, row.grade, row.replaced_at
    query = select(*columns).join(SchemeRow, SchemeRow.id == row.scheme_id)
    found: dict[int, list[EarlierRating]] = {}
    newest_first = query.where(row.experiment_id.in_(experiment_ids)).order_by(row.replaced_at.desc())
    for experiment_id, version, grade, until in db.session.execute(newest_first):
        rating = EarlierRating(version, Grade(grade) if grade else None, until)
        found.setdefault(experiment_id, []).append(rating)
    return found


def _values(experiment_ids: list[int]) -> dict[int, dict[str, float]]:
    query = select(MetricValue.experiment_id, MetricRow.slug, MetricValue.value)
    found: dict[int, dict[str, float]] = {}
    for experiment_id, slug, value in db.session.execute(
        query.join(MetricRow, MetricRow.id == MetricValue.metric_id).where(
            MetricValue.experiment_id.in_(experiment_ids)
        )
    ):
        found.setdefault(experiment_id, {})[slug] = value
    return found


def _information(experiment_ids: list[int]) -> dict[int, list[InformationValue]]:
    field, value = InformationFieldRow, InformationValueRow
    query = select(value.experiment_id, field.slug, field.name, value.value, field.unit)
    found: dict[int, list[InformationValue]] = {}
    for experiment_id, *fact in db.session.execute(
        query.join(field, field.id == value.field_id)
        .where(value.experiment_id.in_(experiment_ids))
        .order_by(field.position)
    ):
        found.setdefault(experiment_id, []).append(InformationValue(*fact))
    return found


def _labelled_model(model: MLModel) -> LabelledModel:
    return LabelledModel(model.id, model.name, model.author, model.description, model.url)


def _summaries() -> Select[*tuple[Any, ...]]:
    return select(
        Experiment.id,
        Experiment.phase,
        Experiment.grade,
        Experiment.registered_at,
        Experiment.origin,
        Experiment.coverage,
        MLModel.id.label("model_id"),
        MLModel.name.label("model_name"),
        MLModel.author.label("model_author"),
    ).join(Experiment.model)


def _summary(row: Row[Any]) -> LabelSummary:
    return LabelSummary(
        id=row.id,
        phase=Phase(row.phase),
        model_id=row.model_id,
        model_name=row.model_name,
        model_author=row.model_author,
        grade=Grade(row.grade) if row.grade else None,
        registered_at=row.registered_at,
        origin=Origin(row.origin),
        coverage=row.coverage,
    )


def _filtered(filters: Filters) -> Select[Any]:
    query = _summaries()
    words = filters.text.split()
    if words:
        # As a set of models, so that few matches among very many labels are found at once.
        matches = select(MLModel.id).where(*map(names_like, words))
        query = query.where((Experiment.model_id + 0).in_(matches))
    if filters.phase:
        query = query.where(Experiment.phase == filters.phase)
    if filters.grade:
        query = query.where(
            Experiment.grade.is_(None) if filters.grade == NO_GRADE else Experiment.grade == filters.grade
        )
    if filters.source:
        query = query.where(Experiment.origin == filters.source)
    if filters.metric:
        measured = MetricValue.metric_id == MetricRow.id, MetricRow.slug == filters.metric
        query = query.where(exists().where(MetricValue.experiment_id == Experiment.id, *measured))
    return query
