"""The log: whose line it is, what a request leaves in it, and what nobody finds there."""

import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import text

from gaissa_web import logs
from gaissa_web.adapters import confined
from gaissa_web.app import create_app
from gaissa_web.config import PROJECT, read_settings
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.jobs.sealing import seal
from gaissa_web.jobs.starting import start
from gaissa_web.jobs.working import make_queue
from gaissa_web.storage.db import db
from gaissa_web.web import background
from gaissa_web.web.access_log import AccessLog
from gaissa_web.web.background import queue
from tests.inference.test_measuring_an_endpoint import TOKEN, allow, ask, stand  # noqa: F401
from tests.site.test_serving import GAISSA, Served, installation  # noqa: F401
from tests.working import work

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARNING|ERROR) \d+ "
    r"(-|[0-9A-F]{10}|job-\d+) [\w.]+ .+"
)
KEY = "q8Zr_T3-uVx0pLmN5sWy2A"
ours = logging.getLogger("gaissa_web.tests")


def lines(log, about=""):
    return [line for line in log.getvalue().splitlines() if about in line]


def access(log):
    """What the lines of requests say, without time and process."""
    return [line.partition(" gaissa_web.web.access_log ")[2] for line in lines(log, ".access_log ")]


def ids(log):
    return [line.split()[3] for line in lines(log) if LINE.fullmatch(line)]


@pytest.fixture
def behind_a_proxy(tmp_path):
    environ = {"GAISSA_DATA_DIR": str(tmp_path), "GAISSA_TRUSTED_PROXIES": "1"}
    return create_app(read_settings(environ)).test_client()


@pytest.fixture
def plain(tmp_path):
    """A browser of an application without a database."""
    return create_app(read_settings({"GAISSA_DATA_DIR": str(tmp_path)})).test_client()


# Whose line it is.


def test_each_answer_has_the_id_that_its_lines_have(browse, log):
    given = [
        browse.client.get(address).headers["X-Request-Id"] for address in ("/", "/nope", "/labels/1.json")
    ]
    assert len(set(given)) == 3
    assert ids(log) == given
    assert all(map(LINE.fullmatch, lines(log)))


def test_after_a_request_lines_belong_to_nobody(browse, log):
    for address in ("/", "/labels/export.csv", "/static/site.css", "/nope"):
        browse.client.get(address, buffered=True).close()
        assert logs.work_id() == "-"
    ours.info("nobody asked for this")
    assert ids(log)[-1] == "-"


