"""The Hugging Face hub: what its list and its cards state, and the label that is made of it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.hub import HubModel, Known, UnknownToHubError, Unusable
from gaissa_web.core.hub_cards import LARGEST, dataset_bytes, files_bytes, read_card, read_hub_id, read_model
from gaissa_web.core.label import InformationField, Origin
from gaissa_web.core.rating import Phase
from gaissa_web.labels.services import NewExperiment, NewModel

DETAIL = "Hugging Face model card"
DATASETS_REMEMBERED = 2_000


class Hub(Protocol):
    """The hub, as its adapter offers it; it raises `UnknownToHubError` at what it does not have."""

    def count(self, since: datetime | None, most: int | None) -> int:
        """Count the models that `models` will give."""

    def models(self, since: datetime | None, most: int | None) -> Iterator[list[Mapping[str, Any]]]:
        """Yield the models whose cards state emissions, in batches."""

    def files(self, hub_id: str) -> Sequence[Mapping[str, Any]]:
        """Return a model's files."""

    def dataset(self, name: str) -> Mapping[str, Any]:
        """Return what there is to know of a dataset."""

    def card(self, hub_id: str) -> str:
        """Return the text of a model's card."""


@dataclass(slots=True)
class Reader:
    """Reads models from the hub's list, asking for more only where it must.

    `alive` is called again and again.
    """

    hub: Hub
    alive: Callable[[], None] = lambda: None
    datasets: dict[tuple[str, tuple[str, ...]], int | None] = field(default_factory=dict)

    def read(
        self, items: Iterable[Mapping[str, Any]], known: Mapping[str, Known]
    ) -> list[HubModel | Unusable]:
        """Return what the items of one batch state; `known` is what we have of them, by their ids."""
        models = []
        for item in items:
            model = self._model(item)
            kept = known.get(model.hub_id)
            if isinstance(model, HubModel) and (kept is None or kept.label_id is not None):
                model = self._sized(model, kept)
            models.append(model)
            self.alive()
        return models

    def _model(self, item: Mapping[str, Any]) -> HubModel | Unusable:
        """Read an item; where the list has no metadata, those of the card itself are read."""
        model = read_model(item)
        if isinstance(model, HubModel) or item.get("cardData") is not None or read_hub_id(item) is None:
            return model
        try:
            text = self.hub.card(model.hub_id)
        except UnknownToHubError as error:
            return Unusable(model.hub_id, f"Its card cannot be had. {error}")
        try:
            return read_model({**item, "cardData": read_card(text)})
        except InvalidInputError as error:
            return Unusable(model.hub_id, str(error))

    def _sized(self, model: HubModel, known: Known | None) -> HubModel:
        """Return `model` with its sizes; of an unchanged card they are those that are known."""
        if known and known.modified == model.modified:
            return model.sized(known.model_bytes, known.dataset_bytes)
        return model.sized(self._weights(model), self._all_datasets(model))

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


def label_of(
    model: HubModel, hub_url: str, rated: Collection[str], fields: Mapping[str, InformationField]
) -> NewExperiment:
    """Return what a card states as a label, as far as there are metrics and fields that take it."""
    page = f"{hub_url}/{model.hub_id}"
    return NewExperiment(
        phase=Phase.TRAINING,
        model=NewModel(model.name, model.author, url=page),
        values={slug: value for slug, value in model.values.items() if slug in rated},
        information={
            slug: fact for slug, fact in model.information.items() if _takes(fields.get(slug), fact)
        },
        origin=Origin.HUB,
        origin_detail=DETAIL,
        origin_url=page,
        submission=sha256(f"hub {model.hub_id}".encode()).hexdigest(),
    )


def _takes(information_field: InformationField | None, fact: str) -> bool:
    try:
        if information_field:
            information_field.check(fact)
    except InvalidInputError:
        return False
    return information_field is not None
