"""Which tensors of a PyTorch file are the model's: not an optimiser's, each shared number once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting.contents import (
    BITS,
    MAX_ELEMENTS,
    Tensor,
    byte_count,
    element_count,
    listed,
    shown,
)
from gaissa_web.core.inspecting.pickles import Made, Name, Reference

MODEL_PARTS = ("model_state_dict", "state_dict", "model")
TRAINING_PARTS = ("optim", "scheduler", "scaler")

_OPTIMIZER = {"state", "param_groups"}
_LONGEST_NAME = 200
_MODULE = ("_parameters", "_buffers", "_modules")
_STORAGES = {
    "Double": "float64",
    "Float": "float32",
    "Half": "float16",
    "BFloat16": "bfloat16",
    "ComplexDouble": "complex128",
    "ComplexFloat": "complex64",
    "Long": "int64",
    "Int": "int32",
    "Short": "int16",
    "Char": "int8",
    "Byte": "uint8",
    "Bool": "bool",
    "QInt8": "int8",
    "QUInt8": "uint8",
    "QInt32": "int32",
    "Untyped": "uint8",
    "_Untyped": "uint8",
}
_UTILS = "torch._utils."
_REBUILT = frozenset(
    _UTILS + name
    for name in ("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_qtensor")
)
_PARAMETERS = frozenset(_UTILS + name for name in ("_rebuild_parameter", "_rebuild_parameter_with_state"))
_SUBCLASS = "torch._tensor._rebuild_from_type_v2"
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Storage:
    """A block of data in the file: its key there and its size in bytes."""

    key: str
    size: int


@dataclass(frozen=True, slots=True)
class View:
    """A tensor as PyTorch stores it: a look at part of a storage, in elements from its beginning."""

    name: str
    storage: Storage
    data_type: str
    offset: int
    elements: int
    extent: int
    is_buffer: bool


def model_views(root: Any) -> tuple[list[View], tuple[str, ...]]:
    """Return the model's tensors, as views of storages, and notes on what was left out.

    Raises:
        UnreadableFileError: A tensor is not described properly, or all are an optimiser's.
    """
    parts = _parts(root)
    if set(parts) == _OPTIMIZER:
        raise UnreadableFileError("It holds the state of an optimiser and no model.")
    for name in MODEL_PARTS:
        if isinstance(parts.get(name), Made) and (views := list(_views(parts[name]))):
            others = listed([other for other in parts if other != name])
            return views, (f"Only “{name}” of this checkpoint was counted, not {others}.",) if others else ()
    training = [name for name in parts if any(word in name.casefold() for word in TRAINING_PARTS)]
    if not training:
        return list(_views(root)), ()
    model = Made("dict", (), [(name, part) for name, part in parts.items() if name not in training])
    return list(_views(model)), (f"Not counted of this checkpoint: {listed(training)}.",)


def tensors(views: Iterable[View]) -> tuple[Tensor, ...]:
    """Return the views as tensors that count each number, and each storage's bytes, once."""
    groups: dict[tuple[Storage, str], list[View]] = defaultdict(list)
    for view in views:
        groups[view.storage, view.data_type].append(view)
    counted: list[Tensor] = []
    stored: set[Storage] = set()
    for (storage, data_type), group in groups.items():
        left = _covered(group)
        for view in group:
            elements = min(view.elements, left)
            left -= elements
            size = 0 if storage in stored else storage.size
            stored.add(storage)
            counted.append(Tensor(view.name, data_type, elements, size, view.is_buffer))
    return tuple(counted)


def _covered(views: Iterable[View]) -> int:
    """Return how many elements of their storage the views touch, gaps between strides included."""
    covered = end = 0
    for begin, stop in sorted((view.offset, view.offset + view.extent) for view in views):
        covered += max(stop - max(begin, end), 0)
        end = max(end, stop)
    return covered


