import unicodedata

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.config import PROJECT
from gaissa_web.core.text import LINE_HEIGHT, fit, one_line, printable, squeezed, width

anything = st.text(max_size=300)


@given(anything, st.sampled_from([60.0, 150.0, 352.0]), st.sampled_from([0.0, 30.0, 54.0]))
def test_fitted_text_never_leaves_its_box(text, room, height):
    fitted = fit(text, room, (22, 16, 11), height)
    assert all(width(line, fitted.size) <= room for line in fitted.lines)
    assert len(fitted.lines) == 1 or len(fitted.lines) * fitted.size * LINE_HEIGHT <= height


def test_text_that_fits_is_left_whole_and_large():
    fitted = fit("resnet-50", 352, (22, 16))
    assert (fitted.lines, fitted.size) == (("resnet-50",), 22)


def test_long_text_gets_smaller_then_ends_in_an_ellipsis():
    assert fit("word " * 9, 200, (22, 14, 10), 30).size == 10
    assert fit("x" * 500, 200, (22, 10)).lines[0].endswith("…")


def test_combining_marks_take_no_room_and_wide_characters_a_whole_em():
    assert width("e\u0301", 10) == width("e", 10)
    assert width("中", 10) > width("W", 10)


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_no_character_of_the_font_is_wider_than_it_is_taken_for(weight):
    font = TTFont(PROJECT / "static" / "fonts" / f"Roboto-{weight}.ttf")
    em, advances = font["head"].unitsPerEm, font["hmtx"]
    known = {chr(code): advances[name][0] * 1000 / em for code, name in font.getBestCmap().items()}
    assert len(known) > 2_500
    wider = {c: advance for c, advance in known.items() if advance > width(c, 1000) and c.isprintable()}
    assert {c for c in wider if not unicodedata.combining(c)} == set()


def test_of_a_word_too_long_for_its_line_as_much_is_kept_as_there_is_room_for():
    [line] = fit("by " + "x" * 500, 200, (10,)).lines
    assert line.startswith("by xxx")
    assert width(line, 10) > 180


def test_long_names_break_after_a_hyphen():
    assert fit("a-very-long-model-name", 120, (14,), 80).lines[0].endswith("-")


@given(anything)
def test_printable_text_fits_into_xml(text):
    kept = printable(text)
    assert not any(ord(c) < 32 and c not in "\n\t" for c in kept)
    assert not set("\ufffe\uffff\x7f") & set(kept)


def test_one_line_folds_all_white_space():
    assert one_line(" a\r\n\tb\u2028c \x00") == "a b c"


@pytest.mark.parametrize("text", ["ResNet-50", "resnet 50", "RESNET_50", "Res.Net(50)", "ＲｅｓＮｅｔ５０"])
def test_a_name_without_its_signs_is_one_spelling(text):
    assert squeezed(text) == "resnet50"
