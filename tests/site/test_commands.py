"""The `gaissa` command, as people use it."""

import json
import socket
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo
from sqlalchemy import select

from gaissa_web.__main__ import command_line
from gaissa_web.app import create_app
from gaissa_web.config import read_settings
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import Experiment
from tests.unit.importing.test_files import FILES
from tests.unit.importing.test_greedy import far_workbook

GAISSA = Path(sys.executable).with_name("gaissa")


@pytest.fixture(scope="module")
def gaissa(tmp_path_factory):
    """The command on a seeded installation of its own, in the tests' own process."""
    app = create_app(read_settings({"GAISSA_DATA_DIR": str(tmp_path_factory.mktemp("command"))}))

    def run(*arguments, check=True, input=None):  # noqa: A002  as click calls it
        script = ScriptInfo(create_app=lambda: app)
        result = CliRunner().invoke(command_line, arguments, input, obj=script)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        assert result.exit_code == 0 or not check, result.stderr
        return result

    run.app = app
    run("migrate")
    assert json.loads(run("seed", "--json").stdout)["labels"] == 41
    return run


def test_the_installed_command_runs_in_a_process_of_its_own(tmp_path):
    environ = {"GAISSA_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    for command, said in (("migrate", ""), ("seed", "Added "), ("seed", "The catalogue is complete")):
        assert subprocess.check_output([GAISSA, command], env=environ, text=True).startswith(said)


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
        "--one-at-a-time",
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
    assert result.exit_code == 1
    assert "None of its columns" in result.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name,downloads\n" + b"x" * 200_000 + b",1\n", "near line 2"),
        (b"name,downloads\n\xff,1\n", "no CSV in UTF-8"),
        (b"name," + b",".join(b"c%d" % n for n in range(2_100)) + b"\nm,1\n", '"unreadable": 1'),
    ],
)
def test_rows_that_cannot_be_imported_are_said_or_counted(gaissa, tmp_path, content, said):
    table = tmp_path / "table.csv"
    table.write_bytes(content)
    result = gaissa("import-models", str(table), "--json", check=False)
    assert said in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", ["label", "import-carbon-intensity"])
def test_a_file_that_would_take_much_fails_with_a_sentence(gaissa, tmp_path, command):
    far = tmp_path / "far.xlsx"
    far.write_bytes(far_workbook("blanks", "both"))
    arguments = ["--model", "m"] if command == "label" else []
    result = gaissa(command, str(far), *arguments, check=False)
    assert result.exit_code == 1
    assert "more than 2,000 columns" in result.stderr
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


def test_labels_from_a_table_are_dated_and_named_as_it_says(gaissa, tmp_path):
    table = tmp_path / "dated.csv"
    table.write_text(
        "modelName,created_at,co2_eq_emissions,downloads\n"
        "lab/dated,2022-03-04,1,5\n"
        "zoned,2022-03-04T01:00:00+02:00,1,6\n"
        "tomorrow,2999-01-01,1,7\n"
        "garbled,yesterday,1,8\n"
        "undated,,1,9\n"
    )
    assert json.loads(gaissa("import-models", str(table), "--json").stdout) == {"registered": 5}
    with gaissa.app.app_context():
        rows = {
            row.model.name: (row.model.author, row.registered_at.date())
            for row in db.session.scalars(select(Experiment).where(Experiment.origin_detail == "dated.csv"))
        }
    today = datetime.now(UTC).date()
    assert rows == {
        "dated": ("lab", date(2022, 3, 4)),
        "zoned": ("", date(2022, 3, 3)),
        "tomorrow": ("", today),
        "garbled": ("", today),
        "undated": ("", today),
    }


def test_groups_of_countries_are_left_out_with_a_word(gaissa, tmp_path):
    table = tmp_path / "groups.csv"
    table.write_text(
        "Entity,Code,Year,co2_intensity__gco2_kwh\nSpain,ESP,2031,100\nEuropean Union (27),,2031,200\n"
        "Asia,OWID_ASI,2031,300\nAsia,OWID_ASI,2030,300\nLow-income countries,,2031,\n"
    )
    result = gaissa("import-carbon-intensity", str(table), "--json")
    assert json.loads(result.stdout)["groups_left_out"] == 2
    said = "Left out, because they are groups of countries: European Union (27), Asia."
    assert said in result.stderr


