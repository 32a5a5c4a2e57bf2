"""Drafts of rating schemes and their publishing. What is published is never changed again."""

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, select

from gaissa_web.admin.schemes.queries import last_change, scheme_name, unit_is_free
from gaissa_web.core.effects import MOST_METRICS
from gaissa_web.core.errors import ConflictError, InvalidInputError
from gaissa_web.core.naming import check_slug
from gaissa_web.core.ranges import ANYTHING, ValidRange
from gaissa_web.core.rating import Phase
from gaissa_web.core.thresholds import Thresholds
from gaissa_web.core.versions import properties, without_source
from gaissa_web.storage.audit import Action, Actor, record
from gaissa_web.storage.db import db, now, one_at_a_time
from gaissa_web.storage.experiments import MetricValue
from gaissa_web.storage.keyset import LARGEST_ID
from gaissa_web.storage.schemes import MetricRow, SchemeMetricRow, SchemeRow, current_scheme, scheme_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEME, METRIC = "rating scheme", "metric"
LARGEST_WEIGHT = 1_000
COPIED = (
    "metric_id", "name", "direction", "weight", "position", "threshold_1", "threshold_2", "threshold_3",
    "threshold_4", "description", "how_to_measure", "recommendations", "thresholds_source",
    "thresholds_source_url",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MetricRules:
    """What a draft shall say of a metric; `weight` is from 0 to 1,000, thresholds are in its unit.

    `range` holds for the values themselves, whichever version rates them.
    """

    name: str
    weight: float
    thresholds: Thresholds
    description: str
    how_to_measure: str
    recommendations: tuple[str, ...]
    thresholds_source: str
    thresholds_source_url: str
    range: ValidRange = ANYTHING

    def columns(self) -> dict[str, Any]:
        """Return the columns of the row that keeps it.

        Raises:
            InvalidInputError: The weight is out of range.
        """
        if not 0 <= self.weight <= LARGEST_WEIGHT:
            raise InvalidInputError(f"The weight is a number from 0 to {LARGEST_WEIGHT:,}.")
        boundaries = {f"threshold_{n}": b for n, b in enumerate(self.thresholds.boundaries, start=1)}
        texts = (
            "name",
            "weight",
            "description",
            "how_to_measure",
            "thresholds_source",
            "thresholds_source_url",
        )
        return {
            **{name: getattr(self, name) for name in texts},
            "direction": self.thresholds.direction,
            "recommendations": list(self.recommendations),
            **boundaries,
        }


def create_draft(actor: Actor, phase: Phase) -> int:
    """Begin a draft as a copy of the current version and return its id; a draft that is there stays."""
    with one_at_a_time():
        query = select(SchemeRow.id).where(SchemeRow.phase == phase, SchemeRow.published_at.is_(None))
        known = db.session.scalar(query)
        if known is not None:
            return known
        source = db.session.get_one(SchemeRow, current_scheme(phase)[0])
        version = (
            db.session.scalar(select(func.max(SchemeRow.version)).where(SchemeRow.phase == phase)) or 0
        ) + 1
        draft = SchemeRow(
            phase=phase,
            version=version,
            title=f"GAISSALabel {phase}, version {version}",
            description=source.description,
            metrics=[SchemeMetricRow(**{n: getattr(m, n) for n in COPIED}) for m in source.metrics],
        )
        db.session.add(draft)
        db.session.flush()
        after = {"title": draft.title, "copied from": scheme_name(phase, source.version)}
        record(actor, Action.CREATE, SCHEME, scheme_name(phase, version), None, after)
        return draft.id


def edit_draft(actor: Actor, scheme_id: int, revision: int, title: str, description: str) -> None:
    """Change the texts of a draft.

    Raises:
        LookupError, ConflictError: See `_draft`, as for all functions here.
    """
    with _draft(scheme_id, revision) as draft:
        before = {"title": draft.title, "description": draft.description}
        draft.title, draft.description = title, description
        after = {"title": title, "description": description}
        record(actor, Action.EDIT, SCHEME, _name(draft), before, after)


def add_metric(actor: Actor, scheme_id: int, revision: int, slug: str, unit: str, rules: MetricRules) -> None:
    """Add a metric to a draft: one that is known by its slug (whose unit stays), or a new one.

    Raises:
        InvalidInputError: The draft has it already, or has as many as there may be.
    """
    check_slug(slug)
    if slug == "new":
        raise InvalidInputError("“new” is no slug of a metric: it is the address of this form.")
    with _draft(scheme_id, revision) as draft:
        if len(draft.metrics) >= MOST_METRICS:
            raise InvalidInputError(f"A scheme has at most {MOST_METRICS} metrics.")
        same = MetricRow.phase == draft.phase, MetricRow.slug == slug
        metric = db.session.scalar(select(MetricRow).where(*same))
        if metric is None:
            metric = MetricRow(phase=draft.phase, slug=slug, unit=unit)
        elif any(row.metric_id == metric.id for row in draft.metrics):
            raise InvalidInputError(f"The draft has a metric “{slug}” already.")
        row = SchemeMetricRow(metric=metric, position=0, **rules.columns())
        _keep_range(metric, rules.range)
        draft.metrics.append(row)
        db.session.flush()
        record(actor, Action.CREATE, METRIC, _metric_name(draft, row), None, _metric_values(draft, slug))


def edit_metric(
    actor: Actor, scheme_id: int, revision: int, slug: str, rules: MetricRules, unit: str | None = None
) -> None:
    """Change what a draft says of a metric; `unit` only while no value is stored in the present one.

    Raises:
        InvalidInputError: The unit can no longer change.
    """
    with _draft(scheme_id, revision) as draft:
        row = _metric(draft, slug)
        before = _metric_values(draft, slug)
        for name, value in rules.columns().items():
            setattr(row, name, value)
        if unit is not None and unit != row.metric.unit:
            if not unit_is_free(Phase(draft.phase), slug):
                raise InvalidInputError(
                    f"Values are stored in {row.metric.unit}; add a metric with another unit."
                )
            row.metric.unit = unit
        _keep_range(row.metric, rules.range)
        db.session.flush()
        record(actor, Action.EDIT, METRIC, _metric_name(draft, row), before, _metric_values(draft, slug))


def remove_metric(actor: Actor, scheme_id: int, revision: int, slug: str) -> None:
    """Take a metric out of a draft; stored values of it stay."""
    with _draft(scheme_id, revision) as draft:
        row = _metric(draft, slug)
        name, before = _metric_name(draft, row), _metric_values(draft, slug)
        draft.metrics.remove(row)
        db.session.flush()
        _forget_unused_metrics()
        record(actor, Action.DELETE, METRIC, name, before, None)


def move_metric(actor: Actor, scheme_id: int, revision: int, slug: str, *, up: bool) -> None:
    """Move a metric before or behind its neighbour of the same weight; at the end it stays."""
    with _draft(scheme_id, revision) as draft:
        row = _metric(draft, slug)
        group = [m.slug for m in scheme_of(draft).ordered if m.weight == row.weight]
        place = group.index(slug)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(group):
            return
        before = {"order": [_metric(draft, s).name for s in group]}
        group[place], group[other] = group[other], group[place]
        for position, moved in enumerate(group):
            _metric(draft, moved).position = position
        after = {"order": [_metric(draft, s).name for s in group]}
        record(actor, Action.EDIT, METRIC, _metric_name(draft, row), before, after)


def discard_draft(actor: Actor, scheme_id: int, revision: int) -> None:
    """Delete a draft."""
    with _draft(scheme_id, revision) as draft:
        before = {"title": draft.title, "metrics": sorted(row.name for row in draft.metrics)}
        record(actor, Action.DELETE, SCHEME, _name(draft), before, None)
        db.session.delete(draft)
        db.session.flush()
        _forget_unused_metrics()


def publish(actor: Actor, scheme_id: int, revision: int) -> None:
    """Make a draft the version that rates new labels; labels that are there keep theirs.

    Raises:
        InvalidInputError: No metric counts, or thresholds were changed and their source was not.
    """
    with _draft(scheme_id, revision) as draft:
        if not any(row.weight > 0 for row in draft.metrics):
            raise InvalidInputError("A scheme needs at least one metric with a weight above 0.")
        unsourced = without_source(current_scheme(Phase(draft.phase))[1], scheme_of(draft))
        if unsourced:
            names = ", ".join(metric.name for metric in unsourced)
            raise InvalidInputError(f"Say where the thresholds come from that were changed: {names}.")
        draft.published_at = now()
        metrics = {m.slug: properties(m) for m in scheme_of(draft).ordered}
        record(actor, Action.PUBLISH, SCHEME, _name(draft), None, {"title": draft.title, "metrics": metrics})


@contextmanager
def _draft(scheme_id: int, revision: int) -> "Iterator[SchemeRow]":
    """Give the draft in the state `revision` to be changed, and raise its revision.

    Raises:
        LookupError: There is no such scheme, or the draft has no such metric.
        ConflictError: It has been published or changed since.
    """
    with one_at_a_time():
        known = 0 < scheme_id <= LARGEST_ID
        draft = db.session.get(SchemeRow, scheme_id, populate_existing=True) if known else None
        if draft is None:
            raise LookupError(f"no scheme {scheme_id}")
        if draft.published_at is not None:
            raise ConflictError("This version has been published; it is never changed again.")
        if draft.revision != revision:
            who = last_change(_name(draft))
            by = f"{who[0]} changed it at {who[1]:%H:%M} UTC" if who else "Somebody changed it"
            raise ConflictError(f"{by} while you were working on this draft.")
        draft.revision += 1
        yield draft


def _metric(draft: SchemeRow, slug: str) -> SchemeMetricRow:
    for row in draft.metrics:
        if row.metric.slug == slug:
            return row
    raise LookupError(f"the draft has no metric {slug}")


def _metric_values(draft: SchemeRow, slug: str) -> Mapping[str, Any]:
    return next(properties(metric) for metric in scheme_of(draft).metrics if metric.slug == slug)


def _keep_range(metric: MetricRow, valid: ValidRange) -> None:
    metric.largest = valid.largest if isfinite(valid.largest) else None
    metric.usual_low = valid.usual_low
    metric.usual_high = valid.usual_high if isfinite(valid.usual_high) else None


def _name(draft: SchemeRow) -> str:
    return scheme_name(draft.phase, draft.version)


def _metric_name(draft: SchemeRow, row: SchemeMetricRow) -> str:
    return f"{row.name}, {_name(draft)}"


def _forget_unused_metrics() -> None:
    """Delete metrics that no scheme has and no value is stored of: a draft had made them up."""
    rated = exists().where(SchemeMetricRow.metric_id == MetricRow.id)
    valued = exists().where(MetricValue.metric_id == MetricRow.id)
    db.session.execute(delete(MetricRow).where(~rated, ~valued))
