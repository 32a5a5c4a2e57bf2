"""Power x time x PUE, and what the grid adds."""

import pytest

from gaissa_web.core.energy import Spread, emissions_g, energy_j


def test_energy_is_power_times_time_times_pue():
    energy = energy_j(Spread(10, 50, 100), Spread(0.9, 1.0, 1.1), 1.5)
    assert (energy.low, energy.expected, energy.high) == pytest.approx((13.5, 75, 165))


def test_a_kilowatt_hour_emits_what_the_intensity_says():
    emitted = emissions_g(Spread(0, 3_600_000, 7_200_000), 174.05)
    assert (emitted.low, emitted.expected, emitted.high) == pytest.approx((0, 174.05, 348.1))
