"""One ROI analysis as its page, its report and its data show it."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from gaissa_web.core.roi import (
    DAYS_PER_YEAR,
    MetricEffect,
    Reduction,
    Scenario,
    combine,
    payback_days,
)
from gaissa_web.core.sensitivity import Swing, sensitivity
from gaissa_web.core.units import at_least

MONTH = DAYS_PER_YEAR / 12
LONGEST = 1e6 * DAYS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Citation:
    """A publication that figures come from."""

    title: str
    authors: str
    year: int
    url: str


@dataclass(frozen=True, slots=True)
class SourcedEffect:
    """What the tactic does to one metric, and who says so."""

    effect: MetricEffect
    source: Citation


@dataclass(frozen=True, slots=True)
class Electricity:
    """The electricity that is used: where, how clean (g CO2eq/kWh, of which region and year), its price.

    `region` differs from `country` where the country has no figure and the world's mean stands in.
    """

    iso3: str
    country: str
    region: str
    year: int
    intensity_g_per_kwh: float
    price: Decimal


@dataclass(frozen=True, slots=True)
class Further:
    """An option of another tactic that is applied on top, with the share of energy it saves by itself."""

    option_id: int
    name: str
    reduction: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """An analysis with all its inputs; money in EUR. What follows from them are its properties.

    `uses_per_day` is 0 where no traffic was given. `further` are tactics combined with it.
    """

    id: int
    kind: str
    title: str
    stage: str
    tactic_id: int
    tactic: str
    option_id: int
    option: str
    architecture_id: int
    architecture: str
    effects: tuple[SourcedEffect, ...]
    electricity: Electricity
    implementation_cost: Decimal
    uses: int
    uses_per_day: float
    created_at: datetime
    source: Citation | None = None
    further: tuple[Further, ...] = ()

    @property
    def name(self) -> str:
        """Its title, or what it is about."""
        return self.title or f"{self.tactic} ({self.option}) for {self.architecture}"

    @property
    def energy(self) -> MetricEffect | None:
        """The metric that is paid for; None where the source has none, and so no money follows."""
        return next((sourced.effect for sourced in self.effects if sourced.effect.per), None)

    @property
    def per(self) -> str:
        """What one use is called."""
        return self.energy.per if self.energy else "inference"

    @property
    def scenario(self) -> Scenario | None:
        """What the money and the emissions hang on, with the expected reduction."""
        return self._scenario(self.energy.reduction.expected) if self.energy else None

    @property
    def range(self) -> tuple[Scenario, Scenario] | None:
        """The same with the lowest and the highest reduction of the source's range, if it gives one."""
        if self.energy is None or not self.energy.reduction.has_range:
            return None
        given = self.energy.reduction
        low = given.expected if given.low is None else given.low
        high = given.expected if given.high is None else given.high
        return self._scenario(low), self._scenario(high)

    @property
    def payback_days(self) -> float | None:
        """After how many days it has paid back at the given traffic; None if never or without traffic."""
        return payback_days(self.scenario.pays_back_at, self.uses_per_day) if self.scenario else None

    @property
    def swings(self) -> tuple[Swing, ...]:
        """What the savings hang on, the most first."""
        if self.scenario is None or self.energy is None:
            return ()
        own = self.energy.reduction
        combined = Reduction(
            self._combined(own.expected),
            None if own.low is None else self._combined(own.low),
            None if own.high is None else self._combined(own.high),
        )
        return sensitivity(self.scenario, combined, self.per)

    @property
    def yearly_savings(self) -> float | None:
        """What a year at the given traffic saves, in EUR, once the tactic is in place."""
        if self.scenario is None or not self.uses_per_day:
            return None
        return (self.scenario.cost_before - self.scenario.cost_after) * self.uses_per_day * DAYS_PER_YEAR

    @property
    def yearly_emissions_saved_kg(self) -> float | None:
        """What a year at the given traffic saves, in kg CO2eq."""
        if self.scenario is None or not self.uses_per_day:
            return None
        return self.scenario.emissions_saved_kg(self.uses_per_day * DAYS_PER_YEAR)

    @property
    def summary(self) -> str:
        """The outcome in a sentence."""
        if self.scenario is None:
            return "The source gives no figure for energy, so no money can be calculated."
        uses, per = self.scenario.pays_back_at, self.per
        if uses is None:
            if self.scenario.reduction < 0:
                return f"Never pays back: each {per} takes more energy than before."
            return f"Never pays back: each {per} costs as much as before."
        if uses == 0:
            return "Pays back at once."
        time = "" if self.payback_days is None else f", {duration(self.payback_days)} at your traffic"
        return f"Pays back after {count_of(uses, per)}{time}."

    @property
    def sources(self) -> tuple[Citation, ...]:
        """Every publication that its figures come from, once each."""
        own = (self.source,) if self.source else ()
        return tuple(dict.fromkeys([*own, *(sourced.source for sourced in self.effects)]))

    def _combined(self, reduction: float) -> float:
        return combine((reduction, *(other.reduction for other in self.further)))

    def _scenario(self, reduction: float) -> Scenario:
        energy = self.energy
        return Scenario(
            energy_j=energy.baseline if energy else 0.0,
            reduction=self._combined(reduction),
            price=float(self.electricity.price),
            implementation=float(self.implementation_cost),
            uses=self.uses,
            intensity=self.electricity.intensity_g_per_kwh,
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """One option that an architecture could have, with the energy it saves there."""

    option_id: int
    tactic_id: int
    tactic: str
    option: str
    effect: MetricEffect
    source: Citation

    @property
    def name(self) -> str:
        """The tactic with its option."""
        return f"{self.tactic} ({self.option})"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with what it would do to one scenario."""

    candidate: Candidate
    scenario: Scenario


def rank(candidates: tuple[Candidate, ...], scenario: Scenario) -> tuple[Ranked, ...]:
    """Return the candidates by how soon each pays back in `scenario`, those that never do last.

    Of two that pay back alike, or never, the one with the larger reduction comes first.
    """
    ranked = [Ranked(c, replace(scenario, reduction=c.effect.reduction.expected)) for c in candidates]
    return tuple(sorted(ranked, key=_soonest))


def _soonest(ranked: Ranked) -> tuple[bool, float, float]:
    uses = ranked.scenario.pays_back_at
    return uses is None, float(uses or 0), -ranked.scenario.reduction


def count_of(uses: int, per: str) -> str:
    """Return how many uses it takes, in words, never fewer: "417 million inferences"."""
    return f"{at_least(uses)} {per if uses == 1 else plural(per)}"


def plural(word: str) -> str:
    """Return the plural of what a use is called."""
    return f"{word}s"


def duration(days: float) -> str:
    """Return a time span in words, in the unit that fits: "about 4 months"."""
    if days > LONGEST:
        return "more than a million years"
    for unit, length in (("year", DAYS_PER_YEAR), ("month", MONTH), ("day", 1.0)):
        count = days / length
        if count >= 1.95 or (unit == "day" and count >= 0.95):
            rounded = round(count)
            return f"about {rounded:,} {unit if rounded == 1 else plural(unit)}"
    return "less than a day"
