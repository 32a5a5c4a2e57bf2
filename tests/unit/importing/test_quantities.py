"""Quantities with units, as people type them and programs write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.importing.numbers import DecimalMark
from gaissa_web.core.importing.quantities import find_unit, parse_quantity
from gaissa_web.core.units import UNITS, convert

NAMED = [unit for unit in UNITS if unit and not unit[0].isdigit()]


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1.2 kg", "g CO2eq", 1200),
        ("0.149 kg", "g CO2eq", 149),
        ("98 MB", "MB", 98),
        ("98,5 MB", "MB", 98.5),
        ("0.4 kWh", "J", 1_440_000),
        ("0.4kwh", "J", 1_440_000),
        ("97.8 MiB", "MB", 102.5507328),
        ("12", "J", 12),
        ("12 J", "J", 12),
        ("5 mJ", "J", 0.005),
        ("5 MJ", "J", 5e6),
        ("1 200,5 g", "g CO2eq", 1200.5),
        ("2 t CO₂", "g CO2eq", 2e6),
        ("3 kg CO2-equivalents", "g CO2eq", 3000),
        ("91 %", "", 0.91),
        ("91%", "", 0.91),
        ("4.1e9 FLOP", "GFLOP", 4.1),
        ("4.1 GFLOPs", "GFLOP", 4.1),
        ("200 µs", "ms", 0.2),
        ("200 μs", "ms", 0.2),
        ("1e-3 s", "ms", 1),
        ("90 minutes", "h", 1.5),
        ("1.5 Hours", "h", 1.5),
        ("250 W", "W", 250),
        ("25.6e6", "count", 25.6e6),
        ("100 gb", "B", 1e11),
        ("12 per second", "1/s", 12),
    ],
)
def test_a_unit_is_understood_and_converted(text, unit, value):
    assert parse_quantity(text, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("12 kWh", "g CO2eq"),
        ("5 kg", "J"),
        ("5 Mg", "g CO2eq"),
        ("5 MG CO2", "g CO2eq"),
        ("3 apples", "J"),
        ("12 m", "ms"),
        ("1 h 30", "h"),
        ("J", "J"),
        ("5 J J", "J"),
        ("5 kg per year", "g CO2eq"),
        ("", "J"),
        ("1,234 kg", "g CO2eq"),
        ("-3 kg", "g CO2eq"),
        ("91 %", "J"),
        ("5 k", "count"),
        ("1 200 300 0 g", "g CO2eq"),
        ("x" * 200, "J"),
        ("1e400 J", "J"),
        ("5 parsec", "parsec"),
    ],
)
def test_what_is_no_quantity_of_that_kind_is_refused(text, unit):
    with pytest.raises(InvalidInputError):
        parse_quantity(text, unit)


@given(st.floats(1e-9, 1e9), st.sampled_from(NAMED), st.sampled_from(NAMED))
def test_every_unit_is_read_as_it_is_written(number, written, target):
    if UNITS[written].quantity != UNITS[target].quantity:
        assert find_unit(written, target) is None
        return
    assert find_unit(written, target) == written
    expected = convert(number, written, target)
    assert parse_quantity(f"{number!r} {written}", target) == pytest.approx(expected, rel=1e-9)
    comma = f"{number!r} {written}".replace(".", ",")
    assert parse_quantity(comma, target, DecimalMark.COMMA) == pytest.approx(expected, rel=1e-9)


@given(st.text(max_size=60), st.sampled_from([*UNITS, "parsec"]))
def test_any_text_is_a_quantity_from_0_up_or_a_sentence(text, unit):
    try:
        assert parse_quantity(text, unit) >= 0
    except InvalidInputError as error:
        assert len(str(error)) > 10


def test_blanks_without_end_take_no_time():
    with pytest.raises(InvalidInputError):
        parse_quantity("1" + " " * 90 + "x", "J")
