"""Measuring an endpoint, from the form to the label, against servers that speak the real protocols."""

import dataclasses
import socket

import pytest
from sqlalchemy import func, select, update

from gaissa_web.core.measuring import outcome_from
from gaissa_web.inference import services
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import Experiment
from gaissa_web.storage.hardware import Hardware
from gaissa_web.storage.jobs import Job
from gaissa_web.storage.measurements import Measurement
from tests.endpoints import SPEAKERS, StandIn, on_disk, speak_huggingface
from tests.working import work

pytestmark = pytest.mark.any_database

TOKEN = "hf_a-secret-that-nobody-may-keep"


@pytest.fixture
def allow(app, monkeypatch):
    """Let the application fetch from what the tests serve."""
    settings = dataclasses.replace(app.config["SETTINGS"], allowed_hosts=frozenset({"127.0.0.1"}))
    monkeypatch.setitem(app.config, "SETTINGS", settings)


@pytest.fixture
def stand(serve, allow):
    """Serve an endpoint; gives it with its address in `address`."""

    def start(speak=speak_huggingface, **options):
        standing = StandIn(speak, **options)
        standing.address = f"{serve(standing, keep_alive=True)}/predict"
        return standing

    return start


def device(app, name="NVIDIA L4"):
    with app.app_context():
        return str(db.session.scalar(select(Hardware.id).where(Hardware.name == name)))


def ask(app, browse, address, **fields):
    """Fill in and send the form."""
    given = {"address": address, "protocol": "huggingface", "examples": "a text\nanother", "requests": "6",
             "hardware": device(app), "pue": "1.5", "country": "ESP"}  # fmt: skip
    page = browse.get("/inference/measure")
    return browse.send(page, "/inference/measure", **{**given, **fields})


FIELDS = {
    "json": {"template": '{"document": {"text": "{input}"}}'},
    "huggingface": {},
    "open-inference": {"tensor": "x", "datatype": "FP32", "examples": "[[1, 2], [3, 4]]"},
    "openai": {"model": "tiny", "max_tokens": "5", "examples": "one two three four five six seven"},
    "tgi": {"examples": "one two three"},
}


@pytest.mark.parametrize("protocol", list(SPEAKERS))
def test_each_protocol_is_measured_and_becomes_a_label(app, browse, stand, protocol):
    endpoint = stand(SPEAKERS[protocol], pause_s=0.02)
    page = ask(app, browse, endpoint.address, protocol=protocol, **FIELDS[protocol])
    assert "Waiting for the worker" in page.text
    work(app)
    assert len(endpoint.requests) == 9
    page = browse.get(page.address)
    assert "6 of 6 requests were answered" in page.text
    assert "Energy, an estimate" in page.text
    assert ("tokens per second" in page.text) is (protocol in {"openai", "tgi"})
    form = browse.get(page.tree.xpath("//a[text()='Make a label of it']/@href")[0])
    assert 20 <= float(form.value("metric-latency")) < 400
    label = browse.send(form, "/labels/inference/new", model_name="served")
    data = browse.client.get(f"{label.address}.json").json
    energy = data["metrics"]["energy_per_inference"]["value"]
    with app.app_context():
        network_s = outcome_from(db.session.scalar(select(Measurement.result))).network_s
    assert 0 <= network_s < 0.4
    latency_s = data["metrics"]["latency"]["value"] / 1000
    assert energy == pytest.approx(53 * 1.5 * (latency_s - network_s), rel=1e-4)
    grams = data["metrics"]["co2_per_1000_inferences"]["value"]
    assert grams == pytest.approx(energy / 3.6e6 * 174.05 * 1000, rel=1e-3)
    assert data["information"]["hardware"] == "NVIDIA L4"
    assert data["information"]["country"] == "Spain"
    assert "measured at a running endpoint (127.0.0.1; energy estimated)" in label.text


def test_examples_are_sent_in_turn_after_the_warm_up(app, browse, stand):
    endpoint = stand()
    ask(app, browse, endpoint.address)
    work(app)
    assert [body["inputs"] for body in endpoint.requests] == ["a text"] * 3 + ["a text", "another"] * 3


def test_energy_that_the_endpoint_reports_is_taken_as_measured(app, browse, stand):
    endpoint = stand(extra={"X-Energy-Joules": "2.5"}, pause_s=0.01)
    page = ask(app, browse, endpoint.address)
    work(app)
    page = browse.get(page.address)
    assert "Energy, measured by the endpoint" in page.text
    assert "2.5 J" in page.text
    assert "estimate" not in page.text
    form = browse.get(page.tree.xpath("//a[text()='Make a label of it']/@href")[0])
    assert form.value("metric-energy_per_inference") == "2.5"
    assert form.value("info-power") == ""


