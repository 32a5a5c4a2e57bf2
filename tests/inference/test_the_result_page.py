"""What the page of a finished measurement says, and that it says it as a person would."""

import re

import pytest
from sqlalchemy import select, update

from gaissa_web.core.endpoints import Answer
from gaissa_web.core.energy import Spread
from gaissa_web.core.measuring import Sample, Supply, as_data, evaluate
from gaissa_web.storage.db import db
from gaissa_web.storage.measurements import Measurement

pytestmark = pytest.mark.any_database

HEADER = "the header X-Energy-Joules"


def ok(latency=0.2, energy_j=None, **more):
    answer = Answer(energy_j=energy_j, energy_from="" if energy_j is None else HEADER)
    return Sample(latency, answer, response_bytes=1234, status=200, **more)


def failed():
    return Sample(0.0, Answer("It answered 500 (Internal Server Error)."), status=500)


@pytest.fixture
def show(app, browse):
    """Show the page of a measurement that gave these samples."""

    def page(samples, warm=(), power="", devices="1", cut_short=""):
        given = {
            "address": "https://models.example/x",
            "protocol": "huggingface",
            "examples": "a",
            "pue": "1.2",
        }
        chosen = {"hardware": "own", "power": power or "53.3333333", "devices": devices}
        sent = browse.send(browse.get("/inference/measure"), "/inference/measure", **given, **chosen)
        assert sent.status == 200
        power_w = Spread(20.123456789, 53.3333333, 144.7654321)
        outcome = evaluate(warm, samples, Supply(power_w, 1.2, 473.123456), cut_short)
        with app.app_context():
            key = sent.address.rpartition("/")[2]
            db.session.execute(
                update(Measurement).where(Measurement.key == key).values(result=as_data(outcome))
            )
            db.session.commit()
            assert db.session.scalar(select(Measurement.result).where(Measurement.key == key))
        return browse.get(sent.address)

    return page


def latencies(count):
    return [ok(0.2 + number / 700) for number in range(count)]


@pytest.mark.parametrize("count", [1, 2, 5, 9, 10, 12, 19, 20, 21, 100])
def test_p95_stands_with_its_number_of_requests_and_says_when_they_are_few(show, count):
    text = show([*latencies(count), failed()]).text
    requests = "1 request" if count == 1 else f"{count} requests"
    assert f"(p95 of {requests})" in text
    assert ("p95 is little more than the slowest answer" in text) is (count < 20)
    assert ("so few say little" in text) is (count < 10)
    assert all(
        re.match(r"p95 (of \d+ requests?\)|is little)", text[at.start() :]) for at in re.finditer("p95", text)
    )


def test_one_answer_has_no_interval(show):
    text = show([ok(energy_j=5.0)]).text
    assert "95 % interval" not in text
    assert text.count("one answer does not show how others would differ") == 2


@pytest.mark.parametrize("count", [1, 5, 20])
@pytest.mark.parametrize("latency", [1 / 3000, 1 / 3, 100 / 3])
@pytest.mark.parametrize("energy_j", [None, 7.7777777, 0.0])
def test_no_number_is_shown_raw_and_nothing_is_one_of_many(show, count, latency, energy_j):
    samples = [ok(latency * (1 + n / 97), energy_j) for n in range(count)]
    samples[0] = ok(latency * 1.5, energy_j, connect_s=latency / 7, round_trip_s=latency / 13)
    text = show([*samples, failed()], cut_short="It took longer than 10 minutes").text
    main = text[text.index("Measurement of models.example", 100) :]
    assert not re.findall(r"\d\.\d{4,}|\d{8,}|\d[eE][+-]?\d|nan|inf\b|None", main)
    assert not re.findall(r"\b1 (?:requests|answers|examples|devices|tokens)\b", main)
    assert not re.findall(r"\b[2-9] (?:request|answer|example|device)\b(?! of)", main)


def test_the_formula_has_the_network_in_it_and_its_figures_make_the_result(show):
    text = show([ok(0.2)] * 20, warm=[ok(connect_s=0.1, round_trip_s=0.05)]).text
    assert "power × (mean latency − network) × PUE = 53.3 W × (200 ms − 50 ms) × 1.2 = 9.6 J" in text
    assert "Connecting100 ms, of which 50 ms for the way to the server and back" in text


def test_the_formula_leaves_a_network_out_that_was_not_measured(show):
    text = show([ok(0.2)] * 20).text
    assert "power × mean latency × PUE = 53.3 W × 200 ms × 1.2 = 12.8 J" in text


def test_a_round_trip_that_is_longer_than_an_answer_is_explained(show):
    text = show([ok(0.2)] * 20, warm=[ok(connect_s=0.5, round_trip_s=0.4)]).text
    assert "power × mean latency × PUE" in text
    assert "Reaching the server took longer than an answer, so nobody can tell the network’s share." in text


def test_it_says_where_a_measured_energy_was_read(show):
    text = show([ok(energy_j=5.0)] * 20).text
    assert "Energy, measured by the endpoint" in text
    assert "in the header X-Energy-Joules" in text


@pytest.mark.parametrize(
    ("samples", "sentence"),
    [
        (
            [ok(energy_j=0.0)] * 6,
            "The endpoint reports energy in the header X-Energy-Joules, but 6 of its 6 figures",
        ),
        ([ok(energy_j=0.0)] + [ok(energy_j=5.0)] * 5, "but 1 of its 6 figures cannot be right"),
        (
            [ok(energy_j=1e6)] * 6,
            "cannot be right: over the latency it would be zero, below 1 W or above 20 kW.",
        ),
        ([ok(energy_j=5.0)] * 2 + [ok()] * 4, "but for 2 of 6 answers only. So it is estimated for all."),
    ],
)
def test_a_reported_energy_that_is_not_taken_is_explained(show, samples, sentence):
    text = show(samples).text
    assert "Energy, an estimate" in text
    assert sentence in text


@pytest.mark.parametrize(
    ("power", "devices", "shown"),
    [
        ("80", "1", "Power80 W, given by whoever measured"),
        ("80", "2", "Power160 W for 2 devices (80 W each), given by whoever measured"),
    ],
)
def test_the_number_of_devices_is_said_where_only_their_power_is_known(show, power, devices, shown):
    assert shown in show([ok()] * 20, power=power, devices=devices).text
