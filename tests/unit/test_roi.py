"""The ROI calculation: worked by hand, against an independent path, and by its properties."""

from decimal import Decimal, getcontext
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gaissa_web.core.curves import NEVER, cost_curves, milestones, roi_curve
from gaissa_web.core.equivalents import EQUIVALENTS
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.roi import MetricEffect, Reduction, Scenario, combine, payback_days
from gaissa_web.core.thresholds import Direction
from gaissa_web.core.units import readable

getcontext().prec = 60
LOWER, HIGHER = Direction.LOWER, Direction.HIGHER

energies = st.floats(1e-3, 1e6)
prices = st.floats(0.001, 10)
costs = st.floats(0, 1e7)
savings = st.floats(0.001, 0.999)
anything = st.floats(-5, 1)
uses = st.integers(1, 10**12)


def scenario(
    energy_j=36_000.0, reduction=0.5, price=0.2, implementation=100.0, uses=1_000_000, intensity=200.0
):
    return Scenario(energy_j, reduction, price, implementation, uses, intensity)


def test_a_worked_example():
    """36 kJ are 0.01 kWh: 0.002 EUR before and 0.001 EUR after; 100 EUR are back after 100,000 uses."""
    s = scenario()
    assert s.cost_before == pytest.approx(0.002, rel=1e-12)
    assert s.cost_after == pytest.approx(0.001, rel=1e-12)
    assert s.total_before(1_000_000) == pytest.approx(2000)
    assert s.total_after(1_000_000) == pytest.approx(1100)
    assert s.savings(1_000_000) == pytest.approx(900)
    assert s.roi(1_000_000) == pytest.approx(900 / 1100)
    assert s.roi_limit == pytest.approx(1)
    assert s.break_even == 100_000
    assert s.emissions_before_kg(1_000_000) == pytest.approx(2000)
    assert s.emissions_after_kg(1_000_000) == pytest.approx(1000)
    assert s.emissions_saved_kg(1_000_000) == pytest.approx(1000)


def test_a_tactic_that_makes_it_worse_never_pays_back():
    s = scenario(reduction=-0.5)
    assert s.break_even is None
    assert s.savings(10**9) < 0
    assert s.roi_limit == pytest.approx(-1 / 3)
    assert s.emissions_saved_kg(1000) < 0


@pytest.mark.parametrize("change", [{"price": 0.0}, {"energy_j": 0.0}, {"reduction": 0.0}])
def test_without_any_saving_per_use_there_is_no_break_even(change):
    s = scenario(**change)
    assert s.break_even is None
    assert s.savings(10**9) == pytest.approx(-100)


def test_nothing_to_implement_pays_back_at_once():
    assert scenario(implementation=0.0).break_even == 0
    assert scenario(implementation=0.0, reduction=-0.1).break_even is None


def test_where_nothing_is_spent_there_is_no_roi():
    free = scenario(price=0.0, implementation=0.0)
    assert free.roi(1000) is None
    assert free.roi_limit is None
    assert scenario(reduction=1.0).roi_limit is None


def test_a_saving_too_small_to_ever_pay_back_is_never():
    assert scenario(energy_j=5e-300, implementation=1e300).break_even is None
    assert scenario(energy_j=1e-300, implementation=1e-6).break_even is None


def exact(s):
    """The reference's formulas in exact fractions, written out independently."""
    joules, r, p, i = (Fraction(x) for x in (s.energy_j, s.reduction, s.price, s.implementation))
    c0 = joules / 3_600_000 * p
    c1 = c0 * (1 - r)
    before, after = c0 * s.uses, c1 * s.uses + i
    kwh_saved = joules / 3_600_000 * r * s.uses
    return c0, c1, before, after, before - after, (before - after) / after, kwh_saved


def close(value, expected, scale):
    """Agreement to 12 significant digits of the numbers that were subtracted."""
    return abs(Decimal(value) - Decimal(expected.numerator) / Decimal(expected.denominator)) <= Decimal(
        float(abs(scale))
    ) * Decimal("1e-12")


@given(energies, anything, prices, costs, uses)
def test_results_agree_with_exact_arithmetic_to_twelve_digits(energy, reduction, price, cost, n):
    s = scenario(energy, reduction, price, cost, n)
    c0, c1, before, after, saved, roi, _ = exact(s)
    assume(after > 0)
    assert close(s.cost_before, c0, c0)
    assert close(s.cost_after, c1, c0)
    assert close(s.total_before(n), before, before)
    assert close(s.total_after(n), after, after + before)
    assert close(s.savings(n), saved, before + after)
    assert close(s.roi(n), roi, (before + after) / after)


