"""Registering labels: gather what is known, rate it in core, store it, all in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from gaissa_web.core.derive import derive
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.label import InformationField, Origin
from gaissa_web.core.naming import check_name, clean_name, identity
from gaissa_web.core.rating import Phase, Rating, Scheme, rate
from gaissa_web.core.web_addresses import check_web_address
from gaissa_web.storage.db import db, now
from gaissa_web.storage.experiments import EarlierRating, Experiment, InformationValueRow, MetricValue
from gaissa_web.storage.information import InformationFieldRow
from gaissa_web.storage.ml_models import MLModel
from gaissa_web.storage.schemes import MetricRow, current_scheme


@dataclass(frozen=True, slots=True)
class NewModel:
    """A model as somebody describes it; another spelling of its name and author is the same model.

    Raises:
        InvalidInputError: It has no name, one that is too long, or its address is none.
    """

    name: str
    author: str = ""
    description: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", check_name(self.name))
        object.__setattr__(self, "author", check_name(self.author) if clean_name(self.author) else "")
        if self.url:
            check_web_address(self.url)

    @property
    def identity(self) -> str:
        """What all spellings of it have in common."""
        return identity(self.name, self.author)


@dataclass(frozen=True, slots=True)
class NewExperiment:
    """What somebody wants labelled: values by metric slug in the metric's unit, facts by field slug.

    `model` is an existing model's id or a description of a new one. `submission` is the same for
    the same sending, which is then stored once; `sender` tells visitors apart without naming them.
    """

    phase: Phase
    model: int | NewModel
    values: Mapping[str, float]
    information: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = Origin.FORM
    origin_detail: str = ""
    origin_url: str = ""
    sender: str = ""
    registered_at: datetime | None = None
    submission: str | None = None


def register_label(new: NewExperiment) -> int:
    """Rate and store `new` under the current scheme of its phase; return the label's id.

    Values that follow from others (see `core.derive`) are added. Nothing is stored if anything
    is wrong.

    Raises:
        InvalidInputError: There is no value at all, a value is not finite or of no known metric,
            a fact belongs to no known field, or the model does not exist.
    """
    for _attempt in range(2):
        known = known_submissions([new.submission] if new.submission else [])
        if known:
            return next(iter(known.values()))
        try:
            [label_id] = add_labels([new])
            db.session.commit()
        except IntegrityError:
            # Somebody else registered the same model or sending in the same moment: it is there now.
            db.session.rollback()
        except BaseException:
            db.session.rollback()
            raise
        else:
            return label_id
    raise InvalidInputError("This label could not be stored. Please send it once more.")


def add_labels(news: Sequence[NewExperiment]) -> list[int]:
    """Do what `register_label` does for several, inside the caller's transaction, in a few queries."""
    models = _models([new.model for new in news])
    rules = {phase: _Rules.of(phase) for phase in {new.phase for new in news}}
    rows = [rules[new.phase].experiment(new, models[new.model]) for new in news]
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]


def change_labels(changes: Mapping[int, NewExperiment]) -> None:
    """Give labels other values and facts, inside the caller's transaction; all of one phase.

    They are rated by the current scheme, as `replace_ratings` does it.

    Raises:
        InvalidInputError: As `register_label` does.
    """
    [phase] = {new.phase for new in changes.values()}
    rules = _Rules.of(phase)
    ratings, values, facts = {}, [], []
    for label_id, new in changes.items():
        numbers, ratings[label_id] = rules.rated(new)
        values += [
            {"experiment_id": label_id, "metric_id": rules.metric_ids[slug], "value": value}
            for slug, value in numbers.items()
        ]
        facts += [
            {"experiment_id": label_id, "field_id": rules.fields[slug][0], "value": value}
            for slug, value in new.information.items()
        ]
    for table, news in ((MetricValue, values), (InformationValueRow, facts)):
        db.session.execute(delete(table).where(table.experiment_id.in_(changes)))
        if news:
            db.session.execute(insert(table), news)
    replace_ratings(rules.scheme_id, ratings)


