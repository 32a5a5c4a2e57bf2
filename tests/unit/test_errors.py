"""What errors say."""

import pytest

from gaissa_web.core.errors import TooManyTriesError


@pytest.mark.parametrize(
    ("seconds", "whole", "minutes"), [(0.2, 1, 1), (60, 60, 1), (60.5, 61, 2), (-3, 1, 1)]
)
def test_who_tries_too_often_is_told_when_to_come_back(seconds, whole, minutes):
    error = TooManyTriesError("Enough.", seconds)
    assert (error.seconds, error.minutes) == (whole, minutes)
    assert str(error) == f"Enough. Please try again in {minutes} min."
