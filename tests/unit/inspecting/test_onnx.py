"""ONNX files that claim what is not so, and operations that can or cannot be counted."""

import io

import pytest

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting import DataFile, protobuf
from tests.unit.inspecting.onnx_files import (
    external,
    field,
    graph,
    model,
    node,
    tensor,
    value_info,
    varint,
)
from tests.unit.inspecting.reading import inspect, read


def refused(data, match=r"\.$"):
    with pytest.raises(UnreadableFileError, match=match):
        read(data)


@pytest.mark.parametrize(
    "broken",
    [
        tensor(dims=(-1, 3)),
        tensor(dims=(2**62, 2**62)),
        tensor(dims=(10**9,) * 40, raw=None),
        tensor(dims=(2, 4)),
        tensor(dims=(2, 2)),
        tensor(raw=None),
        tensor(raw=None, more=field(4, b"\0\0")),
        tensor(code=0),
        tensor(code=99),
        tensor(code=-1),
        external("w", (2, 3), location="d", offset="-1"),
        external("w", (2, 3), location="d", offset="9" * 30),
        external("w", (2, 3), location="d", offset="x"),
        external("w", (2, 3), location="d", length="23"),
        field(9, 5),
        field(8, 5),
    ],
    ids=repr,
)
def test_a_tensor_that_does_not_agree_with_its_data_is_refused(broken):
    refused(model(tensors=[broken]))
    refused(model(nodes=[node("Constant", outputs=["c"], attributes=[field(1, "value") + field(5, broken)])]))
    refused(model(more=field(15, field(1, broken))))


@pytest.mark.parametrize(
    ("code", "elements", "typed"),
    [
        (1, 3, field(4, bytes(12))),
        (1, 2, field(4, 0) + field(4, 0)),
        (3, 3, field(5, b"\1\2\3")),
        (22, 4, field(5, b"\1\2")),
        (11, 2, field(10, bytes(16))),
        (1, 0, b""),
    ],
)
def test_numbers_may_be_written_in_fields_of_their_own_type(code, elements, typed):
    model_ = inspect(model(tensors=[tensor(dims=(elements,), code=code, raw=None, more=typed)]))
    assert model_.parameters == elements


def test_integers_that_are_shapes_and_texts_are_no_parameters():
    held = inspect(model(tensors=[
        tensor("shape", (2,), 7, 16), tensor("names", (2,), 8, None, field(6, "a") + field(6, "b")), tensor(),
    ]))  # fmt: skip
    assert (held.parameters, held.other_values) == (6, 4)


def test_running_statistics_are_told_by_what_uses_them():
    names = [f"t{i}" for i in range(4)]
    normalised = node("BatchNormalization", ["x", *names], ["y"])
    held = inspect(model([normalised], [tensor(name) for name in names]))
    assert (held.parameters, held.other_values) == (12, 12)


def test_constants_count_but_not_lone_numbers_of_formulas():
    def constant(dims, raw):
        value = field(1, "value") + field(20, 4) + field(5, tensor("", dims, 1, raw))
        return node("Constant", outputs=["c"], attributes=[value])

    assert inspect(model([constant((3,), 12), constant((), 4)])).parameters == 3


def test_dimensions_may_be_packed():
    packed = field(1, varint(2) + varint(3)) + field(2, 1) + field(9, bytes(24))
    assert inspect(model(tensors=[packed])).parameters == 6


def test_weights_that_an_operator_unpacks_have_no_known_number_of_parameters():
    unpacked = node("MatMulNBits", ["x", "b"], ["y"], "com.microsoft")
    held = inspect(model([unpacked], [tensor("b", (4, 1, 16), 2, 64)]))
    assert held.parameters is None


def test_data_in_other_files_are_asked_for():
    held = read(model(tensors=[
        external("a", (2, 3), location="data", offset=100, length=24), external("b", (2,), location="data"),
    ]))  # fmt: skip
    assert held.data_files == (DataFile("data", 124), DataFile("data", 8))


def test_of_a_sparse_tensor_the_numbers_that_are_stored_count():
    sparse = field(1, tensor("w", (2, 3))) + field(2, tensor("places", (6,), 7, 48)) + field(3, 100)
    assert inspect(model(more=field(15, sparse))).parameters == 6


def test_tensors_of_nested_graphs_count_and_their_operators_do_not():
    inner = graph(tensors=[tensor()])
    branches = [field(1, "then_branch") + field(6, inner), field(1, "all") + field(11, inner)]
    held = inspect(model([node("If", ["c"], ["y"], attributes=branches)]))
    assert held.parameters == 12
    assert held.operations.count is None
    assert "If is not counted" in held.operations.about


def test_graphs_nested_too_deeply_are_refused():
    inner = graph()
    for _ in range(5000):
        inner = graph([node("If", attributes=[field(6, inner)])])
    refused(field(1, 8) + field(7, inner), "nested")


def test_a_file_needs_one_graph():
    refused(field(1, 8))
    refused(field(1, 8) + field(2, "only a producer"))
    refused(model() + field(7, graph()))
    refused(field(1, 8) + field(7, 5))


@pytest.mark.parametrize(
    "data",
    [
        b"\x08\x08\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\x08\x08\x3a\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x3a",
        b"\x08\x08\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\x08\x08" + b"\xff" * 20,
        b"\x08\x08\x3a\x05\x0a\x03\x0a\x64x",
        b"\x08\x08\x3b\x3c",
        b"\x08\x08\x0d\x00",
        b"\x08\x08\x3a",
    ],
    ids=repr,
)
def test_lengths_that_lead_nowhere_are_refused(data):
    refused(data)