def test_requests_side_by_side_have_lines_of_their_own(log):
    both = threading.Barrier(2)

    def answer(environ, start_response):
        both.wait(10)
        ours.info("at %s", environ["PATH_INFO"])
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    def visit(path):
        AccessLog(answer, believes_id=False)({"PATH_INFO": path, "REQUEST_METHOD": "GET"}, lambda *_: None)

    threads = [threading.Thread(target=visit, args=(path,)) for path in ("/a", "/b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = ([line.split()[3] for line in lines(log, path)] for path in ("/a", "/b"))
    assert len(set(first)) == len(set(second)) == 1
    assert len(first) == len(second) == 2
    assert first != second


def test_the_worker_writes_under_the_number_of_its_job(app, log, monkeypatch):
    def fail(job):
        ours.warning("in the middle of it")
        raise RuntimeError("the disk is on fire")

    with app.app_context():
        job_id = start(queue(), "fail", "Fail", "fail", {})
    failing = make_queue(app.config["SETTINGS"], {"fail": fail}, app.app_context)
    monkeypatch.setitem(app.extensions, background.EXTENSION, failing)
    with app.app_context():
        queue().run(job_id)
    theirs = lines(log, f" job-{job_id} ")
    assert [line.split(maxsplit=5)[5] for line in theirs][:2] == [
        "in the middle of it",
        f"job {job_id} (fail) failed",
    ]
    assert "ended as failed after" in theirs[-1]
    assert lines(log, "    RuntimeError: the disk is on fire")
    assert logs.work_id() == "-"


def test_what_fails_in_a_process_of_its_own_is_logged_by_who_called_it(log):
    with logs.work("ABC"):
        try:
            confined.call(int, "no number")
        except RuntimeError:
            ours.exception("reading failed")
    assert " ABC " in lines(log)[0]
    assert lines(log, "    ValueError: invalid literal")


def test_a_proxy_of_ours_gives_the_id(behind_a_proxy):
    given = "3f2b9a64c1de4b7c8a90"
    assert behind_a_proxy.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"] == given


@pytest.mark.parametrize(
    "given", ["short", "x" * 65, "has a blank", "ABCDEFGH\x1b[2J", "٣" * 10, "a=b;c=d,e"]
)
def test_an_id_that_is_none_is_not_taken(behind_a_proxy, given):
    environ = {"HTTP_X_REQUEST_ID": given}
    answer = behind_a_proxy.get("/healthz", environ_overrides=environ)
    assert re.fullmatch("[0-9A-F]{10}", answer.headers["X-Request-Id"])


def test_a_stranger_gives_no_id(plain):
    answer = plain.get("/healthz", headers={"X-Request-Id": "3f2b9a64c1de4b7c8a90"})
    assert re.fullmatch("[0-9A-F]{10}", answer.headers["X-Request-Id"])


def test_a_page_that_is_missing_has_advice_and_no_reference(browse):
    answer = browse.client.get("/nope")
    assert answer.headers["X-Request-Id"] not in answer.text


def test_other_errors_name_their_id(browse):
    answer = browse.client.post("/labels/training/new", json={})
    assert answer.status_code == 415
    assert f"reference <strong>{answer.headers['X-Request-Id']}</strong>" in answer.text


# What a request leaves.


def test_a_request_is_a_line_of_method_path_status_time_and_bytes(browse, log):
    answer = browse.client.get("/labels/?q=something+private")
    browse.client.head("/about")
    first, second = access(log)
    assert re.fullmatch(rf"GET /labels/ 200 \d+\.\d ms {len(answer.data)} bytes", first)
    assert re.fullmatch(r"HEAD /about 200 \d+\.\d ms 0 bytes", second)
    assert "private" not in log.getvalue()


def test_bytes_of_what_is_streamed_are_counted(browse, log):
    answer = browse.client.get("/labels/export.csv", buffered=True)
    assert access(log)[0].endswith(f" {len(answer.data)} bytes")


def test_styles_and_health_checks_are_for_those_who_debug_unless_they_fail(plain, log):
    for address in ("/static/site.css", "/healthz", "/readyz", "/static/nope.css"):
        plain.get(address, buffered=True).close()
    assert [line.split()[1] for line in lines(log, ".access_log ")] == ["DEBUG", "DEBUG", "INFO", "INFO"]


def test_an_answer_that_breaks_off_has_a_line_and_keeps_its_id_and_its_secrets(log):
    def answer(environ, start_response):
        start_response("200 OK", [])
        logs.hide(KEY)
        yield b"12345"
        raise RuntimeError(KEY)

    broken = AccessLog(answer, believes_id=False)(
        {"PATH_INFO": f"/keys/{KEY}", "REQUEST_METHOD": "GET"}, lambda *_: None
    )
    with pytest.raises(RuntimeError):
        list(broken)
    broken.close()
    ours.error("Exception while serving /keys/%s", KEY)
    logs.end()
    assert access(log)[0].startswith("GET /keys/*** 200 ")
    assert access(log)[0].endswith(" 5 bytes")
    assert len(set(ids(log))) == 1
    assert KEY not in log.getvalue()


# What nobody finds there.

FORGED = [
    "/x\n2026-01-01T00:00:00.000Z INFO 1 - gaissa_web all is well",
    "/x\r\n\x1b[2J\x1b]0;owned\x07",
    "/x\x85\u2028\u202e\u200b\x9b31m",
    "/x 200 1.0 ms 5 bytes",
    "/" + "long/" * 2_000,
]


@pytest.mark.parametrize("path", FORGED)
def test_an_address_writes_no_line_of_its_own(plain, log, path):
    raw = path.encode().decode("latin-1")
    plain.get("/", environ_overrides={"PATH_INFO": raw, "REQUEST_METHOD": "GET\x1b[31m"})
    assert all(line.startswith("    ") or LINE.fullmatch(line) for line in lines(log))
    assert log.getvalue().replace("\n", "").isprintable()
    [line] = access(log)
    assert re.fullmatch(r"GET%1B%5B31m /\S* \d+ \d+\.\d ms \d+ bytes", line)
    assert len(line) < 1_200


@pytest.mark.parametrize("text", [path[1:] for path in FORGED[:3]])
def test_no_message_and_no_failure_writes_a_line_of_its_own(log, text):
    try:
        raise ValueError(text)
    except ValueError:
        ours.exception("failed: %s", text)
    first, *others = log.getvalue().rstrip("\n").split("\n")
    assert LINE.fullmatch(first)
    assert others
    assert all(line.startswith("    ") and line.isprintable() for line in others)


@pytest.mark.parametrize(
    "address",
    [
        f"/inference/measure/{KEY}",
        f"/inference/measure/{KEY}/",
        f"/keys/{KEY}",
        f"/inference/measure/{KEY}/x.json",
    ],
)
def test_a_key_in_an_address_is_left_out(browse, log, address):
    browse.client.get(address)
    browse.client.delete(address)
    assert access(log)[0].startswith(f"GET {address.replace(KEY, '***')} ")
    assert KEY not in log.getvalue()


@pytest.mark.parametrize("word", ["gaissa_web", "access_log", time.strftime("%Y-%m-%d", time.gmtime())])
def test_a_key_that_strangers_make_up_blots_out_nothing_of_the_head_of_a_line(plain, log, word):
    plain.get(f"/inference/measure/{word}/cancel")
    assert LINE.fullmatch(lines(log)[-1])
    assert access(log)[-1].startswith("GET /inference/measure/")


def test_other_arguments_are_told(browse, log):
    for address in ("/labels/tools/a-name-that-is-rather-long", "/labels/1"):
        browse.client.get(address)
        assert access(log)[-1].startswith(f"GET {address} ")


def test_a_failure_at_a_key_leaves_it_out_too(browse, log, monkeypatch):
    def fail(key):
        raise RuntimeError(f"no such key: {key}")

    monkeypatch.setattr("gaissa_web.inference.queries.find_measurement", fail)
    assert browse.client.get(f"/inference/measure/{KEY}").status_code == 500
    assert "Exception on /inference/measure/*** [GET]" in log.getvalue()
    assert "RuntimeError: no such key: ***" in log.getvalue()
    assert KEY not in log.getvalue()


def test_a_password_that_is_wrong_or_right_is_nowhere(app, browse, admin, log):
    page = browse.get("/admin/login")
    browse.send(page, "/admin/login", name="ana", password="hunter2 and more words")
    cookies = [cookie.value for cookie in browse.client._cookies.values()]
    assert cookies
    assert not [secret for secret in ("hunter2", *cookies) if secret in log.getvalue()]


@pytest.mark.usefixtures("allow")
@pytest.mark.parametrize("failing", ["adapters.endpoint.Endpoint.ask", "adapters.safe_http._read"])
def test_a_token_is_nowhere_when_measuring_with_it_fails(app, browse, stand, log, monkeypatch, failing):  # noqa: F811
    def fail(*given, **named):
        raise RuntimeError(f"cannot send with {TOKEN}")

    monkeypatch.setattr(f"gaissa_web.{failing}", fail)
    ask(app, browse, stand().address, token=TOKEN)
    work(app)
    assert "RuntimeError: cannot send with ***" in log.getvalue()
    assert TOKEN not in log.getvalue()


def test_a_token_is_nowhere_when_it_cannot_be_kept(app, browse, stand, log, monkeypatch):  # noqa: F811
    def fail(_queue, name, value):
        raise ConnectionError(f"cannot keep {TOKEN}")

    monkeypatch.setattr("gaissa_web.adapters.queue.JobQueue.keep", fail)
    ask(app, browse, stand().address, token=TOKEN)
    assert "the queue could not keep a secret" in log.getvalue()
    assert TOKEN not in log.getvalue()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT nothing_of_that_name FROM accounts WHERE name = :secret",
        "INSERT INTO accounts (id, name, password_hash) VALUES (1, :secret, NULL)",
        "INSERT INTO measurements (key) VALUES (:secret)",
    ],
)
def test_a_statement_that_fails_quotes_no_value(app, browse, log, monkeypatch, statement):
    monkeypatch.setattr(
        "gaissa_web.home.queries.counts", lambda: db.session.execute(text(statement), {"secret": KEY})
    )
    assert browse.client.get("/").status_code == 500
    assert "sqlalchemy.exc." in log.getvalue()
    assert KEY not in log.getvalue()


