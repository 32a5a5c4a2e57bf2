"""`gaissa inspect`, run as people run it: in a process of its own, without a database."""

import csv
import json
import os
import re
import resource
import struct
import subprocess
import sys
import time
import zipfile

import pytest

from gaissa_web import cli
from gaissa_web.adapters.model_files import inspect_model
from gaissa_web.config import PROJECT
from gaissa_web.core.errors import UnreadableFileError
from tests.unit.inspecting.onnx_files import external, field, model
from tests.unit.inspecting.reading import MODELS

TRUTH = json.loads((MODELS / "truth.json").read_text("utf-8"))
LEGACY = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
ROOM = 1_000_000_000
"""Bytes of memory that a process gets here, Python and Flask included."""


def run(*arguments, data, options=(), cwd=None, **settings):
    """Run a command with little memory."""
    return subprocess.run(
        [sys.executable, *options, "-m", "gaissa_web", *map(os.fspath, arguments)],
        env={"GAISSA_DATA_DIR": str(data), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT), **settings},
        capture_output=True,
        timeout=120,
        check=False,
        cwd=cwd,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM)),
        encoding="utf-8",
    )


@pytest.fixture
def inspect(tmp_path):
    """Run the command with a data folder that is not there and must not be made."""
    folder = tmp_path / "no-data"
    yield lambda *arguments, **more: run("inspect", *arguments, data=folder, **more)
    assert not folder.exists()


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    """A data folder with the shipped catalogue."""
    folder = tmp_path_factory.mktemp("seeded")
    for command in ("migrate", "seed"):
        assert run(command, data=folder).returncode == 0
    return folder


def test_everything_that_real_libraries_wrote_has_its_true_numbers(inspect):
    result = inspect("--json", *[MODELS / name for name in TRUTH])
    assert (result.returncode, result.stderr) == (0, "")
    for found in json.loads(result.stdout):
        truth = TRUTH[found["model"]]
        assert found["parameters"] == truth["parameters"], found
        assert found["parameters_by_data_type"] == truth["data_types"], found
        assert found["operations_flop"] == truth["operations"], found
    assert len(json.loads(result.stdout)) == len(TRUTH)


def test_of_a_folder_all_files_of_the_model_count_and_no_others(inspect):
    result = inspect("--json", *[MODELS / name for name in ("sharded", "onnx-external", "several-formats")])
    sharded, external_data, several = json.loads(result.stdout)
    sizes = {p.name: p.stat().st_size for n in ("sharded", "onnx-external") for p in (MODELS / n).iterdir()}
    assert len(sharded["files"]) == 3
    assert sharded["file_size_bytes"] == sum(map(sizes.get, sharded["files"]))
    assert external_data["files"] == ["model.onnx", "model.onnx_data"]
    assert external_data["file_size_bytes"] == sizes["model.onnx"] + sizes["model.onnx_data"]
    assert several["files"] == ["model.safetensors"]
    assert several["notes"] == ["Left out: model.onnx, optimizer.pt, pytorch_model.bin."]


def test_the_summary_is_for_people(inspect):
    text = inspect(MODELS / "conv-dynamo.onnx", MODELS / "checkpoint-model.pt").stdout
    assert "parameters   629" in text
    assert "24,760 FLOP, 2 for each multiply-accumulate" in text
    assert "one pass with input of 1 × 3 × 12 × 12" in text
    assert "Only “model” of this checkpoint was counted" in text


def test_it_needs_neither_database_nor_settings_and_loads_neither(inspect):
    settings = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "GAISSA_MAX_UPLOAD_MB": "nonsense"}
    result = inspect(MODELS / "tied.pth", options=("-X", "importtime"), **settings)
    assert result.returncode == 0
    assert not {"sqlalchemy", "weasyprint", "huggingface_hub", "torch", "numpy"} & {
        line.rpartition("|")[2].strip() for line in result.stderr.splitlines()
    }


def test_every_command_can_be_loaded_by_its_name(tmp_path):
    commands = cli.Commands()
    assert {name: commands.get_command(None, name).name for name in cli.COMMANDS} == {
        name: name for name in cli.COMMANDS
    }
    assert run("inspekt", data=tmp_path).returncode == 2


