"""The `gaissa` command, run as people run it: in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.importing.test_files import FILES

GAISSA = Path(sys.executable).with_name("gaissa")


@pytest.fixture(scope="module")
def gaissa(tmp_path_factory):
    folder = tmp_path_factory.mktemp("command")

    def run(*arguments, check=True):
        environ = {"GAISSA_DATA_DIR": str(folder), "PATH": "/usr/bin:/bin"}
        return subprocess.run([GAISSA, *arguments], env=environ, capture_output=True, text=True, check=check)

    run("migrate")
    assert json.loads(run("seed", "--json").stdout)["labels"] == 41
    return run


def test_seeding_again_says_that_nothing_was_missing(gaissa):
    assert "nothing was added" in gaissa("seed").stdout


def test_a_file_becomes_a_label_with_its_address(gaissa):
    result = gaissa("label", str(FILES / "codecarbon-2.8.3-emissions.csv"), "--model", "from the shell")
    assert result.stdout.startswith("A  http://localhost:8000/labels/")


def test_a_label_can_be_written_as_pdf_and_printed_as_json(gaissa, tmp_path):
    target = tmp_path / "label.pdf"
    files = [str(FILES / "codecarbon-3.3.2-emissions.csv"), str(FILES / "gaissalabel-plugin-resnet50.csv")]
    result = gaissa(
        "label",
        *files,
        "--model",
        "m",
        "--phase",
        "inference",
        "--inferences",
        "1000",
        "--pdf",
        str(target),
        "--json",
    )
    assert target.read_bytes().startswith(b"%PDF")
    data = json.loads(result.stdout)
    assert data["coverage"] == 1.0
    assert data["origin"]["detail"] == "CodeCarbon, GAISSALabel plug-in"


def test_a_file_without_values_fails_with_the_reason(gaissa, tmp_path):
    wrong = tmp_path / "notes.csv"
    wrong.write_text("foo,bar\n1,2\n")
    result = gaissa("label", str(wrong), "--model", "m", check=False)
    assert result.returncode == 1
    assert "None of its columns" in result.stderr
    assert "Traceback" not in result.stderr


def test_models_are_imported_once_from_a_table(gaissa, tmp_path):
    table = tmp_path / "models.csv"
    table.write_text(
        "modelId,co2_eq_emissions,downloads,size_efficency,training_type\n"
        "one,1.5,10,,fine-tuning\n"
        "two,,7,1e8,unheard of\n"
        ",1,1,1,\n"
        "three,lots,,,\n"
        "one,1.5,10,,fine-tuning\n"
    )
    first = json.loads(gaissa("import-models", str(table), "--json").stdout)
    assert first == {"registered": 2, "unnamed": 1, "without values": 1}
    second = json.loads(gaissa("import-models", str(table), "--json").stdout)
    assert second == {"known": 2, "unnamed": 1, "without values": 1}


def test_the_help_names_every_command(gaissa):
    text = gaissa("--help").stdout
    assert all(name in text for name in ("import-models", "label", "migrate", "seed", "serve"))
