"""The queue between web processes and workers: a file of ours, or a real Redis server."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from gaissa_web.app import create_app
from gaissa_web.config import read_settings
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.seeds import seed
from gaissa_web.storage import migrations
from gaissa_web.storage.db import db
from gaissa_web.storage.jobs import Job
from gaissa_web.storage.measurements import Measurement
from gaissa_web.web import jobs
from tests.endpoints import StandIn, on_disk
from tests.inference.test_measuring_an_endpoint import ask
from tests.pages import Browse

TOKEN = "hf_a-secret-that-nobody-may-keep"


@pytest.fixture(scope="module")
def redis():
    """The address of a Redis server that keeps nothing, on a socket file."""
    program = shutil.which("redis-server")
    assert program, "these tests need Redis; on Debian and Ubuntu: apt install redis-server"
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are too long for a socket
        socket = Path(folder) / "redis"
        options = [
            "--port",
            "0",
            "--unixsocket",
            str(socket),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            folder,
        ]
        server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not socket.exists():
            assert time.monotonic() < until
            time.sleep(0.02)
        yield f"unix://{socket}"
        server.terminate()
        server.wait()


@pytest.fixture(params=["file", "redis"])
def installation(request, tmp_path):
    """An application of its own with the environment of its worker."""
    environ = {
        "GAISSA_DATA_DIR": str(tmp_path),
        "GAISSA_ALLOWED_HOSTS": "127.0.0.1",
        "PATH": os.environ["PATH"],
    }
    if request.param == "redis":
        environ["GAISSA_QUEUE_URL"] = request.getfixturevalue("redis")
    app = create_app(read_settings(environ))
    with app.app_context():
        migrations.upgrade()
        seed()
    yield app, environ
    with app.app_context():
        jobs.queue()._huey.storage.flush_all()
        db.session.remove()
        db.engine.dispose()


def start_worker(environ):
    command = [sys.executable, "-m", "gaissa_web", "worker"]
    return subprocess.Popen(command, env=environ, stderr=subprocess.PIPE)


def wait_for(text, browse, address):
    until = time.monotonic() + 60
    while text not in browse.get(address).text:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_worker_of_its_own_measures_with_a_token_that_reaches_no_disk(installation, serve, tmp_path):
    """The whole way: a web process gives the token's halves away, another process puts them together."""
    app, environ = installation
    endpoint = StandIn()
    browse = Browse(app.test_client())
    page = ask(app, browse, f"{serve(endpoint, keep_alive=True)}/x", token=TOKEN)
    worker = start_worker(environ)
    try:
        wait_for("6 of 6 requests", browse, page.address)
    finally:
        worker.terminate()
        _, log = worker.communicate()
    assert {headers["Authorization"] for headers in endpoint.headers} == {f"Bearer {TOKEN}"}
    assert TOKEN.encode() not in log
    assert not on_disk(TOKEN, tmp_path)
    with app.app_context():
        assert TOKEN not in repr(db.session.scalars(select(Measurement.request)).all())


def test_jobs_whose_notice_was_lost_are_done_all_the_same(installation, serve):
    app, environ = installation
    browse = Browse(app.test_client())
    page = ask(app, browse, f"{serve(StandIn(), keep_alive=True)}/x")
    with app.app_context():
        jobs.queue()._huey.storage.flush_all()
    worker = start_worker(environ)
    try:
        wait_for("6 of 6 requests", browse, page.address)
    finally:
        worker.terminate()
        worker.communicate()


def test_two_jobs_are_done_side_by_side(installation, serve):
    app, environ = installation
    browse = Browse(app.test_client())
    slow = ask(app, browse, f"{serve(StandIn(pause_s=0.5), keep_alive=True)}/x", requests="50")
    quick = ask(app, browse, f"{serve(StandIn(), keep_alive=True)}/x")
    worker = start_worker(environ)
    try:
        wait_for("6 of 6 requests", browse, quick.address)
        assert "Running" in browse.get(slow.address).text
    finally:
        worker.kill()
        worker.communicate()


def test_what_is_kept_is_given_out_once(installation):
    app, _ = installation
    with app.app_context():
        jobs.queue().keep("half", b"\x00\xff")
        assert jobs.queue().take("half") == b"\x00\xff"
        assert jobs.queue().take("half") is None


def test_without_its_server_work_waits_and_a_token_is_refused_in_words(tmp_path):
    app = create_app(
        read_settings({"GAISSA_DATA_DIR": str(tmp_path), "GAISSA_QUEUE_URL": "redis://127.0.0.1:9/0"})
    )
    with app.app_context():
        migrations.upgrade()
        job_id = jobs.start("measure", "t", "k", {})
        assert db.session.get(Job, job_id).state == "queued"
        with pytest.raises(InvalidInputError, match="out of order just now"):
            jobs.start("measure", "t", "other", {}, secret="s")
        assert len(db.session.scalars(select(Job)).all()) == 1
        db.session.remove()
        db.engine.dispose()
