"""ROI analyses side by side, in words: what gains is named, what loses is never praised."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.core.contrasts import contrast
from tests.unit.test_analysis import SIZE, analysis, energy


def costing(cost, **more):
    return analysis(implementation_cost=Decimal(cost), **more)


def elsewhere(found, country="Finland", price="0.2"):
    place = replace(found.electricity, country=country, price=Decimal(price))
    return replace(found, electricity=place)


def test_the_best_is_named_with_the_next():
    soon = costing(10, title="soon")
    late = analysis(energy(0.9), title="late", implementation_cost=Decimal(1000))
    found = contrast([soon, late])
    assert found.best_break_even == {0}
    assert found.best_savings == {0}
    assert found.best_emissions == {1}
    assert found.sentences == (
        "“soon” pays back soonest: after 10,000 inferences, the next after 555,556 inferences.",
        "“soon” saves the most money: €990.00, the next €800.00.",
        "“late” saves the most emissions: 1.8 t CO₂eq, the next 1 t CO₂eq.",
    )
    assert found.warnings == ()


def test_equal_analyses_have_no_best():
    found = contrast([analysis(), analysis()])
    assert found.best_break_even == found.best_savings == found.best_emissions == frozenset()
    assert found.sentences == ()


def test_where_all_lose_the_one_that_loses_least_is_said_plainly():
    found = contrast([costing(5000, title="dear"), costing(3000, title="cheap")])
    assert found.best_savings == found.best_break_even == frozenset()
    assert "None of these saves money: “cheap” loses the least, €2,000.00, the next €4,000.00." in (
        found.sentences
    )
    assert found.sentences[0] == (
        "“cheap” would pay back soonest, after 3 million inferences, the next after 5 million inferences; "
        "but not within the uses it counts."
    )


def test_what_comes_out_even_is_no_gain():
    found = contrast([costing(1000, title="even"), costing(3000, title="dear")])
    assert found.best_savings == frozenset()
    assert (
        "None of these saves money: “even” loses the least, nothing, the next €2,000.00." in found.sentences
    )


def test_where_all_lose_alike_none_is_named():
    found = contrast([costing(5000, title="a"), costing(5000, title="b"), costing(6000, title="c")])
    assert "None of these saves money." in found.sentences


@pytest.mark.parametrize(
    ("cost", "next_one"),
    [(1000, "the next nothing"), (1500, "the next loses €500.00"), (900, "the next €100.00")],
)
def test_what_comes_after_the_best_is_called_what_it_is(cost, next_one):
    found = contrast([costing(100, title="best"), costing(cost, title="next")])
    assert f"“best” saves the most money: €900.00, {next_one}." in found.sentences
    assert found.best_savings == {0}


def test_where_all_add_emissions_none_is_praised():
    found = contrast([analysis(energy(-0.5), title="worse"), analysis(energy(-0.2), title="bad")])
    assert found.best_emissions == frozenset()
    assert (
        "None of these saves emissions: “bad” adds the least, 400 kg CO₂eq, the next 1 t CO₂eq."
        in found.sentences
    )
    assert found.sentences[-1] == "Never pays back: “worse”, “bad”."


@given(st.lists(st.tuples(st.floats(-1, 1), st.integers(0, 10**5)), min_size=2, max_size=4))
def test_no_loss_is_ever_marked_as_best(cases):
    analyses = [
        analysis(energy(reduction), title=str(n), implementation_cost=Decimal(cost))
        for n, (reduction, cost) in enumerate(cases)
    ]
    found = contrast(analyses)
    scenarios = [a.scenario for a in analyses]
    assert all(scenarios[place].savings(scenarios[place].uses) > 0 for place in found.best_savings)
    assert all(scenarios[place].savings(scenarios[place].uses) >= 0 for place in found.best_break_even)
    assert all(scenarios[place].emissions_saved_kg(1) > 0 for place in found.best_emissions)
    praised = any("saves the most money" in sentence for sentence in found.sentences)
    assert not praised or max(s.savings(s.uses) for s in scenarios) > 0
    assert "−" not in " ".join(found.sentences)


def test_what_never_pays_back_and_what_has_no_energy_are_ordinary():
    found = contrast(
        [analysis(energy(-0.5), title="worse"), analysis(SIZE, title="size"), analysis(title="fine")]
    )
    assert "Never pays back: “worse”." in found.sentences
    assert found.best_break_even == frozenset()
    assert found.best_savings == {2}


def test_different_numbers_of_uses_are_said():
    one = analysis(title="one")
    found = contrast([one, replace(one, uses=5, title="two")])
    assert "They count different numbers or kinds of uses" in found.warnings[0]


def test_between_training_runs_and_inferences_none_is_the_best():
    run = replace(energy(), per="training run")
    found = contrast([costing(10, title="a"), replace(analysis(run), title="b")])
    assert found.best_break_even == found.best_savings == found.best_emissions == frozenset()
    assert found.sentences == ()
    assert found.warnings == (
        "They count different numbers or kinds of uses, so totals are not of the same work.",
    )


def test_different_places_and_prices_are_said():
    one = analysis(title="one")
    assert contrast([one, elsewhere(one)]).warnings == (
        "They run in different places (Spain, Finland), so emissions differ by the electricity there too.",
    )
    assert contrast([one, elsewhere(one, "Spain", "0.35")]).warnings == (
        "They pay different prices (0.2 to 0.35 EUR/kWh), so money differs by the price too.",
    )
    assert contrast([analysis(SIZE), elsewhere(analysis(SIZE), price="1")]).warnings == ()


def test_every_metric_of_any_of_them_is_there():
    found = contrast([analysis(SIZE), analysis(energy(), SIZE)])
    assert [metric.name for metric in found.metrics] == ["Size", "Energy"]
    assert [effect.expected if effect else None for effect in found.metrics[1].effects] == [None, 18_000]
    assert found.sentences == ()


def test_two_bests_are_both_marked_but_not_named():
    found = contrast([analysis(title="a"), analysis(title="b"), analysis(energy(0.1), title="c")])
    assert found.best_savings == {0, 1}
    assert found.best_break_even == {0, 1}
    assert not any("most money" in sentence for sentence in found.sentences)
