"""HTTP as bytes on a socket: anything can be sent, and what comes back is read as an answer."""

import http.client
import re
import select
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

ANSWER_S = 60
"""How long an answer is waited for before there is none."""
BOUNDARY = b"0123456789-attack"

File = tuple[str, bytes]
"""A file's name, which may hold anything, and its content."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the attacked site listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status is None if nothing did, and `trouble` says why or what is missing.

    `started` is a moment of the clock that all processes share, in seconds.
    """

    status: int | None
    started: float
    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    trouble: str = ""


def ask(
    site: Site, request: bytes, method: str = "GET", patience: float = ANSWER_S, ends: bool = False
) -> Answer:
    """Send `request` on a connection of its own and read the answer; with `ends`, say that no more comes."""
    started = time.monotonic()
    status, headers, body, trouble = None, {}, b"", ""
    try:
        with socket.create_connection((site.host, site.port), patience) as connection:
            _send(connection, request, patience)
            if ends:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_WR)
            response = http.client.HTTPResponse(connection, method=method)
            response.begin()
            status, headers = response.status, {k.casefold(): v for k, v in response.getheaders()}
            body = response.read()
    except TimeoutError:
        trouble = f"no {'end of the ' if status else ''}answer within {patience:g} s"
    except (OSError, http.client.HTTPException) as error:
        trouble = f"{'the answer was cut off' if status else 'no answer'}: {type(error).__name__}"
    return Answer(status, started, time.monotonic() - started, headers, body, trouble)


def _send(connection: socket.socket, request: bytes, patience: float) -> None:
    """Send until all is sent, or until the other side answers or goes: then its answer may lie ready."""
    left = memoryview(request)
    with suppress(BrokenPipeError, ConnectionResetError):
        while left:
            readable, writable, _ = select.select([connection], [connection], [], patience)
            if not readable and not writable:
                raise TimeoutError
            if readable:
                return
            left = left[connection.send(left[:262_144]) :]


def compose(
    site: Site,
    method: str,
    target: str | bytes,
    headers: Iterable[tuple[str, str | bytes]] = (),
    body: bytes | None = None,
) -> bytes:
    """Return a request as it is sent, with a host and a length unless `headers` have them."""
    given = list(headers)
    names = {name.casefold() for name, _ in given}
    standard: list[tuple[str, str | bytes]] = [("Host", f"{site.host}:{site.port}"), ("Connection", "close")]
    if body is not None and "transfer-encoding" not in names:
        standard.append(("Content-Length", str(len(body))))
    lines = [b" ".join((as_bytes(method), as_bytes(target), b"HTTP/1.1"))]
    missing = [(name, value) for name, value in standard if name.casefold() not in names]
    lines += [as_bytes(name) + b": " + as_bytes(value) for name, value in (*missing, *given)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body or b"")


def as_bytes(text: str | bytes) -> bytes:
    """Return the text as UTF-8, lone surrogates as the bytes they would be."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def multipart(fields: Iterable[tuple[str, str]], files: Sequence[File]) -> bytes:
    """Return a body that a browser would send for these fields and files."""
    start = b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="'
    pieces = [start + _quoted(name) + b'"\r\n\r\n' + as_bytes(value) + b"\r\n" for name, value in fields]
    for name, content in files:
        pieces.append(start + b'files"; filename="' + _quoted(name) + b'"\r\n')
        pieces += [b"Content-Type: application/octet-stream\r\n\r\n", content, b"\r\n"]
    return b"".join([*pieces, b"--", BOUNDARY, b"--\r\n"])


def _quoted(text: str) -> bytes:
    escaped = text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    return as_bytes(escaped)


class Visitor:
    """Somebody with a session: a cookie, and the token that its forms carry."""

    def __init__(self, site: Site, cookie: str = "") -> None:
        self.site = site
        self.cookie = cookie
        self.token = ""

    def get(self, address: str) -> Answer:
        """Ask for a page, keeping the cookie and the token that come with it."""
        answer = ask(self.site, compose(self.site, "GET", address, [("Cookie", self.cookie)]))
        self.keep(answer)
        return answer

    def keep(self, answer: Answer) -> None:
        """Take over the cookie and the token of an answer, if it has them."""
        self.cookie = answer.headers.get("set-cookie", self.cookie).split(";")[0]
        found = re.search(rb'name="csrf_token"(?: type="hidden")? value="([^"]+)"', answer.body)
        self.token = found[1].decode() if found else self.token

    def post(self, address: str, fields: Iterable[tuple[str, str]], files: Sequence[File] = ()) -> Answer:
        """Send a form with its token."""
        body = multipart([("csrf_token", self.token), *fields], files)
        kind = f"multipart/form-data; boundary={BOUNDARY.decode()}"
        headers = [("Cookie", self.cookie), ("Content-Type", kind)]
        return ask(self.site, compose(self.site, "POST", address, headers, body), "POST")
