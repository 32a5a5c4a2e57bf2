"""`gaissa serve` alone, as people run it: slow clients, processes that die, and an orderly end."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests

from tests.limits import UNLIMITED

GAISSA = Path(sys.executable).with_name("gaissa")


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """The environment of a seeded installation."""
    environ = UNLIMITED | {
        "GAISSA_DATA_DIR": str(tmp_path_factory.mktemp("served")),
        "PATH": os.environ["PATH"],
    }
    for command in ("migrate", "seed"):
        subprocess.run([GAISSA, command], env=environ, check=True, capture_output=True)
    return environ


class Served:
    """A running site."""

    def __init__(self, environ):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        command = [GAISSA, "serve", "--port", str(self.port), "--with-worker"]
        self.process = subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        until = time.monotonic() + 30
        while not self.is_answering():
            assert time.monotonic() < until
            time.sleep(0.1)

    def is_answering(self):
        with suppress(requests.RequestException):
            return self.get("/readyz").status_code == 200

    def get(self, path, **options):
        return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=10, **options)

    def children(self):
        """The web processes and the worker, without what forks the readers of files."""
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        found = [int(child) for child in Path(path).read_text().split()]
        return [child for child in found if b"confined" not in Path(f"/proc/{child}/cmdline").read_bytes()]

    def connect(self, *, buffer=None, origin="127.0.0.1"):
        connection = socket.socket()
        connection.bind((origin, 0))
        if buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.connect(("127.0.0.1", self.port))
        return connection

    def end(self):
        """Tell it to end; return its exit code and what it wrote."""
        self.process.terminate()
        written, _ = self.process.communicate(timeout=60)
        return self.process.returncode, written


@pytest.fixture(scope="module")
def served(installation):
    with ExitStack() as stack:
        site = Served(installation)
        stack.callback(site.process.kill)
        yield site
        assert site.end()[0] == 0


def slowest(site, count=15):
    """The longest that an ordinary page takes, in seconds."""
    times = []
    for _ in range(count):
        began = time.monotonic()
        assert site.get("/labels/").status_code == 200
        times.append(time.monotonic() - began)
    return max(times)


HEAD = b"GET /labels/ HTTP/1.1\r\nHost: x\r\n"
HALVES = {
    "nothing": b"",
    "half a line": b"GET /lab",
    "half a head": HEAD + b"X-Slow: ",
    "half a body": b"POST /labels/training/new HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nmodel",
    "half a chunk": b"POST /labels/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "idle": HEAD + b"\r\n",
}


def test_others_are_served_beside_requests_that_are_half_sent(served):
    with ExitStack() as stack:
        for half in HALVES.values():
            for _ in range(40):
                connection = stack.enter_context(served.connect())
                connection.sendall(half)
        assert slowest(served) < 15  # a hang, not a speed, is what this looks for


@pytest.mark.thorough
def test_who_keeps_us_waiting_is_dropped(served):
    """Also who sends a little all the time."""
    with ExitStack() as stack:
        waiting = {name: stack.enter_context(served.connect()) for name in HALVES}
        for name, connection in waiting.items():
            connection.sendall(HALVES[name])
            connection.settimeout(0.1)
        until = time.monotonic() + 45
        while waiting:
            assert time.monotonic() < until, list(waiting)
            for name, connection in list(waiting.items()):
                with suppress(TimeoutError):
                    try:
                        if name != "idle":
                            connection.sendall(b"x")
                        if not connection.recv(100_000):
                            del waiting[name]
                    except (ConnectionResetError, BrokenPipeError):
                        del waiting[name]
            time.sleep(0.5)


def test_one_address_cannot_have_all_connections(served):
    with ExitStack() as stack:
        crowd = [stack.enter_context(served.connect(origin="127.0.0.9")) for _ in range(900)]
        for connection in crowd:
            with suppress(OSError):
                connection.sendall(HALVES["half a head"])
        time.sleep(2)
        assert slowest(served) < 15
        dropped = 0
        for connection in crowd:
            connection.settimeout(0.001)
            with suppress(TimeoutError):
                try:
                    dropped += not connection.recv(10)
                except ConnectionResetError:
                    dropped += 1
    assert dropped >= 500


def test_a_slow_reader_gets_all_and_keeps_nobody_waiting(served):
    whole = served.get("/labels/export.json").content
    with ExitStack() as stack:
        first, *others = [stack.enter_context(served.connect(buffer=2048)) for _ in range(40)]
        first.sendall(b"GET /labels/export.json HTTP/1.0\r\n\r\n")
        received = first.recv(15)  # only a few are made at a time, and this is one of them
        for reader in others:
            reader.sendall(b"GET /labels/export.json HTTP/1.0\r\n\r\n")
        assert slowest(served) < 15
        while piece := first.recv(1000):
            received += piece
            time.sleep(0.005)
    assert received.startswith(b"HTTP/1.0 200 OK")
    assert received.partition(b"\r\n\r\n")[2] == whole


def test_a_body_that_is_too_large_is_refused_before_it_is_taken(served):
    with served.connect() as connection:
        size = 10**9
        head = f"POST /labels/training/import HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_what_is_no_http_ends_no_process(served):
    before = served.children()
    for noise in (b"\0\xff" * 50, b"GET / HTTP/9.9\r\n\r\n", b"X" * 100_000, HEAD + b"a: " + b"b" * 80_000):
        with served.connect() as connection, suppress(OSError):
            connection.sendall(noise + b"\r\n\r\n")
            connection.recv(1000)
    assert served.get("/healthz").status_code == 200
    assert served.children() == before


@pytest.mark.parametrize("which", [0, 1, 2], ids=["web", "other web", "worker"])
def test_a_process_that_is_killed_comes_back(served, which):
    before = served.children()
    assert len(before) == 3
    os.kill(before[which], signal.SIGKILL)
    until = time.monotonic() + 20
    while len(served.children()) < 3 or before[which] in served.children():
        assert time.monotonic() < until
        time.sleep(0.1)
    assert served.get("/labels/").status_code == 200


def test_an_answer_that_was_begun_is_sent_before_the_end(installation):
    served = Served(installation)
    children = served.children()
    with served.connect() as connection:
        connection.sendall(b"GET /labels/2.pdf HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.1)
        code, written = served.end()
        answer = connection.makefile("rb").read()
    assert code == 0
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"%%EOF") or b"%%EOF" in answer[-20:]
    assert "Traceback" not in written
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def test_a_terminal_that_is_closed_ends_all_of_it(installation):
    served = Served(installation)
    children = served.children()
    for process in (*children, served.process.pid):
        os.kill(process, signal.SIGHUP)
    written, _ = served.process.communicate(timeout=60)
    assert served.process.returncode == 0
    assert "Traceback" not in written
    assert not any(map(is_running, children))


def test_nothing_is_left_when_the_parent_is_killed(installation):
    served = Served(installation)
    children = served.children()
    served.process.kill()
    served.process.communicate(timeout=10)
    until = time.monotonic() + 30
    while any(is_running(child) for child in children):
        assert time.monotonic() < until
        time.sleep(0.2)


def is_running(process):
    with suppress(OSError):
        return re.search(r"^State:\s+[^Z]", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)


def test_a_port_that_is_taken_is_said_in_a_sentence(served, installation):
    command = [GAISSA, "serve", "--port", str(served.port)]
    result = subprocess.run(command, env=installation, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr == f"Error: 127.0.0.1:{served.port} cannot be listened at: Address already in use.\n"
