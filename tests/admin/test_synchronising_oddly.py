"""Synchronising when the hub, the cards or the moments are odd, each of which once went wrong."""

# ruff: noqa: F811  fixtures of another file
import dataclasses
import json
import threading
import time
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo
from sqlalchemy import select, text, update

from gaissa_web.__main__ import command_line
from gaissa_web.adapters import huggingface
from gaissa_web.connectors import runs
from gaissa_web.connectors.huggingface import Reader
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import Experiment
from gaissa_web.storage.hub import HubModelRow, SyncRun
from gaissa_web.storage.jobs import Job
from gaissa_web.storage.ml_models import MLModel
from tests.admin.test_synchronising import hub, labels, run, start, waits  # noqa: F401  fixtures
from tests.hub import FIRST, busy, leading_on, model, stamp
from tests.working import work

pytestmark = pytest.mark.any_database


def answering(body, kind="application/json", status=200, **headers):
    return lambda handler: handler.answer(body, kind, status, **headers)


@pytest.mark.parametrize(
    "name",
    [
        "lab/bad--name",
        "lab/.name",
        "lab/name.",
        "lab/na..me",
        "../../etc/passwd",
        5,
        "a\0b",
        "\ud800",
        "",
        None,
        ["a"],
    ],
)
def test_a_name_that_the_library_refuses_stops_nobody_else(app, admin, hub, name):
    hub.models = [model(1, id=name, cardData=None), model(2)]
    assert "1 created, 0 updated, 0 unchanged, 1 skipped." in run(app, admin).text


@pytest.mark.parametrize(
    "fault",
    [
        leading_on("http://127.0.0.1:9/README.md"),
        leading_on("/lab-1/model-1/resolve/main/README.md"),
        answering(b"x" * 60_000),
        answering(b"[" * 5_000 + b"]" * 5_000),
    ],
    ids=["another server", "a loop", "large", "deep"],
)
@pytest.mark.parametrize("where", ["README.md", "/api/models/lab-1/", "/api/datasets/"])
def test_one_thing_that_cannot_be_had_stops_nobody_else(app, admin, hub, waits, monkeypatch, fault, where):
    monkeypatch.setattr(huggingface, "LARGEST_ANSWER", 50_000)
    hub.models = [model(1, safetensors=None), model(3)]
    if where == "README.md":
        hub.models[0]["cardData"] = None
    hub.faults = [(where, fault)] * 25
    text_ = run(app, admin).text
    assert "Done." in text_
    assert "1 created, 0 updated, 0 unchanged, 1 skipped." in text_ or "2 created" in text_


def test_an_answer_that_is_a_page_for_people_is_asked_for_again(app, admin, hub, waits):
    hub.models = [model(1, safetensors=None)]
    hub.files["lab-1/model-1"] = [{"rfilename": "a.bin", "size": 5}]
    page = answering(b"<h1>Back soon</h1>", "text/html")
    hub.faults = [("/api/models/lab-1/", page), ("/api/datasets/", page), ("limit=1000", page)]
    assert "1 created" in run(app, admin).text
    assert waits == [1.0] * 3


@pytest.mark.parametrize("status", [408, 500, 520, 524, 529])
def test_a_busy_server_in_front_of_the_hub_is_asked_again(app, admin, hub, waits, status):
    hub.models = [model(1, safetensors=None)]
    hub.files["lab-1/model-1"] = [{"rfilename": "a.bin", "size": 5}]
    hub.faults = [
        (where, answering(b"", "text/html", status)) for where in ("limit=1000", "/lab-1/", "/datasets/")
    ]
    assert "1 created" in run(app, admin).text
    assert waits == [1.0] * 3
    with app.app_context():
        assert db.session.scalars(select(HubModelRow.model_bytes)).all() == [5]


def test_what_cannot_be_unpacked_is_asked_for_again(app, admin, hub, waits):
    hub.models = [model(1)]
    hub.faults = [("limit=1000", answering(b"not gzip at all", Content_Encoding="gzip"))]
    assert "1 created" in run(app, admin).text
    assert waits == [1.0]


def test_the_hub_may_be_named_in_any_letter_case(app, admin, hub, monkeypatch):
    hub.models = [model(1)]
    address = hub.address.replace("127.0.0.1", "LOCALHOST")
    settings = dataclasses.replace(app.config["SETTINGS"], hub_url=address)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    assert "1 created" in run(app, admin).text


def test_a_list_of_empty_pages_comes_to_an_end(app, admin, hub, monkeypatch):
    monkeypatch.setattr(huggingface, "MOST_MODELS", 50_000)

    def on_and_on(handler):
        hub.faults.append(("/api/models", on_and_on))
        link = f'<{hub.address}/api/models?cursor=1>; rel="next"'
        handler.answer(b"[]", "application/json", Link=link)

    hub.faults = [("/api/models", on_and_on)]
    assert "does not end" in run(app, admin).text
    assert len(hub.asked) == 50


