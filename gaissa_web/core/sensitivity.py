"""What the savings of an ROI analysis hang on: each input over the range in which it may well lie.

The ranges are stated beside every result. They are assumptions except where the docstring of a
range names a source; a range that the reduction's own source gives takes the place of ours.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from gaissa_web.core.roi import Reduction, Scenario
from gaissa_web.core.units import money, readable, share_percent

Text = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Range:
    """How far an input may lie from what was entered, as factors of it, and why."""

    low: float
    high: float
    reason: str


REDUCTION = Range(
    0.6,
    1.2,
    "The source gives no range. Assumed: from two fifths less to a fifth more, "
    "as no other model and machine is the one that was measured.",
)
ENERGY = Range(0.75, 1.25, "A quarter less or more, as energy read by a software tracker may be off.")
"""The quality "tracker" of a measurement in BoAmps: +-25 %."""
PRICE = Range(
    0.0939 / 0.1899,
    0.276 / 0.1899,
    "As prices for firms in the EU spread: from 0.0939 to 0.276 around a mean of 0.1899 EUR/kWh.",
)
"""Eurostat nrg_pc_205, non-household consumers, 2023 and 2024: Finland, Cyprus, mean of the EU."""
USES = Range(0.5, 2.0, "Traffic is a forecast: from half of it to twice as much.")
IMPLEMENTATION = Range(0.8, 1.5, "Work takes longer more often than shorter: from a fifth less to half more.")
SOURCES_OWN = "The range that the source gives."


@dataclass(frozen=True, slots=True)
class Swing:
    """One input's part in the result: the savings, in EUR, with it at its low and at its high end.

    `reason` says why the ends, which the labels name, are where they are.
    """

    name: str
    low_label: str
    high_label: str
    reason: str
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far apart the two results are, in EUR."""
        return abs(self.at_high - self.at_low)


def sensitivity(scenario: Scenario, reduction: Reduction, per: str) -> tuple[Swing, ...]:
    """Return what the savings hang on, the most first: each input alone, the others as they are.

    `per` is what a use is called. The reduction goes over its source's range where there is one.
    """
    uses = max(round(scenario.uses * USES.low), 1), round(scenario.uses * USES.high)
    swings = (
        _swing(scenario, "Reduction", "reduction", _shares(reduction), share_percent, _reason(reduction)),
        _scaled(scenario, "Energy before", "energy_j", ENERGY, lambda value: readable(value, "J")),
        _scaled(scenario, "Energy price", "price", PRICE, lambda value: f"{readable(value)} EUR/kWh"),
        _swing(scenario, f"Number of {per}s", "uses", uses, readable, USES.reason),
        _scaled(scenario, "Implementation cost", "implementation", IMPLEMENTATION, money),
    )
    return tuple(sorted(swings, key=lambda swing: -swing.width))


def _shares(reduction: Reduction) -> tuple[float, float]:
    """Return the ends of the reduction: its source's, else ours, at most all of it."""
    if reduction.has_range:
        low = reduction.expected if reduction.low is None else reduction.low
        return low, reduction.expected if reduction.high is None else reduction.high
    low, high = sorted(reduction.expected * factor for factor in (REDUCTION.low, REDUCTION.high))
    return low, min(high, 1.0)


def _reason(reduction: Reduction) -> str:
    return SOURCES_OWN if reduction.has_range else REDUCTION.reason


def _scaled(scenario: Scenario, name: str, field: str, span: Range, text: Text) -> Swing:
    value = getattr(scenario, field)
    return _swing(scenario, name, field, (value * span.low, value * span.high), text, span.reason)


def _swing(
    scenario: Scenario, name: str, field: str, ends: tuple[float, float], text: Text, reason: str
) -> Swing:
    low, high = (replace(scenario, **{field: end}) for end in ends)  # type: ignore[arg-type]  # by name
    labels = [text(end) for end in ends]
    return Swing(name, labels[0], labels[1], reason, low.savings(low.uses), high.savings(high.uses))
