"""Which requests a measurement sends, and what it concludes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.core import measuring
from gaissa_web.core.endpoints import Answer, Manner, Protocol
from gaissa_web.core.energy import Spread
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.measuring import (
    Request,
    Sample,
    Supply,
    as_data,
    evaluate,
    label_facts,
    label_values,
    measure,
    outcome_from,
    request_from,
)

SUPPLY = Supply(Spread(10, 50, 100), 1.5, 200.0)


def ok(latency=0.1, **more):
    answer = {name: more.pop(name) for name in ("tokens", "energy_j", "energy_from") if name in more}
    return Sample(latency, Answer(**answer), status=200, **more)


def failed(status=500, **more):
    return Sample(0.0, Answer(f"It answered {status}."), status=status, **more)


class Endpoint:
    """Answers with the samples it was made with, the last one for ever."""

    def __init__(self, *samples):
        self.samples = list(samples)
        self.asked = []

    def __call__(self, example):
        self.asked.append(example)
        return self.samples.pop(0) if len(self.samples) > 1 else self.samples[0]


def run(endpoint, examples=("a", "b"), requests=5, **more):
    told, waited = [], []
    result = measure(endpoint, examples, requests, told.append, waited.append, **more)
    return result, told, waited


def test_three_warm_up_requests_come_first_and_do_not_count():
    endpoint = Endpoint(ok())
    (warm, samples, cut_short), told, waited = run(endpoint)
    assert (len(warm), len(samples), cut_short, waited) == (3, 5, "", [])
    assert endpoint.asked == ["a"] * 3 + ["a", "b", "a", "b", "a"]
    assert told == [0, 0, 0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("status", [429, 503, 425, 408])
def test_a_server_that_wakes_up_is_given_time_and_asked_again(status):
    endpoint = Endpoint(
        failed(status), failed(status, retry_after_s=2.0), failed(status, retry_after_s=999), ok()
    )
    (warm, _, _), _, waited = run(endpoint)
    assert len(warm) == 6
    assert waited == [5.0, 2.0, 30.0]


def test_a_server_that_never_wakes_up_is_left_alone():
    endpoint = Endpoint(failed(503))
    with pytest.raises(InvalidInputError, match=r"could not be warmed up. It answered 503."):
        run(endpoint)
    assert len(endpoint.asked) == 8


def test_a_server_that_refuses_is_asked_once():
    endpoint = Endpoint(failed(401))
    with pytest.raises(InvalidInputError, match="401"):
        run(endpoint)
    assert len(endpoint.asked) == 1


def test_ten_failures_in_a_row_end_it():
    (_, samples, cut_short), _, _ = run(Endpoint(*[ok()] * 5, failed()), requests=100)
    assert len(samples) == 12
    assert cut_short == "10 requests in a row were not answered"


def test_ten_minutes_end_it():
    times = iter(range(0, 10_000, 100))
    (_, samples, cut_short), _, _ = run(Endpoint(ok()), requests=100, clock=lambda: next(times))
    assert len(samples) == 5
    assert cut_short == "It took longer than 10 minutes"


def test_the_energy_of_a_request_is_power_times_mean_latency_times_pue():
    outcome = evaluate([ok()], [ok(0.1), ok(0.3)], SUPPLY)
    assert outcome.latency.expected == pytest.approx(0.2)
    assert outcome.energy.expected == pytest.approx(50 * 0.2 * 1.5)
    assert outcome.energy.high == pytest.approx(100 * outcome.latency.high * 1.5)
    assert outcome.emissions_per_1000.expected == pytest.approx(15 / 3.6e6 * 200 * 1000)
    assert not outcome.measured


def test_the_network_is_in_the_latency_and_not_in_the_expected_energy():
    outcome = evaluate([ok(connect_s=0.1, round_trip_s=0.05)], [ok(0.2)] * 5, SUPPLY)
    assert (outcome.connecting_s, outcome.round_trip_s, outcome.reconnected) == (0.1, 0.05, 0)
    assert outcome.latency.expected == pytest.approx(0.2)
    assert outcome.network_s == pytest.approx(0.05)
    assert outcome.energy.low == pytest.approx(10 * 0.15 * 1.5)
    assert outcome.energy.expected == pytest.approx(50 * 0.15 * 1.5)
    assert outcome.energy.high == pytest.approx(100 * 0.2 * 1.5)


def test_an_answer_that_had_to_connect_leaves_that_out_too():
    samples = [ok(0.4, connect_s=0.2, round_trip_s=0.1), ok(0.2), ok(0.2), ok(0.2)]
    outcome = evaluate([], samples, SUPPLY)
    assert outcome.reconnected == 1
    assert outcome.network_s == pytest.approx(0.1 + 0.2 / 4)
    assert outcome.energy.expected == pytest.approx(50 * 0.1 * 1.5)


def test_the_shortest_of_several_round_trips_is_the_networks():
    warm = [ok(connect_s=0.5, round_trip_s=0.4), failed(connect_s=0.03, round_trip_s=0.02)]
    assert evaluate(warm, [ok(0.2)] * 5, SUPPLY).round_trip_s == 0.02


@pytest.mark.parametrize("trip", [0.2, 0.3, 5.0])
def test_what_took_longer_than_an_answer_was_no_round_trip_and_makes_no_energy_nothing(trip):
    outcome = evaluate([ok(connect_s=trip, round_trip_s=trip)], [ok(0.2)] * 5, SUPPLY)
    assert outcome.energy.low == 0
    assert outcome.energy.expected == pytest.approx(50 * 0.2 * 1.5)
    assert outcome.network_s == 0


times = st.floats(0, 100)


@given(st.lists(st.tuples(times, st.none() | times), min_size=1, max_size=30), st.none() | times)
def test_energy_and_its_range_are_in_order_whatever_the_network_did(measured, trip):
    samples = [
        ok(latency, connect_s=connect, round_trip_s=None if connect is None else connect / 2)
        for latency, connect in measured
    ]
    outcome = evaluate([ok(connect_s=trip, round_trip_s=trip)], samples, SUPPLY)
    nearly = 1 + 1e-9
    assert 0 <= outcome.energy.low <= outcome.energy.expected * nearly
    assert outcome.energy.expected <= outcome.energy.high * nearly
    assert 0 <= outcome.network_s <= outcome.latency.expected * nearly


def test_energy_is_called_measured_only_if_every_answer_reports_it():
    header = "the header X-Energy-Joules"
    told = [ok(energy_j=2.0, energy_from=header), ok(energy_j=4.0, energy_from=header)]
    outcome = evaluate([], told, SUPPLY)
    assert outcome.measured
    assert outcome.energy.expected == 3.0
    assert (outcome.energy_from, outcome.reported, outcome.implausible) == (header, 2, 0)
    some = evaluate([], [ok(energy_j=2.0, energy_from=header), ok()], SUPPLY)
    assert (some.measured, some.reported, some.energy_from) == (False, 1, header)
    assert evaluate([], [ok(energy_j=2.0), failed()], SUPPLY).measured
    assert evaluate([], [ok()], SUPPLY).energy_from == ""


def test_every_dialect_that_was_spoken_is_named_once():
    told = [ok(energy_j=2.0, energy_from=place) for place in ("b", "a", "b")]
    assert evaluate([], told, SUPPLY).energy_from == "a and b"


@pytest.mark.parametrize(
    ("energy_j", "latency", "believed"),
    [
        (0.0, 0.1, False),
        (0.099, 0.1, False),
        (0.1, 0.1, True),
        (2000.0, 0.1, True),
        (2001.0, 0.1, False),
        (1e12, 600.0, False),
        (1.0, 0.0, False),
    ],
)
def test_a_reported_energy_is_believed_from_1_watt_to_20_kilowatts(energy_j, latency, believed):
    right = [ok(1.0, energy_j=50.0)] * 4
    outcome = evaluate([], [*right, ok(latency, energy_j=energy_j)], SUPPLY)
    assert outcome.measured is believed
    assert (outcome.reported, outcome.implausible) == (5, 0 if believed else 1)


@pytest.mark.parametrize(
    ("answers", "little", "slowest"), [(1, True, True), (5, True, True), (9, True, True), (10, False, True),
                                      (19, False, True), (20, False, False), (100, False, False)]
)  # fmt: skip
def test_an_outcome_knows_when_so_few_answers_say_little(answers, little, slowest):
    outcome = evaluate([], [ok()] * answers + [failed()] * 3, SUPPLY)
    assert (outcome.says_little, outcome.p95_is_the_slowest) == (little, slowest)


def test_failures_are_counted_and_left_out_of_the_times():
    outcome = evaluate([], [ok(0.1), failed(), failed(), failed(404), ok(0.1)], SUPPLY, "cut")
    assert (outcome.sent, outcome.answered, outcome.cut_short) == (5, 2, "cut")
    assert outcome.failures == {"It answered 500.": 2, "It answered 404.": 1}
    assert outcome.latency.expected == pytest.approx(0.1)


def test_without_any_answer_there_is_nothing_to_say():
    with pytest.raises(
        InvalidInputError, match=r"None of 3 requests was answered. It answered 500. \(2 times\)"
    ):
        evaluate([], [failed(), failed(), failed(404)], SUPPLY)


def test_tokens_per_second_need_every_answer_to_report_them():
    assert evaluate([], [ok(0.5, tokens=10), ok(1.5, tokens=30)], SUPPLY).tokens_per_s == pytest.approx(20)
    assert evaluate([], [ok(0.5, tokens=10), ok(1.5)], SUPPLY).tokens_per_s is None
    assert evaluate([], [ok(0.0, tokens=10)], SUPPLY).tokens_per_s is None


def request(**more):
    told = {
        "address": "https://models.example:8443/v1?x=1",
        "manner": Manner(Protocol.TGI),
        "examples": ("a",),
        "requests": 5,
        "token_header": "",
        "device": "NVIDIA L4",
        "devices": 1,
        "source": "s",
        "source_url": "",
        "supply": SUPPLY,
        "country": "Spain",
        "region": "World",
        "year": 2024,
    }
    return Request(**{**told, **more})


def test_a_request_knows_its_host_and_its_hardware():
    assert request().host == "models.example"
    assert request(address="x").host == ""
    assert request(source_url="https://vendor.example/sheet").source_host == "vendor.example"
    assert request().source_host == ""
    assert request().hardware == "NVIDIA L4"
    assert request(devices=2).hardware == "2 × NVIDIA L4"
    assert request(device="", devices=2).hardware == ""
    assert request(devices=2).watts_each == 25


def test_what_is_kept_comes_back_as_it_was():
    outcome = evaluate([ok(connect_s=0.1, round_trip_s=0.05)], [ok(0.1, tokens=1), failed()], SUPPLY)
    assert outcome_from(json.loads(json.dumps(as_data(outcome)))) == outcome
    assert request_from(json.loads(json.dumps(as_data(request())))) == request()


NEWER = ("round_trip_s", "network_s", "energy_from", "reported", "implausible")


def test_what_was_kept_before_these_figures_were_is_still_read():
    data = as_data(evaluate([], [ok(0.1)], SUPPLY))
    older = outcome_from({name: value for name, value in data.items() if name not in NEWER})
    assert (older.network_s, older.energy_from, older.reported) == (0, "", 0)
    asked = as_data(request(device=""))
    assert request_from({name: value for name, value in asked.items() if name != "own_power"}).gave_power


@pytest.mark.parametrize(
    ("device", "own_power", "gave_power"),
    [("L4", False, False), ("L4", True, True), ("", True, True), ("", False, True)],
)
def test_a_request_knows_whether_the_power_was_given(device, own_power, gave_power):
    assert request(device=device, own_power=own_power).gave_power is gave_power


def test_a_label_gets_values_in_its_units_and_the_facts_around():
    outcome = evaluate([], [ok(0.123456789)] * 5, SUPPLY)
    values = label_values(outcome)
    assert values["latency"] == 123.457
    assert values["energy_per_inference"] == pytest.approx(50 * 0.123456789 * 1.5, rel=1e-5)
    assert values["co2_per_1000_inferences"] == pytest.approx(outcome.emissions_per_1000.expected, rel=1e-5)
    facts = label_facts(request(), outcome)
    assert facts == {"hardware": "NVIDIA L4", "country": "Spain", "power": "50", "throughput": "8.1"}
    own = evaluate([], [ok(0.1, energy_j=1.0)] * 5, SUPPLY)
    assert "power" not in label_facts(request(), own)
    assert "throughput" in label_facts(request(), evaluate([], [ok(0.0)], SUPPLY))


def test_the_bounds_are_those_that_the_page_names():
    assert (measuring.REQUESTS[0], measuring.REQUESTS[-1], measuring.WARM_UP) == (5, 100, 3)
