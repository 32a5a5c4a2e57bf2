"""ONNX files: the graph's initializers, with their data in the file or beside it.

Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. The onnx package
would read the whole file, data included.
"""

from typing import BinaryIO

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting.contents import Contents, DataFile, Tensor, byte_count, element_count, shown
from gaissa_web.core.inspecting.graphs import Dimension, Graph, Node, count_operations
from gaissa_web.core.inspecting.protobuf import Span, Wire

FORMAT = "ONNX"
EXPORTED = (
    "Counted as exported: an exporter merges layers and unfolds constants, so that the training framework’s "
    "own number can be slightly different."
)
DEEPEST = 20
"""How many graphs may be nested in one another."""

_DATA_TYPES = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    8: "text",
    9: "bool",
    10: "float16",
    11: "float64",
    12: "uint32",
    13: "uint64",
    14: "complex64",
    15: "complex128",
    16: "bfloat16",
    17: "float8_e4m3fn",
    18: "float8_e4m3fnuz",
    19: "float8_e5m2",
    20: "float8_e5m2fnuz",
    21: "uint4",
    22: "int4",
    23: "float4_e2m1",
    24: "float8_e8m0fnu",
    25: "uint2",
    26: "int2",
}
_TYPED_DATA = frozenset({4, 5, 6, 7, 10, 11})
_EXTERNAL = 1
_PACKING = frozenset({"MatMulNBits", "MatMulBnb4", "GatherBlockQuantized", "QMoE"})


def may_be_onnx(start: bytes) -> bool:
    """Whether a file that begins with these bytes can be one: its first field is the format's version."""
    return len(start) > 1 and start[0] == 0x08 and 0 < start[1] < 0x80


def read_onnx(file: BinaryIO, size: int) -> Contents:
    """Read the graph of a file of `size` bytes; the tensors' data are never read.

    Raises:
        UnreadableFileError: It is damaged, incomplete, or no ONNX file.
    """
    reader = _Reader(Wire(file))
    graphs = [
        reader.graph(reader.wire.span(value), 0)
        for number, value in reader.wire.fields(Span(0, size))
        if number == 7
    ]
    if len(graphs) != 1:
        raise UnreadableFileError("It holds no ONNX graph.")
    (graph,) = graphs
    return Contents(FORMAT, reader.tensors(), (EXPORTED,), count_operations(graph), tuple(reader.data_files))