@pytest.mark.parametrize("name", ["conv-dynamo.onnx", "onnx-external", "tied.pth", "sharded"])
def test_what_is_written_is_imported_with_exactly_the_same_numbers(seeded, inspect, tmp_path, name):
    table = tmp_path / "numbers.csv"
    (found,) = json.loads(inspect(MODELS / name, "--csv", table, "--json").stdout)
    label = run("label", table, "--model", name, "--phase", "inference", "--json", data=seeded)
    assert all("is unusual" in line for line in label.stderr.splitlines()), "these are very small models"
    metrics = json.loads(label.stdout)["metrics"]
    values = {slug: metric["value"] for slug, metric in metrics.items() if metric["value"] is not None}
    expected = {"model_size": found["parameters"], "file_size": found["file_size_bytes"] / 1e6}
    if found["operations_flop"]:
        expected["flops"] = found["operations_flop"] / 1e9
    assert values == expected


def test_of_several_models_each_row_becomes_a_label(seeded, inspect, tmp_path):
    table = tmp_path / "numbers.csv"
    inspect(MODELS / "tied.pth", MODELS / "conv-dynamo.onnx", "--csv", table)
    result = run("import-models", table, "--phase", "inference", "--json", data=seeded)
    assert json.loads(result.stdout) == {"registered": 2}


def test_a_table_has_a_row_for_each_model_with_units_in_its_names(inspect, tmp_path):
    table = tmp_path / "numbers.csv"
    inspect(MODELS / "tied.pth", MODELS / "conv-dynamo.onnx", "--csv", table)
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    assert [row["model"] for row in rows] == ["tied.pth", "conv-dynamo.onnx"]
    assert rows[0] == {
        "model": "tied.pth",
        "model_size (count)": "312",
        "file_size (B)": str((MODELS / "tied.pth").stat().st_size),
        "flops (FLOP)": "",
    }
    assert rows[1]["flops (FLOP)"] == "24760"


def test_names_that_a_spreadsheet_would_calculate_are_quoted(inspect, tmp_path):
    hostile = tmp_path / "=1+1.safetensors"
    hostile.write_bytes((MODELS / "tied.safetensors").read_bytes())
    inspect(hostile, "--csv", tmp_path / "numbers.csv")
    assert "\n'=1+1" in (tmp_path / "numbers.csv").read_text("utf-8")


def test_what_can_be_read_is_shown_although_something_else_cannot(inspect):
    result = inspect(MODELS / "truth.json", MODELS / "tied.pth", "nowhere")
    assert result.returncode == 0
    assert result.stdout.startswith("tied.pth")
    assert len(result.stderr.splitlines()) == 2


def test_wrong_use_is_told_apart_from_wrong_files(inspect, tmp_path):
    copy = tmp_path / "model.pth"
    copy.write_bytes((MODELS / "tied.pth").read_bytes())
    wrong_tables = [(copy, "--csv"), (copy, "--csv", copy), (copy, "--csv", tmp_path)]
    for arguments in ((), ("--nonsense", copy), *wrong_tables):
        assert inspect(*arguments).returncode == 2
    assert copy.read_bytes() == (MODELS / "tied.pth").read_bytes()
    missing = inspect(copy, "--csv", tmp_path / "nowhere" / "numbers.csv")
    assert missing.returncode == 2
    assert "cannot be written" in missing.stderr


def test_a_table_is_written_although_a_path_leads_nowhere(inspect, tmp_path):
    table = tmp_path / "numbers.csv"
    table.write_text("older")
    result = inspect("n" * 5000, "nowhere", MODELS / "tied.pth", "--csv", table)
    assert result.returncode == 0
    assert "Traceback" not in result.stderr
    assert "312" in table.read_text("utf-8")


@pytest.mark.parametrize("name", [".", "../folder", "link"])
def test_a_model_is_called_as_its_file_or_folder_is(inspect, tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "model.safetensors").write_bytes((MODELS / "tied.safetensors").read_bytes())
    (tmp_path / "folder" / "link").symlink_to("../folder")
    (found,) = json.loads(inspect("--json", name, cwd=tmp_path / "folder").stdout)
    assert found["model"] == ("link" if name == "link" else "folder")


def pipe(folder):
    os.mkfifo(folder / "pipe.onnx")
    return folder / "pipe.onnx"


def loop(folder):
    (folder / "a.pt").symlink_to("b.pt")
    (folder / "b.pt").symlink_to("a.pt")
    return folder / "a.pt"


