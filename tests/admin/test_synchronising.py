"""Synchronising with the hub, against a stand-in that speaks its protocol over real HTTP."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from gaissa_web.adapters import huggingface
from gaissa_web.connectors import services as sync
from gaissa_web.connectors import tasks
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import EarlierRating, Experiment
from gaissa_web.storage.hub import HubModelRow, SyncResult, SyncRun
from gaissa_web.storage.jobs import Job
from gaissa_web.storage.ml_models import MLModel
from tests.admin.test_re_rating import publish_next
from tests.hub import FIRST, StandInHub, broken, busy, half, leading_on, limited, model, silent, slow, stamp
from tests.working import work

pytestmark = pytest.mark.any_database

PARTS = [{"config_name": "cola", "dataset_size": 1_000}, {"config_name": "sst2", "dataset_size": 4_681_603}]
GLUE = {"id": "glue", "cardData": {"dataset_info": PARTS}}


@pytest.fixture
def hub(app, serve, monkeypatch):
    """A hub that the application is set to; it has nothing yet."""
    standing = StandInHub(datasets={"glue": GLUE})
    standing.address = serve(standing, keep_alive=True)
    settings = dataclasses.replace(app.config["SETTINGS"], hub_url=standing.address)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    return standing


@pytest.fixture
def waits(monkeypatch):
    """What was waited for, without waiting."""
    waited = []
    monkeypatch.setattr(
        "gaissa_web.jobs.running.RunningJob.pause", lambda _self, seconds: waited.append(seconds)
    )
    return waited


def start(admin, **fields):
    page = admin.get("/admin/connectors/")
    return admin.send(page, "/admin/connectors/", **fields)


def run(app, admin, **fields):
    """Synchronise, and return the page of the run."""
    page = start(admin, **fields)
    work(app)
    return admin.get(page.address)


def labels(app):
    """What the hub's labels are, without what depends on when they were made."""
    with app.app_context():
        rows = db.session.scalars(select(Experiment).where(Experiment.origin == "hub"))
        return {
            row.origin_url.rpartition(":")[2].partition("/")[2]: (
                row.grade,
                sorted((v.metric_id, v.value) for v in row.metric_values),
                sorted((v.field_id, v.value) for v in row.information_values),
            )
            for row in rows
        }


def test_a_card_becomes_a_model_with_a_label(app, admin, browse, hub):
    hub.models = [model(4)]
    page = run(app, admin)
    assert "1 created, 0 updated, 0 unchanged, 0 skipped." in page.text
    label = browse.client.get(page.tree.xpath("//a[text()='lab-4/model-4']/@href")[0] + ".json").json
    assert label["model"]["name"] == "model-4"
    assert label["model"]["author"] == "lab-4"
    metrics = {slug: m["value"] for slug, m in label["metrics"].items()}
    assert metrics["co2_eq_emissions"] == 4.5
    assert metrics["downloads"] == 4
    assert metrics["performance_score"] == pytest.approx(2 * 0.9 * 0.88 / 1.78)
    assert metrics["size_efficiency"] == pytest.approx(4_000_016 / 4.5)
    assert metrics["dataset_size_efficiency"] == pytest.approx(4_681_603 / 4.5)
    facts = label["information"]
    assert facts["training_type"] == "fine-tuning"
    assert facts["hardware"] == "1 x NVIDIA T4"
    assert facts["location"] == "Spain"
    assert facts["emissions_source"] == "CodeCarbon"
    assert facts["library"] == "transformers"
    assert facts["licence"] == "apache-2.0"
    assert facts["domain"] == "Natural language processing"
    assert facts["datasets"] == "glue"
    assert facts["likes"] == "4"
    text = browse.get(f"/labels/{label['id']}").text
    assert "Hugging Face model card" in text


def test_twice_changes_nothing_and_asks_for_no_sizes_again(app, admin, hub):
    hub.models = [model(n) for n in range(1, 30)]
    hub.models[3]["safetensors"] = None
    hub.files["lab-4/model-4"] = [{"rfilename": "pytorch_model.bin", "size": 12_345}]
    run(app, admin)
    before, asked = labels(app), len(hub.asked)
    page = run(app, admin, since="")
    assert "0 created, 0 updated, 29 unchanged, 0 skipped." in page.text
    assert labels(app) == before
    assert not [path for path in hub.asked[asked:] if not path.startswith("/api/models?")]