class _Reader:
    """Reads messages, gathering on the way the tensors and files of all graphs."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.data_files: list[DataFile] = []
        self._tensors: list[Tensor] = []
        self._statistics: set[str] = set()
        self._packed: set[str] = set()

    def tensors(self) -> tuple[Tensor, ...]:
        """Return all tensors, once it is known what the graphs do with them."""
        return tuple(
            Tensor(
                t.name, t.data_type, t.elements, t.size, t.name in self._statistics, t.name in self._packed
            )
            for t in self._tensors
        )

    def graph(self, message: Span, depth: int) -> Graph:
        """Read a GraphProto."""
        if depth > DEEPEST:
            raise UnreadableFileError("Its graphs are nested too deeply.")
        graph = Graph()
        for number, value in self.wire.fields(message):
            if number == 1:
                graph.nodes.append(self._node(self.wire.span(value), graph, depth))
            elif number == 5:
                tensor, shape = self._tensor(self.wire.span(value))
                self._tensors.append(tensor)
                graph.shapes[tensor.name] = shape
                graph.initializers.add(tensor.name)
            elif number == 15:
                self._sparse(self.wire.span(value))
            elif number in {11, 12, 13}:
                name, sizes = self._value_info(self.wire.span(value))
                if number == 11:
                    graph.inputs.append(name)
                if sizes is not None:
                    graph.shapes.setdefault(name, sizes)
        return graph

    def _node(self, message: Span, graph: Graph, depth: int) -> Node:
        texts: dict[int, list[str]] = {1: [], 2: [], 4: [], 7: []}
        numbers: dict[str, int] = {}
        constant: Span | None = None
        for number, value in self.wire.fields(message):
            if number in texts:
                texts[number].append(self.wire.text(value))
            elif number == 5:
                constant = self._attribute(self.wire.span(value), numbers, depth) or constant
        operator = "".join(texts[4])
        if operator == "BatchNormalization":
            self._statistics.update(texts[1][3:5])
        if operator in _PACKING:
            self._packed.update(texts[1])
        if operator == "Constant" and constant:
            tensor, shape = self._tensor(constant)
            graph.shapes.update(dict.fromkeys(texts[2], shape))
            if shape:  # a lone number belongs to a formula
                self._tensors.append(tensor)
        return Node(operator, "".join(texts[7]), tuple(texts[1]), tuple(texts[2]), numbers)

    def _attribute(self, message: Span, numbers: dict[str, int], depth: int) -> Span | None:
        """Read an AttributeProto: keep a number, follow graphs, return a tensor."""
        name = ""
        tensor = None
        for number, value in self.wire.fields(message):
            if number == 1:
                name = self.wire.text(value)
            elif number == 3 and isinstance(value, int):
                numbers[name] = value
            elif number == 5:
                tensor = self.wire.span(value)
            elif number in {6, 11}:
                self.graph(self.wire.span(value), depth + 1)
        return tensor

    def _sparse(self, message: Span) -> None:
        """Read a SparseTensorProto, of which only the numbers that are not 0 count."""
        for number, value in self.wire.fields(message):
            if number == 1:
                self._tensors.append(self._tensor(self.wire.span(value))[0])

    def _tensor(self, message: Span) -> tuple[Tensor, tuple[int, ...]]:
        """Read a TensorProto without its data."""
        shape: list[int] = []
        name, code, location, raw, typed = "", 0, 0, None, 0
        external: dict[str, str] = {}
        for number, value in self.wire.fields(message):
            if number == 1:
                shape += self.wire.numbers(value)
            elif number == 2 and isinstance(value, int):
                code = value
            elif number == 8:
                name = self.wire.text(value)
            elif number == 9:
                raw = self.wire.span(value).length
            elif number == 13:
                external.update([self._entry(self.wire.span(value))])
            elif number == 14 and isinstance(value, int):
                location = value
            elif number in _TYPED_DATA:
                typed += 1 if isinstance(value, int) else max(value.length, 1)
        data_type = _DATA_TYPES.get(code)
        if data_type is None:
            raise UnreadableFileError(f"Data type {code} of tensor “{shown(name)}” is not known here.")
        elements = element_count(shape)
        size = typed if data_type == "text" else byte_count(elements, data_type)
        if location == _EXTERNAL:
            self.data_files.append(_data_file(external, size))
        # Small numbers may be written shorter than they are, but none in less than half a byte.
        elif raw not in {None, size} or (raw is None and elements > 2 * typed):
            raise UnreadableFileError(f"Tensor “{shown(name)}” has fewer data than its shape needs, or more.")
        return Tensor(name, data_type, elements, size), tuple(shape)

    def _entry(self, message: Span) -> tuple[str, str]:
        texts = {number: self.wire.text(value) for number, value in self.wire.fields(message)}
        return texts.get(1, ""), texts.get(2, "")

    def _value_info(self, message: Span) -> tuple[str, tuple[Dimension, ...] | None]:
        """Read a ValueInfoProto: its name, and its shape if it has one."""
        name = ""
        sizes: list[Dimension] | None = None
        for number, value in self.wire.fields(message):
            if number == 1:
                name = self.wire.text(value)
            elif number == 2:
                for shape in self._inside(self.wire.span(value), 1, 2):
                    sizes = [self._dimension(dimension) for dimension in self._inside(shape, 1)]
        return name, None if sizes is None else tuple(sizes)

    def _inside(self, message: Span, *path: int) -> list[Span]:
        """Return the messages at the end of a path of field numbers."""
        found = [message]
        for wanted in path:
            found = [
                self.wire.span(v) for m in found for number, v in self.wire.fields(m) if number == wanted
            ]
        return found

    def _dimension(self, message: Span) -> Dimension:
        for number, value in self.wire.fields(message):
            if number == 1 and isinstance(value, int):
                return value
            if number == 2:
                return self.wire.text(value)
        return ""


def _data_file(external: dict[str, str], size: int) -> DataFile:
    """Return where a tensor's data are outside the file."""
    numbers = [external.get("offset", "0"), external.get("length", str(size))]
    if not all(number.isdecimal() and len(number) < 20 for number in numbers):
        raise UnreadableFileError("The place of a tensor’s data in another file is damaged.")
    offset, length = map(int, numbers)
    if length != size:
        raise UnreadableFileError("A tensor in another file has fewer data than its shape needs, or more.")
    return DataFile(external.get("location", ""), offset + length)
