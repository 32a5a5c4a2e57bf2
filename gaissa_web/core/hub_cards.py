"""What the cards of Hugging Face models state: emissions, scores, sizes, and the facts around them.

A card is what its author typed, so nothing in it is trusted to have any shape.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from statistics import fmean, harmonic_mean
from typing import Any

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.hub import HubModel, Unusable
from gaissa_web.core.importing.numbers import parse_number
from gaissa_web.core.importing.quantities import parse_quantity
from gaissa_web.core.importing.structured import front_matter
from gaissa_web.core.text import one_line

HUB_ID = re.compile(r"(?!.*\.\.)[A-Za-z0-9][\w.-]{0,95}(?:/[\w.-]{1,96})?", re.ASCII)
LONGEST_FACT = 1_000
MOST_NAMES = 20
LARGEST = 1e18
LONG_AGO = datetime.fromtimestamp(0, UTC)
_SCORES = {
    "accuracy": "accuracy",
    "acc": "accuracy",
    "f1": "f1",
    "rouge1": "rouge1",
    "rougel": "rougel",
}
_DOMAINS = {
    "Natural language processing": (
        "text-classification", "token-classification", "table-question-answering", "question-answering",
        "zero-shot-classification", "translation", "summarization", "feature-extraction", "text-generation",
        "text2text-generation", "fill-mask", "sentence-similarity", "text-ranking", "conversational",
    ),
    "Computer vision": (
        "depth-estimation", "image-classification", "object-detection", "image-segmentation",
        "unconditional-image-generation", "video-classification", "zero-shot-image-classification",
        "mask-generation", "zero-shot-object-detection", "image-feature-extraction", "keypoint-detection",
        "image-to-image", "image-to-3d",
    ),
    "Audio": (
        "text-to-speech", "text-to-audio", "automatic-speech-recognition", "audio-to-audio",
        "audio-classification", "voice-activity-detection",
    ),
    "Multimodal": (
        "text-to-image", "image-to-text", "image-to-video", "text-to-video", "text-to-3d",
        "visual-question-answering", "document-question-answering", "video-text-to-text",
        "image-text-to-text", "any-to-any", "audio-text-to-text", "visual-document-retrieval",
    ),
    "Tabular": ("tabular-classification", "tabular-regression", "tabular-to-text", "time-series-forecasting"),
    "Reinforcement learning": ("reinforcement-learning", "robotics"),
}  # fmt: skip
_DOMAIN_OF = {task: domain for domain, tasks in _DOMAINS.items() for task in tasks}
_BITS = {
    "F64": 64, "I64": 64, "U64": 64, "F32": 32, "I32": 32, "U32": 32, "F16": 16, "BF16": 16, "I16": 16,
    "U16": 16, "F8_E4M3": 8, "F8_E5M2": 8, "I8": 8, "U8": 8, "BOOL": 8, "I4": 4, "U4": 4, "F4": 4,
}  # fmt: skip
_WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".h5", ".onnx", ".msgpack", ".gguf")
_NO_WEIGHTS = ("training_args", "optimizer", "scheduler", "rng_state", "trainer_state", "scaler")


def read_hub_id(item: Mapping[str, Any]) -> str | None:
    """Return the name of one entry of the hub's list; None if it is none that a model can have."""
    name = item.get("id")
    return name if isinstance(name, str) and HUB_ID.fullmatch(name) else None