def replace_ratings(scheme_id: int, ratings: Mapping[int, Rating]) -> None:
    """Store the ratings of labels under that version, inside the caller's transaction.

    What another version had given is kept as an earlier rating.
    """
    columns = Experiment.id, Experiment.scheme_id, Experiment.grade, Experiment.coverage
    rows = db.session.execute(select(*columns).where(Experiment.id.in_(ratings))).all()
    moment = now()
    earlier = [
        {
            "experiment_id": row.id,
            "scheme_id": row.scheme_id,
            "grade": row.grade,
            "coverage": row.coverage,
            "replaced_at": moment,
        }
        for row in rows
        if row.scheme_id != scheme_id
    ]
    changed = [
        {
            "id": row.id,
            "scheme_id": scheme_id,
            "grade": ratings[row.id].letter,
            "coverage": ratings[row.id].coverage,
            "updated_at": moment,
        }
        for row in rows
    ]
    if earlier:
        db.session.execute(insert(EarlierRating), earlier)
    if changed:
        db.session.execute(update(Experiment), changed)


def known_submissions(submissions: Iterable[str]) -> dict[str, int]:
    """Return which of the submissions were stored before, with the label each became."""
    query = select(Experiment.submission, Experiment.id).where(Experiment.submission.in_(list(submissions)))
    return {submission: label_id for submission, label_id in db.session.execute(query) if submission}


@dataclass(frozen=True, slots=True)
class _Rules:
    """What an experiment of one phase is rated and stored by; ids by slug."""

    scheme_id: int
    scheme: Scheme
    metric_ids: Mapping[str, int]
    fields: Mapping[str, tuple[int, InformationField]]

    @classmethod
    def of(cls, phase: Phase) -> "_Rules":
        scheme_id, scheme = current_scheme(phase)
        metrics = db.session.execute(select(MetricRow.slug, MetricRow.id).where(MetricRow.phase == phase))
        fields = db.session.scalars(select(InformationFieldRow).where(InformationFieldRow.phase == phase))
        return cls(
            scheme_id,
            scheme,
            {row.slug: row.id for row in metrics},
            {row.slug: (row.id, row.field()) for row in fields},
        )

    def rated(self, new: NewExperiment) -> tuple[dict[str, float], Rating]:
        """Return the values with those that follow from them, and their rating."""
        if not new.values:
            raise InvalidInputError("Give at least one metric a value.")
        for slug, value in new.information.items():
            if slug not in self.fields:
                raise InvalidInputError(f"There is no information field “{slug}”.")
            self.fields[slug][1].check(value)
        for metric in self.scheme.metrics:
            if metric.slug in new.values:
                metric.check(new.values[metric.slug])
        values = {**new.values, **derive(new.values, new.information, self.scheme.slugs)}
        return values, rate(self.scheme, values)

    def experiment(self, new: NewExperiment, model_id: int) -> Experiment:
        values, rating = self.rated(new)
        return Experiment(
            model_id=model_id,
            phase=new.phase,
            scheme_id=self.scheme_id,
            grade=rating.letter,
            coverage=rating.coverage,
            origin=new.origin,
            origin_detail=new.origin_detail,
            origin_url=new.origin_url,
            sender=new.sender,
            registered_at=new.registered_at or now(),
            submission=new.submission,
            metric_values=[
                MetricValue(metric_id=self.metric_ids[slug], value=value) for slug, value in values.items()
            ],
            information_values=[
                InformationValueRow(field_id=self.fields[slug][0], value=value)
                for slug, value in new.information.items()
            ],
        )


def _models(asked: Iterable[int | NewModel]) -> dict[int | NewModel, int]:
    """Return the id of each model asked for, adding those that are not there yet."""
    wanted = dict.fromkeys(asked)
    ids = [model for model in wanted if isinstance(model, int)]
    described = {m.identity: m for m in wanted if isinstance(m, NewModel)}
    known_ids = set(db.session.scalars(select(MLModel.id).where(MLModel.id.in_(ids)))) if ids else set()
    if set(ids) - known_ids:
        raise InvalidInputError("That model is no longer there. Search for it again.")
    same = MLModel.identity.in_(described)
    rows = list(db.session.scalars(select(MLModel).where(same))) if described else []
    known = {row.identity for row in rows}
    new = [
        MLModel(name=m.name, author=m.author, description=m.description, url=m.url)
        for key, m in described.items()
        if key not in known
    ]
    db.session.add_all(new)
    db.session.flush()
    found = {row.identity: row.id for row in (*rows, *new)}
    return {m: m if isinstance(m, int) else found[m.identity] for m in wanted}