DIALECTS = {
    "energy.energy_joules, as Neuralwatt": {"energy": {"energy_joules": 2.5, "attribution_method": "gpu"}},
    "impact.energy, as GreenPT": {"impact": {"energy": {"total": 2500, "unit": "Wms"}}},
    "details.energy_mj of Text Generation Inference": {"details": {"energy_mj": 2500}},
    "usage.energy_joules": {"usage": {"energy_joules": 2.5}},
    "energy_joules": {"energy_joules": 2.5},
}


@pytest.mark.parametrize("place", DIALECTS)
def test_energy_is_read_in_each_dialect_and_the_dialect_is_named(app, browse, stand, place):
    page = ask(app, browse, stand(lambda _body: (DIALECTS[place], {}), pause_s=0.01).address)
    work(app)
    text = browse.get(page.address).text
    assert "Energy, measured by the endpoint" in text
    assert f"in the field {place}" in text
    assert "2.5 J on average" in text


def test_an_energy_of_zero_is_no_measurement(app, browse, stand):
    page = ask(app, browse, stand(extra={"X-Energy-Joules": "0"}, pause_s=0.01).address)
    work(app)
    page = browse.get(page.address)
    assert "Energy, an estimate" in page.text
    assert "6 of its 6 figures cannot be right" in page.text
    form = browse.get(page.tree.xpath("//a[text()='Make a label of it']/@href")[0])
    assert float(form.value("metric-energy_per_inference")) > 0


def test_a_measured_number_that_somebody_changes_is_no_longer_called_measured(app, browse, stand):
    page = ask(app, browse, stand().address)
    work(app)
    form = browse.get(browse.get(page.address).tree.xpath("//a[text()='Make a label of it']/@href")[0])
    label = browse.send(form, "/labels/inference/new", model_name="better", metric__latency="0.001")
    assert "typed into the form" in label.text
    with app.app_context():
        assert db.session.scalar(select(Experiment.origin).order_by(Experiment.id.desc())) == "form"


def test_a_measurement_gives_no_training_label(app, browse, stand):
    page = ask(app, browse, stand().address)
    work(app)
    key = page.address.rpartition("/")[2]
    assert browse.get(f"/labels/training/new?measurement={key}").status == 200
    assert (
        "Filled in with what was measured" not in browse.get(f"/labels/training/new?measurement={key}").text
    )


def test_failures_are_counted_with_their_reasons(app, browse, stand):
    def every_third(handler, number):
        if number < 3 or number % 3:
            return False
        handler.answer(b'{"error": "out of memory"}', "application/json", 500)
        return True

    page = ask(app, browse, stand(before=every_third).address, requests="9")
    work(app)
    text = browse.get(page.address).text
    assert "6 of 9 requests were answered" in text
    assert "6 of 9 (67 %)" in text
    assert "3 requests: It answered 500 (Internal Server Error)." in text


def test_an_endpoint_that_wakes_up_is_given_time(app, browse, stand, monkeypatch):
    waited = []
    monkeypatch.setattr(
        "gaissa_web.jobs.running.RunningJob.pause", lambda _self, seconds: waited.append(seconds)
    )

    def asleep(handler, number):
        if number > 1:
            return False
        handler.answer(
            b'{"error": "loading"}', "application/json", 503, **({"Retry_After": "7"} if number else {})
        )
        return True

    page = ask(app, browse, stand(before=asleep).address)
    work(app)
    assert "6 of 6 requests were answered" in browse.get(page.address).text
    assert waited == [5.0, 7.0]


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "401 (Unauthorized)"), (404, "404 (Not Found)"), (302, "leads on to another one"), (500, "500")],
)
def test_an_endpoint_that_never_answers_is_left_alone_after_the_warm_up(app, browse, stand, status, reason):
    def refuse(handler, _number):
        handler.answer(
            b"no", "text/plain", status, **({"Location": "http://127.0.0.1/"} if status == 302 else {})
        )
        return True

    endpoint = stand(before=refuse)
    page = ask(app, browse, endpoint.address)
    work(app)
    page = browse.get(page.address)
    assert "Failed. The endpoint could not be warmed up." in page.text.replace("0 of 6. ", "")
    assert reason in page.text
    assert len(endpoint.requests) == 1
    again = browse.get(page.tree.xpath("//a[text()='Change it and try again']/@href")[0])
    assert again.value("address") == endpoint.address
    assert again.value("examples").split("\n") == ["a text", "another"]
    assert again.value("pue") == "1.5"
    assert again.tree.xpath("//select[@name='hardware']/option[@selected]")[0].text.startswith("NVIDIA L4")
    assert again.tree.xpath("//select[@name='country']/option[@selected]")[0].text == "Spain"


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[" * 100_000, b'{"error": "x"}', b'{"other": 1}', b"\xff\xfe"]
)
def test_odd_answers_are_failures_not_errors(app, browse, stand, body):
    def odd(handler, _number):
        handler.answer(body, "application/json")
        return True

    page = ask(app, browse, stand(before=odd).address, protocol="openai", model="tiny")
    work(app)
    assert "could not be warmed up. It" in browse.get(page.address).text


