"""The curves of an ROI analysis as points: how ROI and costs grow with the number of uses.

Spans and steps are those of the reference system: the ROI to forty times the break-even, the
costs to twice, both to two million uses where the tactic never pays back.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gaissa_web.core.roi import Scenario
from gaissa_web.core.units import rounded_up

STEPS = 200
FEWEST = 50
NEVER = 2_000_000
ROI_SPAN = 40
COST_SPAN = 2
COST_STEPS = 2
MILESTONES = (0.5, 1, 2, 10, 40)

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a chart; `points` are (uses, value)."""

    name: str
    points: Points


def roi_curve(scenario: Scenario) -> Curve:
    """Return the ROI as a share, from none of the uses to forty times the break-even."""
    return Curve("ROI", _points(_span(scenario, ROI_SPAN), STEPS, scenario.roi))


def cost_curves(scenario: Scenario) -> tuple[Curve, Curve]:
    """Return the total costs before and after, in EUR, to twice the break-even."""
    span = _span(scenario, COST_SPAN)
    before = Curve("without the tactic", _points(span, COST_STEPS, scenario.total_before))
    return before, Curve("with the tactic", _points(span, COST_STEPS, scenario.total_after))


def milestones(scenario: Scenario) -> tuple[int, ...]:
    """Return numbers of uses to read the curves at: around the break-even, or up to two million.

    They are whole as readers see them, so that what stands beside them is right for them.
    """
    uses = scenario.pays_back_at
    if not uses:
        return (FEWEST, 10_000, NEVER)
    return tuple(dict.fromkeys(rounded_up(max(round(uses * share), 1)) for share in MILESTONES))


def _span(scenario: Scenario, times: int) -> float:
    uses = scenario.pays_back_at
    return float(NEVER if uses is None else max(times * rounded_up(uses), FEWEST))


def _points(span: float, steps: int, value: Callable[[float], float | None]) -> Points:
    found = ((span * step / steps, value(span * step / steps)) for step in range(steps + 1))
    return tuple((uses, y) for uses, y in found if y is not None)