def read_model(item: Mapping[str, Any]) -> HubModel | Unusable:
    """Return what one entry of the hub's list of models states; it raises at nothing."""
    hub_id = read_hub_id(item)
    if hub_id is None:
        shown = one_line(str(item.get("id")))[:100]
        return Unusable(shown, "The hub gives it no name that a model can have.")
    card = _mapping(item.get("cardData"))
    stated = card.get("co2_eq_emissions")
    details = _mapping(stated)
    try:
        grams = read_emissions(_with_its_unit(details) if details else stated)
    except InvalidInputError as error:
        return Unusable(hub_id, str(error))
    index = item.get("model-index") or card.get("model-index")
    downloads, score = _number(item.get("downloads")), performance(index)
    values = {"co2_eq_emissions": grams, "downloads": downloads, "performance_score": score}
    datasets, all_named = _names(card.get("datasets"))
    facts = {
        "training_type": _training_type(details.get("training_type")),
        "hardware": _fact(details.get("hardware_used")),
        "location": _fact(details.get("geographical_location")),
        "emissions_source": _fact(details.get("source")),
        "library": _fact(item.get("library_name") or card.get("library_name")),
        "licence": _fact(card.get("license_name") or card.get("license")),
        "domain": _domain(item, card),
        "datasets": _fact(list(datasets)),
        "likes": _whole(item.get("likes")),
        "model_size": _whole(weights_bytes(item.get("safetensors"))),
    }
    return HubModel(
        hub_id,
        read_moment(item.get("lastModified")),
        {slug: value for slug, value in values.items() if value is not None},
        {slug: fact for slug, fact in facts.items() if fact},
        datasets if all_named else (),
        _configurations(index),
    )


def read_card(text: str) -> Mapping[str, Any]:
    """Return the metadata at the head of a card, its scalars as texts.

    Raises:
        InvalidInputError: There is none, or it is no YAML that can be read.
    """
    metadata = front_matter("The metadata of its card", text)
    if not isinstance(metadata, dict):
        raise InvalidInputError("Its card has no metadata.")
    return metadata


def read_emissions(stated: Any) -> float:
    """Return emissions in g CO2eq from a number (grams, as the hub defines) or a text with a unit.

    Raises:
        InvalidInputError: It is no amount from 0 up; the message says what stands there.
    """
    if stated is None or stated == "":
        raise InvalidInputError("Its card states no CO₂ emissions.")
    if isinstance(stated, bool) or not isinstance(stated, int | float | str):
        raise InvalidInputError("Its card’s CO₂ emissions are neither a number nor a text.")
    if isinstance(stated, str):
        try:
            grams = parse_quantity(stated.strip().lstrip("~≈ "), "g CO2eq")
        except InvalidInputError as error:
            shown = one_line(stated)[:60]
            raise InvalidInputError(f"Its card’s CO₂ emissions, “{shown}”: {error}") from error
    else:
        try:
            grams = float(stated)
        except OverflowError as error:
            raise InvalidInputError("Its card’s CO₂ emissions are too large.") from error
    if not isfinite(grams) or not 0 <= grams <= LARGEST:
        raise InvalidInputError("Its card’s CO₂ emissions are negative, infinite, or too large.")
    return grams


def read_moment(stated: Any) -> datetime:
    """Return a moment as the hub writes it, in UTC; `LONG_AGO` if it cannot be read."""
    try:
        moment = datetime.fromisoformat(str(stated))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return LONG_AGO


def performance(index: Any) -> float | None:
    """Return the performance score: the harmonic mean of accuracy, F1, ROUGE-1 and ROUGE-L, 0 to 1.

    Of a score that is reported several times, for several test sets, the mean is taken. So does
    the study whose thresholds rate it (Castaño et al. 2023, arXiv 2305.11164).
    """
    scores: dict[str, list[float]] = {}
    for metric in _metrics(index):
        # Of the ROUGE scores that libraries write, the type is "rouge" and the name says which.
        stated = (str(metric.get(key)).casefold() for key in ("type", "name"))
        score = next(filter(None, (_SCORES.get(re.sub(r"[^a-z0-9]", "", text)) for text in stated)), None)
        value = _share(metric.get("value"))
        if score and value is not None:
            scores.setdefault(score, []).append(value)
    return harmonic_mean([fmean(values) for values in scores.values()]) if scores else None


def weights_bytes(safetensors: Any) -> int | None:
    """Return the size in bytes of weights from their number by type, as the hub counts them."""
    total = 0
    for kind, count in _mapping(_mapping(safetensors).get("parameters")).items():
        number = _number(count)
        if kind not in _BITS or number is None:
            return None
        total += int(number) * _BITS[kind] // 8
    return total or None