def test_the_next_run_begins_where_the_last_complete_one_had_seen_the_hub(app, admin, hub):
    hub.models = [model(n) for n in range(1, 4)]
    run(app, admin)
    hub.models[0]["lastModified"] = stamp(FIRST + timedelta(days=1))
    hub.models[0]["cardData"]["co2_eq_emissions"]["emissions"] = 900
    page = run(app, admin)
    assert "0 created, 1 updated, 1 unchanged, 0 skipped." in page.text
    page = run(app, admin)
    assert "0 created, 0 updated, 1 unchanged, 0 skipped." in page.text


def test_a_limited_run_leaves_the_rest_to_the_next_one(app, admin, hub):
    hub.models = [model(n) for n in range(1, 6)]
    assert "2 created" in run(app, admin, most="2").text
    assert "3 created, 0 updated, 2 unchanged" in run(app, admin).text


def test_a_changed_card_changes_the_label_and_its_grade(app, admin, browse, hub):
    hub.models = [model(1, downloads=100)]
    run(app, admin)
    [before] = labels(app).values()
    hub.models[0]["cardData"]["co2_eq_emissions"] = "2 kg"
    hub.models[0]["downloads"] = 0
    page = run(app, admin, since="")
    assert "1 updated" in page.text
    [after] = labels(app).values()
    assert after[0] > before[0]
    address = page.tree.xpath("//a[text()='lab-1/model-1']/@href")[0]
    data = browse.client.get(f"{address}.json").json
    assert data["metrics"]["co2_eq_emissions"]["value"] == 2000
    assert "hardware" not in data["information"]
    assert data["earlier_ratings"] == []


def test_a_changed_card_is_rated_by_the_current_version_and_the_earlier_grade_kept(app, admin, hub):
    hub.models = [model(1)]
    run(app, admin)
    publish_next(admin, "training", "downloads", threshold_1="22")
    hub.models[0]["likes"] = 77
    assert "1 updated" in run(app, admin, since="").text
    with app.app_context():
        row = db.session.scalars(select(Experiment).where(Experiment.origin == "hub")).one()
        kept = db.session.scalars(select(EarlierRating).where(EarlierRating.experiment_id == row.id)).all()
        assert len(kept) == 1
        assert kept[0].scheme_id != row.scheme_id


def test_a_label_that_was_deleted_here_stays_deleted(app, admin, hub):
    hub.models = [model(1), model(2)]
    page = run(app, admin)
    address = page.tree.xpath("//a[text()='lab-1/model-1']/@href")[0]
    delete = f"/admin/catalogue/labels/{address.rpartition('/')[2]}/delete"
    admin.send(admin.get(delete), delete)
    page = run(app, admin, since="")
    assert "0 created, 0 updated, 1 unchanged, 1 skipped." in page.text
    assert "Its label was deleted here." in page.text
    assert len(labels(app)) == 1


def test_a_model_that_somebody_registered_gets_a_label_more(app, admin, browse, hub):
    page = browse.get("/labels/training/new")
    browse.send(
        page, "/labels/training/new", model_name="model-1", model_author="lab-1", metric__downloads="3"
    )
    hub.models = [model(1)]
    run(app, admin)
    with app.app_context():
        found = db.session.scalars(select(MLModel).where(MLModel.name == "model-1")).all()
        assert len(found) == 1
        assert found[0].url == ""


ODD = {
    "no metadata": {"cardData": None},
    "a list": {"cardData": [1, 2]},
    "a text": {"cardData": "x"},
    "no emissions": {"cardData": {"license": "mit"}},
    "a sentence": {"cardData": {"co2_eq_emissions": "not reported"}},
    "negative": {"cardData": {"co2_eq_emissions": -3}},
    "infinite": {"cardData": {"co2_eq_emissions": float("inf")}},
    "not a number": {"cardData": {"co2_eq_emissions": {"emissions": float("nan")}}},
    "huge": {"cardData": {"co2_eq_emissions": 10**400}},
    "true": {"cardData": {"co2_eq_emissions": True}},
    "nested": {"cardData": {"co2_eq_emissions": {"emissions": {"emissions": 3}}}},
    "pounds": {"cardData": {"co2_eq_emissions": "3 lbs"}},
    "bad name": {"id": "../../etc/passwd"},
    "no name": {"id": None},
    "long name": {"id": "x" * 500},
}