def test_the_help_names_every_command(gaissa):
    text = gaissa("--help").stdout
    assert all(
        name in text
        for name in ("create-admin", "import-models", "label", "migrate", "seed", "serve", "worker")
    )


def create_admin(gaissa, *arguments, password="a sentence is a password", check=True):
    return gaissa("create-admin", *arguments, "--password-stdin", check=check, input=f"{password}\n")


def test_a_first_user_is_made_from_the_command_line(gaissa):
    assert create_admin(gaissa, "Ana").stdout == "ana can sign in at /admin/.\n"


def test_a_taken_name_and_a_simple_password_fail_with_the_reason(gaissa):
    create_admin(gaissa, "ben")
    again = create_admin(gaissa, "BEN", check=False)
    assert (again.exit_code, again.stderr) == (1, "There is a user named ben already.\n")
    simple = create_admin(gaissa, "carla", password="short", check=False)
    assert simple.exit_code == 1
    assert "at least 12" in simple.stderr
    assert create_admin(gaissa, "", password="", check=False).exit_code == 1
    for option in ((), ("--reset",)):
        common = create_admin(gaissa, "ben", *option, password="passwordpassword", check=False)
        assert common.exit_code == 1
        assert "too easy to guess" in common.stderr


def test_a_forgotten_password_is_replaced(gaissa):
    create_admin(gaissa, "dora")
    assert "dora can sign in" in create_admin(gaissa, "dora", "--reset").stdout
    assert "no user named nobody" in create_admin(gaissa, "nobody", "--reset", check=False).stderr


def test_carbon_intensities_are_imported_with_a_look_first(gaissa, tmp_path):
    table = tmp_path / "owid.csv"
    table.write_text("Entity,Code,Year,co2_intensity__gco2_kwh\nSpain,ESP,2030,100\nFrance,FRA,2023,57\n")
    expected = {"added": 1, "changed": 1, "unchanged": 0, "new_countries": 0, "unreadable_rows": 0,
                "groups_left_out": 0}  # fmt: skip
    looked = gaissa("import-carbon-intensity", str(table), "--dry-run", "--json").stdout
    assert json.loads(looked) == expected
    assert json.loads(gaissa("import-carbon-intensity", str(table), "--json").stdout) == expected
    again = gaissa("import-carbon-intensity", str(table)).stdout
    assert again.startswith("0 added, 0 changed, 2 unchanged")
    back = gaissa("import-carbon-intensity").stdout
    assert "France 2023: 57 to 56.039 g/kWh" in back


def test_a_table_that_cannot_be_read_fails_with_the_reason(gaissa):
    for source, reason in (("nowhere.csv", "no file"), ("http://127.0.0.1/x.csv", "not public")):
        result = gaissa("import-carbon-intensity", source, check=False)
        assert result.exit_code == 1
        assert reason in result.stderr


def test_serving_without_any_user_says_how_to_make_one(tmp_path):
    environ = {"GAISSA_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    for command in ("migrate", "seed"):
        subprocess.run([GAISSA, command], env=environ, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [GAISSA, "serve", "--port", str(port), "--with-worker"],
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert "GAISSA Tools is at" in server.stdout.readline()
        assert "gaissa create-admin NAME" in server.stdout.readline()
        assert wait_for_worker(server.pid)
    finally:
        worker = wait_for_worker(server.pid)
        server.terminate()
        server.wait()
        server.stdout.close()
    assert gone(worker)


def wait_for_worker(parent, seconds=20):
    """Return the process id of the worker that was started beside the server."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            if "worker" in Path(f"/proc/{child}/cmdline").read_text():
                return int(child)
        time.sleep(0.1)
    return None


def gone(process, seconds=20):
    """Whether the worker ends soon after its server did."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        state = Path(f"/proc/{process}/stat")
        if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.1)
    return False
