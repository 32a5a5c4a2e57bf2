"""Files that real libraries wrote, against what these libraries say of them."""

import json
import random

import pytest

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting import inspection
from tests.unit.inspecting.reading import MODELS, inspect, read

TRUTH = json.loads((MODELS / "truth.json").read_text("utf-8"))
FILES = sorted(name for name in TRUTH if (MODELS / name).is_file())


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_the_numbers_that_its_library_says(name):
    model = inspect((MODELS / name).read_bytes())
    assert model.parameters == TRUTH[name]["parameters"]
    assert model.data_types == TRUTH[name]["data_types"]
    assert (model.operations.count if model.operations else None) == TRUTH[name]["operations"]


def test_every_file_is_in_the_truth_and_all_are_small():
    files = [path for path in MODELS.rglob("*") if path.is_file()]
    known = {*TRUTH, "make.py", "truth.json"}
    assert [p for p in files if p.relative_to(MODELS).parts[0] not in known] == []
    assert sum(path.stat().st_size for path in files) < 300_000


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_off_anywhere_is_refused_with_a_sentence(name):
    data = (MODELS / name).read_bytes()
    for length in {*range(0, len(data), max(len(data) // 150, 1)), *range(len(data) - 20, len(data))}:
        try:
            held = read(data[:length])
        except UnreadableFileError as error:
            assert str(error).endswith(".")
        else:  # only fields that say nothing of tensors may be missing
            assert name.endswith(".onnx")
            model = inspection("m", {"m": length}, [held], "")
            assert model.parameters == TRUTH[name]["parameters"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_with_wrong_bytes_is_read_or_refused_but_breaks_nothing(name):
    data = (MODELS / name).read_bytes()
    chance = random.Random(name)
    for _ in range(150):
        broken = bytearray(data)
        for _ in range(chance.choice((1, 1, 3, 20))):
            # Descriptions are at either end of every format.
            place = chance.choice((chance.randrange(len(data)), chance.randrange(min(len(data), 300))))
            broken[place] = chance.randrange(256)
        try:
            model = inspect(bytes(broken))
        except UnreadableFileError as error:
            assert str(error).endswith(".")
        else:
            assert model.tensor_size <= 10 * len(data) or name.endswith(".onnx")


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (b"", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git lfs pull"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5"),
        (b"GGUF" + bytes(100), "GGUF"),
        (b"hello, this is no model at all", "neither"),
        (b"\x00" * 100, "neither"),
        (b"\xff" * 100, "neither"),
        (b"<html></html>", "neither"),
        (b"\x08", "neither"),
    ],
)
def test_what_is_no_model_is_refused_with_what_would_do(start, reason):
    with pytest.raises(UnreadableFileError, match=reason):
        read(start)
