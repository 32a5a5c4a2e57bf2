"""ROI analyses side by side, in words."""

from dataclasses import replace
from decimal import Decimal

from gaissa_web.core.contrasts import contrast
from tests.unit.test_analysis import SIZE, analysis, energy


def test_the_best_is_named_with_the_next():
    soon = analysis(title="soon", implementation_cost=Decimal(10))
    late = analysis(energy(0.9), title="late", implementation_cost=Decimal(1000))
    found = contrast([soon, late])
    assert found.best_break_even == {0}
    assert found.best_savings == {0}
    assert found.best_emissions == {1}
    assert (
        "“soon” pays back soonest: after 10,000 inferences, the next 556,000 inferences."
        not in found.sentences
    )
    assert found.sentences[0] == (
        "“soon” pays back soonest: after 10,000 inferences, the next after 555,555 inferences."
    )
    assert found.sentences[1].startswith("“soon” saves the most money: €990.00, the next €800.00")


def test_equal_analyses_have_no_best():
    found = contrast([analysis(), analysis()])
    assert found.best_break_even == found.best_savings == found.best_emissions == frozenset()
    assert found.sentences == ()


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
    assert "They count different numbers or kinds of uses" in found.sentences[-1]


def test_two_bests_are_both_marked_but_not_named():
    found = contrast([analysis(title="a"), analysis(title="b"), analysis(energy(0.1), title="c")])
    assert found.best_savings == {0, 1}
    assert not any("most money" in sentence for sentence in found.sentences)