@given(energies, savings, prices, st.floats(0.01, 1e6))
def test_break_even_is_where_savings_change_sign(energy, reduction, price, cost):
    s = scenario(energy, reduction, price, cost)
    assert s.break_even is not None
    assume(10 <= s.break_even < 10**15)
    assert s.savings(s.break_even * (1 - 1e-9) - 1) <= 0
    assert s.savings(s.break_even * (1 + 1e-9) + 1) >= 0


def saved_exactly(s, count):
    """What so many uses save, from the decimals that were given, in exact fractions."""
    joules, r, p, i = (Fraction(repr(x)) for x in (s.energy_j, s.reduction, s.price, s.implementation))
    return joules / 3_600_000 * p * r * count - i


@given(energies, savings, prices, costs)
def test_it_has_paid_back_at_the_first_number_of_uses_that_loses_nothing(energy, reduction, price, cost):
    s = scenario(energy, reduction, price, cost)
    assert saved_exactly(s, s.pays_back_at) >= -Fraction(cost) / 10**14, "but for the rounding of floats"
    assert s.savings(s.pays_back_at) >= 0
    assert (s.pays_back_at == 0) == (cost == 0)
    if s.pays_back_at:
        assert saved_exactly(s, s.pays_back_at - 1) < 0
        assert s.savings(s.pays_back_at - 1) <= 0
        one_too_few = abs(saved_exactly(s, s.pays_back_at - 1))
        assert s.savings(s.pays_back_at - 1) < 0 or one_too_few < s.total_after(s.pays_back_at) / 10**13
    assert s.break_even <= s.pays_back_at * (1 + 1e-12)


@settings(suppress_health_check=[HealthCheck.filter_too_much])  # few amounts come out even
@given(
    st.decimals("0.01", "10000", places=2), st.decimals("0.0001", "10", places=4), st.integers(1, 10**9),
)  # fmt: skip
def test_what_comes_out_even_in_decimals_is_not_one_use_late(cost_per_use, price, count):
    joules = float(cost_per_use / price * 3_600_000)
    saved = Fraction(repr(joules)) / 3_600_000 * Fraction(repr(float(price))) / 2
    cost = saved * count
    assume(Fraction(repr(float(cost))) == cost)
    assert scenario(joules, 0.5, float(price), float(cost)).pays_back_at == count


@pytest.mark.parametrize(
    ("saving", "cost", "first"),
    [(60, 100, 2), (1, 0.5, 1), (1, 1, 1), (0.3, 0.3, 1), (0.1, 0.3, 3), (0.7, 2.1, 3), (5, 0, 0)],
)
def test_the_first_use_that_has_paid_back(saving, cost, first):
    """A use takes 1 kWh at twice `saving` EUR; half of it is saved."""
    s = scenario(3_600_000.0, 0.5, saving * 2, cost)
    assert s.pays_back_at == first
    assert s.savings(first) >= 0


@pytest.mark.parametrize("count", [1, 2, 10, 99, 12_345])
def test_what_floats_cannot_give_exactly_is_not_one_use_late(count):
    """A seventh of 7 kWh at 1 EUR is 1 EUR, as far as floats can tell."""
    s = scenario(7 * 3_600_000.0, 1 / 7, 1.0, float(count))
    assert s.pays_back_at == count
    assert s.savings(count) >= 0


@pytest.mark.parametrize(
    "change", [{"price": 0.0}, {"energy_j": 0.0}, {"reduction": 0.0}, {"reduction": -0.5}]
)
def test_what_saves_nothing_per_use_never_has_paid_back(change):
    assert scenario(**change).pays_back_at is None


def test_what_floats_leave_of_nothing_is_no_money():
    s = scenario(3_600_000.0, 0.1, 1.3, 0.13)
    assert s.total_before(1) - s.total_after(1) != 0
    assert s.savings(1) == 0
    assert s.roi(1) == 0


@given(energies, savings, prices, costs)
def test_roi_tends_to_its_limit(energy, reduction, price, cost):
    s = scenario(energy, reduction, price, cost)
    assert s.roi(1e30) == pytest.approx(s.roi_limit, rel=1e-6)


@given(energies, savings, prices, costs, uses, uses)
def test_more_uses_never_lower_the_savings_of_a_tactic_that_saves(energy, reduction, price, cost, a, b):
    s = scenario(energy, reduction, price, cost)
    low, high = sorted((a, b))
    assert s.savings(high) >= s.savings(low) - 1e-9 * abs(s.total_before(high))


@given(energies, anything, prices, costs, uses, st.floats(0.1, 10))
def test_scaling_the_price_scales_the_costs_of_energy(energy, reduction, price, cost, n, factor):
    s, t = scenario(energy, reduction, price, cost), scenario(energy, reduction, price * factor, cost)
    assert t.total_before(n) == pytest.approx(s.total_before(n) * factor)
    assert t.total_after(n) - cost == pytest.approx(
        (s.total_after(n) - cost) * factor, rel=1e-6, abs=1e-6 * cost
    )


