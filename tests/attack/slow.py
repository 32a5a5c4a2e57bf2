"""Connections that are kept busy by next to nothing: half a head, half a body, an answer that is not read."""

import socket
import threading
from collections import Counter
from random import Random

from tests.attack.kinds import Sent
from tests.attack.wire import BOUNDARY, Site

EVERY_S = 1.0
_HEAD = b"GET /labels/ HTTP/1.1\r\nHost: localhost\r\n"
_BODY = (
    b"POST /labels/training/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n"
    b"Content-Type: multipart/form-data; boundary=" + BOUNDARY + b"\r\n\r\n--" + BOUNDARY + b"\r\n"
    b'Content-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
)
_READING = b"GET /labels/export.csv HTTP/1.1\r\nHost: localhost\r\n\r\n"
KINDS = {
    "half-heads": (_HEAD, b"A: b\r\n"),
    "half-bodies": (_BODY, b"1,2\n"),
    "slow-readers": (_READING, b""),
}
"""What each begins with, and what it sends now and then; a slow reader reads a byte instead."""


class Slow:
    """One connection that is opened again whenever the server drops it."""

    def __init__(self, site: Site, kind: str) -> None:
        self.site = site
        self.kind = kind
        self.start, self.more = KINDS[kind]
        self.connection: socket.socket | None = None
        self.opened = self.dropped = 0
        self.statuses: Counter[int | None] = Counter()

    def turn(self) -> None:
        """Go on a little: open, send a piece, or read a byte."""
        try:
            if self.connection is None:
                self.connection = self._open()
            elif self.more:
                self._see_whether_answered(self.connection)
            else:
                self._read(self.connection)
        except (BlockingIOError, TimeoutError):
            return
        except OSError:
            self._drop(None)

    def close(self) -> None:
        """Hang up."""
        if self.connection:
            self.connection.close()

    def _open(self) -> socket.socket:
        connection = socket.socket()
        if not self.more:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # as small as it can be
        connection.settimeout(2)
        connection.connect((self.site.host, self.site.port))
        connection.sendall(self.start)
        connection.setblocking(False)
        self.opened += 1
        return connection

    def _see_whether_answered(self, connection: socket.socket) -> None:
        """Send a piece more, unless an answer has come: then it was refused."""
        try:
            answer = connection.recv(100)
        except BlockingIOError:
            connection.send(self.more)
        else:
            self._drop(_status(answer))

    def _read(self, connection: socket.socket) -> None:
        if not connection.recv(16):
            self._drop(None)

    def _drop(self, status: int | None) -> None:
        self.close()
        self.connection = None
        self.dropped += 1
        self.statuses[status] += 1


class SlowSenders(threading.Thread):
    """Keeps a number of slow connections open until it is told to end."""

    def __init__(self, site: Site, count: int, seed: int) -> None:
        super().__init__(daemon=True)
        names = sorted(KINDS)
        self.all = [Slow(site, names[number % len(names)]) for number in range(count)]
        Random(seed).shuffle(self.all)
        self.seed = seed
        self.ended = threading.Event()

    def run(self) -> None:
        """Give each connection its turn, again and again."""
        while not self.ended.wait(EVERY_S):
            for slow in self.all:
                slow.turn()

    def end(self) -> list[Sent]:
        """Hang up everywhere and return what became of each connection that was opened."""
        self.ended.set()
        if self.is_alive():
            self.join()
        return [sent for slow in self.all for sent in self._results(slow)]

    def _results(self, slow: Slow) -> list[Sent]:
        slow.close()
        held = [None] * (slow.opened - slow.dropped)
        return [
            Sent("slow", slow.kind, self.seed, status, 0, 0, _problem(status))
            for status in (*slow.statuses.elements(), *held)
        ]


def _status(answer: bytes) -> int | None:
    """Return the status at the beginning of an answer, if it is one."""
    told = answer.split(b" ")[1:2]
    return int(told[0]) if answer.startswith(b"HTTP/") and told and told[0].isdigit() else None


def _problem(status: int | None) -> str:
    return f"{status}" if status in {500, 502, 504} else ""
