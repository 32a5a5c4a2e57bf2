"""Whatever is sent to the forms: no failure, and nothing wrong is ever stored."""

import io
import json
import math
import threading
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import create_environ, run_wsgi_app

from gaissa_web.adapters import confined
from gaissa_web.adapters.turns import Turns
from gaissa_web.core.rating import rate
from gaissa_web.labels.queries import information_fields
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import Experiment, InformationValueRow, MetricValue
from gaissa_web.storage.information import InformationFieldRow
from gaissa_web.storage.schemes import MetricRow, current_scheme, published_scheme
from tests.unit.importing.test_greedy import far_workbook

pytestmark = pytest.mark.any_database

TRAINING, INFERENCE = "/labels/training/new", "/labels/inference/new"
METRICS = ["co2_eq_emissions", "downloads", "performance_score", "latency", "flops", "no_such_metric"]
FACTS = ["hardware", "domain", "model_size", "duration", "precision", "deployment", "no_such_field"]
UPLOADS = "/labels/training/import", "/labels/inference/import"
NASTY = [
    "", " ",
    "0", "1", "1e400", "-1", "NaN", "Infinity", "-Infinity", "1,234", "9" * 400, "[1]", "1e-400", "٣",
    "\0", "\ud800", "\u202e", "<script>alert(1)</script>", "{{7*7}}", "{% raw %}", "' OR 1=1 --", "cloud",
    "Computer vision", "=1+1", "javascript:alert(1)", "../../etc/passwd", "\r\nSet-Cookie: a=b", "x" * 5000,
]  # fmt: skip

texts = st.sampled_from(NASTY) | st.text(max_size=60) | st.floats().map(repr) | st.integers().map(str)
names = st.sampled_from(
    [f"metric-{slug}" for slug in METRICS]
    + [f"info-{slug}" for slug in FACTS]
    + [
        "model_id",
        "model_name",
        "model_author",
        "model_description",
        "model_url",
        "provenance",
        "offered",
        "use",
        "upload",
        "inferences",
        "one_at_a_time",
        "aggregation",
        "tool-0",
        "run-0",
        "column-0",
        "field-0",
        "unit-0",
    ]
) | st.text(max_size=20)
wild = st.dictionaries(names, st.lists(texts, min_size=1, max_size=2), max_size=8)
good = st.sampled_from(
    [{}, {"model_name": ["m"], "metric-downloads": ["3"]}, {"model_name": ["m"], "metric-flops": ["3"]}]
)
forms = st.builds(lambda one, other: {**one, **other}, good, wild)


def encodable(form):
    """What a client can put on the wire: lone surrogates go as the bytes they would be."""
    return {
        name.encode("utf-8", "surrogatepass"): [v.encode("utf-8", "surrogatepass") for v in values]
        for name, values in form.items()
    }


def body(fields):
    from urllib.parse import quote_plus

    return "&".join(
        f"{quote_plus(name)}={quote_plus(value)}" for name, values in fields.items() for value in values
    )


def post(client, address, fields):
    with closing(
        client.post(address, data=body(fields), content_type="application/x-www-form-urlencoded")
    ) as response:
        response.get_data()
        return response


def assert_all_is_well(app, after):
    """Everything stored since label `after` obeys the rules, read from the tables themselves."""
    with app.app_context():
        fields = {f.slug: f for phase in ("training", "inference") for f in information_fields(phase)}
        for experiment in db.session.scalars(select(Experiment).where(Experiment.id > after)):
            scheme = published_scheme(experiment.scheme_id)
            query = select(MetricRow.slug, MetricValue.value).join(
                MetricRow, MetricRow.id == MetricValue.metric_id
            )
            values = dict(
                map(tuple, db.session.execute(query.where(MetricValue.experiment_id == experiment.id)))
            )
            assert values
            assert all(math.isfinite(value) and value >= 0 for value in values.values())
            rating = rate(scheme, values)
            assert experiment.grade == (rating.grade.letter if rating.grade else None)
            assert experiment.coverage == rating.coverage
            assert experiment.model.name.strip()
            facts = select(InformationFieldRow.slug, InformationValueRow.value).join(
                InformationFieldRow, InformationFieldRow.id == InformationValueRow.field_id
            )
            for slug, value in db.session.execute(
                facts.where(InformationValueRow.experiment_id == experiment.id)
            ):
                fields[slug].check(value)
        db.session.remove()


@pytest.fixture
def hostile(app):
    """A client that has a session, with its token; only SQLite, for the sake of time."""
    if "postgresql" in app.config["SQLALCHEMY_DATABASE_URI"]:
        pytest.skip("the many generated forms go to SQLite; single ones below to both")
    client = app.test_client()
    page = client.get(TRAINING).get_data(as_text=True)
    return client, page.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]


