"""Return on investment of a green tactic: costs, savings, break-even, emissions, and what they hang on.

The formulas are those of the reference system (GAISSA-UPC/ML-GAISSALabel, ROI Analyzer). Money is
in euros, energy in joules per use; a use is one inference, or one training run where the tactic
is about training. Prices are in EUR/kWh and 1 kWh is 3.6 MJ.
"""

from dataclasses import dataclass, replace
from math import floor, inf, isfinite

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.thresholds import Direction

JOULES_PER_KWH = 3_600_000.0
DEFAULT_USES = 100_000_000
MOST_USES = 10**15
DAYS_PER_YEAR = 365.0
NOBODYS_USES = 1e24
SWING = 0.2
"""By how much an input is varied to see what the result hangs on, where its source gives no range."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """By which share a metric falls, at most 1; negative where the tactic makes it larger.

    `low` and `high` are what the source gives as its range, None where it gives none.

    Raises:
        InvalidInputError: A share is above 1 or not finite, or the three are out of order.
    """

    expected: float
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        """Refuse shares that cannot be."""
        shares = [share for share in (self.low, self.expected, self.high) if share is not None]
        if not all(isfinite(share) and share <= 1 for share in shares):
            raise InvalidInputError("A reduction is at most 100 %; nothing can fall by more.")
        if shares != sorted(shares):
            raise InvalidInputError("The expected reduction lies between the lowest and the highest.")

    @property
    def has_range(self) -> bool:
        """Whether the source gives a range."""
        return self.low is not None or self.high is not None


@dataclass(frozen=True, slots=True)
class MetricEffect:
    """What a tactic does to one metric; `baseline` and `expected` are in its unit.

    `per` is what a use is called where the metric is energy that is paid for each time (such as
    "inference"), else empty.
    """

    slug: str
    name: str
    unit: str
    direction: Direction
    baseline: float
    reduction: Reduction
    per: str = ""

    @property
    def expected(self) -> float:
        """The value with the tactic: baseline x (1 - reduction)."""
        return self.baseline * (1 - self.reduction.expected)

    @property
    def range(self) -> tuple[float, float] | None:
        """The smallest and largest value that the source's range leads to; None without one."""
        reduction = self.reduction
        if not reduction.has_range:
            return None
        high = reduction.expected if reduction.high is None else reduction.high
        low = reduction.expected if reduction.low is None else reduction.low
        return self.baseline * (1 - high), self.baseline * (1 - low)

    @property
    def change(self) -> str:
        """The direction in words: better, worse, or the same."""
        if self.reduction.expected == 0 or self.baseline == 0:
            return "the same"
        falls = self.reduction.expected > 0
        return "better" if falls == (self.direction is Direction.LOWER) else "worse"


