"""A synchronisation whose process is killed, at several moments, ends as one that was left in peace."""

import json
import os
import resource
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import func, select

from gaissa_web.app import create_app
from gaissa_web.config import read_settings
from gaissa_web.seeds import seed
from gaissa_web.storage import jobs, migrations
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import Experiment
from gaissa_web.storage.hub import HubModelRow, SyncResult, SyncRun
from gaissa_web.storage.jobs import Job
from tests.conftest import DATABASES
from tests.hub import StandInHub, model
from tests.signed_in import sign_in

pytestmark = pytest.mark.thorough

MANY = 900
both = pytest.mark.parametrize("empty_database", DATABASES, indirect=True)


@pytest.fixture
def hub(serve):
    standing = StandInHub(
        datasets={"glue": {"id": "glue", "cardData": {"dataset_info": {"dataset_size": 99}}}}
    )
    standing.address = serve(standing, keep_alive=True)
    standing.models = [model(n) for n in range(1, MANY)]
    for n in range(0, MANY - 1, 50):
        standing.models[n]["cardData"] = {"co2_eq_emissions": "unknown"}
        standing.models[n + 1]["safetensors"] = None
    return standing


@pytest.fixture
def installation(hub, tmp_path, empty_database):
    """An application of its own with the environment that its commands need."""
    environ = {
        "GAISSA_DATA_DIR": str(tmp_path),
        "GAISSA_HUB_URL": hub.address,
        "DATABASE_URL": empty_database,
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
    }
    app = create_app(read_settings(environ))
    with app.app_context():
        migrations.upgrade()
        seed()
        yield app, environ
        db.session.remove()
        db.engine.dispose()


def command(environ, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "gaissa_web", *words],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def state(app):
    """Everything that a synchronisation leaves behind, without numbers and times."""
    db.session.rollback()
    experiments = db.session.scalars(select(Experiment).where(Experiment.origin == "hub"))
    labels = {
        row.origin_url.partition("//")[2].partition("/")[2]: (
            row.model.name,
            row.model.author,
            row.grade,
            row.coverage,
            sorted((v.metric_id, v.value) for v in row.metric_values),
            sorted((v.field_id, v.value) for v in row.information_values),
        )
        for row in experiments
    }
    kept = db.session.execute(select(HubModelRow.hub_id, HubModelRow.digest, HubModelRow.model_bytes)).all()
    results = db.session.execute(select(SyncResult.hub_id, SyncResult.action, SyncResult.reason)).all()
    runs = db.session.execute(select(SyncRun.unchanged, SyncRun.complete, SyncRun.seen_until)).all()
    return labels, sorted(map(tuple, kept)), sorted(map(tuple, results)), [tuple(run) for run in runs]


def undisturbed(hub, tmp_path):
    """The state after a run that nobody killed, in an installation of its own."""
    environ = {"GAISSA_DATA_DIR": str(tmp_path / "peace"), "GAISSA_HUB_URL": hub.address,
               "PATH": os.environ["PATH"], "HOME": str(tmp_path)}  # fmt: skip
    app = create_app(read_settings(environ))
    with app.app_context():
        migrations.upgrade()
        seed()
        done = command(environ, "sync", "huggingface", "--json")
        counts = json.loads(done.communicate()[0])
        found = state(app)
        db.session.remove()
        db.engine.dispose()
    assert counts == {"created": MANY - 1 - 18, "updated": 0, "unchanged": 0, "skipped": 18}
    return found, counts


def kill_once(process, happened):
    until = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < until
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.communicate()


@both
def test_a_command_killed_at_any_moment_and_begun_again_ends_the_same(installation, hub, tmp_path):
    app, environ = installation
    expected, counts = undisturbed(hub, tmp_path)
    for asked in (1, 3, 7):
        hub.asked.clear()
        kill_once(command(environ, "sync", "huggingface"), lambda asked=asked: len(hub.asked) >= asked)
    kill_once(command(environ, "sync", "huggingface"), lambda: labels_so_far() >= 0.7 * MANY)
    out, _ = command(environ, "sync", "huggingface", "--json").communicate()
    assert json.loads(out) == counts
    assert state(app) == expected
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1


