"""What models are called, and which names mean the same model."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.naming import check_name, check_slug, clean_name, identity
from gaissa_web.core.text import one_line, printable
from gaissa_web.core.web_addresses import check_web_address

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2064\u2066"
    "\u2069\u206f\u3164\ufe0f\ufeff\uffa0\U000e0001\U000e0061\U000e0100\u2800\0\x7f\ud800"
)


@pytest.mark.parametrize("sign", INVISIBLE)
def test_what_nobody_sees_is_in_no_name(sign):
    assert clean_name(f"{sign}res{sign}net{sign} 50") == "resnet 50"
    with pytest.raises(InvalidInputError, match="give its name"):
        check_name(sign * 3)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ＲｅｓＮｅｔ", "ResNet"),
        ("ﬁne", "fine"),
        ("e\u0301tude", "étude"),
        ("m²", "m2"),
        ("  a \t b\n", "a b"),
        ("模型 中文", "模型 中文"),
        ("نموذج", "نموذج"),
    ],
)
def test_a_name_is_written_in_one_way(typed, kept):
    assert clean_name(typed) == kept


SPELLINGS = [
    ("ResNet-50", ""), ("resnet 50", ""), ("RESNET_50", ""), ("ResNet50", ""), ("ResNet‑50", ""),
    ("Ｒesnet\u00a050", ""), ("Res\u200bNet – 50", ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "author"), SPELLINGS)
def test_spellings_of_a_model_are_one(name, author):
    assert identity(name, author) == "resnet50"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("llama-3.1", ""), ("llama-31", "")),
        (("c++", ""), ("c", "")),
        (("bert", "google"), ("bert", "")),
        (("bert", "google"), ("bert", "goggle")),
        (("model(large)", ""), ("model large", "")),
        (("-", ""), ("_", "")),
    ],
)
def test_other_models_are_others(one, other):
    assert identity(*one) != identity(*other)


def test_a_name_with_its_author_in_front_is_the_model_of_that_author():
    assert identity("google/bert-base", "") == identity("BERT base", "Google") == "google/bertbase"


def test_a_name_is_not_too_long():
    assert check_name("x" * 200)
    with pytest.raises(InvalidInputError, match="200 characters"):
        check_name("x" * 201)


@given(st.text(max_size=40), st.text(max_size=40))
def test_cleaning_twice_changes_nothing_and_keeps_the_identity(name, author):
    clean, by = clean_name(name), clean_name(author)
    assert clean_name(clean) == clean
    assert identity(clean, by) == identity(name, by)
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in clean)


@given(st.text(max_size=60))
def test_texts_keep_their_lines_and_turn_nothing_around(text):
    shown = printable(text)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert printable(shown) == shown
    assert one_line(one_line(text)) == one_line(text)


def test_a_text_in_several_scripts_is_kept():
    text = "می‌خواهم\n\tनमस्ते 👩‍🔬"
    assert printable(text) == text


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "ftp://a.example", "//a.example", "a.example", "https://", "http://[::1",
        "https://user@a.example/", "https://google.com:x@evil.example", "http://u:p@a.example",
        "https:\\\\a.example", "https://a.example\\@b.example",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_page_is_refused(address):
    with pytest.raises(InvalidInputError):
        check_web_address(address)


def test_an_address_of_a_page_is_taken():
    for address in ("https://a.example/@user?x=a@b", "http://[::1]:80/x", "https://bücher.example/#a"):
        check_web_address(address)


@pytest.mark.parametrize("slug", ["latency", "co2_per_1000_inferences", "a"])
def test_a_slug_has_small_letters_digits_and_underscores(slug):
    check_slug(slug)


@pytest.mark.parametrize("slug", ["", "Latency", "1st", "_a", "a-b", "a b", "é", "a\n", "a/b"])
def test_what_is_no_slug_is_refused(slug):
    with pytest.raises(InvalidInputError, match="begins with a letter"):
        check_slug(slug)
