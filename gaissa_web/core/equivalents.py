"""Emissions in everyday terms, each factor with its source."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Equivalent:
    """One comparison: `kg` of CO2 each, and where that figure comes from."""

    one: str
    many: str
    kg: float
    source: str
    source_url: str

    def count(self, emissions_kg: float) -> float:
        """Return how many of them are as much as `emissions_kg`."""
        return emissions_kg / self.kg


EQUIVALENTS = (
    Equivalent(
        "kilometre in an average new car",
        "kilometres in an average new car",
        0.1081,
        "European Environment Agency: 108.1 g/km at the tail pipe in the WLTP test, new cars registered in "
        "2022, of which 23 % electric or plug-in hybrid",
        "https://www.eea.europa.eu/en/analysis/indicators/co2-performance-of-new-passenger/",
    ),
    Equivalent(
        "litre of petrol burned",
        "litres of petrol burned",
        8.89 / 3.785411784,
        "US Environmental Protection Agency: 8.89 kg per US gallon",
        "https://www.epa.gov/energy/greenhouse-gases-equivalencies-calculator-calculations-and-references",
    ),
)