def test_thousands_of_hostile_forms_fail_nothing_and_store_nothing_wrong(app, hostile):
    client, token = hostile
    last = len(client.get("/labels/export.json").json)
    stored = 0

    @settings(max_examples=15 * settings().max_examples, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from([TRAINING, INFERENCE, *UPLOADS]),
        forms,
        st.sampled_from(["register", "preview", "find", "\0"]),
    )
    def attack(address, form, action):
        nonlocal stored
        fields = encodable(form) | {b"csrf_token": [token.encode()], b"action": [action.encode()]}
        response = post(client, address, fields)
        assert response.status_code in {200, 303, 413, 422}, form
        stored += response.status_code == 303

    attack()
    assert_all_is_well(app, last)
    assert stored > 0
    for label in client.get("/labels/export.json").json[:25]:
        for suffix in ("", ".json", ".svg", "/badge.svg", "/model-card.yaml"):
            assert client.get(f"/labels/{label['id']}{suffix}").status_code == 200


@pytest.mark.parametrize("value", NASTY)
def test_each_nasty_value_gets_an_answer_in_every_field(browse, app, value):
    last = browse.client.get("/labels/export.json").json[0]["id"]
    form = browse.get(INFERENCE)
    token = form.value("csrf_token").encode()
    for name in ("metric-latency", "info-hardware", "info-precision", "model_name", "model_url", "model_id"):
        plain = {"model_name": ["x"], "metric-flops": ["1"], name: [value]}
        response = post(browse.client, INFERENCE, encodable(plain) | {b"csrf_token": [token]})
        assert response.status_code in {303, 422}
    assert_all_is_well(app, last)


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize(
    "name", ["q", "after", "phase", "grade", "source", "metric", "sort", "id", "model_id"]
)
def test_each_nasty_value_gets_an_answer_in_every_address(browse, name, value):
    from urllib.parse import quote_plus

    text = quote_plus(value.encode("utf-8", "surrogatepass"))
    for address in ("/labels/", "/labels/compare", TRAINING, "/labels/export.csv"):
        with closing(browse.client.get(f"{address}?{name}={text}")) as response:
            response.get_data()
            assert response.status_code in {200, 422}


@pytest.mark.parametrize(
    "header", ["Host", "X-Forwarded-For", "X-Forwarded-Proto", "HX-Request", "Range", "Accept-Encoding"]
)
@pytest.mark.parametrize("value", ["evil.example:99999", "bytes=0-1,5-", "<script>", "\xff", "a" * 5000])
def test_hostile_headers_change_nothing(browse, header, value):
    with closing(browse.client.get("/labels/1", headers={header: value})) as response:
        assert response.status_code in {200, 400}
        assert b"evil.example" not in response.get_data()


def test_a_hundred_megabytes_are_refused_before_they_are_read(browse):
    class Endless(io.RawIOBase):
        taken = 0

        def readable(self):
            return True

        def readinto(self, buffer):
            Endless.taken += len(buffer)
            buffer[:] = b"x" * len(buffer)
            return len(buffer)

    environ = create_environ("/labels/training/import", method="POST")
    environ["CONTENT_TYPE"] = "multipart/form-data; boundary=x"
    environ["CONTENT_LENGTH"] = "100000000"
    environ["wsgi.input"] = Endless()
    pieces, status, _ = run_wsgi_app(browse.client.application, environ)
    assert status.startswith("413")
    assert b"at most 20 MB" in b"".join(pieces)
    assert Endless.taken < 1_000_000


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data", "\0", ""])
def test_a_wrong_content_type_is_refused(browse, content_type):
    response = browse.client.post(TRAINING, data=json.dumps({"model_name": "x"}), content_type=content_type)
    assert response.status_code in {400, 415}


@pytest.mark.parametrize(
    "address", [TRAINING, INFERENCE, "/labels/training/import", "/labels/inference/import"]
)
@pytest.mark.parametrize("token", ["", "forged", "\0"])
def test_no_form_is_taken_without_its_token(browse, address, token):
    browse.get(TRAINING)
    response = browse.client.post(
        address, data={"model_name": "x", "metric-downloads": "1", "csrf_token": token}
    )
    assert response.status_code == 400
    assert all(label["model"] != "x" for label in browse.client.get("/labels/export.json?q=x").json)


NAMES = ["../../x.csv", "<b>.csv", "n" * 300 + ".csv", "\u202ex.csv", "a\0b.csv"]


@pytest.mark.parametrize("name", NAMES)
def test_hostile_file_names_are_shown_as_text(browse, name):
    address = "/labels/training/import"
    page = browse.send(browse.get(address), address, files=[(name, b"downloads,x\n5,1\n")])
    assert page.status in {200, 422}
    assert not page.tree.xpath("//main//b")


