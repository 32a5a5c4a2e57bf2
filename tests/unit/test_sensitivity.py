"""What the savings hang on: every input over a range of its own, stated with its reason."""

import pytest
from hypothesis import given

from gaissa_web.core.roi import Reduction
from gaissa_web.core.sensitivity import sensitivity
from tests.unit.test_roi import costs, energies, prices, savings, scenario, uses


def swings(given_scenario=None, reduction=None):
    chosen = given_scenario or scenario()
    found = sensitivity(chosen, reduction or Reduction(chosen.reduction), "inference")
    return {swing.name: swing for swing in found}


def test_what_the_result_hangs_on_comes_most_first():
    found = sensitivity(scenario(), Reduction(0.5), "inference")
    assert [s.width for s in found] == sorted((s.width for s in found), reverse=True)
    assert found[0].name == "Number of inferences"


@pytest.mark.parametrize(
    ("name", "low", "high", "at_low", "at_high"),
    [
        ("Reduction", "30", "60", 600 - 100, 1200 - 100),
        ("Energy before", "27 kJ", "45 kJ", 750 - 100, 1250 - 100),
        ("Energy price", "0.0989 EUR/kWh", "0.291 EUR/kWh", 494.47077 - 100, 1453.39652 - 100),
        ("Number of inferences", "500,000", "2 million", 500 - 100, 2000 - 100),
        ("Implementation cost", "€80.00", "€150.00", 1000 - 80, 1000 - 150),
    ],
)
def test_each_input_goes_over_its_own_range_and_names_the_ends(name, low, high, at_low, at_high):
    swing = swings()[name]
    assert swing.low_label.removesuffix("\N{NO-BREAK SPACE}%") == low
    assert swing.high_label.removesuffix("\N{NO-BREAK SPACE}%") == high
    assert (swing.at_low, swing.at_high) == (pytest.approx(at_low), pytest.approx(at_high))


@given(energies, savings, prices, costs, uses)
def test_no_two_inputs_are_varied_alike_and_each_says_why(energy, reduction, price, cost, n):
    found = sensitivity(scenario(energy, reduction, price, cost, n), Reduction(reduction), "inference")
    assert len({(s.low_label, s.high_label) for s in found}) == len(found) == 5
    assert len({s.reason for s in found}) == 5
    assert all(s.reason.endswith(".") for s in found)
    free = swings(scenario(energy, reduction, price, 0.0, n))
    ends = [(free[name].at_low, free[name].at_high) for name in free if name != "Implementation cost"]
    assert len({end for pair in ends for end in pair}) == 8, (
        "inputs that enter as a product have bars of their own"
    )


def test_a_range_of_the_source_is_what_the_reduction_is_varied_by():
    swing = swings(reduction=Reduction(0.5, 0.1, 0.9))["Reduction"]
    assert swing.low_label.startswith("10")
    assert swing.high_label.startswith("90")
    assert swing.at_high == pytest.approx(1800 - 100)
    assert swing.reason == "The range that the source gives."
    assert swings(reduction=Reduction(0.5, high=0.9))["Reduction"].low_label.startswith("50")
    assert swings(reduction=Reduction(0.5, low=0.1))["Reduction"].high_label.startswith("50")


def test_a_stated_range_of_the_reduction_never_exceeds_all_of_it():
    worse = swings(scenario(reduction=-0.5))["Reduction"]
    assert worse.low_label.startswith("−60")
    assert worse.high_label.startswith("−30")
    assert swings(scenario(reduction=0.9))["Reduction"].high_label.startswith("100")


def test_there_is_never_less_than_one_use():
    assert swings(scenario(uses=1))["Number of inferences"].low_label == "1"
