"""What another scheme would do to the labels there are."""

from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.core.effects import BASE, MOST_METRICS, PatternCount, effect, pattern_grade
from gaissa_web.core.grades import Grade
from gaissa_web.core.rating import rate
from tests.factories import metric, scheme

A, B, C, D, E = Grade


def pattern(*digits):
    return sum(digit * BASE**place for place, digit in enumerate(digits))


def test_labels_are_counted_by_the_grade_they_go_to():
    metrics = scheme(metric("a")).ordered
    counts = [PatternCount(B, pattern(1), 10, 1, 9), PatternCount(B, pattern(2), 5, 2, 8)]
    found = effect(metrics, counts)
    assert (found.total, found.changed) == (15, 10)
    [transition] = found.transitions
    assert (transition.before, transition.after, transition.count) == (B, A, 10)
    assert transition.examples == (1, 9)
    assert found.before == {B: 15}
    assert found.after == {A: 10, B: 5}


def test_labels_may_lose_or_gain_their_grade():
    metrics = scheme(metric("a")).ordered
    found = effect(metrics, [PatternCount(C, 0, 2, 1, 2), PatternCount(None, pattern(5), 1, 3, 3)])
    assert {(t.before, t.after, t.count) for t in found.transitions} == {(C, None, 2), (None, E, 1)}


def test_the_largest_transition_comes_first_and_ties_by_grade():
    metrics = scheme(metric("a")).ordered
    counts = [PatternCount(E, pattern(1), 1, 1, 1), PatternCount(B, pattern(1), 1, 2, 2)]
    counts.append(PatternCount(D, pattern(3), 4, 3, 6))
    assert [t.before for t in effect(metrics, counts).transitions] == [D, B, E]


def test_nothing_stored_means_no_effect():
    found = effect(scheme(metric()).ordered, [])
    assert (found.total, found.changed, found.transitions) == (0, 0, ())


def test_the_largest_pattern_fits_a_databases_whole_number():
    assert pattern(*[5] * MOST_METRICS) < 2**63


@given(
    st.lists(st.one_of(st.none(), st.floats(0, 6)), min_size=3, max_size=3),
    st.lists(st.sampled_from([0.0, 0.1, 0.35, 1.0]), min_size=3, max_size=3),
)
def test_a_pattern_is_rated_as_the_label_itself_would_be(values, weights):
    rated_by = scheme(*(metric(f"m{n}", weight=w) for n, w in enumerate(weights)))
    given_values = {f"m{n}": value for n, value in enumerate(values) if value is not None}
    digits = [
        m.thresholds.grade(given_values[m.slug]).position + 1 if m.slug in given_values else 0
        for m in rated_by.ordered
    ]
    assert pattern_grade(rated_by.ordered, pattern(*digits)) == rate(rated_by, given_values).grade
