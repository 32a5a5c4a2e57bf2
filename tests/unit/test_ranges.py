"""What the values of a metric can be, and what they usually are."""

from math import inf, nan

import pytest

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.ranges import ANYTHING, ValidRange
from tests.factories import metric

SHARE = ValidRange(largest=1)


@pytest.mark.parametrize("value", [0, 0.5, 1, 1e-300])
def test_what_lies_within_is_taken(value):
    SHARE.check("Score", value)
    ANYTHING.check("Energy", value, "J")


@pytest.mark.parametrize("value", [-1, nan, inf, -inf])
def test_what_is_no_number_from_0_up_is_refused_everywhere(value):
    with pytest.raises(InvalidInputError, match="Energy lies between 0 and what a number can hold"):
        ANYTHING.check("Energy", value, "J")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (91, "Score lies between 0 and 1. Did you mean 0.91?"),
        (1.5, "Score lies between 0 and 1. Did you mean 0.015?"),
        (100.5, "Score lies between 0 and 1."),
        (-0.1, "Score lies between 0 and 1."),
    ],
)
def test_a_percentage_is_offered_as_the_share_that_it_stands_for(value, message):
    with pytest.raises(InvalidInputError) as refusal:
        SHARE.check("Score", value)
    assert str(refusal.value) == message


def test_what_is_unusual_is_doubted_and_zero_is_not():
    usual = ValidRange(usual_low=0.5, usual_high=600_000)
    assert usual.doubt("Latency", 0.2, "ms").startswith(
        "Latency is usually from 500 µs to 10 min; 200 µs is unusual"
    )
    assert "unusual" in usual.doubt("Latency", 1e9, "ms")
    assert [usual.doubt("Latency", value, "ms") for value in (0, 0.5, 100, 600_000)] == [""] * 4
    assert "1 g CO₂eq or more" in ValidRange(usual_low=1).doubt("CO₂", 0.5, "g CO2eq")


@pytest.mark.parametrize("ends", [(0, 0, 1), (-1, 0, 1), (1, -1, 1), (1, 2, 2), (nan, 0, 1), (1, nan, 1)])
def test_ends_that_leave_nothing_between_them_are_refused(ends):
    with pytest.raises(InvalidInputError):
        ValidRange(*ends)


def test_a_metric_checks_its_values():
    score = metric("score", 1, name="Score", range=ValidRange(1, 0.01))
    score.check(0.5)
    assert "unusual" in score.doubt(0.001)
    with pytest.raises(InvalidInputError, match="Score"):
        score.check(2)
