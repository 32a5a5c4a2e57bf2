"""Rating labels anew under a newer version: in the background, stoppable, nothing half done."""

import os
import signal
import subprocess
import sys
import time

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update

from gaissa_web.admin.schemes import re_rating
from gaissa_web.admin.schemes.tasks import RUNNERS
from gaissa_web.app import create_app
from gaissa_web.config import read_settings
from gaissa_web.core.rating import Phase
from gaissa_web.jobs.running import run_job
from gaissa_web.labels.queries import find_label
from gaissa_web.seeds import seed
from gaissa_web.storage import jobs, migrations
from gaissa_web.storage.audit import Actor
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import EarlierRating, Experiment, MetricValue
from gaissa_web.storage.jobs import Job, State
from gaissa_web.storage.schemes import MetricRow, current_scheme
from gaissa_web.web.background import queue
from tests.admin.test_schemes import begin_draft, draft_id, edit, publish
from tests.working import work


def publish_next(admin, phase="inference", slug="flops", **fields):
    """Publish a version that changes some grades; return its id."""
    scheme_id = draft_id(begin_draft(admin, phase))
    edit(
        admin, scheme_id, slug, **(fields or {"weight": "0.9", "threshold_1": "0.001", "threshold_2": "0.5"})
    )
    publish(admin, scheme_id)
    return scheme_id


def start(admin, scheme_id):
    address = f"/admin/schemes/{scheme_id}/re-rate"
    return admin.send(admin.get(address), address)


def test_labels_get_the_new_grade_and_keep_the_earlier_one_in_their_history(app, admin, browse):
    scheme_id = publish_next(admin)
    with app.app_context():
        ids = db.session.scalars(select(Experiment.id).where(Experiment.phase == "inference")).all()
        before = {label_id: find_label(label_id).grade for label_id in ids}
    ask = admin.get(f"/admin/schemes/{scheme_id}/re-rate")
    assert "14 labels were rated by another version" in ask.text
    page = start(admin, scheme_id)
    assert "Waiting for the worker" in page.text
    work(app)
    page = admin.get(page.address)
    assert "Done. 14 labels were rated anew." in page.text
    assert not page.tree.xpath("//*[@hx-get and @id='job']")
    with app.app_context():
        after = {label_id: find_label(label_id) for label_id in ids}
        stored = dict(db.session.execute(select(Experiment.id, Experiment.grade)).all())
    assert sum(before[i] != after[i].grade for i in ids) > 0
    for label_id, label in after.items():
        assert label.scheme_version == 2
        assert [(e.scheme_version, e.grade) for e in label.earlier] == [(1, before[label_id])]
        assert stored[label_id] == label.grade.letter
    text = browse.get(f"/labels/{ids[0]}").text
    assert f"Rated earlier{before[ids[0]].letter} by version 1, until" in text.replace(
        "Rated earlier ", "Rated earlier"
    )
    data = browse.client.get(f"/labels/{ids[0]}.json").json
    assert data["earlier_ratings"][0]["grade"] == before[ids[0]].letter
    assert "Every label is rated by this version" in admin.get(f"/admin/schemes/{scheme_id}/re-rate").text


def test_only_the_current_version_can_rate_anew(admin):
    publish_next(admin)
    assert admin.get("/admin/schemes/2/re-rate").status in {404, 200}
    old = next(i for i in (1, 2) if admin.get(f"/admin/schemes/{i}/re-rate").status == 404)
    page = admin.get("/admin/")
    assert admin.post(page, f"/admin/schemes/{old}/re-rate").status == 404


def test_a_metric_that_the_new_version_lacks_does_no_harm(app, admin, browse):
    scheme_id = draft_id(begin_draft(admin))
    page = admin.get(f"/admin/schemes/{scheme_id}")
    revision = page.form(f"/admin/schemes/{scheme_id}").fields["revision"]
    admin.post(page, f"/admin/schemes/{scheme_id}/metrics/flops/remove", revision=revision)
    publish(admin, scheme_id)
    start(admin, scheme_id)
    work(app)
    assert browse.get("/labels/41").status == 200
    assert "flops" not in browse.client.get("/labels/41.json").json["metrics"]