def test_fields_that_are_not_known_are_skipped():
    unknown = varint(99 << 3 | 1) + bytes(8) + varint(98 << 3 | 5) + bytes(4) + field(97, -5) + field(96, "x")
    assert inspect(unknown[:0] + model(tensors=[tensor(more=unknown)], more=unknown)).parameters == 6


@pytest.mark.parametrize("data", [model(more=field(99, 1) * 2000), model(tensors=[field(1, b"\1" * 2000)])])
def test_more_fields_than_any_model_needs_are_refused(monkeypatch, data):
    monkeypatch.setattr(protobuf, "MAX_FIELDS", 1000)
    refused(data, "more entries")


def test_long_names_are_not_read_whole():
    class Counting(io.BytesIO):
        longest = 0

        def read(self, length=-1):
            self.longest = max(self.longest, length)
            return super().read(length)

    from gaissa_web.core.inspecting import read_model_file

    data = model(tensors=[tensor("n" * 1_000_000)])
    file = Counting(data)
    assert len(read_model_file(file, len(data)).tensors[0].name) == protobuf.MAX_TEXT
    assert file.longest == protobuf.MAX_TEXT


def test_weights_that_are_listed_as_inputs_are_none():
    product = node("MatMul", ["x", "w"], ["y"])
    inputs = [value_info("x", "batch", 3), value_info("w", 3, 2)]
    counted = operations([product], [tensor("w", (3, 2))], [value_info("y", "batch", 2)], inputs)
    assert counted.count == 12
    assert counted.about.endswith("one pass with x of 1 × 3")


def test_a_size_may_say_more_of_itself_than_its_length():
    described = field(1, field(3, "DATA_BATCH") + field(1, 2))
    x = field(1, "x") + field(2, field(1, field(2, described)))
    counted = operations([node("MatMul", ["x", "x"], ["y"])], [], [value_info("y", 2)], [x])
    assert counted.count == 2 * 2 * 2


def operations(nodes, tensors=(), values=(), inputs=()):
    return inspect(model(nodes, tensors, inputs, values=values)).operations


X = value_info("x", "batch", 3, 8, 8)
COUNTED = [
    (node("Conv", ["x", "w"], ["y"]), (6, 3, 3, 3), ("batch", 6, 8, 8), 6 * 64 * 27),
    (node("Conv", ["x", "w"], ["y"], "ai.onnx"), (3, 1, 3, 3), (1, 3, 8, 8), 3 * 64 * 9),
    (node("ConvTranspose", ["x", "w"], ["y"]), (3, 4, 2, 2), ("batch", 4, 16, 16), 3 * 64 * 16),
    (node("MatMul", ["x", "w"], ["y"]), (8, 5), ("batch", 3, 8, 5), 3 * 8 * 5 * 8),
]


@pytest.mark.parametrize(("operator", "weight", "output", "expected"), COUNTED)
def test_a_multiply_accumulate_is_two_operations(operator, weight, output, expected):
    size = 4
    for length in weight:
        size *= length
    counted = operations([operator], [tensor("w", weight, 1, size)], [value_info("y", *output)], [X])
    assert counted.count == 2 * expected
    assert "with x of 1 × 3 × 8 × 8" in counted.about


@pytest.mark.parametrize(("transposed", "shape"), [(0, (5, 7)), (1, (7, 5))])
def test_a_transposed_product_has_as_many_operations(transposed, shape):
    product = node("Gemm", ["x", "w"], ["y"], attributes=[field(1, "transA") + field(3, transposed)])
    values = [value_info("x", *shape), value_info("y", 5, 2)]
    assert operations([product], [tensor("w", (7, 2), 1, 56)], values).count == 2 * 5 * 2 * 7


@pytest.mark.parametrize(
    ("nodes", "values", "reason"),
    [
        ([node("Relu", ["x"], ["y"])], [], "neither"),
        ([node("LSTM", ["x"], ["y"])], [], "LSTM is not counted"),
        ([node("Gelu", ["x"], ["y"], "com.microsoft")], [], "Gelu is not counted"),
        ([node("MatMul", ["x", "w"], ["y"])], [], "sizes"),
        ([node("MatMul", ["x", "w"], ["y"])], [value_info("y", 1, "length")], "sizes"),
        ([node("MatMul", ["x", "w"], ["y"])], [value_info("y", 1, None)], "sizes"),
        ([node("MatMul", ["x", "w"], ["y"])], [value_info("y", -1, 5)], "sizes"),
        ([node("MatMul", ["x", "w"], ["y"])], [value_info("y", 2**62, 2**62)], "sizes"),
        ([node("MatMul")], [value_info("y", 5)], "sizes"),
        ([node("Conv", ["x"], ["y"])], [value_info("y", 5)], "sizes"),
        ([node("MatMul", ["x", "w"], ["y"])], [field(1, "y") + field(2, b"")], "sizes"),
    ],
)
def test_no_count_is_given_where_one_would_be_a_guess(nodes, values, reason):
    counted = operations(nodes, [], [*values, value_info("x", 1, 5)], [value_info("z", None)])
    assert counted.count is None
    assert reason in counted.about


def test_inputs_with_free_sizes_that_do_not_matter_are_shown_as_free():
    values = [value_info("y", 2, 2)]
    inputs = [value_info("x", 2, 3), value_info("mask", None, "length", None)]
    counted = operations([node("MatMul", ["x", "w"], ["y"])], [tensor("w", (3, 2))], values, inputs)
    assert counted.about.endswith("with x of 2 × 3, mask of ? × length × ?")
