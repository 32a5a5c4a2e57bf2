"""Return on investment of a green tactic: costs, savings, break-even, emissions.

The formulas are those of the reference system (GAISSA-UPC/ML-GAISSALabel, ROI Analyzer). Money is
in euros, energy in joules per use; a use is one inference, or one training run where the tactic
is about training. Prices are in EUR/kWh and 1 kWh is 3.6 MJ.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, inf, isfinite

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.thresholds import Direction

JOULES_PER_KWH = 3_600_000.0
DEFAULT_USES = 100_000_000
MOST_USES = 10**15
DAYS_PER_YEAR = 365.0
NOBODYS_USES = 1e24
NOISE = 1e-14
"""Differences below this share of what was subtracted are rounding of floats, and no money."""


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
        before, after = self.total_before(uses), self.total_after(uses)
        saved = before - after
        return saved if abs(saved) > NOISE * (before + after) else 0.0

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
        """The reference's break-even: I / (c0 - c1) uses, rounded down; None if never.

        At this number the tactic has usually not quite paid back yet; readers are told
        `pays_back_at`. More uses than `NOBODYS_USES` are as good as never.
        """
        saved = self.cost_before - self.cost_after
        if saved <= 0:
            return None
        uses = self.implementation / saved
        return floor(uses) if uses <= NOBODYS_USES else None

    @property
    def pays_back_at(self) -> int | None:
        """The first number of uses with which the savings are not negative; None if never.

        It is 0 only where the tactic costs nothing. Worked out in exact fractions of the decimals
        that were given and less than `NOISE` for those that are rounded themselves, so that 100 EUR
        at 0.001 EUR each are back at 100,000 and not one later.
        """
        if self.break_even is None:
            return None
        energy, price, reduction, implementation = (
            Fraction(repr(given))
            for given in (self.energy_j, self.price, self.reduction, self.implementation)
        )
        uses = implementation / (energy / int(JOULES_PER_KWH) * price * reduction)
        return ceil(uses * (1 - Fraction(NOISE)))

    def emissions_before_kg(self, uses: float) -> float:
        """Emissions of so many uses before, in kg CO2eq."""
        return self.kwh_before * uses * self.intensity / 1000

    def emissions_after_kg(self, uses: float) -> float:
        """Emissions of so many uses after, in kg CO2eq; carrying the tactic out is not counted."""
        return self.kwh_after * uses * self.intensity / 1000

    def emissions_saved_kg(self, uses: float) -> float:
        """Emissions that so many uses save, in kg CO2eq."""
        return self.emissions_before_kg(uses) - self.emissions_after_kg(uses)


def payback_days(pays_back_at: int | None, uses_per_day: float | None) -> float | None:
    """Return after how many days the tactic has paid back; None if never or without traffic."""
    days = pays_back_at / uses_per_day if pays_back_at is not None and uses_per_day else inf
    return days if isfinite(days) else None


def combine(reductions: tuple[float, ...]) -> float:
    """Return the reduction of tactics applied one after the other: 1 - (1 - r1)(1 - r2)...

    Each is taken to act on what the one before has left, which published figures, measured
    alone, do not show.
    """
    left = 1.0
    for reduction in reductions:
        left *= 1 - reduction
    return 1 - left
