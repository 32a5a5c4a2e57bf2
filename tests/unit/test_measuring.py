"""Which requests a measurement sends, and what it concludes."""

import json

import pytest

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
    answer = {name: more.pop(name) for name in ("tokens", "energy_j") if name in more}
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


def test_the_low_end_leaves_out_what_connecting_took():
    outcome = evaluate([ok(connect_s=0.05)], [ok(0.2)] * 5, SUPPLY)
    assert outcome.connecting_s == 0.05
    assert outcome.energy.low == pytest.approx(10 * 0.15 * 1.5)
    assert outcome.reconnected == 0
    slow = evaluate([ok(connect_s=5.0)], [ok(0.2, connect_s=6.0)] * 5, SUPPLY)
    assert slow.energy.low == 0
    assert slow.reconnected == 5


def test_energy_is_called_measured_only_if_every_answer_reports_it():
    outcome = evaluate([], [ok(energy_j=2.0), ok(energy_j=4.0)], SUPPLY)
    assert outcome.measured
    assert outcome.energy.expected == 3.0
    assert not evaluate([], [ok(energy_j=2.0), ok()], SUPPLY).measured
    assert evaluate([], [ok(energy_j=2.0), failed()], SUPPLY).measured


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
    assert request().hardware == "NVIDIA L4"
    assert request(devices=2).hardware == "2 × NVIDIA L4"
    assert request(device="", devices=2).hardware == ""


def test_what_is_kept_comes_back_as_it_was():
    outcome = evaluate([ok(connect_s=0.1)], [ok(0.1, tokens=1), failed()], SUPPLY)
    assert outcome_from(json.loads(json.dumps(as_data(outcome)))) == outcome
    assert request_from(json.loads(json.dumps(as_data(request())))) == request()


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
