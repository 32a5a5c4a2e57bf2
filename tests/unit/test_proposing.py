"""Thresholds from percentiles, and the histogram they are shown on."""

import csv
import statistics
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.proposing import BINS, Histogram, bin_edges, histogram, propose, ranks
from gaissa_web.core.thresholds import Direction

SEEDS = Path(__file__).parent.parent.parent / "gaissa_web" / "seeds"


def proposed(values, direction=Direction.LOWER):
    ordered = sorted(values)
    return propose(direction, len(ordered), {k: ordered[k] for k in ranks(len(ordered))})


def test_a_fifth_of_the_values_gets_each_grade():
    assert proposed(range(1, 102)).boundaries == (21, 41, 61, 81)


def test_higher_is_better_turns_the_boundaries_round():
    assert proposed(range(1, 102), Direction.HIGHER).boundaries == (81, 61, 41, 21)


def test_boundaries_have_four_digits():
    assert proposed([n / 3 for n in range(100, 200)]).boundaries == (39.93, 46.53, 53.13, 59.73)


def test_real_intensities_agree_with_the_standard_library():
    with (SEEDS / "countries.csv").open(encoding="utf-8") as file:
        values = sorted(float(row["intensity_g_per_kwh"]) for row in csv.DictReader(file))
    expected = statistics.quantiles(values, n=5, method="inclusive")
    assert proposed(values).boundaries == pytest.approx(expected, rel=1e-3)


def test_too_few_or_too_equal_values_are_refused_in_words():
    with pytest.raises(InvalidInputError, match="Only 3 values"):
        propose(Direction.LOWER, 3, {})
    with pytest.raises(InvalidInputError, match="alike"):
        proposed([1.0] * 100)


@given(st.lists(st.floats(0, 1e12), min_size=20, max_size=60, unique=True))
def test_percentiles_lie_between_their_neighbours(values):
    ordered = sorted(values)
    try:
        boundaries = proposed(values).boundaries
    except InvalidInputError:
        return
    for share, boundary in zip((0.2, 0.4, 0.6, 0.8), boundaries, strict=True):
        low = ordered[int(share * (len(ordered) - 1) + 1e-9)]
        assert boundary >= low * 0.999
        assert boundary <= ordered[-1] * 1.001


def test_wide_values_are_shown_on_a_logarithmic_scale():
    edges, logarithmic = bin_edges(0.0, 0.001, 1e6)
    assert logarithmic
    assert edges[0] == 0.001
    assert edges[-1] == 1e6
    assert len(edges) == BINS + 1


def test_narrow_values_are_shown_on_a_linear_scale():
    edges, logarithmic = bin_edges(10.0, 10.0, 34.0)
    assert not logarithmic
    assert edges[:3] == (10.0, 11.0, 12.0)


@pytest.mark.parametrize("value", [0.0, 5.0])
def test_equal_values_get_one_bin_around_them(value):
    edges, _ = bin_edges(value, value or None, value)
    assert edges[0] <= value < edges[1]


def test_counts_come_from_how_many_are_below_each_edge():
    found = histogram((0.0, 1.0, 2.0, 3.0), {1: 4, 2: 6}, 9, False)
    assert found.counts == (4, 2, 3)


def test_a_place_is_a_share_of_the_width():
    linear = Histogram((0.0, 5.0, 10.0), (1, 1), False)
    assert [linear.place(v) for v in (-1.0, 0.0, 2.5, 10.0, 99.0)] == [0, 0, 0.25, 1, 1]
    logarithmic = Histogram((1.0, 10.0, 100.0), (1, 1), True)
    assert [round(logarithmic.place(v), 6) for v in (0.0, 1.0, 10.0, 100.0)] == [0, 0, 0.5, 1]
