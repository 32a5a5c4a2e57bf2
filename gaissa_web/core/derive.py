"""Metric values that follow from others, so that nobody has to divide by hand."""

from collections.abc import Collection, Mapping
from math import isfinite

EMISSIONS = "co2_eq_emissions"
SIZES = {"size_efficiency": "model_size", "dataset_size_efficiency": "dataset_size"}


def derive(
    values: Mapping[str, float], information: Mapping[str, str], metrics: Collection[str] = SIZES.keys()
) -> dict[str, float]:
    """Return the values that follow from those given and were not given themselves.

    Size efficiencies, in B/g, are the size in bytes (an information value) divided by the CO2
    emissions in g, as defined by Castaño et al. 2023 (arXiv 2305.11164). Without emissions, or
    with emissions of 0, there is none; nor of what is not among the `metrics` of the scheme.
    """
    grams = values.get(EMISSIONS, 0.0)
    derived = {}
    for slug, field in SIZES.items():
        size = _number(information.get(field, ""))
        wanted = slug in metrics and slug not in values
        if wanted and grams > 0 and size is not None and isfinite(size / grams):
            derived[slug] = size / grams
    return derived


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) and number >= 0 else None
