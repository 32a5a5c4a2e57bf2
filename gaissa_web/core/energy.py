"""Energy and emissions of one answer of a model: power x time x PUE, and what the grid adds."""

from dataclasses import dataclass

JOULES_PER_KWH = 3_600_000.0


@dataclass(frozen=True, slots=True)
class Spread:
    """A quantity with the range it may well lie in; `low <= expected <= high`, all in one unit."""

    low: float
    expected: float
    high: float

    def times(self, factor: float) -> "Spread":
        """Return it multiplied by a factor from 0 up."""
        return Spread(self.low * factor, self.expected * factor, self.high * factor)


def energy_j(power_w: Spread, time_s: Spread, pue: float) -> Spread:
    """Return the energy in J that `power_w` draws in `time_s`, with what the building adds.

    PUE (power usage effectiveness, at least 1) is a data centre's energy divided by that of its
    computers, as ISO/IEC 30134-2 defines it. The range takes both ends at once, so that it is
    rather too wide than too narrow.
    """
    return Spread(
        power_w.low * time_s.low * pue,
        power_w.expected * time_s.expected * pue,
        power_w.high * time_s.high * pue,
    )


def emissions_g(energy: Spread, intensity_g_per_kwh: float) -> Spread:
    """Return the emissions in g CO2eq of an energy in J, at a grid's carbon intensity in g CO2eq/kWh."""
    return energy.times(intensity_g_per_kwh / JOULES_PER_KWH)