def labels_so_far():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(HubModelRow))


@both
def test_a_killed_worker_is_followed_by_the_next_one_while_pages_answer(installation, hub, tmp_path):
    app, environ = installation
    admin = sign_in(app, "ana")
    page = admin.send(admin.get("/admin/connectors/"), "/admin/connectors/")
    for share in (0.2, 0.7):
        worker = command(environ, "worker")
        kill_once(worker, lambda share=share: labels_so_far() >= share * MANY)
        assert admin.get(page.address).status == 200
        assert admin.get("/labels/").status == 200
    worker = command(environ, "worker")
    try:
        until = time.monotonic() + 60
        while "Done." not in admin.get(page.address).text:
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        worker.terminate()
        worker.communicate()
    expected, _ = undisturbed(hub, tmp_path)
    assert state(app) == expected


@pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
def test_the_command_says_what_it_would_do_does_it_and_has_nothing_left_to_do(installation):
    _, environ = installation
    out, log = command(environ, "sync", "huggingface", "--dry-run", "--limit", "100").communicate()
    assert out.decode() == "Would be: 98 created, 0 updated, 0 unchanged, 2 skipped.\n"
    assert "“unknown”: “unknown” is not a number" in log.decode()
    assert labels_so_far() == 0
    out, _ = command(environ, "sync", "huggingface", "--limit", "100").communicate()
    assert out.decode() == "98 created, 0 updated, 0 unchanged, 2 skipped.\n"
    out, _ = command(environ, "sync", "huggingface", "--since", "2026-01-02", "--json").communicate()
    assert json.loads(out) == {"created": 0, "updated": 0, "unchanged": 0, "skipped": 0}
    out, _ = command(environ, "sync", "huggingface", "--json").communicate()
    assert json.loads(out)["created"] == MANY - 1 - 98 - 18
    out, _ = command(environ, "sync", "huggingface", "--all", "--json").communicate()
    assert json.loads(out) == {"created": 0, "updated": 0, "unchanged": MANY - 19, "skipped": 18}
    for odd in (["--since", "yesterday"], ["--since", "2026-01-01", "--all"]):
        done = command(environ, "sync", "huggingface", *odd)
        done.communicate()
        assert done.returncode == 2


@pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
def test_the_command_leaves_a_run_that_is_on_its_way_alone(installation):
    app, environ = installation
    with app.app_context():
        running = jobs.add_job("synchronise", "t", "synchronise huggingface", {}, None)
        jobs.claim(running)
    done = command(environ, "sync", "huggingface")
    _, log = done.communicate()
    assert done.returncode == 1
    assert "on its way already" in log.decode()


@pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
def test_an_interrupted_command_has_cancelled_its_run(installation):
    _, environ = installation
    running = command(environ, "sync", "huggingface")
    until = time.monotonic() + 60
    while labels_so_far() < 100:
        assert time.monotonic() < until
    running.send_signal(signal.SIGINT)
    log = running.communicate()[1].decode()
    assert running.returncode == 1
    db.session.rollback()
    assert db.session.scalar(select(Job.state)) == "cancelled", log
    assert "It was cancelled; what was done until then stays." in log


@pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
def test_many_models_take_no_more_memory_than_few(installation, hub):
    _, environ = installation
    peaks = []
    for many in (600, 5_000):
        hub.models = [model(n) for n in range(many)]
        running = command(environ, "sync", "huggingface", "--all", "--json")
        out, _ = running.communicate()
        assert sum(json.loads(out).values()) == many
        peaks.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000)
    assert peaks[1] - peaks[0] < 15, peaks
