import pytest

from gaissa_web.core.derive import derive
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.grades import Grade
from gaissa_web.core.label import InformationField, InformationValue, Kind, advice_order, are_from, lifts
from gaissa_web.core.rating import rate
from tests.factories import HIGHER, label, metric, scheme


def test_advice_begins_with_the_heaviest_of_the_worst():
    rating = rate(
        scheme(metric("a", 3), metric("b", 1), metric("c", 2), metric("d", 9)),
        {"a": 3, "b": 9, "c": 9, "d": 1},
    )
    assert [r.metric.slug for r in advice_order(rating)] == ["c", "b", "a"]


def test_a_lift_is_the_smallest_step_that_betters_the_label():
    rating = rate(scheme(metric("a", 2), metric("b", 1)), {"a": 3, "b": 3})
    lift = next(lift for lift in lifts(rating) if lift.rated.metric.slug == "a")
    assert (lift.metric_grade, lift.label_grade, lift.boundary) == (Grade.B, Grade.B, 2.0)
    assert lift.sentence == "Bring a to 2 or less (grade B), and the label becomes B."


def test_reaching_what_a_lift_says_does_lift_the_label():
    rated_by = scheme(metric("a", 2), metric("b", 1, (9, 7, 5, 3), HIGHER))
    values = {"a": 3.5, "b": 4}
    before = rate(rated_by, values)
    for lift in lifts(before):
        reached = lift.boundary if lift.rated.metric.slug == "a" else lift.boundary + 1e-9
        after = rate(rated_by, {**values, lift.rated.metric.slug: reached})
        assert after.grade is lift.label_grade
        assert "above" in lift.sentence or "or less" in lift.sentence


def test_a_metric_that_cannot_lift_the_label_alone_is_left_out():
    rating = rate(scheme(metric("a", 10), metric("b", 1)), {"a": 4.5, "b": 2})
    assert [lift.rated.metric.slug for lift in lifts(rating)] == ["a"]


def test_a_label_without_grade_has_no_lifts():
    assert lifts(rate(scheme(), {})) == ()
    assert lifts(rate(scheme(metric("a", 0)), {"a": 9})) == ()


def test_a_label_shows_its_six_heaviest_metrics():
    shown = label({}, rated_by=scheme(*(metric(f"m{n}", n) for n in range(9)))).shown_metrics
    assert [rated.metric.slug for rated in shown] == ["m8", "m7", "m6", "m5", "m4", "m3"]


def test_a_fact_with_a_unit_is_shown_readably():
    assert InformationValue("size", "Size", "97800000", "B").shown == "97.8 MB"
    assert InformationValue("gpu", "GPU", "A100").shown == "A100"


@pytest.mark.parametrize(
    ("kind", "value"),
    [(Kind.CHOICE, "something"), (Kind.NUMBER, "NaN"), (Kind.NUMBER, "-1"), (Kind.NUMBER, "much")],
)
def test_facts_outside_what_a_field_takes_are_refused(kind, value):
    with pytest.raises(InvalidInputError):
        InformationField("f", "F", "", kind, "", ("cloud",)).check(value)


@pytest.mark.parametrize(
    ("kind", "value"), [(Kind.CHOICE, "cloud"), (Kind.NUMBER, "1.5"), (Kind.TEXT, "any")]
)
def test_facts_that_a_field_takes_are_accepted(kind, value):
    InformationField("f", "F", "", kind, "", ("cloud",)).check(value)


def test_size_efficiencies_follow_from_emissions_and_sizes():
    derived = derive({"co2_eq_emissions": 2.0}, {"model_size": "100", "dataset_size": "7"})
    assert derived == {"size_efficiency": 50.0, "dataset_size_efficiency": 3.5}


@pytest.mark.parametrize(
    ("values", "information"),
    [
        ({"co2_eq_emissions": 0.0}, {"model_size": "100"}),
        ({}, {"model_size": "100"}),
        ({"co2_eq_emissions": 1.0}, {"model_size": "big"}),
        ({"co2_eq_emissions": 1.0}, {"model_size": "nan"}),
        ({"co2_eq_emissions": 1.0}, {"model_size": "-5"}),
        ({"co2_eq_emissions": 5e-324}, {"model_size": "1e300"}),
        ({"co2_eq_emissions": 1.0, "size_efficiency": 3.0}, {"model_size": "100"}),
    ],
)
def test_nothing_is_derived_from_what_is_missing_wrong_or_given(values, information):
    assert derive(values, information) == {}


@pytest.mark.parametrize(
    ("values", "theirs"),
    [
        ({"a": 1.0}, True),
        ({"a": 1.0, "b": 2.0, "c": 3.0}, True),
        ({"a": 1.0, "b": 2.5}, False),
        ({"c": 3.0}, False),
        ({}, False),
    ],
)
def test_values_are_from_a_source_while_none_of_them_was_changed(values, theirs):
    assert are_from({"a": 1.0, "b": 2.0}, values) is theirs