def test_settings_that_are_written_out_keep_their_secrets(tmp_path):
    environ = {
        "GAISSA_DATA_DIR": str(tmp_path),
        "GAISSA_SECRET_KEY": "hunter2-hunter2-hunter2",
        "DATABASE_URL": "postgresql://u:hunter2@host/d",
        "GAISSA_QUEUE_URL": "redis://:hunter2@host/0",
    }
    assert "hunter2" not in repr(read_settings(environ))


def test_a_database_or_queue_that_is_away_does_not_tell_its_password(tmp_path, log):
    environ = {
        "GAISSA_DATA_DIR": str(tmp_path),
        "GAISSA_SECRET_KEY": "hunter2-hunter2-hunter2",
        "DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/d",
        "GAISSA_QUEUE_URL": "redis://:hunter2@127.0.0.1:1/0",
    }
    app = create_app(read_settings(environ))
    assert app.test_client().get("/").status_code == 503
    with app.test_request_context(), pytest.raises(InvalidInputError):
        seal(queue(), "hunter2-hunter2")
    assert "the database cannot be reached" in log.getvalue()
    assert "the queue could not keep a secret" in log.getvalue()
    assert "hunter2" not in log.getvalue()


# How a process sets it up.


def python(code, **environ):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=environ, capture_output=True, text=True, check=True
    ).stderr