def test_asking_twice_is_one_job(app, admin):
    scheme_id = publish_next(admin)
    assert start(admin, scheme_id).address == start(admin, scheme_id).address
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Job)) == 1


def test_a_waiting_job_can_be_cancelled(app, admin):
    page = start(admin, publish_next(admin))
    done = admin.send(page, f"{page.address}/cancel")
    assert "cancelled before it began" in done.text
    work(app)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(EarlierRating)) == 0


def test_a_running_job_stops_after_its_step_and_goes_on_when_asked_again(app, admin, monkeypatch):
    monkeypatch.setattr(re_rating, "BATCH", 3)
    scheme_id = publish_next(admin)
    page = start(admin, scheme_id)
    job_id = int(page.address.rpartition("/")[2])
    real = re_rating.re_rate_batch

    def cancel_after_two(scheme, rules, after):
        found = real(scheme, rules, after)
        if db.session.scalar(select(func.count()).select_from(EarlierRating)) >= 6:
            db.session.execute(update(Job).where(Job.id == job_id).values(cancel_requested=True))
            db.session.commit()
        return found

    monkeypatch.setattr("gaissa_web.admin.schemes.tasks.re_rate_batch", cancel_after_two)
    work(app)
    assert "It was cancelled; what was done until then stays." in admin.get(page.address).text
    monkeypatch.undo()
    again = start(admin, scheme_id)
    assert again.address != page.address
    work(app)
    assert "8 labels were rated anew" in admin.get(again.address).text


def test_a_job_that_fails_says_so_and_the_log_has_the_reason(app, admin, monkeypatch, caplog):
    page = start(admin, publish_next(admin))

    def fail(*_):
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr("gaissa_web.admin.schemes.tasks.re_rate_batch", fail)
    work(app)
    text = admin.get(page.address).text
    assert "It failed on our side" in text
    assert "on fire" not in text
    assert "on fire" in caplog.text


def test_a_job_overtaken_by_a_newer_version_ends_with_the_reason(app, admin):
    page = start(admin, publish_next(admin))
    publish_next(admin, threshold_1="0.002")
    work(app)
    assert "only under the current version" in admin.get(page.address).text


def test_a_page_says_when_no_worker_gives_a_sign_of_life(app, admin):
    page = start(admin, publish_next(admin))
    assert "no sign of life" not in page.text
    with app.app_context():
        long_ago = jobs.now() - 2 * jobs.SILENCE
        for values in ({"created_at": long_ago}, {"state": "running", "seen_at": long_ago}):
            db.session.execute(update(Job).values(values))
            db.session.commit()
            assert "no sign of life for minutes" in admin.get(page.address).text
        db.session.execute(update(Job).values(state="done"))
        db.session.commit()
    assert "no sign of life" not in admin.get(page.address).text


def test_a_job_is_claimed_by_one_worker(app):
    with app.app_context():
        job_id = jobs.add_job("re-rate", "t", "k", {}, Actor("ana"))
        assert jobs.claim(job_id) is not None
        assert jobs.claim(job_id) is None


@pytest.mark.parametrize(
    ("worker", "seen", "recovered"),
    [
        ("this:alive", True, False),
        ("this:dead", True, True),
        ("elsewhere:1", True, False),
        ("elsewhere:1", False, True),
    ],
)
def test_jobs_of_dead_workers_wait_again(app, worker, seen, recovered):
    import socket

    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    name = worker.replace("this", socket.gethostname()).replace("alive", str(os.getpid()))
    name = name.replace("dead", str(dead.pid))
    with app.app_context():
        job_id = jobs.add_job("re-rate", "t", "k", {}, Actor("ana"))
        jobs.claim(job_id)
        values = {"worker": name} | ({} if seen else {"seen_at": jobs.now() - 2 * jobs.SILENCE})
        db.session.execute(update(Job).values(values))
        db.session.commit()
        assert (job_id in dict(jobs.recover())) is recovered


