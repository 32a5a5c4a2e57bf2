"""What a graph of operators computes, as far as its sizes are written down: operations of one pass.

As in most papers on hardware, a multiply-accumulate is two operations. Counted are convolutions and
matrix products, which are nearly all operations of a neural network; where there is an operator that
hides some, no count is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting.contents import Operations, element_count, listed, shown

Dimension = int | str
"""A size that is fixed, or the name of one that is free; a free one without a name is empty."""

COUNTED = "2 for each multiply-accumulate of convolutions and matrix products"

_STANDARD = frozenset({"", "ai.onnx"})
_HIDING = frozenset({
    "Attention", "ConvInteger", "DFT", "DeformConv", "Einsum", "GRU", "If", "LSTM", "Loop",
    "MatMulInteger", "QLinearConv", "QLinearMatMul", "RNN", "STFT", "Scan", "SequenceMap",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """One operator with the names of what goes in and comes out, and those attributes that are numbers."""

    operator: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    numbers: dict[str, int]


@dataclass(slots=True)
class Graph:
    """Operators in order, and the shapes that are known by name; older files list initializers as inputs."""

    nodes: list[Node] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    initializers: set[str] = field(default_factory=set)
    shapes: dict[str, tuple[Dimension, ...]] = field(default_factory=dict)


class _UnknownSizeError(Exception):
    """A size that is needed is free, missing, or impossible."""


def count_operations(graph: Graph) -> Operations:
    """Count the operations of one pass; where the inputs' first size is free, one input at a time."""
    inputs = [name for name in graph.inputs if name not in graph.initializers]
    batch = {shape[0] for name in inputs if (shape := graph.shapes.get(name)) and shape[0]}
    free = {size for size in batch if isinstance(size, str)}
    known = {name: tuple(1 if size in free else size for size in s) for name, s in graph.shapes.items()}
    total = 0
    for node in graph.nodes:
        if node.domain not in _STANDARD or node.operator in _HIDING:
            return Operations(None, f"the operator {shown(node.operator)} is not counted")
        try:
            total += 2 * _multiply_accumulates(node, known)
        except (_UnknownSizeError, UnreadableFileError, IndexError):
            return Operations(
                None,
                "the file does not give the sizes between its layers; "
                "onnx.shape_inference adds them where those of the inputs are fixed",
            )
    if not total:
        return Operations(None, "it has neither convolutions nor matrix products")
    sizes = [f"{shown(name)} of {_shape(known[name])}" for name in inputs if name in known]
    return Operations(total, f"{COUNTED}; one pass with {listed(sizes)}")


def _multiply_accumulates(node: Node, known: dict[str, tuple[Dimension, ...]]) -> int:
    """Return how many numbers the operator multiplies and adds up."""
    match node.operator:
        case "Conv":
            return _product(known, node.outputs[0]) * _product(known, node.inputs[1], 1)
        case "ConvTranspose":
            return _product(known, node.inputs[0]) * _product(known, node.inputs[1], 1)
        case "MatMul":
            return _product(known, node.outputs[0]) * _product(known, node.inputs[0], -1)
        case "Gemm":
            inner = 0 if node.numbers.get("transA") else 1
            return _product(known, node.outputs[0]) * _product(known, node.inputs[0], inner, inner + 1)
    return 0


def _product(
    known: dict[str, tuple[Dimension, ...]], name: str, begin: int = 0, end: int | None = None
) -> int:
    """Return the product of some sizes of a tensor.

    Raises:
        _UnknownSizeError: Not all are known.
    """
    sizes: Sequence[Dimension] | None = known.get(name)
    if sizes is None or not all(isinstance(size, int) for size in sizes):
        raise _UnknownSizeError
    return element_count(sizes[begin:end])


def _shape(sizes: Sequence[Dimension]) -> str:
    return " × ".join(str(size) if isinstance(size, int) else shown(size) or "?" for size in sizes)