def _parts(root: Any) -> dict[str, Any]:
    pairs = root.pairs if isinstance(root, Made) else []
    return {key: value for key, value in pairs if isinstance(key, str)}


def _views(root: Any) -> Iterator[View]:
    """Go through everything below `root`, each record once, and yield the tensors."""
    seen: set[int] = set()
    waiting: list[tuple[str, Any, bool]] = [("", root, False)]
    while waiting:
        name, value, is_buffer = waiting.pop()
        if not isinstance(value, (Made, tuple)) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, tuple):
            inner = list(enumerate(value))
        elif (view := _view(name, value, is_buffer)) is not None:
            yield view
            continue
        else:
            inner = _inside(value)
        for key, part in reversed(inner):
            path = name if key in _MODULE else f"{name}.{key}".removeprefix(".")[-_LONGEST_NAME:]
            waiting.append((path, part, is_buffer or key == "_buffers"))


def _inside(value: Made) -> list[tuple[Any, Any]]:
    """Return what a record holds, by name where it has one; of a module what PyTorch calls its state."""
    state = _parts(value.state)
    if "_parameters" in state:
        return [(part, state[part]) for part in _MODULE if part in state]
    named = [(_key(key), part) for key, part in (*value.pairs, *state.items())]
    rest = () if state else (value.state,)
    return [*named, *enumerate((*value.elements, *value.arguments, *rest))]


def _key(key: Any) -> str:
    return str(key) if isinstance(key, str) or (isinstance(key, int) and abs(key) <= MAX_ELEMENTS) else ""


def _view(name: str, made: Made, is_buffer: bool) -> View | None:
    """Return the tensor that a record describes, or None if it describes something else."""
    function, arguments = _plain(made)
    if function not in _REBUILT:
        return None
    match arguments:
        case [Reference(identity), int(offset), tuple(shape), tuple(strides), *more] if len(shape) == len(
            strides
        ):
            storage, data_type = _storage(identity)
            if function.endswith("_v3"):
                data_type = _named_type(more[2:3])
            extent = _extent(shape, strides)
            if offset >= 0 and (offset + extent) * BITS[data_type] <= storage.size * 8:
                elements = min(element_count(shape), extent)
                return View(name, storage, data_type, offset, elements, extent, is_buffer)
    raise UnreadableFileError(f"Tensor “{shown(name)}” is not described properly, or larger than its data.")


def _plain(made: Made) -> tuple[str, tuple[Any, ...]]:
    """Return the call that rebuilds the tensor itself, out of a parameter or subclass of it."""
    function, arguments = made.kind, made.arguments
    for _ in range(_DEEPEST):
        match arguments:
            case [Made() as inner, *_] if function in _PARAMETERS:
                function, arguments = inner.kind, inner.arguments
            case [Name() as name, _, tuple() as passed, *_] if function == _SUBCLASS:
                function, arguments = name.path, passed
    return function, arguments


def _storage(identity: Any) -> tuple[Storage, str]:
    """Return the storage that a persistent id names, and the type of its numbers."""
    match identity:
        case ["storage", Name(path), str(key), _, int(length), *_]:
            data_type = _STORAGES.get(path.rpartition(".")[2].removesuffix("Storage"))
            if data_type:
                return Storage(key, byte_count(element_count((length,)), data_type)), data_type
    raise UnreadableFileError("A tensor’s data are of a kind that is not known here.")


def _named_type(names: list[Any]) -> str:
    """Return the data type that a call names, such as torch.float8_e5m2."""
    match names:
        case [Name(path)] if path.removeprefix("torch.") in BITS:
            return path.removeprefix("torch.")
    raise UnreadableFileError("A tensor has a data type that is not known here.")


def _extent(shape: tuple[int, ...], strides: tuple[int, ...]) -> int:
    """Return how many elements of the storage lie between a tensor's first and last, these included."""
    if not element_count(shape):
        return 0
    return 1 + sum(
        (length - 1) * element_count((stride,)) for length, stride in zip(shape, strides, strict=True)
    )
