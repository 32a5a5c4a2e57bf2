"""Synchronising with the model hub, batch by batch; each is one transaction and can be done again."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.hub import Action, HubModel, Known, Planned, UnknownToHubError, Unusable, plan_sync
from gaissa_web.core.hub_cards import (
    HUB_ID,
    LARGEST,
    dataset_bytes,
    files_bytes,
    read_card,
    read_model,
)
from gaissa_web.core.label import InformationField, Origin
from gaissa_web.core.rating import Phase
from gaissa_web.labels.services import NewExperiment, NewModel, add_labels, change_labels
from gaissa_web.storage.audit import Action as Done
from gaissa_web.storage.audit import Actor, record
from gaissa_web.storage.db import db, one_at_a_time
from gaissa_web.storage.hub import HUB_ID_LENGTH, REASON_LENGTH, HubModelRow, SyncResult, SyncRun
from gaissa_web.storage.information import InformationFieldRow
from gaissa_web.storage.schemes import current_scheme

DETAIL = "Hugging Face model card"
RUNS_WITH_RESULTS = 30
DATASETS_REMEMBERED = 2_000


class Hub(Protocol):
    """The hub, as its adapter offers it; it raises `UnknownToHubError` at what it does not have."""

    def files(self, hub_id: str) -> Sequence[Mapping[str, Any]]:
        """Return a model's files."""

    def dataset(self, name: str) -> Mapping[str, Any]:
        """Return what there is to know of a dataset."""

    def card(self, hub_id: str) -> str:
        """Return the text of a model's card."""


@dataclass(frozen=True, slots=True)
class Found:
    """A model of the hub, with the sizes in bytes that took requests of their own."""

    model: HubModel | Unusable
    model_bytes: int | None = None
    dataset_bytes: int | None = None


@dataclass(slots=True)
class Reader:
    """Reads models from the hub's list, asking for more only where it must.

    `alive` is called again and again.
    """

    hub: Hub
    alive: Callable[[], None] = lambda: None
    datasets: dict[tuple[str, tuple[str, ...]], int | None] = field(default_factory=dict)

    def read(self, items: Iterable[Mapping[str, Any]]) -> list[Found]:
        """Return what the items of one batch state."""
        models = []
        for item in items:
            models.append(self._model(item))
            self.alive()
        kept = _kept([model.hub_id for model in models])
        db.session.rollback()  # the hub may take long, and nothing is to wait for it
        found = []
        for model in models:
            row = kept.get(model.hub_id)
            if isinstance(model, Unusable) or (row and row.experiment_id is None):
                found.append(Found(model))
            else:
                found.append(self._sized(model, row))
            self.alive()
        return found

    def _model(self, item: Mapping[str, Any]) -> HubModel | Unusable:
        """Read an item; where the list has no metadata, those of the card itself are read."""
        model = read_model(item)
        has_name = isinstance(item.get("id"), str) and HUB_ID.fullmatch(model.hub_id)
        if isinstance(model, HubModel) or item.get("cardData") is not None or not has_name:
            return model
        try:
            text = self.hub.card(model.hub_id)
        except UnknownToHubError as error:
            return Unusable(model.hub_id, f"Its card cannot be had. {error}")
        try:
            return read_model({**item, "cardData": read_card(text)})
        except InvalidInputError as error:
            return Unusable(model.hub_id, str(error))

    def _sized(self, model: HubModel, kept: HubModelRow | None) -> Found:
        """Return `model` with its sizes; of an unchanged card they are those that were kept."""
        if kept and kept.modified_at == model.modified:
            sizes = kept.model_bytes, kept.dataset_bytes
        else:
            sizes = self._weights(model), self._all_datasets(model)
        return Found(model.sized(*sizes), *sizes)

    def _weights(self, model: HubModel) -> int | None:
        if "model_size" in model.information:
            return None
        try:
            return files_bytes(self.hub.files(model.hub_id))
        except UnknownToHubError:
            return None

    def _all_datasets(self, model: HubModel) -> int | None:
        """Return the size of all datasets together, if that of each is known."""
        sizes = [self._dataset(name, model.configurations) for name in model.datasets]
        total = sum(filter(None, sizes))
        return total if None not in sizes and 0 < total <= LARGEST else None

    def _dataset(self, name: str, configurations: tuple[str, ...]) -> int | None:
        key = name, configurations
        if key not in self.datasets:
            if len(self.datasets) >= DATASETS_REMEMBERED:
                self.datasets.clear()
            try:
                self.datasets[key] = dataset_bytes(self.hub.dataset(name), configurations)
            except UnknownToHubError:
                self.datasets[key] = None
        return self.datasets[key]


