from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.grades import Grade
from gaissa_web.core.rating import rate
from tests.factories import HIGHER, metric, scheme

weights = st.floats(0, 1e6, allow_nan=False)
values = st.floats(-1e9, 1e9, allow_nan=False)


@st.composite
def rated_cases(draw):
    """A scheme of one to six metrics, and values for some of them."""
    count = draw(st.integers(1, 6))
    metrics = tuple(metric(f"m{n}", weight=draw(weights)) for n in range(count))
    measured = draw(st.dictionaries(st.sampled_from([m.slug for m in metrics]), values))
    return metrics, measured


TRAINING = scheme(
    metric("co2", 0.35, (0.295, 1.815, 6.86, 28.1)),
    metric("downloads", 0.25, (17, 7, 4, 3), HIGHER),
    metric("score", 0.20, (0.9688, 0.8997, 0.7627, 0.5039), HIGHER),
    metric("size", 0.10, (1.662e9, 3.284e8, 1.036e8, 2.755e7), HIGHER),
    metric("data", 0.10, (2.883e7, 3.421e6, 1.385e6, 1.853e5), HIGHER),
)


@pytest.mark.parametrize(
    ("measured", "letter", "coverage"),
    [
        # 1.2 g is B, 0.93 is B, 125 MB/g is C: (0.35 + 0.20 + 2 * 0.10) / 0.65 = 1.15, so B.
        ({"co2": 1.2, "score": 0.93, "size": 1.25e8}, "B", 0.65),
        # distilgpt2: E, A, D, E: (4 * 0.35 + 0 + 4 * 0.10 + 3 * 0.10) / 0.80 = 2.625, so D.
        ({"co2": 149200, "downloads": 1172830, "size": 2364.8, "data": 266551.6}, "D", 0.8),
        ({"co2": 0}, "A", 0.35),
        ({"downloads": 0}, "E", 0.25),
        ({"co2": 0, "downloads": 20, "score": 0.97, "size": 2e9, "data": 3e7}, "A", 1.0),
        ({}, None, 0.0),
    ],
)
def test_worked_examples_of_the_training_scheme(measured, letter, coverage):
    rating = rate(TRAINING, measured)
    assert (rating.grade and rating.grade.letter) == letter
    assert rating.coverage == pytest.approx(coverage)


def test_halves_round_to_the_even_grade():
    pair = scheme(metric("a"), metric("b"))
    assert rate(pair, {"a": 1, "b": 2}).grade is Grade.A  # mean 0.5
    assert rate(pair, {"a": 2, "b": 3}).grade is Grade.C  # mean 1.5
    assert rate(pair, {"a": 3, "b": 4}).grade is Grade.C  # mean 2.5
    assert rate(pair, {"a": 4, "b": 5}).grade is Grade.E  # mean 3.5


def test_a_half_made_of_decimal_weights_is_a_half():
    # 3 of weight 0.1 and 3 of 0.1 against 0.6: binary floats would miss the tie.
    tied = scheme(*(metric(f"m{n}", 0.1) for n in range(3)), metric("big", 0.3))
    rating = rate(tied, {"m0": 2, "m1": 2, "m2": 2, "big": 3})
    assert rating.grade is Grade.C


@given(rated_cases(), st.randoms())
def test_order_of_metrics_does_not_matter(case, random: Random):
    metrics, measured = case
    shuffled = list(metrics)
    random.shuffle(shuffled)
    assert rate(scheme(*shuffled), measured) == rate(scheme(*metrics), measured)


@given(rated_cases(), st.sampled_from([0.125, 0.5, 2, 8, 1024]))
def test_only_the_proportions_of_weights_matter(case, factor):
    metrics, measured = case
    scaled = scheme(*(replace(m, weight=m.weight * factor) for m in metrics if m.weight > 1e-200))
    plain = scheme(*(m for m in metrics if m.weight > 1e-200))
    kept = {slug: value for slug, value in measured.items() if slug in {m.slug for m in plain.metrics}}
    if plain.metrics:
        assert rate(scaled, kept).grade is rate(plain, kept).grade
        assert rate(scaled, kept).coverage == pytest.approx(rate(plain, kept).coverage)


@given(rated_cases(), st.data())
def test_a_better_value_never_gives_a_worse_label(case, data):
    metrics, measured = case
    if not measured:
        return
    slug = data.draw(st.sampled_from(sorted(measured)))
    better = {**measured, slug: data.draw(st.floats(-1e9, measured[slug]))}
    before, after = rate(scheme(*metrics), measured).grade, rate(scheme(*metrics), better).grade
    if before is not None and after is not None:
        assert after.position <= before.position
    assert (before is None) == (after is None)


@given(rated_cases())
def test_missing_metric_is_left_out_of_the_weighted_mean(case):
    metrics, measured = case
    only = [m for m in metrics if m.slug in measured]
    if only:
        assert rate(scheme(*metrics), measured).grade is rate(scheme(*only), measured).grade


@given(rated_cases())
def test_a_metric_of_weight_zero_is_shown_but_does_not_count(case):
    metrics, measured = case
    extra = metric("extra", 0.0)
    with_extra = rate(scheme(*metrics, extra), {**measured, "extra": 99})
    assert with_extra.grade is rate(scheme(*metrics), measured).grade
    shown = next(r for r in with_extra.metrics if r.metric.slug == "extra")
    assert shown.grade is Grade.E
    assert not shown.counted


def test_metrics_come_heaviest_first_then_by_name():
    rating = rate(scheme(metric("b", 1), metric("c", 2), metric("a", 1)), {})
    assert [r.metric.slug for r in rating.metrics] == ["c", "a", "b"]
    assert [r.weight_share for r in rating.metrics] == [0.5, 0.25, 0.25]


def test_no_weight_at_all_gives_no_grade():
    rating = rate(scheme(metric("a", 0)), {"a": 1})
    assert rating.grade is None
    assert rating.coverage == 0
    assert rating.metrics[0].weight_share == 0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_values_that_are_not_finite_are_refused(value):
    with pytest.raises(InvalidInputError, match="finite"):
        rate(scheme(), {"co2": value})


def test_a_value_of_an_unknown_metric_is_refused():
    with pytest.raises(InvalidInputError, match="no metric “nope”"):
        rate(scheme(), {"nope": 1})


@pytest.mark.parametrize("weight", [-0.1, float("nan"), float("inf")])
def test_weights_that_would_break_every_label_are_refused(weight):
    with pytest.raises(InvalidInputError, match="weight"):
        metric(weight=weight)


def test_a_rating_gives_its_letter_or_none():
    assert rate(scheme(), {"co2": 1.5}).letter == "B"
    assert rate(scheme(), {}).letter is None