def test_one_bad_card_never_stops_the_others(app, admin, hub):
    hub.models = [model(n, **odd) for n, odd in enumerate(ODD.values(), 1)] + [model(99)]
    page = run(app, admin)
    assert f"1 created, 0 updated, 0 unchanged, {len(ODD)} skipped." in page.text
    for reason in ("Its card cannot be had. The hub answers 404.", "states no CO₂", "“not reported”",
                   "negative, infinite, or too large", "neither a number nor a text", "“3 lbs”",
                   "no name that a model can have"):  # fmt: skip
        assert reason in page.text


HOSTILE = {
    "scripts": {"cardData": {"co2_eq_emissions": {"emissions": 1, "source": "<script>alert(1)</script>"}}},
    "control characters": {"cardData": {"co2_eq_emissions": {"emissions": 1, "source": "a\x00b\ud800c\x1b"}}},
    "a long fact": {"cardData": {"co2_eq_emissions": {"emissions": 1, "hardware_used": "x" * 100_000}}},
    "odd shapes": {"downloads": "many", "likes": -1, "tags": ["co2_eq_emissions", 5, None],
                   "safetensors": [1], "library_name": {"a": 1}, "model-index": "x", "pipeline_tag": 3},
    "odd index": {"model-index": [{"results": [{"metrics": [{"type": None, "value": "x"}, 3, None]}, 7]}]},
    "odd sizes": {"safetensors": {"parameters": {"F32": -5, "X": "y"}}},
    "a thousand datasets": {"cardData": {"co2_eq_emissions": 1, "datasets": [f"d{n}" for n in range(1000)]}},
    "no date": {"lastModified": "yesterday"},
    "a date to come": {"lastModified": "9999-12-31T23:59:59.000Z"},
    "zero": {"cardData": {"co2_eq_emissions": 0}},
}  # fmt: skip


@pytest.mark.parametrize("name", list(HOSTILE))
def test_what_is_odd_around_the_emissions_is_left_out_and_the_label_made(app, admin, browse, hub, name):
    hub.models = [model(1, **HOSTILE[name])]
    page = run(app, admin)
    assert "1 created" in page.text
    label = browse.get(page.tree.xpath("//a[text()='lab-1/model-1']/@href")[0])
    assert label.status == 200
    assert not label.tree.xpath("//script[not(@src)]")
    with app.app_context():
        assert db.session.scalar(select(SyncRun.seen_until)) <= datetime.now(UTC)


CARD = "---\nlicense: mit\nco2_eq_emissions:\n  emissions: 0.04 kg\n---\n# Model\n"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (CARD, "1 created"),
        ("# No metadata", "Its card has no metadata."),
        ("---\na: [1\n---\n", "is not valid YAML"),
        ("---\na: &x [1]\nb: *x\n---\n", "uses YAML aliases"),
        ("---\n- 1\n---\n", "Its card has no metadata."),
        ("---\n" + "a: " + "[" * 300 + "]" * 300 + "\n---\n", "nested too deeply"),
        ("---\nco2_eq_emissions: !!python/object/apply:os.system ['id']\n---\n", "tags"),
        ("x" * 1_100_000, "too large"),
    ],
)
def test_where_the_list_has_no_metadata_the_card_itself_is_read(app, admin, hub, text, outcome):
    hub.models = [model(1, cardData=None)]
    hub.cards["lab-1/model-1"] = text
    assert outcome in run(app, admin).text


