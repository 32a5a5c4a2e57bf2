"""The web server: waitress, which takes a request whole before a thread sees it, and buffers the answer.

Slow clients so cost a connection and no thread; `docs/decisions/web-server.md` has what was tried.
"""

import logging
import signal
import socket
import time

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer, create_server

THREADS = 8
MAX_CONNECTIONS = 2_000
BACKLOG = 1_024
IDLE_S = 30
MAX_HEADER_BYTES = 65_536
MAX_WAITING_ANSWER_BYTES = 256_000_000
"""How much of an answer waits, on disk, for a client that is slow to take it; then its thread waits, too."""
FORM_BYTES = 1_000_000
"""What a form may add to the files in it."""
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
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # else each request that waits is a line
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: told.append(number))
    server = create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        connection_limit=MAX_CONNECTIONS,
        channel_timeout=IDLE_S,
        cleanup_interval=5,
        max_request_header_size=MAX_HEADER_BYTES,
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"] + FORM_BYTES,
        outbuf_high_watermark=MAX_WAITING_ANSWER_BYTES,
        clear_untrusted_proxy_headers=False,  # ProxyFix believes as many as the operator says
        ident=None,
        asyncore_use_poll=True,
    )
    while not told:
        _turn(server)
    server.accepting = False
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and any(map(_is_busy, server.active_channels.values())):
        _turn(server)
    server.task_dispatcher.shutdown(timeout=1)


def _turn(server: TcpWSGIServer) -> None:
    """Let the server read and write what can be read and written now."""
    server.asyncore.loop(timeout=1, use_poll=True, map=server._map, count=1)


def _is_busy(channel: HTTPChannel) -> bool:
    """Whether a connection waits for an answer, or for the rest of one."""
    return bool(channel.requests or channel.total_outbufs_len)
