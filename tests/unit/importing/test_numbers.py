import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.importing.numbers import DecimalMark, decimal_mark, is_missing, parse_number

STYLES = {
    "plain": ("", "."),
    "english": (",", "."),
    "german": (".", ","),
    "french": ("\u202f", ","),
    "swiss": ("’", "."),
}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("0.5", 0.5),
        ("0,5", 0.5),
        ("12,5", 12.5),
        ("1.234", 1.234),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1 234,5", 1234.5),
        ("1'234.5", 1234.5),
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("0,123", 0.123),
        (".5", 0.5),
        ("5.", 5),
        ("+3", 3),
        ("1e-3", 0.001),
        ("2,5E3", 2500),
        (" 7 ", 7),
        ("-0", 0),
    ],
)
def test_numbers_of_many_countries_are_read(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text", ["abc", "=1+1", "0x10", "1_000", "٣", "1.2.3", "12,34,5", "NaN", "Infinity", "1e", "--1", "1 2"]
)
def test_what_is_no_number_is_said_to_be_none(text):
    with pytest.raises(InvalidInputError, match="is not a number"):
        parse_number(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1e400", "too large"),
        ("-3", "below 0"),
        ("−3", "below 0"),
        ("9" * 101, "too long"),
        ("1,234", "could mean"),
    ],
)
def test_each_impossible_number_gets_its_own_sentence(text, reason):
    with pytest.raises(InvalidInputError, match=reason):
        parse_number(text)


def test_the_surroundings_decide_what_a_lone_comma_means():
    assert parse_number("1,234", DecimalMark.COMMA) == 1.234
    assert parse_number("1,234", DecimalMark.POINT) == 1234
    assert parse_number("1.234", DecimalMark.COMMA) == 1234


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1,234", "1,5"], DecimalMark.COMMA),
        (["1,234", "2.5"], DecimalMark.POINT),
        (["1,234", "12"], None),
        (["1,5", "1.5"], None),
        (["abc"], None),
    ],
)
def test_a_column_proves_its_decimal_mark(texts, mark):
    assert decimal_mark(texts) is mark


@given(st.integers(0, 10**12), st.sampled_from(sorted(STYLES)), st.sampled_from(["", "5", "25"]))
def test_every_style_reads_back_what_it_wrote(whole, style, fraction):
    group, mark = STYLES[style]
    grouped = f"{whole:,}".replace(",", group) if group else str(whole)
    text = grouped + (mark + fraction if fraction else "")
    known = DecimalMark.COMMA if mark == "," else DecimalMark.POINT
    assert parse_number(text, known) == float(f"{whole}.{fraction or 0}")


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_a_sentence(text):
    try:
        assert parse_number(text) >= 0
    except InvalidInputError as error:
        assert len(str(error)) > 10


@pytest.mark.parametrize("text", ["", " ", "-", "N/A", "nan", "None", "null"])
def test_blank_cells_are_missing(text):
    assert is_missing(text)
