"""Which passwords are refused: those that whoever guesses tries first, in all their kinds."""

import secrets
import string
import subprocess
import sys
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gaissa_web.adapters.passwords import make_password, weakness
from gaissa_web.admin.accounts.services import LONGEST_PASSWORD

GUESSABLE = {
    "common": ("password1234", "letmeinplease", "iloveyou12345", "P@ssw0rd!2345", "trustno1trustno1",
               "football2026"),
    "repeats": ("aaaaaaaaaaaa", "passwordpassword", "adminadminadmin", "abcabcabcabc",
                "11111111111111111111a"),
    "runs": ("qwertyuiop123", "asdfghjkl;'#", "1q2w3e4r5t6y", "zaq12wsxcde3", "poiuytrewqasd", "qwertzuiopü+",
             "abcdefghijkl", "123456789012", "1234567890ab", "987654321098"),
    "dates": ("2026-10-10-2026", "20261010-20261011", "01.01.202601.02"),
    "this site": ("gaissalabel2026", "GAISSALabel2026!", "gaissagaissa", "gaissa-tools-1", "2026 gaissa!!",
                  "g41ss4l4b3l2026", "lebalassiag2026"),
    "the name": ("ana.garcia2026", "Garcia-Garcia-1", "ANA.GARCIA@gaissa", "garcia123456", "ana.garcia!!!",
                 "ana.garcia@upc.edu"),
}  # fmt: skip
FINE = (
    "correct horse battery staple",
    "a sentence is a good password",
    "una frase que nadie adivina",
    "gaissa keeps my models honest and green",
    "ana.garcia prefers purple bicycles",
    "短い文章でも十分に長ければよい",
)


@pytest.mark.parametrize(("kind", "password"), [(k, p) for k, many in GUESSABLE.items() for p in many])
def test_what_is_tried_first_is_refused_with_a_reason(kind, password):
    reason = weakness(password, "ana.garcia@upc.edu")
    assert reason.endswith(".")
    if kind == "the name":
        assert "the names of you" in reason


@pytest.mark.parametrize("password", FINE)
def test_a_sentence_passes_even_with_a_name_in_it(password):
    assert weakness(password, "ana.garcia") == ""


def test_random_passwords_pass_and_so_do_those_we_make():
    signs = string.ascii_letters + string.digits
    for password in [
        *("".join(secrets.choice(signs) for _ in range(16)) for _ in range(100)),
        *(make_password() for _ in range(100)),
        *(secrets.token_urlsafe(150)[:LONGEST_PASSWORD] for _ in range(5)),
    ]:
        assert weakness(password, "ana") == "", password


@pytest.mark.parametrize("name", ["a", "ab", "ana"])
def test_a_short_name_takes_nothing_out_of_a_good_password(name):
    assert weakness("banana ananas abacus cabana", name) == ""
    assert weakness(name * 12, name)


@example("", "")
@example("gaissa", "")
@example("İ" * 20, "İ" * 20)
@given(st.text(max_size=LONGEST_PASSWORD), st.text(max_size=60))
def test_any_text_can_be_judged(password, name):
    reason = weakness(password, name)
    assert reason == "" or reason.endswith(".")


@pytest.mark.parametrize(
    "signs", ["+[0{92<8%154|@376(!$", ".,?!'-/_:;+()@$\"#&*<>=[]\\~%^{}|1234567890", "a", "2026/1", "gaiss"]
)
def test_judging_takes_no_longer_than_a_moment_whatever_is_sent(signs):
    """Signs that can stand for letters took the estimate many seconds, where they were many."""
    started = time.process_time()
    weakness((signs * LONGEST_PASSWORD)[:LONGEST_PASSWORD], "ana")
    assert time.process_time() - started < 3


def test_the_estimate_is_loaded_only_to_judge_a_password():
    code = "import sys, gaissa_web.app; sys.exit('zxcvbn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