def test_a_job_that_kills_its_workers_is_given_up(app):
    with app.app_context():
        job_id = jobs.add_job("re-rate", "t", "k", {}, Actor("ana"))
        for _ in range(jobs.MOST_ATTEMPTS):
            assert jobs.recover() == [(job_id, False)]
            jobs.claim(job_id)
            db.session.execute(
                update(Job).values(worker="elsewhere:1", seen_at=jobs.now() - 2 * jobs.SILENCE)
            )
            db.session.commit()
        assert jobs.recover() == []
        assert State(db.session.get(Job, job_id).state) is State.FAILED


MANY = 20_000


@pytest.fixture
def large(tmp_path) -> Flask:
    """An application of its own with many labels, for a worker that is a process of its own."""
    app = create_app(read_settings({"GAISSA_DATA_DIR": str(tmp_path)}))
    with app.app_context():
        migrations.upgrade()
        seed()
        scheme_id, _ = current_scheme(Phase.TRAINING)
        model_id = db.session.scalar(select(Experiment.model_id).limit(1))
        metric = db.session.scalar(select(MetricRow.id).where(MetricRow.slug == "downloads"))
        first = db.session.scalar(select(func.max(Experiment.id))) + 1
        same = {"model_id": model_id, "phase": "training", "scheme_id": scheme_id, "coverage": 0.25,
                "origin": "form", "grade": "A"}  # fmt: skip
        db.session.execute(insert(Experiment), [{"id": first + n, **same} for n in range(MANY)])
        values = [
            {"experiment_id": first + n, "metric_id": metric, "value": 20.0 + n % 7} for n in range(MANY)
        ]
        db.session.execute(insert(MetricValue), values)
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()


def whole(app):
    """Assert that every label is either as before or done, and return how many are done."""
    with app.app_context():
        current, _ = current_scheme(Phase.TRAINING)
        done = Experiment.scheme_id == current
        kept = EarlierRating.experiment_id.is_not(None)
        # One statement, so that a batch that ends meanwhile is seen whole or not at all.
        query = select(func.count().filter(done), func.count().filter(done != kept)).select_from(Experiment)
        query = query.outerjoin(EarlierRating, EarlierRating.experiment_id == Experiment.id)
        count, half = db.session.execute(query.where(Experiment.phase == "training")).one()
        db.session.rollback()
        assert half == 0
        return count


@pytest.mark.thorough
def test_a_killed_worker_leaves_whole_labels_and_the_next_one_goes_on(large):
    from tests.signed_in import sign_in

    admin = sign_in(large, "ana")
    scheme_id = publish_next(admin, "training", "downloads", threshold_1="22")
    page = start(admin, scheme_id)
    environ = {"GAISSA_DATA_DIR": str(large.config["SETTINGS"].data_dir), "PATH": os.environ["PATH"]}
    counts = []
    for pause in (0, 0.2, 0.4):
        worker = subprocess.Popen([sys.executable, "-m", "gaissa_web", "worker"], env=environ)
        wait_for(lambda: whole(large) > (counts[-1] if counts else 0))
        time.sleep(pause)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        counts.append(whole(large))
        if counts[-1] == MANY + 27:
            break
    worker = subprocess.Popen([sys.executable, "-m", "gaissa_web", "worker"], env=environ)
    try:
        wait_for(lambda: "Done." in admin.get(page.address).text)
    finally:
        worker.terminate()
        worker.wait()
    assert whole(large) == MANY + 27
    assert 0 < counts[0] < MANY
    with large.app_context():
        grades = dict(
            db.session.execute(
                select(MetricValue.value, Experiment.grade)
                .join(Experiment, Experiment.id == MetricValue.experiment_id)
                .where(Experiment.coverage == 0.25, Experiment.origin == "form")
                .distinct()
            ).all()
        )
    assert grades[22.0] == "B"
    assert grades[23.0] == "A"


def wait_for(condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_the_queue_wakes_nobody_for_what_is_done(app):
    with app.app_context():
        queue().put(987654, "managers")
        run_job(987654, RUNNERS, queue(), app.config["SETTINGS"])
