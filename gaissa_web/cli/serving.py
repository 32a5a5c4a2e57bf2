"""The web server: waitress, which takes a request whole before a thread sees it, and buffers the answer.

Slow clients so cost a connection and no thread, and a connection only for so long;
`docs/decisions/0015-web-server.md` has what was tried.
"""

import ctypes
import resource
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer, create_server

from gaissa_web.web.settings import settings

THREADS = 12
MAX_CONNECTIONS = 2_000
FILES_PER_CONNECTION = 3
"""A connection may have what comes in and what goes out on disk."""
MAX_PER_ADDRESS = 200
"""Connections of one address that wait; a browser has six. Behind a proxy all come from one."""
BACKLOG = 1_024
MAX_HEADER_BYTES = 65_536
MAX_WAITING_ANSWER_BYTES = 256_000_000
"""How much of an answer waits, on disk, for a client that is slow to take it; then its thread waits, too."""
FORM_BYTES = 1_000_000
"""What a form may add to the files in it."""

IDLE_S = 30.0
COMPLETE_S = 20.0
"""How long a request may take to come in, and longer by what it brought at `SLOWEST_BYTES_PER_S`."""
SLOWEST_BYTES_PER_S = 5_000
STALLED_S = 300.0
"""How long a client may take nothing of its answer; progress comes in lumps."""
PATIENCE_S = 20.0
"""How long answers that were begun may take once the server is told to end."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that several processes can take connections from.

    Raises:
        OSError: The address cannot be had.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def serve(app: Flask, listener: socket.socket) -> None:
    """Answer what comes in at `listener` until SIGTERM; what was begun by then is answered."""
    _return_memory()
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: told.append(number))
    server = create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        connection_limit=_max_connections(),
        channel_timeout=int(STALLED_S),
        max_request_header_size=MAX_HEADER_BYTES,
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"] + FORM_BYTES,
        outbuf_high_watermark=MAX_WAITING_ANSWER_BYTES,
        clear_untrusted_proxy_headers=False,  # ProxyFix believes as many as the operator says
        ident=None,
        asyncore_use_poll=True,
    )
    patience = Patience(None if settings(app).trusted_proxies else MAX_PER_ADDRESS)
    while not told:
        _turn(server)
        patience.check(server.active_channels.values())
    server.accepting = False
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and any(map(_is_busy, server.active_channels.values())):
        _turn(server)
    server.task_dispatcher.shutdown(timeout=1)


class Patience:
    """Drops connections that keep us waiting: waitress itself drops idle ones only, if they listen.

    `max_per_address` is how many connections of one address may wait, None for any number.
    """

    def __init__(self, max_per_address: int | None) -> None:
        self.max_per_address = max_per_address
        self._began: WeakKeyDictionary[HTTPChannel, tuple[Any, float]] = WeakKeyDictionary()
        self._checked = 0.0

    def check(self, channels: Any) -> None:
        """Drop what is over, once a second at most."""
        now = time.time()
        if now < self._checked + 1:
            return
        self._checked = now
        here = list(channels)
        late = [channel for channel in here if self._is_late(channel, now)]
        for channel in {*late, *self._too_many(here)}:
            channel.handle_close()

    def _is_late(self, channel: HTTPChannel, now: float) -> bool:
        quiet: float = now - channel.last_activity
        if channel.total_outbufs_len:
            return quiet > STALLED_S
        if channel.requests:
            return False
        coming = channel.request
        if coming is None:
            return quiet > IDLE_S
        seen, began = self._began.get(channel, (None, now))
        if seen is not coming:
            self._began[channel] = coming, now
            return False
        allowed: float = COMPLETE_S + coming.body_bytes_received / SLOWEST_BYTES_PER_S
        return now - began > allowed

    def _too_many(self, channels: Sequence[HTTPChannel]) -> Iterator[HTTPChannel]:
        """Yield those that have waited the longest of addresses with more than there may be."""
        if self.max_per_address is None:
            return
        waiting: dict[str, list[HTTPChannel]] = {}
        for channel in sorted(channels, key=lambda channel: float(channel.creation_time)):
            if not _is_busy(channel):
                waiting.setdefault(channel.addr[0], []).append(channel)
        for of_one in waiting.values():
            yield from of_one[: -self.max_per_address]


def _turn(server: TcpWSGIServer) -> None:
    """Let the server read and write what can be read and written now."""
    server.asyncore.loop(timeout=1, use_poll=True, map=server._map, count=1)


def _is_busy(channel: HTTPChannel) -> bool:
    """Whether a connection waits for an answer, or for the rest of one."""
    return bool(channel.requests or channel.total_outbufs_len)


def _max_connections() -> int:
    """Return how many connections this process may have, and let it open the files for them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS * FILES_PER_CONNECTION
    most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max(most // FILES_PER_CONNECTION, 1)


def _return_memory() -> None:
    """Let glibc give the room of every large upload back, instead of keeping it for the next one.

    By itself it raises the size from which it does so (M_MMAP_THRESHOLD, -3) to that of the uploads.
    """
    with suppress(AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(-3, 256 * 1024)
