"""Calling functions in a process of their own: what it may take, and what comes of those that take more."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gaissa_web.adapters import confined
from gaissa_web.core.errors import BusyError, InvalidInputError, TooMuchError
from gaissa_web.core.importing import Table, read_table
from gaissa_web.core.rating import Phase


def test_what_a_function_returns_comes_back():
    table = confined.call(read_table, "a.csv", b"downloads\n3\n")
    assert table == Table("a.csv", "CSV", ("downloads",), (("3",),))
    assert confined.call(Phase, "training") is Phase.TRAINING


def test_what_a_function_refuses_is_refused():
    with pytest.raises(InvalidInputError, match=r"^a\.csv is empty\.$") as raised:
        confined.call(read_table, "a.csv", b"")
    assert not isinstance(raised.value, TooMuchError)


def test_each_call_has_a_process_of_its_own():
    ids = {confined.call(os.getpid) for _ in range(3)}
    assert len(ids) == 3
    assert os.getpid() not in ids


@pytest.mark.parametrize(
    "code",
    [
        "bytes(1_000_000_000)",
        "[[] for _ in range(10_000_000)]",
        "b'x' * 100_000_000",
        "__import__('os').abort()",
        "__import__('os')._exit(0)",
        "__import__('os').kill(__import__('os').getpid(), 9)",
    ],
)
def test_what_takes_too_much_is_refused_with_a_sentence(code):
    with pytest.raises(TooMuchError, match="more memory or time"):
        confined.call(eval, code)
    assert confined.call(len, "next") == 4


@pytest.mark.thorough
@pytest.mark.parametrize("code", ["sum(1 for _ in iter(int, 1))", "__import__('time').sleep(60)"])
def test_what_takes_too_long_is_ended(code):
    began = time.monotonic()
    with pytest.raises(TooMuchError, match="more memory or time"):
        confined.call(eval, code)
    assert time.monotonic() - began < confined.MAX_WALL_S + 2


def test_only_types_of_core_come_back():
    with pytest.raises(Exception, match="no type of core"):
        confined.call(Path, "/etc/passwd")
    with pytest.raises(Exception, match="no type of core"):
        confined.call(eval, "type('Evil', (), {'__reduce__': lambda self: (__import__('os').getpid, ())})()")


def test_half_an_answer_is_none():
    whole = confined._ask((len, ("abc",), {})).removeprefix(confined.BEGUN)
    assert confined._result(whole) == 3
    for end in range(len(whole)):
        with pytest.raises(TooMuchError):
            confined._result(whole[:end])


def test_a_failure_says_where_it_was():
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        confined.call(divmod, 1, 0)


def test_it_has_none_of_our_settings_and_writes_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("GAISSA_SECRET_KEY", "a secret that is long enough")
    confined._launcher.close()
    assert confined.call(os.getenv, "GAISSA_SECRET_KEY") is None
    with pytest.raises(RuntimeError, match="File too large"):
        confined.call(eval, f"__import__('pathlib').Path({str(tmp_path / 'x')!r}).write_text('x')")


def test_a_launcher_that_was_killed_is_replaced():
    confined.call(len, "")
    confined._launcher._process.kill()
    assert confined.call(len, "abc") == 3


def ask_at_once(number, seconds):
    """What becomes of calls that begin together."""
    answers = []
    start = threading.Barrier(number)

    def ask(_number):
        start.wait()
        try:
            confined.call(time.sleep, seconds)
        except BusyError:
            answers.append("busy")
        else:
            answers.append("done")

    with ThreadPoolExecutor(number) as pool:
        list(pool.map(ask, range(number)))
    return sorted(answers)


def test_some_wait_for_their_turn_and_more_are_sent_away():
    room = confined.TURNS.room
    assert ask_at_once(room + 2, 0.3) == ["busy"] * 2 + ["done"] * room
    assert confined.call(len, "abc") == 3


def test_nobody_waits_for_long(monkeypatch):
    monkeypatch.setattr(confined.TURNS, "max_wait_s", 0.1)
    assert ask_at_once(4, 0.6) == ["busy"] * 2 + ["done"] * 2
    assert confined.call(len, "abc") == 3