def test_a_long_count_gives_signs_of_life_and_can_be_stopped(app, admin, hub):
    hub.models = [model(n) for n in range(2_500)]

    def slowly(handler):
        with app.app_context():
            db.session.execute(update(Job).values(cancel_requested=True))
            db.session.commit()
        time.sleep(1.1)
        hub._list(handler, {"filter": ["co2_eq_emissions"], "sort": ["lastModified"], "limit": ["1000"],
                            "expand": ["lastModified"]})  # fmt: skip

    hub.faults = [("limit=1000", slowly)]
    assert "Cancelled" in run(app, admin).text
    assert len(hub.asked) == 1


def test_a_link_that_is_no_address_is_said(app, admin, hub):
    hub.faults = [("limit=1000", answering(b"[]", Link='<http://127.0.0.1:x1>; rel="next"'))]
    assert "cannot be read" in run(app, admin).text


@pytest.mark.parametrize("odd", ["yesterday", None, "9999-12-31T23:59:59-05:00"])
def test_a_model_without_a_readable_date_hides_none_after_it(app, admin, hub, odd):
    hub.models = [model(n) for n in range(1, 4)]
    run(app, admin)
    hub.models = [model(4, lastModified=odd), model(5), model(1)]
    newest_first = sorted(hub.models, key=lambda m: m["lastModified"] != odd)
    hub._list = lambda handler, asked: handler.answer(json.dumps(newest_first).encode(), "application/json")
    assert "2 created" in run(app, admin, since="last").text


def command(app, *words):
    arguments = ["sync", "huggingface", *words]
    return CliRunner().invoke(command_line, arguments, obj=ScriptInfo(create_app=lambda: app))


def test_a_run_that_began_late_hides_nothing_from_the_next_one(app, hub):
    hub.models = [model(1), model(2, lastModified=stamp(FIRST + timedelta(days=40)))]
    assert command(app, "--since", "2026-02-01").stdout == "1 created, 0 updated, 0 unchanged, 0 skipped.\n"
    assert command(app).stdout == "1 created, 0 updated, 1 unchanged, 0 skipped.\n"
    hub.models.append(model(3, lastModified=stamp(FIRST + timedelta(days=50))))
    hub.models.append(model(4, lastModified=stamp(FIRST + timedelta(days=60))))
    assert command(app, "--since", "2026-03-01").stdout == "1 created, 0 updated, 0 unchanged, 0 skipped.\n"
    assert command(app).stdout == "1 created, 0 updated, 2 unchanged, 0 skipped.\n"


def test_a_run_with_nothing_new_forgets_not_what_was_seen(app, hub):
    hub.models = [model(n) for n in range(1, 5)]
    command(app)
    hub.models.pop()
    assert command(app).stdout == "0 created, 0 updated, 0 unchanged, 0 skipped.\n"
    assert command(app).stdout == "0 created, 0 updated, 0 unchanged, 0 skipped.\n"


def test_options_that_contradict_each_other_are_refused(app, hub):
    assert command(app, "--since", "2026-01-01", "--all").exit_code == 2


def test_the_command_says_that_it_goes_on_with_a_run(app, admin, hub):
    hub.models = [model(n) for n in range(1, 4)]
    start(admin)
    done = command(app, "--limit", "1")
    assert "it keeps the options" in done.stderr
    assert done.stdout.startswith("3 created")


def test_sizes_beyond_what_a_database_counts_are_left_out(app, admin, hub):
    names = [f"d{n}" for n in range(12)]
    hub.datasets = {name: {"cardData": {"dataset_info": {"dataset_size": 10**18}}} for name in names}
    hub.models = [model(1, safetensors=None)]
    hub.models[0]["cardData"]["datasets"] = names
    hub.files["lab-1/model-1"] = [{"rfilename": f"{n}.bin", "size": 10**18} for n in range(12)]
    assert "1 created" in run(app, admin).text


def test_what_was_skipped_before_the_worker_died_is_listed_as_what_became_of_it(app, admin, hub, monkeypatch):
    hub.models = [model(1, cardData={"co2_eq_emissions": "unknown"}), model(2)]
    real = runs.finish_run
    monkeypatch.setattr(runs, "finish_run", lambda *_: (_ for _ in ()).throw(SystemExit))
    page = start(admin)
    with pytest.raises(SystemExit):
        work(app)
    monkeypatch.setattr(runs, "finish_run", real)
    with app.app_context():
        db.session.rollback()
        db.session.execute(update(Job).values(seen_at=FIRST))
        db.session.commit()
    hub.models[0]["cardData"] = {"co2_eq_emissions": "3 g"}
    work(app)
    page = admin.get(page.address)
    assert "2 created, 0 updated, 0 unchanged, 0 skipped." in page.text
    assert "are no amount" not in page.text
    assert len(labels(app)) == 2