def folder_with(name, content=b""):
    def make(folder):
        (folder / name).write_bytes(content)
        return folder

    return make


def loop_in_folder(folder):
    (folder / "sub").symlink_to(folder)
    loop(folder)
    return folder


def test_links_that_are_not_needed_do_no_harm(inspect, tmp_path):
    loop_in_folder(tmp_path)
    (tmp_path / "gone").symlink_to("nowhere")
    (tmp_path / "model.safetensors").write_bytes((MODELS / "tied.safetensors").read_bytes())
    result = inspect(tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "Left out: a.pt, b.pt." in result.stdout


def dangling(folder):
    (folder / "model.safetensors").symlink_to("../blobs/0")
    return folder


def shards_with_a_link_that_leads_nowhere(folder):
    (folder / "model-00001-of-00002.safetensors").write_bytes((MODELS / "tied.safetensors").read_bytes())
    (folder / "model-00002-of-00002.safetensors").symlink_to("gone")
    return folder


def folder_named_as_a_model(folder):
    (folder / "model.safetensors").mkdir()
    return folder


def outside(name):
    def make(folder):
        (folder / "m.onnx").write_bytes(model(tensors=[external("w", (2, 3), location=name)]))
        return folder / "m.onnx"

    return make


def sparse(folder):
    path = folder / "sparse.safetensors"
    with path.open("wb") as file:
        file.write(struct.pack("<Q", 90_000_000) + b"{")
        file.truncate(2**40)
    return path


def zip_bomb(folder):
    path = folder / "bomb.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made, made.open("m/data.pkl", "w") as entry:
        for _ in range(200):
            entry.write(b"N0" * 500_000)
    return path


def many_entries(folder):
    path = folder / "many.pt"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("m/data.pkl", b"}.")
    data = path.read_bytes()
    place = data.index(b"PK\1\2")
    end = data.index(b"PK\5\6")
    many = data[place:end] * 400_000
    counts = struct.pack("<2H2LH", 65535, 65535, len(many), place, 0)
    path.write_bytes(data[:place] + many + data[end : end + 8] + counts)
    return path


def large_memo(folder):
    path = folder / "memo.pth"
    path.write_bytes(LEGACY + b"Nr\xff\xff\xff\xff.")
    return path


def as_many_lists_as_are_allowed(folder):
    path = folder / "lists.pth"
    path.write_bytes(LEGACY + b"\x80\x02M\xe9\x03.\x80\x02}." + b"]" * 1_999_999 + b"." + b"].")
    return path


def as_many_names_as_are_allowed(folder):
    path = folder / "names.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("m/data.pkl", b"".join(b"\x8c\x28%040d" % i for i in range(1_999_999)) + b".")
    return path


def as_many_tensors_as_are_allowed(folder):
    path = folder / "tensors.onnx"
    tensors = b"".join(b"\x2a\x0d\x08\x00\x10\x01\x42\x07%07d" % i for i in range(400_000))
    path.write_bytes(b"\x08\x08" + field(7, tensors) + b"\xff")
    return path


def as_many_operators_as_are_allowed(folder):
    path = folder / "operators.onnx"
    path.write_bytes(b"\x08\x08" + field(7, b"\x0a\x00" * 1_999_990) + b"\xff")
    return path


def as_many_places_as_are_allowed(folder):
    path = folder / "places.safetensors"
    text = (
        b"{"
        + b",".join(b'"%06d":{"dtype":"F32","shape":[],"data_offsets":[0,0]}' % i for i in range(280_000))
        + b"}"
    )
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    return path


def large_integers(folder):
    path = folder / "brackets.safetensors"
    text = b'{"a":[' + b"[]," * 20_000_000 + b"[]]}"
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    return path


def an_index_that_is_a_pipe(folder):
    os.mkfifo(folder / "model.safetensors.index.json")
    (folder / "a.safetensors").write_bytes(b"")
    return folder


def a_large_index(folder):
    (folder / "a.safetensors").write_bytes(b"")
    with (folder / "model.safetensors.index.json").open("wb") as file:
        file.truncate(2**40)
    return folder


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda folder: folder / "nowhere", "no such file"),
        (lambda folder: folder_with("a.pt")(folder) / "a.pt" / "b", "no such file"),
        (lambda folder: folder / ("n" * 5000), "cannot be read"),
        (lambda folder: folder, "directly in this folder"),
        (lambda folder: "/dev/zero", "neither a file nor a folder"),
        (lambda folder: "/proc/self/mem", "cannot be read"),
        (pipe, "neither a file nor a folder"),
        (loop, "leads back to itself"),
        (loop_in_folder, "several models"),
        (dangling, "no such file"),
        (shards_with_a_link_that_leads_nowhere, "model-00002-of-00002.safetensors: There is no such file"),
        (folder_named_as_a_model, "directly in this folder"),
        (folder_with("config.json"), "directly in this folder"),
        (folder_with("a.pt"), "empty"),
        (folder_with("a.safetensors", b"version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"),
        (folder_with("model.onnx", b"\x89PNG\r\n\x1a\n"), "neither a safetensors"),
        (outside("../../../../../../../../etc/passwd"), "outside of its folder"),
        (outside("/etc/passwd"), "outside of its folder"),
        (outside(""), "outside of its folder"),
        (outside("a\0b"), "outside of its folder"),
        (outside("gone"), "no readable gone"),
        (outside("."), "neither a file nor a folder"),
        (outside("m.onnx"), ""),
        (sparse, "damaged"),
        (zip_bomb, "larger than any model|longer than any model"),
        (many_entries, "more entries"),
        (large_memo, "damaged"),
        (large_integers, "more entries"),
        (as_many_lists_as_are_allowed, "no tensors"),
        (as_many_names_as_are_allowed, "no tensors"),
        (as_many_tensors_as_are_allowed, "damaged"),
        (as_many_operators_as_are_allowed, "damaged"),
        (as_many_places_as_are_allowed, "does not fit its shape"),
        (an_index_that_is_a_pipe, "neither a file nor a folder"),
        (a_large_index, "larger than any index"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_cannot_be_read_is_refused_soon_with_a_sentence(inspect, tmp_path, make, reason):
    folder = tmp_path / "folder"
    folder.mkdir()
    path = make(folder)
    begun = time.monotonic()
    result = inspect(path)
    assert time.monotonic() - begun < 60
    if reason:
        assert (result.returncode, result.stdout) == (1, "")
        assert re.search(reason, result.stderr), result.stderr
        assert len(result.stderr.splitlines()) == 1
        assert result.stderr.endswith(".\n")
    assert "Traceback" not in result.stderr


def test_a_file_that_one_may_not_read_is_refused(tmp_path):
    path = tmp_path / "secret.pth"
    path.write_bytes((MODELS / "tied.pth").read_bytes())
    path.chmod(0)
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(UnreadableFileError, match="may not read"):
            inspect_model(path)
    finally:
        os.seteuid(was)


def test_data_beside_the_model_that_are_cut_off_are_refused(tmp_path, inspect):
    for name in ("model.onnx", "model.onnx_data"):
        (tmp_path / name).write_bytes((MODELS / "onnx-external" / name).read_bytes())
    assert inspect(tmp_path).returncode == 0
    (tmp_path / "model.onnx_data").write_bytes(b"short")
    assert "ends before its tensors do" in inspect(tmp_path).stderr


def test_links_into_a_cache_are_followed(tmp_path, inspect):
    (tmp_path / "blobs").mkdir()
    (tmp_path / "snapshot").mkdir()
    for path in (MODELS / "sharded").iterdir():
        (tmp_path / "blobs" / path.name[:12]).write_bytes(b"")
        blob = tmp_path / "blobs" / f"{path.stat().st_size}-{path.name}"
        blob.write_bytes(path.read_bytes())
        (tmp_path / "snapshot" / path.name).symlink_to(f"../blobs/{blob.name}")
    assert json.loads(inspect("--json", tmp_path / "snapshot").stdout)[0]["parameters"] == 162


@pytest.mark.parametrize("name", [b"a\x1b[31mred.pth", b"a\nb.pth", b"\xff\xfe.pth", "é\u202e.pth".encode()])
def test_any_name_of_a_file_can_be_shown(inspect, tmp_path, name):
    path = os.fsencode(tmp_path) + b"/" + name
    with open(path, "wb") as file:
        file.write((MODELS / "tied.pth").read_bytes())
    for arguments in ((), ("--json",), ("--csv", tmp_path / "numbers.csv")):
        result = inspect(os.fsdecode(path), *arguments)
        assert (result.returncode, result.stderr) == (0, "")
        assert "\x1b" not in result.stdout
        assert "312" in result.stdout