def test_a_name_that_turns_out_to_lead_inside_is_not_measured(app, browse, monkeypatch):
    page = ask(app, browse, "https://public.example/x")
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: inside)
    work(app)
    assert "That address is not public, so it is not fetched." in browse.get(page.address).text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"address": ""}, "Type the web address"),
        ({"address": "ftp://x.example/"}, "starts with https://"),
        ({"address": "https://user:pw@x.example/"}, "leave the name and password out"),
        ({"protocol": "soap"}, "Choose one of the options"),
        ({"protocol": "json", "template": "{"}, "not valid JSON"),
        ({"protocol": "json", "template": '{"a": 1}'}, "needs {input} or {json}"),
        ({"protocol": "json", "template": "[" * 2000 + '"{input}"' + "]" * 2000}, "not valid JSON"),
        ({"protocol": "json", "template": '"{json}"', "examples": "{"}, "is not a JSON value"),
        ({"protocol": "openai"}, "give the name of the model"),
        ({"protocol": "open-inference", "tensor": ""}, "give the name of the input tensor"),
        ({"protocol": "open-inference", "datatype": "FP32", "examples": "[[1], [2, 3]]"}, "the same length"),
        ({"protocol": "open-inference", "datatype": "FP32", "examples": "7"}, "list of numbers"),
        ({"protocol": "tgi", "max_tokens": "0"}, "from 1 to 4,096"),
        ({"examples": " \n "}, "at least one example"),
        ({"examples": "\n".join("x" * 11)}, "at most 10"),
        ({"examples": "x" * 20_001}, "at most 20,000"),
        ({"requests": "4"}, "from 5 to 100"),
        ({"requests": "101"}, "from 5 to 100"),
        ({"requests": "NaN"}, "from 5 to 100"),
        ({"requests": "9" * 500}, "from 5 to 100"),
        ({"hardware": ""}, "Choose what it runs on"),
        ({"hardware": "99999"}, "Choose one of the options"),
        ({"hardware": "own"}, "Give the power of one device in watts"),
        ({"hardware": "own", "power": "0"}, "Give the power of one device in watts"),
        ({"hardware": "own", "power": "-5"}, "below 0"),
        ({"hardware": "own", "power": "1e9"}, "Give the power of one device in watts"),
        ({"devices": "0"}, "from 1 to 10,000"),
        ({"pue": "0.9"}, "PUE from 1 to 5"),
        ({"pue": "nan"}, "PUE"),
        ({"country": "XXX"}, "Choose one of the options"),
        ({"token": "a\nb"}, "plain letters"),
        ({"token": "ü"}, "plain letters"),
        ({"token": "t", "address": "http://models.example/x"}, "anybody on the way could read"),
        ({"token": "t", "token_header": "Host"}, "name of a header"),
        ({"token": "t", "token_header": "Content-Length"}, "name of a header"),
        ({"token": "t", "token_header": "X: y"}, "name of a header"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(app, browse, fields, message):
    page = ask(app, browse, **{"address": "https://models.example/x", **fields})
    assert page.status == 422
    assert message in page.tree.xpath("string(//div[@id='problems'])")
    for name, value in fields.items():
        if name not in {"protocol", "token", "hardware", "country", "address"}:
            assert page.value(name).strip() == value.strip() or name in {"token_header", "examples"}
    assert "hf_" not in page.response.get_data(as_text=True)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Measurement)) == 0
        assert db.session.scalar(select(func.count()).select_from(Job)) == 0


def test_a_token_is_sent_and_is_nowhere_afterwards(app, browse, stand, caplog):
    endpoint = stand()
    page = ask(app, browse, endpoint.address, token=TOKEN)
    with app.app_context():
        stored = repr([tuple(row) for row in db.session.execute(select(Job.payload, Job.sealed))])
        stored += repr([tuple(row) for row in db.session.execute(select(Measurement.request))])
    assert TOKEN not in stored
    work(app)
    assert {headers["Authorization"] for headers in endpoint.headers} == {f"Bearer {TOKEN}"}
    assert "6 of 6" in browse.get(page.address).text
    with app.app_context():
        assert db.session.scalars(select(Job.sealed)).all() == [None]
    folder = app.config["SETTINGS"].data_dir
    assert not on_disk(TOKEN, folder)
    assert TOKEN not in caplog.text
    assert TOKEN not in browse.get(page.address).response.get_data(as_text=True)


