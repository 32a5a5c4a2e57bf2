import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.units import (
    UNITS,
    at_least,
    convert,
    exact,
    money,
    readable,
    rounded_up,
    share_percent,
    uses_to_price,
)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (2800, "g CO2eq", "2.8 kg CO₂eq"),
        (125290212.55, "B/g", "125 MB/g"),
        (1.2e11, "g CO2eq", "120,000 t CO₂eq"),
        (999.9, "g CO2eq", "1 kg CO₂eq"),
        (0, "g CO2eq", "0 g CO₂eq"),
        (16.0, "", "16"),
        (1172830, "", "1.17 million"),
        (999_999_999, "count", "1 billion"),
        (0.0, "", "0"),
        (0.00007, "", "7 × 10⁻⁵"),
        (1e300, "", "1 × 10³⁰⁰"),
        (1e300, "J", "1 × 10²⁹¹ GJ"),
        (97.8, "MB", "97.8 MB"),
        (35500, "ms", "35.5 s"),
        (-3.456, "", "−3.46"),
        (-1234.0, "", "−1,234"),
        (50, "%", "50 %"),
        (12.5, "parsec", "12.5 parsec"),
        (2.5, "1/s", "2.5 1/s"),
        (3e15, "", "3 × 10¹⁵"),
        (1e308, "MWh", "1 × 10³⁰⁸ MWh"),
    ],
)
def test_values_are_shown_as_a_person_would_write_them(value, unit, shown):
    assert readable(value, unit) == shown


def test_a_threshold_can_be_shown_more_exactly():
    assert readable(1.815, "g CO2eq", 4) == "1.815 g CO₂eq"
    assert readable(1.662e9, "B/g", 4) == "1.662 GB/g"
    assert readable(12345.6, "", 4) == "12,346"


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([*UNITS, "parsec"]))
def test_every_value_is_short_and_never_a_raw_float(value, unit):
    shown = readable(value, unit)
    assert len(shown) <= 30
    assert "e+" not in shown
    assert "inf" not in shown


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (0.0042, "kg CO2eq", "g CO2eq", 4.2),
        (2.5e-05, "kWh", "J", 90.0),
        (1.5, "s", "ms", 1500.0),
        (7200, "s", "h", 2.0),
        (4111514624, "FLOP", "GFLOP", 4.111514624),
        (1, "GiB", "MB", 1073.741824),
        (97.8, "MB", "B", 97_800_000.0),
        (5, "", "", 5),
    ],
)
def test_conversions_are_exact_to_the_decimal(value, source, target, expected):
    assert convert(value, source, target) == expected


@given(st.floats(1e-6, 1e6), st.sampled_from(["kWh", "MJ", "Wh"]))
def test_converting_there_and_back_changes_nothing(value, unit):
    assert convert(convert(value, unit, "J"), "J", unit) == pytest.approx(value)


def test_infinite_values_stay_for_the_door_to_refuse():
    assert convert(float("inf"), "s", "ms") == float("inf")


@pytest.mark.parametrize(
    ("source", "target"), [("kg CO2eq", "J"), ("furlong", "J"), ("J", "furlong"), ("", "J")]
)
def test_units_of_different_quantities_are_never_mixed(source, target):
    with pytest.raises(InvalidInputError, match="cannot be converted"):
        convert(1, source, target)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (5.0, "5"), (0.295, "0.295"), (1.662e9, "1662000000"), (1e-7, "1e-07"), (1e20, "1e+20")],
)
def test_an_exact_number_has_every_digit_that_counts(value, text):
    assert exact(value) == text
    assert float(text) == value


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "€0.00"),
        (-0.0, "€0.00"),
        (1898.731, "€1,898.73"),
        (-0.5, "−€0.50"),
        (0.00999, "€0.00999"),
        (0.009999, "€0.01"),
        (-0.0012, "−€0.0012"),
        (8.97e-6, "€0.00000897"),
        (-1e-9, "−€0.000000001"),
        (2.5e-12, "€2.5 × 10⁻¹²"),
        (999_999_999.99, "€999,999,999.99"),
        (2e12, "€2 trillion"),
        (Decimal("-3"), "−€3.00"),
    ],
)
def test_an_amount_has_cents_and_below_a_cent_the_digits_that_count(amount, text):
    assert money(amount) == text


@given(st.floats(-1e15, 1e15).filter(bool))
def test_an_amount_that_is_not_zero_never_shows_as_zero(amount):
    assert re.search("[1-9]", money(amount)), money(amount)
    assert money(amount).startswith("−€" if amount < 0 else "€")


@pytest.mark.parametrize(
    ("cost", "uses", "text"),
    [
        (0.0, 1, "€0.00"),
        (2.5, 1, "€2.50"),
        (-0.0123, 1_000, "−€12.30"),
        (8.97e-6, 1_000_000, "€8.97"),
        (3e-12, 1_000_000, "€0.000003"),
    ],
)
def test_what_a_use_costs_is_said_for_so_many_that_it_has_cents(cost, uses, text):
    assert uses_to_price(cost) == uses
    assert money(cost * uses) == text


@given(st.integers(0, 10**20))
def test_a_number_of_uses_is_shown_as_at_least_that_many(count):
    shown = rounded_up(count)
    assert shown >= count
    assert shown - count <= max(count / 100, 0)
    assert shown == count or count >= 10**6


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (999_499, "999,499"),
        (999_999, "1 million"),
        (416_100_001, "417 million"),
        (10**7, "10 million"),
        (10**24, "10²⁴"),
    ],
)
def test_a_number_of_uses_that_is_needed_is_rounded_up(count, text):
    assert text in at_least(count)


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0 %"), (-1.2e-6, "−0.00012 %"), (-0.679, "−67.9 %"), (123.4567, "12,346 %")]
)
def test_shares_are_percentages_of_any_size(share, text):
    assert share_percent(share) == text.replace(" ", "\N{NO-BREAK SPACE}")
