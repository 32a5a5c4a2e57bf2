"""The attack itself: it is the same for the same seed, goes nowhere but here, and finds nothing."""

import subprocess
import sys
from random import Random

import pytest

from tests.attack.kinds import LARGEST, REQUESTS, UPLOADS, Route, Target, chance_for, order
from tests.attack.requests import send_request
from tests.attack.site import loopback
from tests.attack.uploads import GOOD
from tests.attack.wire import Site

SITE = Site("127.0.0.1", 1)
ROUTES = [Route("/labels/", frozenset({"GET", "POST"})), Route("/admin/", frozenset({"GET", "POST"}))]
TARGET = Target(SITE, ROUTES, "session=a", "token")


def attack(*options):
    return subprocess.run(
        [sys.executable, "-m", "tests.attack", *options], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("kind", sorted(UPLOADS))
def test_an_upload_can_be_made_again_and_is_no_larger_than_may_be_sent(kind, seed):
    files = UPLOADS[kind](chance_for(kind, seed)).files
    assert files == UPLOADS[kind](chance_for(kind, seed)).files
    assert files
    assert kind == "too-large" or sum(len(content) for _, content in files) <= LARGEST


@pytest.mark.parametrize("kind", sorted(REQUESTS))
def test_a_request_can_be_made_again(kind):
    for seed in range(20):
        assert REQUESTS[kind](chance_for(kind, seed), TARGET) == REQUESTS[kind](
            chance_for(kind, seed), TARGET
        )


def test_a_good_file_must_be_read():
    assert UPLOADS[GOOD](chance_for(GOOD, 1)).promised == 200


def test_kinds_come_equally_often_in_an_order_of_the_seed():
    sent = list(order(["a", "b", "c"], 9, 5))
    assert sorted(kind for kind, _ in sent) == ["a", "a", "a", "b", "b", "b", "c", "c", "c"]
    assert [seed for _, seed in sent] == list(range(5, 14))
    assert sent == list(order(["a", "b", "c"], 9, 5))


@pytest.mark.parametrize(
    "address", ["http://192.0.2.1", "http://0.0.0.0:8000", "https://localhost", "localhost", ""]
)
def test_nothing_but_this_machine_is_attacked(address):
    with pytest.raises(ValueError, match=r"not on this machine|no address"):
        loopback(address)


def test_this_machine_may_be_attacked():
    assert loopback("http://127.0.0.1:8000/") == Site("127.0.0.1", 8000)


def test_what_is_not_answered_is_a_problem_unless_it_was_malformed():
    chance = Random(1)
    assert "no answer" in send_request(TARGET, "queries", chance.randrange(9)).problem
    assert not send_request(TARGET, "raw-ancient", chance.randrange(9)).problem


@pytest.mark.thorough
def test_the_site_withstands_a_short_attack():
    """Beside other tests: what is looked for is a site that hangs, not how fast it is."""
    done = attack("--uploads", "120", "--requests", "200", "--slow", "12", "--seed", "7", "--patience", "20")
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
