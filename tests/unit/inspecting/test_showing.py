"""The numbers of a model, as they are shown."""

import json

import pytest

from gaissa_web.core.inspecting import COLUMNS, Contents, Operations, as_data, as_row, as_text, inspection
from gaissa_web.core.inspecting.contents import Tensor


def model(*tensors, operations=None, sizes=None, notes=(), left_out=""):
    held = Contents("ONNX", tensors, notes, operations)
    return inspection("net", sizes or {"net.onnx": 102_550_733}, [held], left_out)


LARGE = Tensor("w", "float32", 25_557_032, 102_228_128)


def test_large_numbers_are_readable_and_exact():
    text = as_text(model(LARGE, operations=Operations(8_178_000_000, "2 for each multiply-accumulate")))
    assert "25.6 million (25,557,032)" in text
    assert "103 MB (102,550,733 B), of which tensors 102 MB" in text
    assert "8.18 GFLOP (8,178,000,000 FLOP), 2 for each multiply-accumulate" in text


def test_what_is_not_known_is_said():
    text = as_text(model(Tensor("w.qweight", "int32", 4, 16)))
    assert "parameters   not known" in text
    assert "operations   not known: only an ONNX file" in text
    assert "not counted  4" in text
    assert "data types   none" in text
    assert "not known: it rests" in as_text(model(LARGE, operations=Operations(None, "it rests")))


@pytest.mark.parametrize("elements", [0, 2**63 - 1])
def test_any_number_of_parameters_can_be_shown(elements):
    tensors = [Tensor(str(i), "float32", elements, elements * 4) for i in range(1000)]
    assert "parameters" in as_text(model(*tensors, operations=Operations(10**45, "x")))


def test_notes_and_files_are_shown():
    text = as_text(model(LARGE, sizes={"a": 1, "b": 2}, notes=("One.", "One."), left_out="Left out: c."))
    assert "in 2 files" in text
    assert text.count("One.") == 1
    assert "Left out: c." in text


def test_a_row_has_a_value_for_each_column_and_data_are_json():
    held = model(LARGE, operations=Operations(5, "x"))
    assert as_row(held) == ("net", 25_557_032, 102_550_733, 5)
    assert len(as_row(held)) == len(COLUMNS)
    assert json.loads(json.dumps(as_data(held)))["operations_flop"] == 5
    assert as_data(model(LARGE))["operations_about"] is None


def test_a_tensor_in_several_files_counts_once():
    first = Contents("safetensors", (LARGE, Tensor("b", "float16", 2, 4)))
    second = Contents("safetensors", (LARGE, Tensor("c", "float16", 3, 6)), ("Note.",), Operations(1, "x"))
    held = inspection("net", {"1": 1, "2": 2}, [first, second], "")
    assert held.data_types == {"float32": 25_557_032, "float16": 5}
    assert (held.file_size, held.operations, held.notes) == (3, None, ("Note.",))