def begin_run(job_id: int, since: datetime | None, most: int | None) -> SyncRun:
    """Return the run of that job: a new one, or the one that it began before its worker died."""
    with one_at_a_time():
        run = db.session.scalars(select(SyncRun).where(SyncRun.job_id == job_id)).one_or_none()
        if run is None:
            run = SyncRun(job_id=job_id, since=since, most=most, seen_until=since)
            db.session.add(run)
            kept = select(SyncRun.id).order_by(SyncRun.id.desc()).limit(RUNS_WITH_RESULTS)
            db.session.execute(delete(SyncResult).where(SyncResult.run_id.not_in(kept)))
        run.unchanged = 0  # they are counted anew; all else is listed
        db.session.flush()
        db.session.refresh(run)
        db.session.expunge(run)
    return run


def last_seen() -> datetime | None:
    """Return up to when the last run that went through everything has seen the hub."""
    complete = select(SyncRun.seen_until).where(SyncRun.complete).order_by(SyncRun.id.desc()).limit(1)
    return db.session.scalar(complete)


def plan_batch(found: Sequence[Found]) -> list[Planned]:
    """Return what is to be done about the models of a batch."""
    rated = current_scheme(Phase.TRAINING)[1].slugs
    kept = _kept([one.model.hub_id for one in found])
    known = {name: Known(row.digest, deleted=row.experiment_id is None) for name, row in kept.items()}
    return plan_sync(known, [_with_a_rated_value(one.model, rated) for one in found])


def preview_batch(found: Sequence[Found]) -> list[Planned]:
    """Return what would be done about the models of a batch, and let go of the database."""
    planned = plan_batch(found)
    db.session.rollback()
    return planned


def apply_batch(run_id: int, found: Sequence[Found], hub_url: str, check: Callable[[], None]) -> None:
    """Do what is to be done about the models of a batch, and note it in the run; one transaction.

    In it, `check` is called, which raises if the run is no longer ours.
    """
    try:
        _apply(run_id, found, hub_url, check)
    except IntegrityError:  # a visitor registered one of the models in the same moment: it is there now
        _apply(run_id, found, hub_url, check)


def _apply(run_id: int, found: Sequence[Found], hub_url: str, check: Callable[[], None]) -> None:
    sizes = {one.model.hub_id: (one.model_bytes, one.dataset_bytes) for one in reversed(found)}
    moments = [one.model.modified for one in found if isinstance(one.model, HubModel)]
    with one_at_a_time():
        check()
        planned = plan_batch(found)
        labels = _create(_models(planned, Action.CREATE), hub_url)
        labels |= _change(_models(planned, Action.UPDATE), hub_url)
        _keep(planned, sizes, labels)
        unchanged = _note(run_id, planned, labels)
        run = db.session.get_one(SyncRun, run_id)
        run.unchanged += unchanged
        # A moment ahead of our clock would hide everything after it from the next run.
        newest = [min(moment, run.started_at) for moment in moments]
        run.seen_until = max([*filter(None, [run.seen_until]), *newest], default=None)
    db.session.expunge_all()


def finish_run(run_id: int, actor: Actor, complete: bool, check: Callable[[], None]) -> Counter[str]:
    """Note that a run came to its end, in the audit trail too; return how much of what it did.

    One that began later than the complete ones before it had come leaves a gap: it does not count as
    complete. `check` is as in `apply_batch`.
    """
    with one_at_a_time():
        check()
        run, seen = db.session.get_one(SyncRun, run_id), last_seen()
        run.complete = complete and (run.since is None or (seen is not None and run.since <= seen))
        counts = count_results(run.job_id)
        record(actor, Done.IMPORT, "synchronisation", "Hugging Face", None, dict(counts))
    return counts


def count_results(job_id: int) -> Counter[str]:
    """Return how much of what the run of that job did, by action."""
    run = db.session.scalars(select(SyncRun).where(SyncRun.job_id == job_id)).one()
    listed = select(SyncResult.action, func.count()).where(SyncResult.run_id == run.id)
    counts = Counter({str(action): 0 for action in Action})
    counts.update({str(a): n for a, n in db.session.execute(listed.group_by(SyncResult.action))})
    counts[str(Action.KEEP)] = run.unchanged
    return counts


def sentence(counts: Mapping[str, int]) -> str:
    """Return how much of what was done, for readers."""
    return ", ".join(f"{counts.get(str(action), 0):,} {action}" for action in Action) + "."


