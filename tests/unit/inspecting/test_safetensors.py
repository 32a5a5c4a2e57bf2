"""Safetensors files that claim what is not so."""

import io
import json

import pytest

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting import bounded, safetensors
from tests.unit.inspecting.reading import inspect, read


def file(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def entry(dtype="F32", shape=(2,), begin=0, end=8):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


def test_scalars_empty_tensors_and_small_types_are_counted():
    header = {
        "__metadata__": {"format": "pt"},
        "scalar": entry(shape=(), end=4),
        "empty": entry(shape=(0, 7), begin=4, end=4),
        "four": entry("F4", (3,), 4, 6),
        "counter": entry("I64", (1,), 6, 14),
    }
    model = inspect(file(header, bytes(14)))
    assert model.parameters == 4
    assert model.other_values == 1
    assert model.data_types == {"float4_e2m1": 3, "float32": 1}


@pytest.mark.parametrize(
    "header",
    [
        {"a": entry(shape=(-2,))},
        {"a": entry(shape=(2.0,))},
        {"a": entry(shape=("2",))},
        {"a": entry(shape=(2**62, 2**62))},
        {"a": entry(shape=(2**63,))},
        {"a": entry(shape=(10,) * 50)},
        {"a": entry(shape=(3,))},
        {"a": entry(begin=1, end=9)},
        {"a": entry(begin=8, end=0)},
        {"a": entry(begin=-8, end=0)},
        {"a": entry(end=16)},
        {"a": entry("F33")},
        {"a": entry("F4")},
        {"a": {**entry(), "data_offsets": [0]}},
        {"a": {**entry(), "data_offsets": [0.0, 8.0]}},
        {"a": {**entry(), "shape": 2}},
        {"a": {**entry(), "dtype": 32}},
        {"a": {}},
        {"a": None},
        {"a": []},
        {"a": entry(), "b": entry()},
        {"a": entry(), "b": entry(begin=16, end=24)},
        {},
    ],
    ids=repr,
)
def test_a_header_that_does_not_agree_with_the_file_is_refused(header):
    with pytest.raises(UnreadableFileError, match=r"\.$"):
        read(file(header, bytes(8)))


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"{]",
        b'{"a": NaN}',
        b'{"a": 1' + b"0" * 5000 + b"}",
        b'{"a":' * 2000 + b"1" + b"}" * 2000,
        b'{"a":' * 100_000,
        b"{\xff}",
        b"{" + b"[" * 200_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_header_that_is_no_json_is_refused(text):
    with pytest.raises(UnreadableFileError):
        read(file(text, bytes(8)))


def test_a_header_of_another_kind_than_an_object_is_refused():
    data = file(b"[1]", bytes(8))
    with pytest.raises(UnreadableFileError, match="header"):
        safetensors.read_safetensors(io.BytesIO(data), len(data))


@pytest.mark.parametrize("length", [100, 99_999_999])
def test_a_header_longer_than_the_file_is_refused_without_being_read(length):
    with pytest.raises(UnreadableFileError, match="incomplete"):
        read(file({"a": entry()}, bytes(8), length))


@pytest.mark.parametrize("length", [100_000_001, 2**40, 2**63, 2**64 - 1])
def test_a_header_longer_than_the_library_allows_is_none(length):
    with pytest.raises(UnreadableFileError, match="neither"):
        read(file({"a": entry()}, bytes(8), length))


def test_a_header_with_more_entries_than_any_model_has_is_refused_before_it_is_read():
    with pytest.raises(UnreadableFileError, match="more entries"):
        read(file(b'{"a":[' + b"0," * bounded.MAX_MARKS + b"0]}", bytes(8)))


def test_names_that_would_spoil_a_terminal_are_cleaned_in_messages():
    with pytest.raises(UnreadableFileError) as raised:
        read(file({"\x1b[31m" + "n" * 5000: entry(shape=(3,))}, bytes(8)))
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("layer.qweight", "I32"),
        ("layer.qzeros", "I32"),
        ("layer.weight", "U32"),
        ("layer.weight_packed", "I32"),
        ("layer.weight_packed", "U8"),
        ("experts.gate_up_proj_blocks", "U8"),
        ("layer.weight.quant_state.bitsandbytes__nf4", "U8"),
        ("layer.weight_scale_2", "F32"),
    ],
)
def test_packed_weights_have_no_known_number_of_parameters(name, dtype):
    size = 8 if dtype == "U8" else 2
    model = inspect(file({name: entry(dtype, (size,)), "scales": entry("F32", (1,), 8, 12)}, bytes(12)))
    assert model.parameters is None
    assert "packed" in model.notes[0]


@pytest.mark.parametrize(
    ("name", "dtype"), [("steps", "I32"), ("num_blocks", "I64"), ("weight_shape", "I64")]
)
def test_other_integers_hide_no_parameters(name, dtype):
    size = 1 if dtype == "I64" else 2
    model = inspect(file({name: entry(dtype, (size,)), "w": entry("F32", (1,), 8, 12)}, bytes(12)))
    assert (model.parameters, model.other_values) == (1, size)


def test_eight_bit_weights_are_parameters():
    assert inspect(file({"weight": entry("I8", (8,))}, bytes(8))).parameters == 8