def test_another_server_has_the_same_log(tmp_path):
    visit = "import wsgi; client = wsgi.app.test_client(); client.get('/about'); client.get('/healthz')"
    written = python(visit, GAISSA_DATA_DIR=str(tmp_path)).splitlines()
    assert LINE.fullmatch(written[-1])
    assert "GET /about 500 " in written[-1]
    error, *others = python(visit, GAISSA_DATA_DIR=str(tmp_path), GAISSA_LOG_LEVEL="error").splitlines()
    assert " ERROR " in error
    assert all(line.startswith("    ") for line in others)
    debug = python(visit, GAISSA_DATA_DIR=str(tmp_path), GAISSA_LOG_LEVEL="debug")
    assert "GET /healthz 200 " in debug.splitlines()[-1]


def test_a_log_that_a_host_has_set_up_is_left_to_it(tmp_path):
    host = "import logging; logging.basicConfig(format='host: %(message)s', level='INFO'); import wsgi; "
    written = python(f"{host} wsgi.app.test_client().get('/about')", GAISSA_DATA_DIR=str(tmp_path))
    assert written.splitlines()[-1].startswith("host: GET /about 500 ")


def test_making_the_application_sets_up_nothing(tmp_path):
    made = f"create_app(read_settings({{'GAISSA_DATA_DIR': {str(tmp_path)!r}}}))"
    code = f"import logging; from gaissa_web.app import *; {made}; print(logging.root.handlers)"
    written = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert written.stdout == "[]\n"


@pytest.mark.parametrize("command", [["inspect", "."], ["label", "--help"], ["worker"]])
def test_every_command_knows_the_level(tmp_path, command):
    environ = {"GAISSA_LOG_LEVEL": "loud", "GAISSA_DATA_DIR": str(tmp_path)}
    result = subprocess.run([GAISSA, *command], env=environ, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: GAISSA_LOG_LEVEL is 'loud'; it takes one of debug, info,")


@pytest.mark.parametrize("level", logs.LEVELS)
def test_libraries_are_heard_from_warnings_on(level):
    speak = (
        f"import logging; from gaissa_web import logs; logs.configure({level!r});"
        "logging.getLogger('x').info('private'); logging.getLogger('x').warning('heard');"
        "logging.getLogger('waitress.queue').warning('depth')"
    )
    written = python(speak)
    assert "private" not in written
    assert "depth" not in written
    assert ("heard" in written) is (level != "error")


def test_a_running_site_writes_lines_of_all_its_processes_and_nothing_else(installation):  # noqa: F811
    served = Served(installation)
    killed = served.children()[2]
    os.kill(killed, signal.SIGKILL)
    until = time.monotonic() + 20
    while len(served.children()) < 3:
        assert time.monotonic() < until
        time.sleep(0.1)
    answer = served.get("/labels/1?q=private", headers={"Cookie": "session=private"})
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.sendall(b"GET /a%0d%0aforged HTTP/1.1\r\nHost: x\r\nX-Request-Id: forged-id\r\n\r\n")
        connection.recv(100)
    code, written = served.end()
    assert code == 0
    greeting, hint, *others = written.splitlines()
    assert greeting.startswith("GAISSA Tools is at ")
    assert "create-admin" in hint
    assert [line for line in others if not LINE.fullmatch(line)] == []
    [label] = [line for line in others if "GET /labels/1 200" in line]
    assert label.split()[3] == answer.headers["X-Request-Id"]
    assert [line for line in others if "GET /a%0D%0Aforged 404" in line]
    assert [line for line in others if f"process {killed} ended (signal 9)" in line]
    assert "private" not in written
    assert "forged-id" not in written
