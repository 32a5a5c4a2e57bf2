"""The interval of a mean: how often it holds the true one, for latencies as they come."""

import math
import random
from statistics import fmean

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gaissa_web.core.intervals import WIDEST, mean_with_interval, percentile

TRIES = 2000


def normal(dice, count):
    return [1 + 0.1 * dice.gauss(0, 1) for _ in range(count)], 1.0


def lognormal(dice, count, scale=1.0):
    return [math.exp(scale * dice.gauss(0, 1)) for _ in range(count)], math.exp(scale**2 / 2)


def mildly_skewed(dice, count):
    return lognormal(dice, count, 0.5)


def exponential(dice, count):
    return [dice.expovariate(1) for _ in range(count)], 1.0


def queued(dice, count):
    return [1 + 0.2 * dice.expovariate(1) for _ in range(count)], 1.2


def following(dice, count, tie=0.6):
    """Each value leans on the one before it, as those of a server that warms up or is busy do."""
    values = [dice.gauss(0, 1)]
    while len(values) < count:
        values.append(tie * values[-1] + math.sqrt(1 - tie**2) * dice.gauss(0, 1))
    return [1 + 0.1 * value for value in values], 1.0


def following_a_little(dice, count):
    return following(dice, count, 0.3)


def following_and_skewed(dice, count):
    values, _ = following(dice, count)
    return [math.exp(5 * (value - 1)) for value in values], math.exp(0.125)


def coverage(kind, count):
    """Return how often the interval held the true mean, in per cent."""
    dice = random.Random(f"{kind.__name__} {count}")
    held = 0
    for _ in range(TRIES):
        values, mean = kind(dice, count)
        found = mean_with_interval(values)
        held += found.low <= mean <= found.high
    return 100 * held / TRIES


@pytest.mark.parametrize(
    ("kind", "at_least"),
    [
        (normal, {5: 95, 20: 95, 100: 94}),
        (mildly_skewed, {5: 95, 20: 95, 100: 94}),
        (lognormal, {5: 93, 20: 93, 100: 93}),
        (exponential, {5: 93, 20: 93, 100: 93}),
        (queued, {5: 92, 20: 92, 100: 93}),
        (following_a_little, {5: 92, 20: 92, 100: 93}),
        (following, {5: 86, 20: 90, 100: 93}),
        (following_and_skewed, {5: 87, 20: 90, 100: 92}),
    ],
    ids=lambda given: given.__name__ if callable(given) else "",
)
def test_the_interval_holds_the_true_mean_as_often_as_its_docstring_says(kind, at_least):
    for count, least in at_least.items():
        assert coverage(kind, count) >= least, count


@pytest.mark.parametrize(
    ("count", "on_average", "at_worst"), [(5, 1.7, 4.0), (10, 1.5, 4.0), (20, 1.3, 2.0), (100, 1.2, 1.3)]
)
def test_the_interval_of_even_latencies_is_no_wider_than_it_needs_to_be(count, on_average, at_worst):
    dice = random.Random(1)
    widths = []
    for _ in range(1000):
        values, _ = normal(dice, count)
        found = mean_with_interval(values)
        widths.append(found.high - found.low)
    students = 2 * STUDENT[count] * 0.1 / math.sqrt(count)
    assert fmean(widths) < on_average * students
    assert sorted(widths)[950] < at_worst * students


STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 10: 2.262, 20: 2.093, 100: 1.984}
"""97.5 % quantiles of Student's t for that many values, from the tables."""


@pytest.mark.parametrize(("count", "quantile"), STUDENT.items())
def test_where_values_hardly_differ_the_interval_is_students(count, quantile):
    values = [100.0 + (number % 2) / 1000 for number in range(count)]
    found = mean_with_interval(values)
    mean = fmean(values)
    deviation = (sum((value - mean) ** 2 for value in values) / (count - 1)) ** 0.5
    assert found.high - mean == pytest.approx(
        quantile * deviation / count**0.5, rel=0.12 if count == 2 else 0.01
    )


def test_latencies_that_hang_together_give_a_wider_interval_than_the_same_ones_shuffled():
    rising = [1 + number / 20 for number in range(20)]
    shuffled = random.Random(1).sample(rising, 20)
    tied, free = mean_with_interval(rising), mean_with_interval(shuffled)
    assert tied.high - tied.low > 2 * (free.high - free.low)


@pytest.mark.parametrize("values", [[0.0] * 5, [3.0], [2.5] * 30])
def test_values_that_are_all_the_same_are_their_own_interval(values):
    found = mean_with_interval(values)
    assert found.low == found.expected == found.high == values[0]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50))
@example([0.0, 5e-324])
@example([0.0, 1e-323, 5e-324, 0.0, 5e-324, 0.0])
@example([1.0, 1.0, 1.0 - 2**-53, 1.0, 1.0])
def test_an_interval_is_in_order_and_finite_and_never_below_nothing(values):
    found = mean_with_interval(values)
    assert 0 <= found.low <= found.expected <= found.high <= max(WIDEST * found.expected, found.expected)


def test_numbers_too_small_to_be_squared_have_an_interval_all_the_same():
    found = mean_with_interval([0.0, 0.0, 1e-200, 0.0, 0.0])
    assert 0 < found.low < found.expected < found.high


def test_the_same_values_give_the_same_interval():
    values, _ = lognormal(random.Random(1), 20)
    assert mean_with_interval(values) == mean_with_interval(list(values))


@pytest.mark.parametrize(
    ("values", "percent", "expected"), [([1], 95, 1), ([1, 2, 3, 4, 5], 50, 3), ([1, 2, 3, 4, 5], 95, 4.8)]
)
def test_percentiles_are_interpolated(values, percent, expected):
    assert percentile(values, percent) == pytest.approx(expected)
