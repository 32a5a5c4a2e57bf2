"""Measuring an endpoint: which requests are sent, and what follows from how they were answered.

The outside world is a function that asks once and says how it went; adapters have the real one.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import fsum
from statistics import fmean
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from gaissa_web.core.endpoints import Answer, Manner, Protocol
from gaissa_web.core.energy import Spread, emissions_g, energy_j
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.intervals import mean_with_interval, percentile
from gaissa_web.core.reported_energy import is_plausible

REQUESTS = range(5, 101)
FEW = 10
ENOUGH_FOR_P95 = 20
EXAMPLES_AT_MOST = 10
WARM_UP = 3
WARM_UP_TRIES = 8
PAUSE_S = 5.0
LONGEST_PAUSE_S = 30.0
LONGEST_S = 600.0
FAILURES_IN_A_ROW = 10
TRY_AGAIN = {408, 425, 429, 503}
"""What a server answers while it wakes up or is busy."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How one request went: its time in s from asking to the last byte, and what was answered.

    `status` is 0 where no answer came. `connect_s` is how much of the time connecting took, with
    TLS, and `round_trip_s` how much of that it took to reach the server and hear of it; None on a
    connection that stood. `retry_after_s` is how long the server asks us to wait.
    """

    latency_s: float
    answer: Answer
    response_bytes: int = 0
    status: int = 0
    connect_s: float | None = None
    round_trip_s: float | None = None
    retry_after_s: float | None = None

    @property
    def ok(self) -> bool:
        """Whether it was answered."""
        return not self.answer.failure


@dataclass(frozen=True, slots=True)
class Supply:
    """What the endpoint runs on: power in W of all its devices, PUE, and the grid's g CO2eq/kWh."""

    power_w: Spread
    pue: float
    intensity_g_per_kwh: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a measurement gives. Times in s, energy in J per request, emissions in g CO2eq per 1,000.

    `failures` counts each reason. `connecting_s` is what connecting took, of which `reconnected`
    requests needed one of their own, `round_trip_s` the network's way there and back, and `network_s`
    how much of the mean latency both are. `latency` has the 95 % confidence interval of the mean;
    `measured` says that the energy is the endpoint's own, not an estimate. `reported` is how many
    answers came with an energy, `energy_from` where it stood, and `implausible` how many of them
    cannot be right. `cut_short` says why fewer requests were sent than asked for.
    """

    sent: int
    answered: int
    failures: Mapping[str, int]
    latency: Spread
    p50_s: float
    p95_s: float
    response_bytes: float
    tokens_per_s: float | None
    connecting_s: float
    reconnected: int
    energy: Spread
    emissions_per_1000: Spread
    measured: bool
    cut_short: str = ""
    round_trip_s: float = 0.0
    network_s: float = 0.0
    energy_from: str = ""
    reported: int = 0
    implausible: int = 0

    @property
    def says_little(self) -> bool:
        """Whether so few were answered that rare slow answers were most likely not among them."""
        return self.answered < FEW

    @property
    def p95_is_the_slowest(self) -> bool:
        """Whether so few were answered that less than one of them is slower than the p95."""
        return self.answered < ENOUGH_FOR_P95


def measure(
    ask: Callable[[str], Sample],
    examples: Sequence[str],
    requests: int,
    report: Callable[[int], None],
    pause: Callable[[float], None],
    clock: Callable[[], float] = monotonic,
) -> tuple[list[Sample], list[Sample], str]:
    """Warm the endpoint up, then send `requests` one after the other, the examples in turn.

    `report` is told how many requests were sent, without the warm-up; `pause` waits. Returns the
    samples of the warm-up, the others, and why they are fewer than asked for, if they are.

    Raises:
        InvalidInputError: The warm-up was never answered; the message says how it went.
    """
    until = clock() + LONGEST_S
    warm = _warm_up(ask, examples[0], pause, lambda: report(0))
    samples: list[Sample] = []
    for number in range(requests):
        if clock() >= until:
            return warm, samples, f"It took longer than {LONGEST_S / 60:g} minutes"
        if len(samples) >= FAILURES_IN_A_ROW and not any(s.ok for s in samples[-FAILURES_IN_A_ROW:]):
            return warm, samples, f"{FAILURES_IN_A_ROW} requests in a row were not answered"
        samples.append(ask(examples[number % len(examples)]))
        report(number + 1)
    return warm, samples, ""


def evaluate(
    warm: Sequence[Sample], samples: Sequence[Sample], supply: Supply, cut_short: str = ""
) -> Outcome:
    """Return what the samples say, under `supply`.

    Energy per request = power x (mean latency - the network's share) x PUE (see `energy.energy_j`);
    the endpoint's own energy is used instead where every answer reports one that can be right. The
    low end takes the lowest power, the high end the highest, with the network in it: the round trip
    was measured to whoever answers first, which may be a proxy near us.

    Raises:
        InvalidInputError: No request was answered.
    """
    answered = [sample for sample in samples if sample.ok]
    failures = Counter(sample.answer.failure for sample in samples if not sample.ok)
    if not answered:
        reason, count = failures.most_common(1)[0]
        raise InvalidInputError(f"None of {len(samples)} requests was answered. {reason} ({count} times)")
    times = [sample.latency_s for sample in answered]
    latency = mean_with_interval(times)
    everything = (*warm, *samples)
    round_trip = min((s.round_trip_s for s in everything if s.round_trip_s is not None), default=0.0)
    served = _time_served(answered, round_trip, latency)
    reported = [(s.answer.energy_j, s.latency_s) for s in answered if s.answer.energy_j is not None]
    right = [joules for joules, latency_s in reported if is_plausible(joules, latency_s)]
    measured = len(right) == len(answered)
    energy = mean_with_interval(right) if measured else energy_j(supply.power_w, served, supply.pue)
    tokens = [s.answer.tokens for s in answered if s.answer.tokens is not None]
    all_count = len(tokens) == len(answered) and fsum(times) > 0
    return Outcome(
        sent=len(samples),
        answered=len(answered),
        failures=dict(failures),
        latency=latency,
        p50_s=percentile(times, 50),
        p95_s=percentile(times, 95),
        response_bytes=fmean(sample.response_bytes for sample in answered),
        tokens_per_s=sum(tokens) / fsum(times) if all_count else None,
        connecting_s=min((s.connect_s for s in everything if s.connect_s is not None), default=0.0),
        reconnected=sum(sample.connect_s is not None for sample in answered),
        energy=energy,
        emissions_per_1000=emissions_g(energy, supply.intensity_g_per_kwh).times(1000),
        measured=measured,
        cut_short=cut_short,
        round_trip_s=round_trip,
        network_s=max(latency.expected - served.expected, 0.0),
        energy_from=" and ".join(sorted({s.answer.energy_from for s in answered} - {""})),
        reported=len(reported),
        implausible=len(reported) - len(right),
    )


def _time_served(answered: Sequence[Sample], round_trip_s: float, latency: Spread) -> Spread:
    """Return the time in s that an answer kept the server busy: its latency without the network.

    A round trip that took longer than an answer cannot be one of the network alone; then nobody
    knows its share, and only the low end leaves it out.
    """
    connected = [max(sample.latency_s - (sample.connect_s or 0.0), 0.0) for sample in answered]
    low = mean_with_interval([max(time - round_trip_s, 0.0) for time in connected]).low
    known = round_trip_s if round_trip_s < min(connected) else 0.0
    return Spread(low, fmean(connected) - known, latency.high)


def _warm_up(
    ask: Callable[[str], Sample],
    example: str,
    pause: Callable[[float], None],
    alive: Callable[[], None],
) -> list[Sample]:
    """Ask until three requests were answered; a server that wakes up is given time."""
    warm: list[Sample] = []
    while len(warm) < WARM_UP_TRIES and len([s for s in warm if s.ok]) < WARM_UP:
        sample = ask(example)
        warm.append(sample)
        alive()
        if not sample.ok:
            if sample.status not in TRY_AGAIN:
                break
            pause(min(PAUSE_S if sample.retry_after_s is None else sample.retry_after_s, LONGEST_PAUSE_S))
    if not warm[-1].ok:
        raise InvalidInputError(f"The endpoint could not be warmed up. {warm[-1].answer.failure}")
    return warm


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants measured, with the figures that it is reckoned by at that moment.

    `devices` is how many of `device` (empty where only the power is known) answer; `source` says
    where their power is from, `own_power` that who measures gave it. `token_header` is where a token
    goes, if one was given; the token itself is nowhere in here.
    """

    address: str
    manner: Manner
    examples: tuple[str, ...]
    requests: int
    token_header: str
    device: str
    devices: int
    source: str
    source_url: str
    supply: Supply
    country: str
    region: str
    year: int
    own_power: bool = False

    @property
    def gave_power(self) -> bool:
        """Whether the power is not that of the list; before it was kept, only unnamed devices had one."""
        return self.own_power or not self.device

    @property
    def watts_each(self) -> float:
        """The power in W that one device is taken to draw."""
        return self.supply.power_w.expected / self.devices

    @property
    def hardware(self) -> str:
        """The devices with their number, such as "2 × NVIDIA L4"; empty where they are not known."""
        return f"{self.devices} × {self.device}" if self.device and self.devices > 1 else self.device

    @property
    def host(self) -> str:
        """Who was asked, without what else stands in the address."""
        return urlsplit(self.address).hostname or ""

    @property
    def source_host(self) -> str:
        """Whose page the source of the power is."""
        return urlsplit(self.source_url).hostname or ""


def as_data(value: Request | Outcome) -> dict[str, Any]:
    """Return the value as plain data, to be kept as JSON."""
    return asdict(value)


def request_from(data: Mapping[str, Any]) -> Request:
    """Return the request that `as_data` gave."""
    manner, supply = dict(data["manner"]), dict(data["supply"])
    manner["protocol"] = Protocol(manner["protocol"])
    supply["power_w"] = Spread(**supply["power_w"])
    parts = {"manner": Manner(**manner), "supply": Supply(**supply), "examples": tuple(data["examples"])}
    return Request(**{**data, **parts})


def outcome_from(data: Mapping[str, Any]) -> Outcome:
    """Return the outcome that `as_data` gave."""
    spreads = {name: Spread(**data[name]) for name in ("latency", "energy", "emissions_per_1000")}
    return Outcome(**{**data, **spreads})


def label_values(outcome: Outcome) -> dict[str, float]:
    """Return what a measurement gives an inference label, by metric slug in the metric's unit.

    Six digits are kept: more than a clock and an estimate are worth, and few enough to read.
    """
    exact = {
        "latency": outcome.latency.expected * 1000,
        "energy_per_inference": outcome.energy.expected,
        "co2_per_1000_inferences": outcome.emissions_per_1000.expected,
    }
    return {slug: float(f"{value:.6g}") for slug, value in exact.items()}


def label_facts(request: Request, outcome: Outcome) -> dict[str, str]:
    """Return the facts that a measurement adds to an inference label, by field slug."""
    per_second = 1 / outcome.latency.expected if outcome.latency.expected else 0.0
    power = "" if outcome.measured else f"{request.supply.power_w.expected:.6g}"
    facts = {
        "hardware": request.hardware,
        "country": request.country,
        "power": power,
        "throughput": f"{per_second:.6g}",
    }
    return {slug: fact for slug, fact in facts.items() if fact}