def test_many_files_at_once_are_read(browse):
    address = "/labels/training/import"
    files = [(f"{n}.csv", b"downloads,x\n5,1\n") for n in range(50)]
    assert browse.send(browse.get(address), address, files=files).value("metric-downloads") == "5"


@pytest.mark.parametrize("typed", ["%" * 60_000, "_" * 300_000, "x" * 900_000])
def test_a_huge_name_is_looked_for_without_failing(browse, typed):
    page = browse.get(TRAINING)
    for button in ("find", "preview", "register"):
        answer = browse.send(page, TRAINING, button=button, model_name=typed, metric__downloads="1")
        assert answer.status in {200, 422}


GREEDY = [
    (("far.xlsx", far_workbook("single quotes", "both")), "more than 2,000 columns"),
    (("deep.json", b"[" + b"[]," * 3_000_000 + b"[]]"), "too many values"),
    (("wide.csv", b"ab," * 6_000_000), "more memory or time"),
]


@pytest.mark.parametrize(("file", "reason"), GREEDY, ids=lambda value: value[0])
def test_an_upload_that_would_take_much_is_refused_and_the_next_is_read(browse, file, reason):
    address = "/labels/training/import"
    page = browse.send(browse.get(address), address, files=[file])
    assert page.status == 422
    assert reason in page.text
    assert page.tree.xpath("//h1")[0].text.startswith("Upload files")
    again = browse.send(page, address, files=[("a.csv", b"downloads,x\n5,1\n")])
    assert again.value("metric-downloads") == "5"


@pytest.mark.parametrize("file", [file for file, _ in GREEDY], ids=lambda value: value[0])
def test_management_refuses_what_would_take_much(app, admin, file):
    tool = admin.get("/admin/tools/1")
    for page, button in ((tool, "try"), (admin.get("/admin/carbon/import"), "file")):
        refused = admin.send(page, page.address, button=button, files=[file])
        assert refused.status == 422
        assert file[0] in refused.text or "more memory or time" in refused.text


def test_management_says_when_too_many_files_are_being_read_and_keeps_the_form(admin, monkeypatch):
    monkeypatch.setattr(confined, "TURNS", Turns(0, 0, 0, confined.TURNS.busy))
    files = [("a.csv", b"downloads,x\n5,1\n")]
    tool = admin.get("/admin/tools/1")
    for page, button, fields in (
        (tool, "try", {"name": "typed"}),
        (admin.get("/admin/carbon/import"), "file", {}),
    ):
        busy = admin.send(page, page.address, button=button, files=files, **fields)
        assert busy.status == 503
        assert busy.response.headers["Retry-After"]
        assert "send yours again" in busy.text
        assert all(busy.value(name) == value for name, value in fields.items())


def test_a_page_says_when_too_many_files_are_being_read(browse, monkeypatch):
    monkeypatch.setattr(confined, "TURNS", Turns(0, 0, 0, confined.TURNS.busy))
    address = "/labels/training/import"
    busy = browse.send(browse.get(address), address, files=[("a.csv", b"downloads,x\n5,1\n")])
    assert busy.status == 503
    assert busy.response.headers["Retry-After"]
    assert "send yours again" in busy.text


@pytest.mark.parametrize("same_author", [True, False])
def test_the_same_model_registered_at_once_by_many_is_one_model(app, same_author):
    """Each thread sends the same model; with a session each, so that they are different labels."""
    statuses = []

    def send(number):
        client = app.test_client()
        token = client.get(TRAINING).get_data(as_text=True).split('type="hidden" value="')[1].split('"')[0]
        data = {"csrf_token": token, "model_name": "race", "metric-downloads": str(number)}
        data["model_author"] = "same" if same_author else str(number)
        statuses.append(client.post(TRAINING, data=data).status_code)

    threads = [threading.Thread(target=send, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303] * 6
    labels = app.test_client().get("/labels/export.json?q=race").json
    assert len(labels) == 6
    assert len({label["author"] for label in labels}) == (1 if same_author else 6)


def test_the_same_form_sent_at_once_by_many_threads_is_one_label(app):
    first = app.test_client()
    page = first.get(TRAINING)
    token = page.get_data(as_text=True).split('type="hidden" value="')[1].split('"')[0]
    cookie = first.get_cookie("session").value
    places = []

    def send():
        client = app.test_client()
        client.set_cookie("session", cookie)
        data = {"csrf_token": token, "model_name": "double", "metric-downloads": "4"}
        places.append(client.post(TRAINING, data=data).location)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(places)) == 1
    assert places[0]
    assert len(app.test_client().get("/labels/export.json?q=double").json) == 1


def test_the_scheme_in_force_is_the_newest_published(app):
    with app.app_context():
        _, scheme = current_scheme("training")
        assert scheme.version == 1
        db.session.remove()
