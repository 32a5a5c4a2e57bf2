"""Synchronising, batch by batch: read what we have, ask the hub, decide in core, store.

While the hub is asked nothing is held in the database; storing is one transaction a batch and can
be done again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from gaissa_web.connectors.huggingface import Hub, Reader, label_of
from gaissa_web.connectors.runs import note_results
from gaissa_web.core.hub import Action, HubModel, Known, Planned, Unusable, plan_sync
from gaissa_web.core.hub_cards import read_hub_id
from gaissa_web.core.rating import Phase
from gaissa_web.labels.queries import information_fields
from gaissa_web.labels.services import add_labels, change_labels
from gaissa_web.storage.db import db, one_at_a_time
from gaissa_web.storage.experiments import Experiment
from gaissa_web.storage.hub import HubModelRow, SyncRun
from gaissa_web.storage.schemes import current_scheme


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be done about some models, and when the newest of their cards was changed."""

    planned: Sequence[Planned]
    newest: datetime | None


def go_through(
    hub: Hub,
    since: datetime | None,
    most: int | None,
    take: Callable[[Batch], None],
    report: Callable[[int, int], None],
    alive: Callable[[], None] = lambda: None,
) -> bool:
    """Plan what is to be done about all models of the hub, and give it to `take` batch by batch.

    `report` is told how many are done of how many, `alive` is called again and again.

    Returns:
        Whether it came to the end of the hub's list.
    """
    total, done = hub.count(since, most), 0
    report(done, total)
    reader = Reader(hub, alive)
    for items in hub.models(since, most):
        take(plan_batch(reader, items))
        done += len(items)
        report(done, max(done, total))
    # A list that is shorter than it was a moment ago may have broken off without a word.
    return (most is None or done < most) and done >= total


def plan_batch(reader: Reader, items: Sequence[Mapping[str, Any]]) -> Batch:
    """Return what is to be done about the models of a batch; nothing is held while the hub is asked."""
    known = _known(filter(None, map(read_hub_id, items)))
    rated = current_scheme(Phase.TRAINING)[1].slugs
    db.session.rollback()  # the hub may take long, and nothing is to wait for it
    models = reader.read(items, known)
    newest = max((model.modified for model in models if isinstance(model, HubModel)), default=None)
    return Batch(plan_sync(known, [_with_a_rated_value(model, rated) for model in models]), newest)


def apply_batch(run_id: int, batch: Batch, hub_url: str, check: Callable[[], None]) -> None:
    """Do what is to be done about the models of a batch, and note it in the run; one transaction.

    In it, `check` is called, which raises if the run is no longer ours.
    """
    try:
        _apply(run_id, batch, hub_url, check)
    except IntegrityError:  # a visitor registered one of the models in the same moment: it is there now
        _apply(run_id, batch, hub_url, check)


def _apply(run_id: int, batch: Batch, hub_url: str, check: Callable[[], None]) -> None:
    with one_at_a_time():
        check()
        planned = _store(_without_deleted(batch.planned), hub_url)
        _keep(planned)
        unchanged = note_results(run_id, planned)
        run = db.session.get_one(SyncRun, run_id)
        run.unchanged += unchanged
        if batch.newest:
            # A moment ahead of our clock would hide everything after it from the next run.
            newest = min(batch.newest, run.started_at)
            run.seen_until = max(run.seen_until or newest, newest)
    db.session.expunge_all()


def _known(hub_ids: Iterable[str]) -> dict[str, Known]:
    rows = db.session.scalars(select(HubModelRow).where(HubModelRow.hub_id.in_(list(hub_ids))))
    return {
        row.hub_id: Known(row.experiment_id, row.digest, row.modified_at, row.model_bytes, row.dataset_bytes)
        for row in rows
    }


def _with_a_rated_value(model: HubModel | Unusable, rated: frozenset[str]) -> HubModel | Unusable:
    if isinstance(model, Unusable) or rated & set(model.values):
        return model
    return Unusable(model.hub_id, "It states nothing that the current rating scheme rates.")


def _without_deleted(planned: Sequence[Planned]) -> list[Planned]:
    """Return the plan as it is if labels were deleted while the hub was asked."""
    ids = [plan.label_id for plan in planned if plan.label_id]
    there = set(db.session.scalars(select(Experiment.id).where(Experiment.id.in_(ids)))) if ids else set()
    return [plan.gone() if plan.label_id and plan.label_id not in there else plan for plan in planned]


def _store(planned: Sequence[Planned], hub_url: str) -> list[Planned]:
    """Register and change labels; return the plan with the ids of those that are new."""
    rated = current_scheme(Phase.TRAINING)[1].slugs
    fields = {field.slug: field for field in information_fields(Phase.TRAINING)}
    labels = {
        plan.hub_id: label_of(plan.model, hub_url, rated, fields)
        for plan in planned
        if plan.model and plan.action in {Action.CREATE, Action.UPDATE}
    }
    changed = {p.label_id: labels[p.hub_id] for p in planned if p.action is Action.UPDATE and p.label_id}
    if changed:
        change_labels(changed)
    created = [plan.hub_id for plan in planned if plan.action is Action.CREATE]
    ids = (
        dict(zip(created, add_labels([labels[hub_id] for hub_id in created]), strict=True)) if created else {}
    )
    return [replace(plan, label_id=ids.get(plan.hub_id, plan.label_id)) for plan in planned]


def _keep(planned: Iterable[Planned]) -> None:
    """Remember what was taken from the cards, for the next run to tell what is new."""
    new, changed = [], []
    for plan in planned:
        if plan.model is None:
            continue
        row = {
            "hub_id": plan.hub_id,
            "digest": plan.model.digest,
            "modified_at": plan.model.modified,
            "model_bytes": plan.model.model_bytes,
            "dataset_bytes": plan.model.dataset_bytes,
        }
        if plan.action is Action.CREATE:
            new.append({**row, "experiment_id": plan.label_id})
        else:
            changed.append(row)
    if new:
        db.session.execute(insert(HubModelRow), new)
    if changed:
        db.session.execute(update(HubModelRow), changed)
