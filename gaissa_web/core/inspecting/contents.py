"""What a model's files hold, and the numbers of a label that follow from it.

A parameter is one number of a tensor that the model computes with. Not counted are integers that
are positions, masks or counters, and the running statistics of batch normalisation, which PyTorch
does not call parameters either.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.text import one_line

BITS = {
    **dict.fromkeys(("float64", "complex64", "int64", "uint64"), 64),
    **dict.fromkeys(("float32", "int32", "uint32"), 32),
    **dict.fromkeys(("float16", "bfloat16", "int16", "uint16"), 16),
    **dict.fromkeys(("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz"), 8),
    **dict.fromkeys(("float8_e8m0fnu", "int8", "uint8", "bool"), 8),
    **dict.fromkeys(("float6_e2m3", "float6_e3m2"), 6),
    **dict.fromkeys(("float4_e2m1", "int4", "uint4"), 4),
    **dict.fromkeys(("int2", "uint2"), 2),
    **dict.fromkeys(("int1", "uint1"), 1),
    "complex128": 128,
}
"""How many bits one number of each data type takes."""

MAX_ELEMENTS = 2**63 - 1
STATISTICS = frozenset({"running_mean", "running_var", "num_batches_tracked"})

_NO_PARAMETERS = frozenset({"int64", "uint64", "int32", "uint32", "int16", "uint16", "bool", "text"})
# How GPTQ, AWQ, MLX, compressed-tensors, bitsandbytes, MXFP4 and NVFP4 call what they pack.
_PACKED_WORDS = frozenset({"int32", "uint32"}), ("weight", "weight_packed", "qzeros")
_PACKED_BYTES = frozenset({"uint8"}), ("weight_packed", "_blocks", "bitsandbytes__nf4", "bitsandbytes__fp4")
_PACKED_SCALES = frozenset({"float32"}), ("weight_scale_2",)
_SHOWN_CHARACTERS = 80
_SHOWN_NAMES = 10


@dataclass(frozen=True, slots=True)
class Tensor:
    """A stored tensor: how many numbers of which type, in how many bytes.

    What several tensors share is in the first of them only. `is_fixed` are values that are no
    parameters whatever their type, `is_packed` those that hold several numbers in one integer.
    """

    name: str
    data_type: str
    elements: int
    size: int
    is_fixed: bool = False
    is_packed: bool = False

    @property
    def is_parameter(self) -> bool:
        """Whether its numbers are parameters."""
        if self.is_fixed or self.name.rpartition(".")[2] in STATISTICS:
            return False
        return self.data_type not in _NO_PARAMETERS

    @property
    def hides_parameters(self) -> bool:
        """Whether its integers, or those that it belongs to, hold several parameters each."""
        if self.is_packed:
            return self.data_type == "uint8"
        return any(
            self.data_type in types and self.name.endswith(endings)
            for types, endings in (_PACKED_WORDS, _PACKED_BYTES, _PACKED_SCALES)
        )


@dataclass(frozen=True, slots=True)
class Operations:
    """Floating-point operations (FLOP) of one pass, two per multiply-accumulate, or None if unknown.

    `about` says for which inputs the count holds, or why there is none.
    """

    count: int | None
    about: str


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file beside the model's that holds tensors' data, and how many bytes it must have."""

    name: str
    least_size: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What one file holds."""

    format: str
    tensors: tuple[Tensor, ...]
    notes: tuple[str, ...] = ()
    operations: Operations | None = None
    data_files: tuple[DataFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Inspection:
    """A model in numbers: `file_size` and `tensor_size` in bytes, `data_types` of its parameters."""

    name: str
    format: str
    files: tuple[str, ...]
    file_size: int
    tensor_size: int
    parameters: int | None
    data_types: dict[str, int]
    other_values: int
    operations: Operations | None
    notes: tuple[str, ...]


def inspection(name: str, sizes: dict[str, int], contents: Sequence[Contents], left_out: str) -> Inspection:
    """Put together what the files of one model hold; `sizes` are those of all files, in bytes.

    A tensor that is in several files counts once. `left_out` is a sentence on files that were not read.
    """
    first = contents[0]
    tensors = list(first.tensors)
    names = {tensor.name for tensor in tensors}
    for more in contents[1:]:
        tensors += [tensor for tensor in more.tensors if tensor.name not in names]
        names.update(tensor.name for tensor in more.tensors)
    hidden = any(tensor.hides_parameters for tensor in tensors)
    counted = [tensor for tensor in tensors if tensor.is_parameter]
    types: Counter[str] = Counter()
    for tensor in counted:
        types[tensor.data_type] += tensor.elements
    notes = [note for held in contents for note in held.notes]
    if hidden:
        notes.append(
            "Several parameters are packed into one integer, so their number cannot be told from the file."
        )
    return Inspection(
        name=name,
        format=first.format,
        files=tuple(sizes),
        file_size=sum(sizes.values()),
        tensor_size=sum(tensor.size for tensor in tensors),
        parameters=None if hidden else types.total(),
        data_types=dict(types.most_common()),
        other_values=sum(t.elements for t in tensors if not t.is_parameter),
        operations=first.operations if len(contents) == 1 else None,
        notes=tuple(dict.fromkeys(filter(None, (*notes, left_out)))),
    )


def element_count(shape: Iterable[object]) -> int:
    """Return how many elements a tensor of that shape has.

    Raises:
        UnreadableFileError: A size is no whole number from 0 up, or there are more than any
            machine could address.
    """
    count = 1
    for size in shape:
        if not isinstance(size, int) or size < 0:
            raise UnreadableFileError("A tensor has a size that is not a whole number from 0 up.")
        count *= size
        if count > MAX_ELEMENTS:
            raise UnreadableFileError("A tensor is said to be larger than any machine could hold.")
    return count


def byte_count(elements: int, data_type: str) -> int:
    """Return the bytes that so many numbers take; types below a byte are packed."""
    return -(-elements * BITS[data_type] // 8)


def shown(name: str) -> str:
    """Return a name from a file so that it can be printed in a sentence."""
    text = one_line(name[: _SHOWN_CHARACTERS * 4])
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def listed(names: Sequence[str]) -> str:
    """Return names for a sentence, the first of them if there are many."""
    text = ", ".join(map(shown, names[:_SHOWN_NAMES]))
    return text if len(names) <= _SHOWN_NAMES else f"{text} and {len(names) - _SHOWN_NAMES:,} more"