@dataclass(frozen=True, slots=True)
class Scenario:
    """All that the money and the emissions hang on.

    `energy_j` is the energy of one use before; `price` in EUR/kWh, `implementation` in EUR once,
    `intensity` in g CO2eq/kWh. All are finite and not negative.
    """

    energy_j: float
    reduction: float
    price: float
    implementation: float
    uses: int
    intensity: float

    @property
    def kwh_before(self) -> float:
        """Energy of one use before, in kWh."""
        return self.energy_j / JOULES_PER_KWH

    @property
    def kwh_after(self) -> float:
        """Energy of one use after, in kWh."""
        return self.kwh_before * (1 - self.reduction)

    @property
    def cost_before(self) -> float:
        """Cost of one use before, in EUR: c0."""
        return self.kwh_before * self.price

    @property
    def cost_after(self) -> float:
        """Cost of one use after, in EUR: c1 = c0 (1 - r)."""
        return self.cost_before * (1 - self.reduction)

    def total_before(self, uses: float) -> float:
        """Cost of so many uses before, in EUR: c0 N."""
        return self.cost_before * uses

    def total_after(self, uses: float) -> float:
        """Cost of so many uses after, in EUR: c1 N + I."""
        return self.cost_after * uses + self.implementation

    def savings(self, uses: float) -> float:
        """What so many uses save, in EUR; negative while the tactic has not paid back."""
        return self.total_before(uses) - self.total_after(uses)

    def roi(self, uses: float) -> float | None:
        """Savings per euro spent after so many uses; None where nothing is spent."""
        after = self.total_after(uses)
        return self.savings(uses) / after if after else None

    @property
    def roi_limit(self) -> float | None:
        """What the ROI tends to with ever more uses: (c0 - c1) / c1; None where that costs nothing."""
        return (self.cost_before - self.cost_after) / self.cost_after if self.cost_after else None

    @property
    def break_even(self) -> int | None:
        """After how many uses the tactic has paid back: I / (c0 - c1), rounded down; None if never.

        More uses than `NOBODYS_USES` are as good as never.
        """
        saved = self.cost_before - self.cost_after
        if saved <= 0:
            return None
        uses = self.implementation / saved
        return floor(uses) if uses <= NOBODYS_USES else None

    def emissions_before_kg(self, uses: float) -> float:
        """Emissions of so many uses before, in kg CO2eq."""
        return self.kwh_before * uses * self.intensity / 1000

    def emissions_after_kg(self, uses: float) -> float:
        """Emissions of so many uses after, in kg CO2eq; carrying the tactic out is not counted."""
        return self.kwh_after * uses * self.intensity / 1000

    def emissions_saved_kg(self, uses: float) -> float:
        """Emissions that so many uses save, in kg CO2eq."""
        return self.emissions_before_kg(uses) - self.emissions_after_kg(uses)


@dataclass(frozen=True, slots=True)
class Swing:
    """One input's part in the result: the savings, in EUR, with it at its low and at its high end."""

    name: str
    low_label: str
    high_label: str
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far apart the two results are, in EUR."""
        return abs(self.at_high - self.at_low)


def payback_days(break_even: int | None, uses_per_day: float | None) -> float | None:
    """Return after how many days the tactic has paid back; None if never or without traffic."""
    days = break_even / uses_per_day if break_even is not None and uses_per_day else inf
    return days if isfinite(days) else None


def sensitivity(scenario: Scenario, reduction: Reduction) -> tuple[Swing, ...]:
    """Return what the savings hang on, the most first: each input alone, the others as they are.

    The reduction goes over its source's range where there is one; everything else, and a
    reduction without a range, by 20 % down and up.
    """
    lowest = scenario.reduction - abs(scenario.reduction) * SWING if reduction.low is None else reduction.low
    highest = scenario.reduction + abs(scenario.reduction) * SWING
    highest = min(highest, 1.0) if reduction.high is None else reduction.high
    swings = [
        _swing("Reduction", scenario, "reduction", (lowest, highest), (_percent(lowest), _percent(highest)))
    ]
    for name, field in (("Energy before", "energy_j"), ("Energy price", "price"), ("Uses", "uses"),
                        ("Implementation cost", "implementation")):  # fmt: skip
        value = getattr(scenario, field)
        ends = value * (1 - SWING), value * (1 + SWING)
        swings.append(_swing(name, scenario, field, ends, ("−20 %", "+20 %")))
    return tuple(sorted(swings, key=lambda swing: -swing.width))


def _swing(
    name: str, scenario: Scenario, field: str, ends: tuple[float, float], labels: tuple[str, str]
) -> Swing:
    low, high = (replace(scenario, **{field: end}) for end in ends)  # type: ignore[arg-type]  # by name
    return Swing(name, *labels, low.savings(low.uses), high.savings(high.uses))


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %".replace("-", "−")


def combine(reductions: tuple[float, ...]) -> float:
    """Return the reduction of tactics applied one after the other: 1 - (1 - r1)(1 - r2)...

    Each is taken to act on what the one before has left, which published figures, measured
    alone, do not show.
    """
    left = 1.0
    for reduction in reductions:
        left *= 1 - reduction
    return 1 - left
