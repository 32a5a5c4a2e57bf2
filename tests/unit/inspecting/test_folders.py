"""Which files of a folder are its model."""

import json

import pytest

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting import choose

SHARDS = [f"model-{i:05}-of-00003.safetensors" for i in (1, 2, 3)]


def index(*files):
    return json.dumps({"weight_map": {f"t{i}": file for i, file in enumerate(files)}}).encode()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["model.safetensors", "model.onnx", "pytorch_model.bin"], ["model.safetensors"]),
        (["model.onnx", "pytorch_model.bin", "config.json"], ["model.onnx"]),
        (["pytorch_model.bin", "tokenizer.json", "optimizer.pt", "training_args.bin"], ["pytorch_model.bin"]),
        (["weights.pt", "optimizer.pt", "scheduler.pt", "rng_state_0.pth", "scaler.pt"], ["weights.pt"]),
        (["Net.PTH", "readme.md"], ["Net.PTH"]),
        (["last.ckpt"], ["last.ckpt"]),
        (SHARDS, SHARDS),
        ([*SHARDS, "consolidated.safetensors"], SHARDS),
        ([*SHARDS, "model.safetensors"], ["model.safetensors"]),
        (["model.onnx", "model_fp16.onnx", "model_quantized.onnx"], ["model.onnx"]),
        (["adapter_model.safetensors", "other.safetensors"], ["adapter_model.safetensors"]),
        (["diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.fp16.safetensors"],
         ["diffusion_pytorch_model.safetensors"]),
        (["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"],
         ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"]),
        (["model-1-of-1.safetensors", *SHARDS], ["model-1-of-1.safetensors"]),
    ],
)  # fmt: skip
def test_one_model_is_chosen_and_the_others_are_named(names, expected):
    chosen = choose(reversed(names), {})
    assert list(chosen.files) == expected
    endings = (".safetensors", ".onnx", ".bin", ".pt", ".pth", ".ckpt")
    others = [n for n in names if n not in expected and n.casefold().endswith(endings)]
    assert all(name in chosen.left_out for name in others)
    assert bool(chosen.left_out) == bool(others)


def test_an_index_says_which_files_belong_together():
    chosen = choose(["a.safetensors", "b.safetensors", "c.safetensors"], {
        "model.safetensors.index.json": index("a.safetensors", "b.safetensors"),
    })  # fmt: skip
    assert chosen.files == ("a.safetensors", "b.safetensors")
    assert "c.safetensors" in chosen.left_out


def test_an_index_of_another_format_is_left_alone():
    indexes = {"pytorch_model.bin.index.json": b"not read", "model.safetensors.index.json": index(*SHARDS)}
    assert list(choose([*SHARDS, "pytorch_model.bin"], indexes).files) == SHARDS


@pytest.mark.parametrize("missing", range(3))
def test_a_missing_part_is_named(missing):
    names = [name for i, name in enumerate(SHARDS) if i != missing]
    with pytest.raises(UnreadableFileError, match=SHARDS[missing]):
        choose(names, {"model.safetensors.index.json": index(*SHARDS)})
    with pytest.raises(UnreadableFileError, match="of 3 files there are 2"):
        choose(names, {})


def test_an_index_without_any_of_its_files_is_no_model():
    with pytest.raises(UnreadableFileError, match="There is no"):
        choose(["config.json"], {"model.safetensors.index.json": index(*SHARDS)})
    chosen = choose(["other.safetensors"], {"model.safetensors.index.json": index(*SHARDS)})
    assert chosen.files == ("other.safetensors",)


@pytest.mark.parametrize("names", [[], ["config.json"], ["optimizer.pt"], ["model.h5"], ["safetensors"]])
def test_a_folder_without_a_model_is_refused(names):
    with pytest.raises(UnreadableFileError, match="There is no"):
        choose(names, {})


@pytest.mark.parametrize(
    "names", [["a.pt", "b.pt"], ["encoder.onnx", "decoder.onnx"], [f"net{i}.safetensors" for i in range(50)]]
)
def test_which_of_several_models_is_meant_is_not_guessed(names):
    with pytest.raises(UnreadableFileError, match="please name one"):
        choose(names, {})


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"[]", b"{}", b'{"weight_map": []}', b'{"weight_map": {"a": 5}}', b'{"a":' * 100_000,
        index("../../etc/passwd"), index("/etc/passwd"), index("a\\b"),
        index(".."), index(""), index("sub/a.safetensors"),
        b'{"weight_map": {"a": [' + b"0," * 2_000_000 + b"0]}}",
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_an_index_that_is_damaged_or_leads_elsewhere_is_refused(text):
    with pytest.raises(UnreadableFileError, match="index"):
        choose(SHARDS, {"model.safetensors.index.json": text})