def files_bytes(files: Any) -> int | None:
    """Return the size in bytes of a model's weight files, of the first format of which there are any."""
    sizes: dict[str, int] = {}
    for file in files if isinstance(files, list) else []:
        name, size = str(_mapping(file).get("rfilename")).casefold(), _number(_mapping(file).get("size"))
        ending = next((ending for ending in _WEIGHTS if name.endswith(ending)), None)
        if ending and size and not name.rpartition("/")[2].startswith(_NO_WEIGHTS):
            sizes[ending] = sizes.get(ending, 0) + int(size)
    return next((sizes[ending] for ending in _WEIGHTS if 0 < sizes.get(ending, 0) <= LARGEST), None)


def dataset_bytes(item: Any, configurations: Sequence[str] = ()) -> int | None:
    """Return the size in bytes of a dataset from its card: of its one configuration, or the one used."""
    stated = _mapping(_mapping(item).get("cardData")).get("dataset_info")
    parts = [_mapping(part) for part in (stated if isinstance(stated, list) else [stated])]
    used = [part for part in parts if part.get("config_name") in configurations] or parts
    size = _number(used[0].get("dataset_size")) if len(used) == 1 else None
    return int(size) if size else None


def _metrics(index: Any) -> Iterable[Mapping[str, Any]]:
    for result in _results(index):
        metrics = result.get("metrics")
        yield from map(_mapping, metrics if isinstance(metrics, list) else [])


def _results(index: Any) -> Iterable[Mapping[str, Any]]:
    for entry in index if isinstance(index, list) else []:
        results = _mapping(entry).get("results")
        yield from map(_mapping, results if isinstance(results, list) else [])


def _configurations(index: Any) -> tuple[str, ...]:
    found = (_mapping(result.get("dataset")).get("config") for result in _results(index))
    return tuple(dict.fromkeys(name for name in found if isinstance(name, str)))


def _mapping(part: Any) -> Mapping[str, Any]:
    return part if isinstance(part, dict) else {}


def _number(stated: Any) -> float | None:
    if isinstance(stated, bool) or not isinstance(stated, int | float):
        return None
    try:
        number = float(stated)
    except OverflowError:
        return None
    return number if isfinite(number) and 0 <= number <= LARGEST else None


def _whole(stated: Any) -> str:
    number = _number(stated)
    return str(int(number)) if number is not None else ""


def _share(stated: Any) -> float | None:
    """Return a score from 0 to 1; above 1 and up to 100 it is taken for a percentage."""
    percent = isinstance(stated, str) and stated.strip().endswith("%")
    if isinstance(stated, str):
        try:
            stated = parse_number(stated.strip().removesuffix("%"))
        except InvalidInputError:
            return None
    number = _number(stated)
    if number is None or number > 100:
        return None
    return number / 100 if percent or number > 1 else number


def _fact(stated: Any) -> str:
    parts = stated if isinstance(stated, list) else [stated]
    texts = [one_line(str(part)) for part in parts if isinstance(part, str | int | float)]
    return ", ".join(filter(None, texts))[:LONGEST_FACT]


def _names(stated: Any) -> tuple[tuple[str, ...], bool]:
    """Return the names that the hub can know, up to a few, and whether that is all that is stated."""
    parts = stated if isinstance(stated, list) else [stated]
    names = tuple(dict.fromkeys(p for p in parts if isinstance(p, str) and HUB_ID.fullmatch(p)))[:MOST_NAMES]
    return names, set(names) == {str(part) for part in parts}


def _with_its_unit(details: Mapping[str, Any]) -> Any:
    """Return the emissions of a mapping, as a text where it has a unit of its own beside them."""
    amount, unit = details.get("emissions"), _fact(details.get("unit") or details.get("units"))
    alone = unit and not isinstance(amount, bool) and re.fullmatch(r"[\s\d.,+eE-]+", str(amount))
    return f"{amount} {unit}" if alone else amount


def _training_type(stated: Any) -> str:
    text = _fact(stated).casefold()
    if re.search(r"\bfine[-_ ]?tun", text):
        return "fine-tuning"
    return "pretraining" if re.search(r"\bpre[-_ ]?train", text) else ""


def _domain(item: Mapping[str, Any], card: Mapping[str, Any]) -> str:
    tags = item.get("tags")
    stated = [item.get("pipeline_tag"), card.get("pipeline_tag"), *(tags if isinstance(tags, list) else [])]
    return next((_DOMAIN_OF[tag] for tag in stated if isinstance(tag, str) and tag in _DOMAIN_OF), "")
