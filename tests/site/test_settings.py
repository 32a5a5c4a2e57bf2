"""What an operator sets: taken, or refused in one sentence, at the start and not at the first form."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo

from gaissa_web.__main__ import command_line
from gaissa_web.app import create_app
from gaissa_web.config import PROJECT, SettingsError, read_settings

WRONG = {
    "GAISSA_MAX_UPLOAD_MB": ("many", "1.5", "-1", "0", "1e3", "٣", "9" * 400, "20 MB"),
    "GAISSA_TRUSTED_PROXIES": ("yes", "-1", "11", "1,2", "0x1"),
    "GAISSA_PUBLIC_URL": ("gaissa.example", "ftp://gaissa.example", "https://", "https://a:port",
                          "http://a b", "https://a.example/?q=1", "//a.example", "http://[::1"),
    "GAISSA_HUB_URL": ("huggingface.co", "file:///etc/passwd", "https://:443", "https://hub.example:99999"),
    "GAISSA_ALLOWED_HOSTS": ("http://a.example", "a.example/x", "a, user@b.example", "a.example:http"),
    "GAISSA_QUEUE_URL": ("redis", "redis://", "http://a.example", "unix://", "redis://host:port"),
    "GAISSA_LOG_LEVEL": ("loud", "20", "info,debug", "critical"),
    "GAISSA_SECRET_KEY": ("short", "             x       "),
    "DATABASE_URL": ("nonsense", "mysql://u@h/d", "postgresql://", "postgresql://host", "postgres://h:port/d",
                     "postgresql://u:pass@word@host/d"),
}  # fmt: skip
PLAIN = [(name, text) for name, texts in WRONG.items() for text in texts]


def settings(tmp_path, **environ):
    return read_settings({"GAISSA_DATA_DIR": str(tmp_path), **environ})


def gaissa(command, **environ):
    return CliRunner().invoke(command_line, [command], env=environ, obj=ScriptInfo(create_app=create_app))


@pytest.mark.parametrize(("name", "text"), PLAIN)
def test_a_wrong_setting_is_refused_in_one_sentence_that_names_it(tmp_path, name, text):
    with pytest.raises(SettingsError) as refusal:
        settings(tmp_path, **{name: text})
    assert str(refusal.value).startswith(name)
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["GAISSA_SECRET_KEY", "DATABASE_URL"])
def test_a_wrong_secret_is_not_repeated(tmp_path, name):
    with pytest.raises(SettingsError) as refusal:
        settings(tmp_path, **{name: "hunter2:pass"})
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_blank_setting_is_its_default(tmp_path, name):
    assert settings(tmp_path, **{name: ""}) == settings(tmp_path)


def test_what_operators_write_is_taken(tmp_path):
    given = settings(
        tmp_path,
        GAISSA_PUBLIC_URL="https://gaissa.example/tools/",
        GAISSA_ALLOWED_HOSTS="127.0.0.1:5000, [::1]:80 models.example",
        GAISSA_QUEUE_URL="unix:///run/redis.sock?db=1",
        GAISSA_TRUSTED_PROXIES=" 1 ",
        GAISSA_LOG_LEVEL=" DEBUG",
        DATABASE_URL="postgresql+psycopg2:///gaissa?host=/run/postgresql",
    )
    assert given.public_url == "https://gaissa.example/tools"
    assert given.allowed_hosts == {"127.0.0.1:5000", "[::1]:80", "models.example"}
    assert given.trusted_proxies == 1
    assert given.log_level == "debug"
    assert given.database_url == "postgresql+psycopg2:///gaissa?host=/run/postgresql"


@pytest.mark.parametrize("command", ["migrate", "seed", "worker", "serve", "create-admin"])
def test_every_command_says_what_is_wrong_without_a_traceback(tmp_path, command):
    result = gaissa(command, GAISSA_DATA_DIR=str(tmp_path), GAISSA_MAX_UPLOAD_MB="many")
    assert result.exit_code == 1
    assert (
        result.output == "Error: GAISSA_MAX_UPLOAD_MB is 'many'; it takes a whole number from 1 to 10000.\n"
    )


def test_another_server_is_told_too(tmp_path):
    environ = {"GAISSA_DATA_DIR": str(tmp_path), "GAISSA_TRUSTED_PROXIES": "one"}
    result = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        check=False,
        cwd=PROJECT,
        env=environ,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("GAISSA_TRUSTED_PROXIES is 'one'")
    assert "Traceback" not in result.stderr


def test_a_command_on_a_database_that_is_not_ready_says_what_to_do(tmp_path):
    result = gaissa("seed", GAISSA_DATA_DIR=str(tmp_path))
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert "gaissa migrate" in result.output
    nobody = "postgresql://u:secret@127.0.0.1:1/none"
    result = gaissa("migrate", GAISSA_DATA_DIR=str(tmp_path), DATABASE_URL=nobody)
    assert result.exit_code == 1
    assert "the database cannot be reached; check DATABASE_URL" in result.output
    assert "secret" not in result.output


@pytest.mark.parametrize("content", ["", "\n", "  \n\n"])
def test_an_empty_secret_key_file_is_repaired_at_the_start(tmp_path, content):
    (tmp_path / "secret_key").write_text(content)
    first = settings(tmp_path).secret_key
    assert len(first) >= 40
    assert settings(tmp_path).secret_key == first


@pytest.mark.parametrize("content", [b"abc", b"\xff\xfe\x00", "ключ".encode()])
def test_a_secret_key_file_that_is_no_key_is_refused_at_the_start(tmp_path, content):
    (tmp_path / "secret_key").write_bytes(content)
    with pytest.raises(SettingsError, match="The secret key in"):
        settings(tmp_path)


def test_processes_that_start_together_share_one_secret(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: settings(tmp_path).secret_key, range(40)))
    assert len(found) == 1


def test_a_data_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match="GAISSA_DATA_DIR"):
        settings(tmp_path, GAISSA_DATA_DIR=str(tmp_path / "file"))
    with pytest.raises(SettingsError, match="GAISSA_DATA_DIR"):
        settings(tmp_path, GAISSA_DATA_DIR="a\0b")