def effect(baseline=100.0, reduction=0.25, direction=LOWER, low=None, high=None):
    return MetricEffect("m", "M", "J", direction, baseline, Reduction(reduction, low, high))


def test_the_expected_value_falls_by_the_reduction():
    assert effect().expected == 75
    assert effect(reduction=-0.5).expected == 150
    assert effect(reduction=1.0).expected == 0


@pytest.mark.parametrize(
    ("direction", "reduction", "word"),
    [
        (LOWER, 0.1, "better"),
        (LOWER, -0.1, "worse"),
        (HIGHER, 0.1, "worse"),
        (HIGHER, -0.1, "better"),
        (LOWER, 0.0, "the same"),
    ],
)
def test_the_change_is_said_by_what_is_better(direction, reduction, word):
    assert effect(reduction=reduction, direction=direction).change == word


def test_nothing_of_nothing_is_the_same():
    assert effect(baseline=0.0).change == "the same"


def test_a_range_of_the_source_gives_a_range_of_values():
    assert effect().range is None
    assert effect(reduction=0.5, low=0.25, high=0.75).range == (25, 75)
    assert effect(reduction=0.5, low=0.25).range == (50, 75)
    assert effect(reduction=0.5, high=0.75).range == (25, 50)


@pytest.mark.parametrize(
    "shares", [(1.1,), (float("nan"),), (float("inf"),), (0.5, 0.6), (0.5, 0.1, 0.4), (0.5, None, 1.5)]
)
def test_reductions_that_cannot_be_are_refused(shares):
    with pytest.raises(InvalidInputError):
        Reduction(*shares)


def test_payback_needs_traffic_and_a_break_even():
    assert payback_days(1000, 100.0) == 10
    assert payback_days(None, 100.0) is None
    assert payback_days(1000, None) is None
    assert payback_days(1000, 0.0) is None
    assert payback_days(0, 5.0) == 0
    assert payback_days(10**9, 5e-324) is None


def test_tactics_combine_one_after_the_other():
    assert combine((0.5, 0.5)) == 0.75
    assert combine(()) == 0
    assert combine((0.5, -1.0)) == 0


@given(st.lists(st.floats(-2, 1), max_size=4))
def test_the_order_of_tactics_does_not_matter(reductions):
    assert combine(tuple(reductions)) == pytest.approx(combine(tuple(reversed(reductions))))


def test_the_roi_curve_runs_to_forty_times_the_break_even():
    curve = roi_curve(scenario())
    assert len(curve.points) == 201
    assert curve.points[0] == (0, pytest.approx(-1))
    assert curve.points[-1][0] == 4_000_000
    assert curve.points[5] == (100_000, pytest.approx(0))


def test_curves_have_a_span_where_the_tactic_never_or_at_once_pays_back():
    assert roi_curve(scenario(reduction=-1.0)).points[-1][0] == NEVER
    assert roi_curve(scenario(implementation=0.0)).points[-1][0] == 50
    assert roi_curve(scenario(implementation=0.0, price=0.0)).points == ()


def test_the_cost_curves_cross_at_the_break_even():
    before, after = cost_curves(scenario())
    assert before.points == ((0, 0), (100_000, pytest.approx(200)), (200_000, pytest.approx(400)))
    assert after.points[1] == (100_000, pytest.approx(200))


def test_everyday_equivalents_have_sources():
    assert EQUIVALENTS[0].count(108.1) == pytest.approx(1000)
    assert EQUIVALENTS[1].count(2.3485) == pytest.approx(1, rel=1e-3)
    assert all(e.source and e.source_url.startswith("https://") for e in EQUIVALENTS)


def test_curves_are_read_around_the_break_even():
    assert milestones(scenario()) == (50_000, 100_000, 200_000, 1_000_000, 4_000_000)
    assert milestones(scenario(reduction=-1.0)) == (50, 10_000, NEVER)
    assert milestones(scenario(implementation=0.0)) == (50, 10_000, NEVER)
    assert milestones(scenario(implementation=0.0015)) == (1, 2, 4, 20, 80)
    assert milestones(scenario(implementation=1234.5678)) == (
        617_284,
        1_240_000,
        2_470_000,
        12_400_000,
        49_400_000,
    )


@given(energies, savings, prices, st.floats(1e-3, 1e7))
def test_a_row_at_the_break_even_has_paid_back(energy, reduction, price, cost):
    s = scenario(energy, reduction, price, cost)
    assert any(s.savings(n) >= 0 for n in milestones(s)[:2])
    assert all(float(readable_number(n)) == n for n in milestones(s) if n < 10**15)


def readable_number(count):
    """The number that a reader of the table sees."""
    number, _, word = readable(float(count)).replace(",", "").partition(" ")
    return Decimal(number) * {"": 1, "million": 10**6, "billion": 10**9, "trillion": 10**12}[word]
