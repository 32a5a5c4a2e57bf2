"""Which files of a folder are the model: the same weights in several formats count once.

Safetensors come before ONNX, ONNX before PyTorch. Of several models in one format the one with the
name that libraries give it is taken; without such a name nobody could tell which is meant.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting.bounded import bounded_json
from gaissa_web.core.inspecting.contents import listed, shown

ENDINGS = {
    "safetensors": (".safetensors",),
    "ONNX": (".onnx",),
    "PyTorch": (".bin", ".pt", ".pth", ".ckpt"),
}
INDEX = ".index.json"
STANDARD_NAMES = ("model", "pytorch_model", "diffusion_pytorch_model", "adapter_model")

_SHARD = re.compile(r"(?P<stem>.+?)[-_.]?(?P<number>\d{1,6})-of-(?P<count>\d{1,6})", re.ASCII)
_TRAINING = ("optimizer", "scheduler", "scaler", "rng_state", "training_args")


@dataclass(frozen=True, slots=True)
class Choice:
    """The files of a folder to read, and a sentence on those that were left out, if there are any."""

    files: tuple[str, ...]
    left_out: str


@dataclass(slots=True)
class _Model:
    """The files of one model in one format, those that should be there, and how many there should be."""

    files: list[str] = field(default_factory=list)
    expected: set[str] = field(default_factory=set)
    count: int = 1

    def check(self) -> None:
        missing = sorted(self.expected - set(self.files))
        if missing:
            raise UnreadableFileError(f"Part of the model is missing: {listed(missing)}.")
        if len(self.files) < self.count:
            raise UnreadableFileError(
                f"Part of the model is missing: of {self.count:,} files there are {len(self.files):,}."
            )


_Key = tuple[str, int]
"""A model's name, and a rank among those of that name: one file comes before an index, before shards."""


def choose(names: Iterable[str], indexes: Mapping[str, bytes]) -> Choice:
    """Choose among the file `names` of a folder; `indexes` are the contents of its shards' indexes.

    Raises:
        UnreadableFileError: There is no model, part of it is missing, or it is not clear which is meant.
    """
    present = sorted(names)
    candidates = {
        kind: [name for name in present if name.casefold().endswith(endings)]
        for kind, endings in ENDINGS.items()
    }
    for kind, endings in ENDINGS.items():
        weights = [name for name in candidates[kind] if kind != "PyTorch" or not name.startswith(_TRAINING)]
        if not weights:
            continue
        tables = {n: t for n, t in indexes.items() if n.removesuffix(INDEX).casefold().endswith(endings)}
        model = _the_model(kind, _models(weights, tables))
        model.check()
        others = [name for names in candidates.values() for name in names if name not in model.files]
        return Choice(tuple(model.files), f"Left out: {listed(others)}." if others else "")
    raise UnreadableFileError("There is no safetensors, ONNX or PyTorch file directly in this folder.")


def _the_model(kind: str, models: dict[_Key, _Model]) -> _Model:
    for name in (*STANDARD_NAMES, *(model[0] for model in models if len(models) == 1)):
        ranks = sorted(rank for other, rank in models if other == name)
        if ranks:
            return models[name, ranks[0]]
    files = listed([model.files[0] for model in models.values()])
    raise UnreadableFileError(f"There are several models in {kind} format; please name one: {files}.")


def _models(names: Iterable[str], indexes: Mapping[str, bytes]) -> dict[_Key, _Model]:
    """Return the models that have files; shards are told by an index, or by names like "1-of-3"."""
    models: dict[_Key, _Model] = {}
    owners: dict[str, _Key] = {}
    for index, table in indexes.items():
        key = (_stem(index.removesuffix(INDEX)), 1)
        shards = _shards(index, table)
        owners |= dict.fromkeys(shards, key)
        models[key] = _Model(expected=shards)
    for name in names:
        shard = _SHARD.fullmatch(_stem(name))
        if name in owners:
            key, count = owners[name], 1
        elif shard:
            count = int(shard["count"])
            key = (shard["stem"], 1 + count)
        else:
            key, count = (_stem(name), 0), 1
        model = models.setdefault(key, _Model(count=count))
        model.files.append(name)
    return {key: model for key, model in models.items() if model.files}


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


def _shards(name: str, table: bytes) -> set[str]:
    """Return the files that an index names.

    Raises:
        UnreadableFileError: It is no index, or it names a file elsewhere.
    """
    match bounded_json(table, f"The index {shown(name)}"):
        case {"weight_map": dict(places)} if all(isinstance(place, str) for place in places.values()):
            shards = set(places.values())
        case _:
            raise UnreadableFileError(f"The index {shown(name)} does not say where the tensors are.")
    if any("/" in shard or "\\" in shard or shard in {"", ".", ".."} for shard in shards):
        raise UnreadableFileError(f"The index {shown(name)} names a file outside of this folder.")
    return shards