def test_the_search_for_a_token_finds_one(tmp_path):
    (tmp_path / "a.sqlite3-wal").write_bytes(b"\x00" + TOKEN.encode())
    assert on_disk(TOKEN, tmp_path)


def test_a_token_can_go_into_another_header(app, browse, stand):
    endpoint = stand()
    ask(app, browse, endpoint.address, token="Key abc", token_header="X-API-Key")
    work(app)
    assert endpoint.headers[0]["X-API-Key"] == "Key abc"
    assert "Authorization" not in endpoint.headers[0]


def test_without_what_its_token_is_sealed_in_a_measurement_says_so_and_sends_nothing(app, browse, stand):
    endpoint = stand()
    page = ask(app, browse, endpoint.address, token=TOKEN)
    with app.app_context():
        db.session.execute(update(Job).values(sealed=None))
        db.session.commit()
    work(app)
    assert "the token was kept nowhere else. Please start again." in browse.get(page.address).text
    assert endpoint.requests == []


def test_sending_the_form_twice_is_one_measurement(app, browse, stand):
    page = browse.get("/inference/measure")
    given = {"address": stand().address, "protocol": "huggingface", "examples": "a", "hardware": device(app)}
    first, second = (browse.send(page, "/inference/measure", **given) for _ in range(2))
    assert first.address == second.address
    work(app)
    assert browse.send(page, "/inference/measure", **given).address == first.address
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Job)) == 1


def test_nobody_has_more_than_three_measurements_under_way(app, browse):
    first = ask(app, browse, "https://models.example/x")
    for _ in range(2):
        assert ask(app, browse, "https://models.example/x").status == 200
    page = ask(app, browse, "https://models.example/x")
    assert page.status == 429
    assert "3 measurements of yours are under way" in page.text
    assert 0 < int(page.response.headers["Retry-After"]) <= 60
    assert page.value("address") == "https://models.example/x"
    browse.send(first, f"{first.address}/cancel")
    assert ask(app, browse, "https://models.example/x").status == 200


def test_too_many_waiting_measurements_of_all_are_refused(app, browse, monkeypatch):
    monkeypatch.setattr(services, "MOST_WAITING", 1)
    ask(app, browse, "https://models.example/x")
    assert "Many measurements are waiting already" in ask(app, browse, "https://models.example/x").text


def test_a_waiting_measurement_can_be_cancelled(app, browse, stand):
    endpoint = stand()
    page = ask(app, browse, endpoint.address)
    page = browse.send(page, f"{page.address}/cancel")
    assert "cancelled before it began" in page.text
    work(app)
    assert endpoint.requests == []


def test_a_running_measurement_stops_after_the_present_request(app, browse, stand):
    def cancel(_handler, number):
        if number == 4:
            with app.app_context():
                db.session.execute(update(Job).values(cancel_requested=True))
                db.session.commit()
        return False

    endpoint = stand(before=cancel)
    page = ask(app, browse, endpoint.address, requests="50")
    work(app)
    assert "Cancelled" in browse.get(page.address).text
    assert len(endpoint.requests) == 5


def test_a_measurement_is_seen_only_by_who_knows_its_address(app, browse, stand):
    page = ask(app, browse, stand().address)
    answer = browse.get(page.address).response
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    for key in ("1", "x" * 22, "x" * 5000, "%00", "é"):
        assert browse.get(f"/inference/measure/{key}").status == 404


def test_looking_how_far_it_is_asks_little_of_the_database(app, browse, stand, statements):
    page = ask(app, browse, stand().address)
    for _ in ("waiting", "done"):
        statements.clear()
        browse.get(page.address, headers={"HX-Request": "true"})
        assert len(statements) <= 4, statements
        work(app)


def test_a_form_whose_session_ended_is_given_back(app, browse):
    page = browse.get("/inference/measure")
    sent = {"address": "https://models.example/x", "examples": "kept", "token": TOKEN, "csrf_token": "old"}
    answer = browse._page(browse.client.post("/inference/measure", data=sent), "/inference/measure")
    assert answer.status == 400
    assert "Nothing was lost" in answer.text
    assert answer.value("examples") == "kept"
    assert TOKEN not in answer.response.get_data(as_text=True)
    assert page.status == 200


def test_the_fragment_polls_while_it_runs_and_no_longer(app, browse, stand):
    page = ask(app, browse, stand().address)
    polled = browse.get(page.address, headers={"HX-Request": "true"})
    assert polled.tree.xpath("//section[@id='measurement']/@hx-trigger") == ["every 1s"]
    assert not polled.tree.xpath("//h1")
    work(app)
    polled = browse.get(page.address, headers={"HX-Request": "true"})
    assert not polled.tree.xpath("//section[@id='measurement']/@hx-trigger")
    assert "Make a label of it" in polled.text