def _kept(hub_ids: Iterable[str]) -> dict[str, HubModelRow]:
    rows = db.session.scalars(select(HubModelRow).where(HubModelRow.hub_id.in_(list(hub_ids))))
    found = {row.hub_id: row for row in rows}
    db.session.expunge_all()
    return found


def _models(planned: Iterable[Planned], action: Action) -> list[HubModel]:
    return [plan.model for plan in planned if plan.action is action and plan.model]


def _with_a_rated_value(model: HubModel | Unusable, rated: frozenset[str]) -> HubModel | Unusable:
    if isinstance(model, Unusable) or rated & set(model.values):
        return model
    return Unusable(model.hub_id, "It states nothing that the current rating scheme rates.")


def _create(planned: Sequence[HubModel], hub_url: str) -> dict[str, int]:
    """Register labels; return their ids by the models' names on the hub."""
    ids = add_labels(_experiments(planned, hub_url)) if planned else []
    return {model.hub_id: label_id for model, label_id in zip(planned, ids, strict=True)}


def _change(planned: Sequence[HubModel], hub_url: str) -> dict[str, int]:
    """Give labels what their cards state now; return their ids by the models' names on the hub."""
    kept = _kept([model.hub_id for model in planned])
    ids = {model.hub_id: kept[model.hub_id].experiment_id or 0 for model in planned}
    if planned:
        news = _experiments(planned, hub_url)
        change_labels({ids[model.hub_id]: new for model, new in zip(planned, news, strict=True)})
    return ids


def _experiments(models: Sequence[HubModel], hub_url: str) -> list[NewExperiment]:
    """Return what the cards state as labels, as far as there are metrics and fields that take it."""
    rated = current_scheme(Phase.TRAINING)[1].slugs
    rows = db.session.scalars(select(InformationFieldRow).where(InformationFieldRow.phase == Phase.TRAINING))
    fields = {row.slug: row.field() for row in rows}
    return [
        NewExperiment(
            phase=Phase.TRAINING,
            model=NewModel(model.name, model.author, url=f"{hub_url}/{model.hub_id}"),
            values={slug: value for slug, value in model.values.items() if slug in rated},
            information={
                slug: fact for slug, fact in model.information.items() if _takes(fields.get(slug), fact)
            },
            origin=Origin.HUB,
            origin_detail=DETAIL,
            origin_url=f"{hub_url}/{model.hub_id}",
            submission=sha256(f"hub {model.hub_id}".encode()).hexdigest(),
        )
        for model in models
    ]


def _takes(information_field: InformationField | None, fact: str) -> bool:
    try:
        if information_field:
            information_field.check(fact)
    except InvalidInputError:
        return False
    return information_field is not None


def _keep(
    planned: Iterable[Planned], sizes: Mapping[str, tuple[int | None, int | None]], labels: Mapping[str, int]
) -> None:
    """Remember what was taken from the cards, for the next run to tell what is new."""
    new, changed = [], []
    for plan in planned:
        if plan.model is None:
            continue
        model_bytes, of_datasets = sizes[plan.hub_id]
        row = {
            "hub_id": plan.hub_id,
            "digest": plan.model.digest,
            "modified_at": plan.model.modified,
            "model_bytes": model_bytes,
            "dataset_bytes": of_datasets,
        }
        if plan.action is Action.CREATE:
            new.append({**row, "experiment_id": labels[plan.hub_id]})
        else:
            changed.append(row)
    if new:
        db.session.execute(insert(HubModelRow), new)
    if changed:
        db.session.execute(update(HubModelRow), changed)


def _note(run_id: int, planned: Sequence[Planned], labels: Mapping[str, int]) -> int:
    """List what was done, unless the run has it already from before it was begun again.

    What it had skipped is listed anew: the hub may have changed since. Returns how many were left
    unchanged.
    """
    mine = SyncResult.run_id == run_id, SyncResult.hub_id.in_([plan.hub_id for plan in planned])
    db.session.execute(delete(SyncResult).where(*mine, SyncResult.action == Action.SKIP))
    listed = set(db.session.scalars(select(SyncResult.hub_id).where(*mine)))
    fresh = [plan for plan in planned if plan.hub_id[:HUB_ID_LENGTH] not in listed]
    rows = [
        {
            "run_id": run_id,
            "hub_id": plan.hub_id[:HUB_ID_LENGTH],
            "action": plan.action,
            "reason": plan.reason[:REASON_LENGTH],
            "experiment_id": labels.get(plan.hub_id),
        }
        for plan in fresh
        if plan.action is not Action.KEEP
    ]
    if rows:
        db.session.execute(insert(SyncResult), rows)
    return len(fresh) - len(rows)