def test_weights_are_counted_in_one_format(app, admin, hub, browse):
    hub.models = [model(3, safetensors=None)]
    hub.files["lab-3/model-3"] = [
        {"rfilename": "pytorch_model.bin", "size": 1_000}, {"rfilename": "tf_model.h5", "size": 1_010},
        {"rfilename": "training_args.bin", "size": 9_999}, {"rfilename": "pytorch_model-2.bin", "size": 500},
        {"rfilename": "README.md", "size": 7}, {"rfilename": None}, {"size": "x", "rfilename": "a.onnx"},
    ]  # fmt: skip
    page = run(app, admin)
    data = browse.client.get(page.tree.xpath("//a[text()='lab-3/model-3']/@href")[0] + ".json").json
    assert data["information"]["model_size"] == "1500"


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (busy("7"), 7.0),
        (busy("0"), 0.0),
        (busy("soon"), 1.0),
        (busy("2", status=503), 2.0),
        (limited, 41.0),
        (lambda handler: handler.answer(b"oops", "text/html", 502), 1.0),
        (broken, 1.0),
        (half, 1.0),
        (silent, 1.0),
    ],
    ids=["429", "429 at once", "429 soon", "503", "RateLimit", "502", "broken off", "half", "silent"],
)
def test_a_busy_or_breaking_hub_is_asked_again_as_it_wishes(app, admin, hub, waits, fault, wait):
    hub.models = [model(n) for n in range(1, 210)]
    hub.faults = [(where, fault) for where in ("limit=1000", "/api/datasets/", "cursor=")]
    assert "209 created, 0 updated, 0 unchanged, 0 skipped." in run(app, admin).text
    assert waits == [wait] * 3


def test_a_date_in_retry_after_is_waited_for(app, admin, hub, waits):
    hub.models = [model(1)]
    later = (datetime.now(UTC) + timedelta(seconds=60)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    hub.faults = [("limit=200", busy(later))]
    assert "1 created" in run(app, admin).text
    assert 55 < waits[0] <= 60


def test_a_slow_answer_is_given_up_and_asked_for_again(app, admin, hub, waits, monkeypatch):
    monkeypatch.setattr(huggingface, "READ_TIMEOUT_S", 0.3)
    hub.models = [model(1)]
    hub.faults = [("limit=200", slow(1.0))]
    assert "1 created" in run(app, admin).text
    assert waits == [1.0]


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ([busy("1")] * 9, "The hub answers 429. Tried 5 times."),
        ([busy("86400")], "come back in 1440 minutes"),
        ([broken] * 9, "broke off or did not come"),
        (
            [lambda handler: handler.answer(b'{"error": "no"}', "application/json", 403)],
            "The hub answers 403.",
        ),
        ([leading_on("http://127.0.0.1:9/api/models")], "leads on to another server"),
        ([lambda handler: handler.answer(b'{"a": 1}', "application/json")] * 9, "RemoteProtocolError"),
    ],
)
def test_a_hub_that_does_not_answer_ends_the_run_with_the_reason(app, admin, hub, waits, faults, reason):
    hub.models = [model(n) for n in range(1, 210)]
    hub.faults = [("cursor=", fault) for fault in faults]
    page = run(app, admin)
    assert "Failed." in page.text
    assert reason in page.text
    hub.faults = []
    assert "9 created, 0 updated, 200 unchanged" in run(app, admin).text


def test_a_list_that_ends_too_early_does_not_count_as_complete(app, admin, hub):
    hub.models = [model(n) for n in range(1, 210)]
    hub.faults = [("cursor=", lambda handler: handler.answer(b"[]", "application/json"))]
    assert "200 created" in run(app, admin).text
    assert "9 created, 0 updated, 200 unchanged" in run(app, admin).text


def test_empty_pages_that_lead_on_for_ever_end_the_run(app, admin, hub, monkeypatch):
    monkeypatch.setattr(huggingface, "MOST_MODELS", 3_000)
    link = f'<{hub.address}/api/models?cursor=1>; rel="next"'

    def empty(handler):
        handler.answer(b"[]", "application/json", Link=link)

    hub.faults = [("/api/models", empty)] * 20
    assert "list of models does not end" in run(app, admin).text


def test_a_visitor_who_registers_the_same_model_in_the_same_moment_stops_nothing(
    app, admin, hub, monkeypatch
):
    hub.models = [model(1)]
    real, tried = sync.add_labels, []

    def meet(news):
        if not tried:
            tried.append(1)
            raise IntegrityError("INSERT", {}, Exception("the same model"))
        return real(news)

    monkeypatch.setattr(sync, "add_labels", meet)
    assert "1 created, 0 updated, 0 unchanged, 0 skipped." in run(app, admin).text


