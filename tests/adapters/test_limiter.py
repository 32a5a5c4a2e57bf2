"""Counting what is done in an hour, in a file and in Redis."""

import multiprocessing
import time

import pytest
from redis import Redis

from gaissa_web.adapters import limiter
from gaissa_web.adapters.limiter import Limiter


@pytest.fixture(params=["file", "redis"])
def place(request, tmp_path):
    if request.param == "file":
        return tmp_path / "limits.sqlite3"
    address = request.getfixturevalue("redis")
    with Redis.from_url(address) as server:
        server.flushall()
    return address


def test_as_many_as_are_allowed_are_counted_and_then_there_is_a_wait(place):
    counts = Limiter(place)
    assert [counts.wait("a", 2) for _ in range(2)] == [0.0, 0.0]
    assert 3590 < counts.wait("a", 2) <= 3600
    assert counts.wait("b", 2) == 0.0
    assert counts.wait("a", 9) == 0.0


def test_a_new_hour_begins_with_its_first(place, monkeypatch):
    monkeypatch.setattr(limiter, "WINDOW_S", 1)
    counts = Limiter(place)
    assert counts.wait("a", 1) == 0.0
    assert 0 < counts.wait("a", 1) <= 1
    time.sleep(1.1)
    assert counts.wait("a", 1) == 0.0


def count(place, _number):
    return Limiter(place).wait("a", 50) == 0.0


def test_processes_count_together(place):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        allowed = pool.starmap(count, [(place, n) for n in range(80)])
    assert sum(allowed) == 50


@pytest.mark.parametrize("place", ["folder", "redis://127.0.0.1:1/0"])
def test_what_cannot_be_counted_is_allowed(tmp_path, place, caplog):
    counts = Limiter(tmp_path if place == "folder" else place)
    assert counts.wait("a", 0) == 0.0
    assert "could not be counted" in caplog.text


def test_a_file_keeps_nothing_of_hours_that_are_over(tmp_path, monkeypatch):
    monkeypatch.setattr(limiter, "WINDOW_S", 0.01)
    counts = Limiter(tmp_path / "limits.sqlite3")
    for n in range(20):
        counts.wait(str(n), 1)
        time.sleep(0.02)
    with counts._connect() as file:
        assert file.execute("SELECT count(*) FROM counts").fetchone() == (1,)