def test_a_model_that_a_visitor_registers_in_the_same_moment_is_that_one(app, admin, hub):
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("only one writes at a time")
        hub.models = [model(1), model(2)]
        other = db.engine.connect()
        values = "'model-1', 'lab-1', '', '', 'x', 'lab1/model1', now(), now()"
        columns = "name, author, description, url, search_text, identity, created_at, updated_at"
        other.execute(text(f"INSERT INTO ml_models ({columns}) VALUES ({values})"))
        threading.Timer(1.0, lambda: (other.commit(), other.close())).start()
    assert "2 created" in run(app, admin).text
    with app.app_context():
        assert len(db.session.scalars(select(MLModel).where(MLModel.name == "model-1")).all()) == 1


def test_a_worker_that_was_taken_for_dead_counts_nothing_more(app, admin, hub, monkeypatch):
    monkeypatch.setattr(huggingface, "BATCH", 2)
    hub.models = [model(n) for n in range(1, 4)]
    run(app, admin)

    real, hung = Reader.read, []

    def read(self, items, known):
        found = real(self, items, known)
        if not hung:
            hung.append(self)
            db.session.execute(update(Job).values(seen_at=FIRST))
            db.session.commit()
            work(app)
        return found

    monkeypatch.setattr(Reader, "read", read)
    page = run(app, admin, since="")
    assert "0 created, 0 updated, 3 unchanged, 0 skipped." in page.text
    with app.app_context():
        assert db.session.scalar(select(SyncRun.unchanged).order_by(SyncRun.id.desc()).limit(1)) == 3


@pytest.mark.parametrize("words", [["--dry-run"], []])
def test_nothing_is_held_in_the_database_while_the_hub_is_waited_for(app, hub, words):
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("has no list of transactions")
    hub.models = [model(n, safetensors=None) for n in range(1, 410, 100)] + [model(n) for n in range(2, 410)]
    held = []
    idle = "SELECT query FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"

    def look(handler):
        with app.app_context():
            held.extend(db.session.scalars(text(idle)))
        hub(handler)

    hub.faults = [(where, look) for where in ("limit=1000", "limit=200", "cursor=", "blobs", "datasets")]
    assert command(app, *words).exit_code == 0
    assert hub.faults == []
    assert held == []


@pytest.mark.parametrize(
    ("asked", "wait"), [("1.5", 1.5), ("Sun Nov  6 08:49:37 1994", 0.0), ("-1", 1.0), ("inf", 1.0), ("", 1.0)]
)
def test_other_ways_to_ask_to_wait(app, admin, hub, waits, asked, wait):
    hub.models = [model(1)]
    hub.faults = [("limit=1000", busy(asked))]
    assert "1 created" in run(app, admin).text
    assert waits == [wait]


@pytest.mark.parametrize(
    "query",
    ["after=x", "after=%00", "after=W251bGxd", "after=WzFd", "after=WyJhIiwiYiJd", "after=" + "x" * 5000,
     "action=%00", "action=created&action=x", "action=unchanged"],
)  # fmt: skip
def test_odd_arguments_of_the_pages_are_no_failure(app, admin, hub, query):
    hub.models = [model(1)]
    page = run(app, admin)
    assert admin.get(f"{page.address}?{query}").status in {200, 400, 404}
    assert admin.get(f"/admin/connectors/runs/{10**30}").status == 404
    assert admin.get("/admin/connectors/runs/0").status == 404


def test_a_label_that_is_deleted_while_the_hub_is_asked_stays_deleted(app, admin, hub):
    hub.models = [model(1, safetensors=None), model(2)]
    run(app, admin)

    def delete_meanwhile(handler):
        with app.app_context():
            same = Experiment.origin_url.endswith("lab-1/model-1")
            db.session.delete(db.session.scalars(select(Experiment).where(same)).one())
            db.session.commit()
        hub(handler)

    for changed in hub.models:
        changed["lastModified"] = stamp(FIRST + timedelta(days=1))
        changed["cardData"]["co2_eq_emissions"]["emissions"] = 7
    hub.faults = [("/api/models/lab-1/", delete_meanwhile)]
    page = run(app, admin)
    assert "0 created, 1 updated, 0 unchanged, 1 skipped." in page.text
    assert "Its label was deleted here." in page.text
    assert len(labels(app)) == 1


def test_what_is_known_of_a_batch_is_read_once(app, admin, hub, statements):
    hub.models = [model(n) for n in range(1, 20)]
    run(app, admin)
    for changed in hub.models[:9]:
        changed["cardData"]["co2_eq_emissions"]["emissions"] = 7
    page = start(admin, since="")
    statements.clear()
    work(app)
    assert "9 updated, 10 unchanged" in admin.get(page.address).text
    assert sum("FROM hub_models" in statement for statement in statements) == 1


def test_the_old_addresses_lead_to_the_new_ones(app, admin, hub):
    hub.models = [model(1)]
    page = run(app, admin)
    job_id = page.address.rpartition("/")[2]
    for old, new in (("", ""), (job_id, f"runs/{job_id}")):
        answer = admin.client.get(f"/admin/sync/{old}")
        assert (answer.status_code, answer.location) == (308, f"/admin/connectors/{new}")
