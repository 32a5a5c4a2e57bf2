from dataclasses import replace

from gaissa_web.core.comparing import compare
from gaissa_web.core.rating import Phase
from tests.factories import HIGHER, label, metric, scheme

BOTH = scheme(
    metric("co2", 2, unit="g CO2eq", name="CO₂"), metric("score", 1, (9, 7, 5, 3), HIGHER, name="Score")
)


def named(name, **values):
    return label(values, rated_by=BOTH, name=name)


def test_the_best_value_of_each_metric_is_marked():
    comparison = compare([named("old", co2=4, score=8), named("new", co2=1, score=4)])
    co2, score = comparison.rows
    assert (co2.best, score.best) == ({1}, {0})
    assert co2.sentence == "Best: new with 1 g CO₂eq. The highest is 4 g CO₂eq, a factor of 4 apart."
    assert score.sentence == "Best: old with 8. The lowest is 4, a factor of 2 apart."


def test_equal_and_lonely_values_have_no_best():
    comparison = compare([named("a", co2=1), named("b", co2=1, score=5)])
    assert [row.best for row in comparison.rows] == [set(), set()]


def test_a_zero_has_no_factor():
    row = compare([named("a", co2=0), named("b", co2=2)]).rows[0]
    assert row.sentence == "Best: a with 0 g CO₂eq. The highest is 2 g CO₂eq."


def test_the_outcome_is_said_in_words():
    assert compare([named("a", co2=1), named("b", co2=9)]).summary == "a has the best grade, A."
    assert compare([named("a", co2=1), named("b", co2=1)]).summary == "All have the same grade, A."
    assert compare([named("a"), named("b")]).summary == "None of these labels has a grade."
    three = [named("a", co2=1), named("b", co2=1), named("c", co2=9)]
    assert compare(three).summary == "a and b have the best grade, A."


def test_labels_of_different_phases_are_not_ranked():
    other = replace(named("b", co2=1), phase=Phase.INFERENCE)
    assert "different phases" in compare([named("a", co2=1), other]).summary


def test_a_metric_that_a_label_was_not_rated_by_is_an_empty_cell():
    single = label({"size": 1}, rated_by=scheme(metric("size")))
    rows = compare([named("a", co2=1), single]).rows
    assert rows[0].cells[1] is None
