"""The queue between web processes and workers: a file of ours, or a real Redis server."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from gaissa_web.adapters import write_ahead_log
from gaissa_web.admin.jobs.services import cancel_job
from gaissa_web.app import create_app
from gaissa_web.config import read_settings
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.rating import Phase
from gaissa_web.jobs.starting import start
from gaissa_web.seeds import seed
from gaissa_web.storage import migrations, workers
from gaissa_web.storage.audit import Actor
from gaissa_web.storage.db import PRAGMAS, db
from gaissa_web.storage.jobs import Job, State, find_job
from gaissa_web.storage.measurements import Measurement
from gaissa_web.storage.schemes import current_scheme
from gaissa_web.web.background import queue
from tests.endpoints import StandIn, on_disk
from tests.inference.test_measuring_an_endpoint import ask
from tests.pages import Browse
from tests.signed_in import sign_in

TOKEN = "hf_a-secret-that-nobody-may-keep"


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
        for huey in queue()._hueys.values():
            huey.storage.flush_all()
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


def sealed_parts(app):
    """Ciphertext and key of the token of the one job there is, as the database and the queue have them."""
    with app.app_context():
        [sealed] = db.session.scalars(select(Job.sealed)).all()
        db.session.rollback()
        name, _, other = sealed.partition(":")
        return other.encode(), queue()._hueys["managers"].get(name, peek=True)


def assert_forgotten(app, folder, parts):
    for part in parts:
        assert not on_disk(part, folder)
    with app.app_context():
        assert queue()._hueys["managers"].storage.result_store_size() == 0


def test_a_worker_of_its_own_measures_with_a_token_that_reaches_no_disk(installation, serve, tmp_path):
    """The whole way: a web process keeps the token encrypted, another process gets the key.

    Neither key nor ciphertext is in any file afterwards, free pages and logs included.
    """
    app, environ = installation
    endpoint = StandIn()
    browse = Browse(app.test_client())
    page = ask(app, browse, f"{serve(endpoint, keep_alive=True)}/x", token=TOKEN)
    parts = sealed_parts(app)
    assert on_disk(parts[0], tmp_path)
    assert bool(on_disk(parts[1], tmp_path)) is ("GAISSA_QUEUE_URL" not in environ)
    worker = start_worker(environ)
    try:
        wait_for("6 of 6 requests", browse, page.address)
        assert_forgotten(app, tmp_path, parts)
    finally:
        worker.terminate()
        _, log = worker.communicate()
    assert {headers["Authorization"] for headers in endpoint.headers} == {f"Bearer {TOKEN}"}
    assert TOKEN.encode() not in log
    assert not on_disk(TOKEN, tmp_path)
    with app.app_context():
        assert TOKEN not in repr(db.session.scalars(select(Measurement.request)).all())


@pytest.mark.parametrize("who", ["the visitor", "a manager"])
def test_a_job_that_is_cancelled_before_it_begins_leaves_nothing_of_its_token(installation, tmp_path, who):
    app, _ = installation
    browse = Browse(app.test_client())
    page = ask(app, browse, "http://127.0.0.1/x", token=TOKEN)
    parts = sealed_parts(app)
    if who == "the visitor":
        browse.post(page, f"{page.address}/cancel")
    else:
        with app.app_context():
            cancel_job(queue(), Actor("ana"), db.session.scalars(select(Job.id)).one())
    assert "cancelled before it began" in browse.get(page.address).text
    assert_forgotten(app, tmp_path, parts)


def test_what_somebodys_reading_keeps_in_the_log_goes_a_little_later(installation, tmp_path, monkeypatch):
    app, _ = installation
    monkeypatch.setattr(write_ahead_log, "PATIENCE_S", 0.1)
    browse = Browse(app.test_client())
    page = ask(app, browse, "http://127.0.0.1/x", token=TOKEN)
    parts = sealed_parts(app)
    with closing(sqlite3.connect(tmp_path / "gaissa.sqlite3")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM jobs").fetchone()
        browse.post(page, f"{page.address}/cancel")
        assert on_disk(parts[0], tmp_path)
    with app.app_context():
        queue().waiting()
    assert_forgotten(app, tmp_path, parts)


def test_every_connection_to_a_file_of_ours_overwrites_what_it_deletes(installation):
    """Some builds of SQLite do so by themselves, others do not."""
    app, environ = installation
    with app.app_context():
        assert db.session.execute(text("PRAGMA secure_delete")).scalar() == 1
        assert "secure_delete=ON" in PRAGMAS
        if "GAISSA_QUEUE_URL" not in environ:
            queue().keep("half", b"x")
            storage = queue()._hueys["managers"].storage
            assert storage.sql("PRAGMA secure_delete", results=True) == [(1,)]


def test_jobs_whose_notice_was_lost_are_done_all_the_same(installation, serve):
    app, environ = installation
    browse = Browse(app.test_client())
    page = ask(app, browse, f"{serve(StandIn(), keep_alive=True)}/x")
    with app.app_context():
        queue()._hueys["visitors"].storage.flush_all()
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


def test_no_number_of_slow_measurements_holds_up_a_manager(installation, serve):
    app, environ = installation
    browse = Browse(app.test_client())
    address = f"{serve(StandIn(pause_s=2), keep_alive=True)}/x"
    slow = [ask(app, browse, address, requests="50") for _ in range(3)]
    assert {page.status for page in slow} == {200}
    worker = start_worker(environ)
    try:
        wait_for("Running", browse, slow[0].address)
        with app.app_context():
            scheme_id = current_scheme(Phase.TRAINING)[0]
            payload = {"scheme_id": scheme_id}
            job_id = start(queue(), "re-rate", "Rate anew", "re-rate", payload, Actor("ana"))
            until = time.monotonic() + 20
            while (job := find_job(job_id)) and not job.state.ended:
                assert time.monotonic() < until
                time.sleep(0.1)
                db.session.rollback()
            assert job.state is State.DONE
        assert "Running" in browse.get(slow[0].address).text
    finally:
        worker.kill()
        worker.communicate()


def test_a_worker_is_heard_of_and_missed(installation, monkeypatch):
    app, environ = installation
    client = app.test_client()
    assert "No worker has been heard of" in client.get("/readyz").text
    worker = start_worker(environ)
    until = time.monotonic() + 20
    while "No worker" in client.get("/readyz").text:
        assert time.monotonic() < until
        time.sleep(0.1)
    worker.kill()
    worker.communicate()
    monkeypatch.setattr(workers, "SILENT_AFTER", timedelta(0))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.text.startswith("ok\nNo worker has been heard of")
    assert "No worker has been heard of" in sign_in(app, "ana").get("/admin/").text


def test_what_is_kept_is_given_out_once(installation):
    app, _ = installation
    with app.app_context():
        queue().keep("half", b"\x00\xff")
        assert queue().take("half") == b"\x00\xff"
        assert queue().take("half") is None


def test_without_its_server_work_waits_and_a_token_is_refused_in_words(tmp_path):
    app = create_app(
        read_settings({"GAISSA_DATA_DIR": str(tmp_path), "GAISSA_QUEUE_URL": "redis://127.0.0.1:9/0"})
    )
    with app.app_context():
        migrations.upgrade()
        job_id = start(queue(), "measure", "t", "k", {})
        assert db.session.get(Job, job_id).state == "queued"
        with pytest.raises(InvalidInputError, match="out of order just now"):
            start(queue(), "measure", "t", "other", {}, secret="s")
        assert len(db.session.scalars(select(Job)).all()) == 1
        db.session.remove()
        db.engine.dispose()


def test_a_worker_outlives_a_database_that_is_not_there_yet(tmp_path):
    environ = {"GAISSA_DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    worker = start_worker(environ)
    try:
        time.sleep(4)
        assert worker.poll() is None
        app = create_app(read_settings(environ))
        with app.app_context():
            migrations.upgrade()
            seed()
            scheme_id = current_scheme(Phase.TRAINING)[0]
            job_id = start(queue(), "re-rate", "t", "k", {"scheme_id": scheme_id}, Actor("ana"))
            until = time.monotonic() + 30
            while not find_job(job_id).state.ended:
                assert time.monotonic() < until
                time.sleep(0.1)
                db.session.rollback()
            db.session.remove()
            db.engine.dispose()
    finally:
        worker.terminate()
        _, written = worker.communicate()
    assert b"waiting jobs could not be looked for" in written
