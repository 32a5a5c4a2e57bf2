"""Synchronising with a model hub: what a model's card gives us, and what is to be done about it.

What a card says is read in `hub_cards`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from gaissa_web.core.errors import InvalidInputError

DELETED = "Its label was deleted here."


class HubUnavailableError(InvalidInputError):
    """The hub does not answer, or not as it should; the message says how."""


class UnknownToHubError(InvalidInputError):
    """The hub does not have, or does not give out, one thing; the message says what."""


class Action(StrEnum):
    """What a synchronisation does about a model."""

    CREATE = "created"
    UPDATE = "updated"
    KEEP = "unchanged"
    SKIP = "skipped"


@dataclass(frozen=True, slots=True)
class HubModel:
    """What a model's card states: metric values by slug (their units), facts by slug.

    `datasets` are the hub's names of the training data, `configurations` of their parts that the
    model was tested on. Sizes in bytes that took requests of their own to find out are kept apart,
    too, so that they need not be asked for again.
    """

    hub_id: str
    modified: datetime
    values: Mapping[str, float]
    information: Mapping[str, str]
    datasets: tuple[str, ...] = ()
    configurations: tuple[str, ...] = ()
    model_bytes: int | None = None
    dataset_bytes: int | None = None

    @property
    def author(self) -> str:
        """The organisation or person; empty for the hub's oldest models."""
        return self.hub_id.rpartition("/")[0]

    @property
    def name(self) -> str:
        """The model's name without its author."""
        return self.hub_id.rpartition("/")[2]

    @property
    def digest(self) -> str:
        """A short text that differs when anything we take from the card does."""
        stated = [self.hub_id, sorted(self.values.items()), sorted(self.information.items())]
        return sha256(json.dumps(stated).encode()).hexdigest()

    def sized(self, model_bytes: int | None, dataset_bytes: int | None) -> "HubModel":
        """Return it with the sizes that are known."""
        sizes = {"model_size": model_bytes, "dataset_size": dataset_bytes}
        known = {slug: str(size) for slug, size in sizes.items() if size}
        information = {**self.information, **known}
        return replace(self, information=information, model_bytes=model_bytes, dataset_bytes=dataset_bytes)


@dataclass(frozen=True, slots=True)
class Unusable:
    """A model that no label can be made of, and why."""

    hub_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """What we have of a model: its label, None if that was deleted here, and what was taken last time.

    The sizes, in bytes, hold for the card as it was at `modified`.
    """

    label_id: int | None
    digest: str
    modified: datetime
    model_bytes: int | None = None
    dataset_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be done about one model, and why it is skipped; `label_id` is that of its label."""

    action: Action
    hub_id: str
    model: HubModel | None = None
    label_id: int | None = None
    reason: str = ""

    def gone(self) -> "Planned":
        """Return what is to be done if its label was deleted."""
        return Planned(Action.SKIP, self.hub_id, reason=DELETED)


def plan_sync(known: Mapping[str, Known], found: Iterable[HubModel | Unusable]) -> list[Planned]:
    """Decide what becomes of each model found; of several of one name, the first counts."""
    planned: dict[str, Planned] = {}
    for model in found:
        if model.hub_id not in planned:
            planned[model.hub_id] = _plan(known.get(model.hub_id), model)
    return list(planned.values())


def _plan(known: Known | None, model: HubModel | Unusable) -> Planned:
    if isinstance(model, Unusable):
        return Planned(Action.SKIP, model.hub_id, reason=model.reason)
    if known is None:
        return Planned(Action.CREATE, model.hub_id, model)
    if known.label_id is None:
        return Planned(Action.SKIP, model.hub_id, reason=DELETED)
    action = Action.KEEP if known.digest == model.digest else Action.UPDATE
    return Planned(action, model.hub_id, model, known.label_id)