def test_a_hub_that_is_not_there_is_said(app, admin, hub, waits, monkeypatch):
    settings = dataclasses.replace(app.config["SETTINGS"], hub_url="http://127.0.0.1:9")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    assert "broke off or did not come (ConnectError). Tried 5 times." in run(app, admin).text


def test_a_next_page_on_another_server_is_not_fetched(app, admin, hub, serve):
    other = []
    elsewhere = serve(lambda handler: other.append(handler.path))
    hub.models = [model(n) for n in range(1, 210)]
    address, hub.address = hub.address, elsewhere
    page = run(app, admin)
    hub.address = address
    assert "leads on to another server" in page.text
    assert other == []


def test_a_cancelled_run_keeps_what_it_did_and_the_next_one_does_the_rest(app, admin, hub, monkeypatch):
    hub.models = [model(n) for n in range(1, 300)]
    real = tasks.apply_batch

    def cancel(*arguments):
        real(*arguments)
        db.session.execute(update(Job).values(cancel_requested=True))
        db.session.commit()

    monkeypatch.setattr(tasks, "apply_batch", cancel)
    page = run(app, admin)
    assert "Cancelled. 200 of 299." in page.text
    monkeypatch.undo()
    settings = dataclasses.replace(app.config["SETTINGS"], hub_url=hub.address)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    assert "99 created, 0 updated, 200 unchanged" in run(app, admin).text


def test_a_waiting_run_is_cancelled_while_the_hub_makes_us_wait(app, admin, hub):
    hub.models = [model(1)]

    def cancel(handler):
        with app.app_context():
            db.session.execute(update(Job).values(cancel_requested=True))
            db.session.commit()
        busy("600")(handler)

    hub.faults = [("limit=1000", cancel)]
    assert "Cancelled" in run(app, admin).text


def test_a_batch_is_done_whole_or_not_at_all(app, admin, hub, monkeypatch):
    hub.models = [model(n) for n in range(1, 10)]
    monkeypatch.setattr(sync, "note_results", lambda *_: 1 / 0)
    assert "It failed on our side" in run(app, admin).text
    with app.app_context():
        for table in (HubModelRow, SyncResult):
            assert db.session.scalar(select(func.count()).select_from(table)) == 0
    assert labels(app) == {}


def test_starting_twice_is_one_run(app, admin, hub):
    hub.models = [model(1)]
    page = admin.get("/admin/connectors/")
    first, second = (admin.send(page, "/admin/connectors/") for _ in range(2))
    assert first.address == second.address
    assert "A run is on its way" in admin.get("/admin/connectors/").text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Job)) == 1


def test_looking_how_far_a_run_is_asks_little_of_the_database(app, admin, hub, statements):
    hub.models = [model(n) for n in range(1, 80)]
    page = start(admin)
    for _ in ("waiting", "done"):
        statements.clear()
        admin.get(page.address, headers={"HX-Request": "true"})
        assert len(statements) <= 8, statements
        work(app)


def test_results_can_be_narrowed_and_paged(app, admin, hub):
    hub.models = [model(n) for n in range(1, 80)] + [model(n, cardData={}) for n in range(80, 90)]
    page = run(app, admin)
    assert "79 created" in page.text
    skipped = admin.get(page.tree.xpath("//a[contains(@href, 'action=skipped')]/@href")[0])
    assert len(skipped.tree.xpath("//tbody/tr")) == 10
    more = admin.get(page.tree.xpath("//a[@rel='next']/@href")[0])
    assert more.tree.xpath("//tbody/tr")


def test_what_is_wrong_with_the_start_is_said(admin, hub):
    for most in ("0", "-1", "x", "9" * 30):
        page = start(admin, most=most)
        assert page.status == 422
        assert "Give a whole number" in page.text
    page = start(admin, since="someday")
    assert page.status == 422


def test_the_audit_trail_has_the_start_and_what_came_of_it(app, admin, hub):
    hub.models = [model(1)]
    run(app, admin)
    text = admin.get("/admin/audit/").text
    assert "Synchronise with Hugging Face" in text
    assert "synchronisation" in text
