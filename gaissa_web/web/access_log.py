"""A line for each request, and the id that it is known by: in the log, to the client, on error pages.

A line has method, path, status, time and bytes: nothing of what was searched for or sent, and nobody's
address. Of the path, keys that open something are left out.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Flask, request
from werkzeug.wsgi import get_path_info

from gaissa_web import logs
from gaissa_web.web.settings import settings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger(__name__)
SECRET_ARGUMENTS = frozenset({"key", "token", "secret"})
"""Arguments of addresses that nobody may read in a log."""
LOOKS_SECRET = re.compile(r"[\w-]{16,}", re.ASCII)
"""What may be such an argument in an address that is not quite one of ours."""
QUIET = ("/static/", "/healthz", "/readyz", "/metrics")
"""What is asked for all the time is a line for those who debug, unless it fails."""
PROXY_ID = re.compile(r"[0-9A-Za-z-]{8,64}", re.ASCII)
LONGEST_PATH = 300


def init_app(app: Flask) -> None:
    """Let the application know each request by an id, and write a line for it.

    Behind a proxy of ours the id is the one that the proxy gives; strangers give none.
    """
    believes = settings(app).trusted_proxies > 0
    app.wsgi_app = AccessLog(app.wsgi_app, believes_id=believes)  # type: ignore[method-assign]
    app.before_request(_hide_secrets)


class AccessLog:
    """Stands round an application: also what fails in it, and what it streams, has an id and a line."""

    def __init__(self, app: "WSGIApplication", *, believes_id: bool) -> None:
        self.app = app
        self.believes_id = believes_id

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        began = time.perf_counter()
        request_id = self._request_id(environ)
        status, length = "", None

        def start(text: str, headers: list[tuple[str, str]], *more: Any) -> Callable[[bytes], object]:
            nonlocal status, length
            status = text[:3]
            length = next((int(value) for name, value in headers if name == "Content-Length"), None)
            return start_response(text, [*headers, ("X-Request-Id", request_id)], *more)

        logs.begin(request_id)
        answer = self.app(environ, start)
        if length is None:
            return _Streamed(answer, lambda sent: _write(environ, status, began, sent))
        # It is handed on as it is: a server sends a file better than we do.
        _write(environ, status, began, 0 if environ["REQUEST_METHOD"] == "HEAD" else length)
        logs.end()
        return answer

    def _request_id(self, environ: "WSGIEnvironment") -> str:
        given = environ.get("HTTP_X_REQUEST_ID", "") if self.believes_id else ""
        return given if PROXY_ID.fullmatch(given) else secrets.token_hex(5).upper()


class _Streamed:
    """An answer whose length is known once it was sent.

    One that breaks off keeps the id, for what the server has to say of it.
    """

    def __init__(self, answer: Iterable[bytes], write: Callable[[int], None]) -> None:
        self.answer = answer
        self.write = write
        self.sent = 0
        self.is_whole = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.answer:
            self.sent += len(piece)
            yield piece
        self.is_whole = True

    def close(self) -> None:
        if close := getattr(self.answer, "close", None):
            close()
        self.write(self.sent)
        if self.is_whole:
            logs.end()


def _write(environ: "WSGIEnvironment", status: str, began: float, sent: int) -> None:
    took_ms = (time.perf_counter() - began) * 1_000
    path = get_path_info(environ)
    level = logging.DEBUG if path.startswith(QUIET) and status < "400" else logging.INFO
    if logger.isEnabledFor(level):
        method = quote(environ["REQUEST_METHOD"][:20])
        shown = quote(logs.masked(path)[:LONGEST_PATH], safe="/:@!$&'()*+,;=")
        logger.log(level, "%s %s %s %.1f ms %d bytes", method, shown, status, took_ms, sent)


def _hide_secrets() -> None:
    """Keep the keys in this request's address out of its lines."""
    if request.url_rule is None:
        logs.hide(*LOOKS_SECRET.findall(request.path))
    elif found := SECRET_ARGUMENTS & (request.view_args or {}).keys():
        logs.hide(*(str((request.view_args or {})[name]) for name in found))
