"""Bytes that are no HTTP, or HTTP that two readers would understand differently.

These may be answered or dropped; nobody else may notice.
"""

from collections.abc import Callable
from random import Random

from tests.attack.kinds import REQUESTS, Request, Target, some

_GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
_POST = b"POST /labels/training/import HTTP/1.1\r\nHost: localhost\r\n"
_FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


def _raw(make: Callable[[Random], bytes]) -> Callable[[Random], bytes]:
    """Register what makes bytes that are no request."""

    def malformed(chance: Random, _target: Target) -> Request:
        return Request(make(chance), well_formed=False)

    REQUESTS[f"raw-{make.__name__.replace('_', '-')}"] = malformed
    return make


@_raw
def two_lengths(chance: Random) -> bytes:
    """Lengths that do not agree, and pieces beside a length."""
    lengths = (
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: \x0bchunked\r\n",
        b"Transfer-Encoding : chunked\r\nContent-Length: 3\r\n",
        b"Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n",
        b"Content-Length: 5, 5\r\n",
    )
    return _POST + _FORM + chance.choice(lengths) + b"\r\n0\r\n\r\nGET /admin/ HTTP/1.1\r\nHost: x\r\n\r\n"


@_raw
def odd_lengths(chance: Random) -> bytes:
    """Lengths that are negative, no numbers, or of what will never come."""
    length = (
        b"-1",
        b"+5",
        b"0x5",
        b"5 5",
        b"",
        b"1e3",
        b"5_0",
        b"\xd9\xa3",
        b"9" * 400,
        b"19999999",
        b"30000000",
    )
    return (
        _POST
        + _FORM
        + b"Content-Length: "
        + chance.choice(length)
        + b"\r\n\r\n"
        + b"a=1&" * some(chance, 1, 1_000)
    )


@_raw
def odd_lines(chance: Random) -> bytes:
    """Lines that end otherwise, go on on the next one, or hold what they may not."""
    return chance.choice(
        (
            b"GET / HTTP/1.1\nHost: localhost\n\n",
            b"GET / HTTP/1.1\rHost: localhost\r\r",
            _GET + b"A: b\r\n c\r\n\td\r\n\r\n",
            _GET + b"A\0: b\r\n\r\n",
            _GET + b"A: b\0c\r\n\r\n",
            _GET + b"no colon\r\n\r\n",
            _GET + b": no name\r\n\r\n",
            _GET + b"A : b\r\n\r\n",
            _GET + b"A: b\nC: d\r\n\r\n",
            b"\r\n" * some(chance, 1, 5_000) + _GET + b"\r\n",
            b" " + _GET + b"\r\n",
        )
    )


@_raw
def odd_first_lines(chance: Random) -> bytes:
    """Versions, targets and methods that do not exist."""
    version = (
        b"HTTP/0.9",
        b"HTTP/1.0",
        b"HTTP/2.0",
        b"HTTP/9.9",
        b"http/1.1",
        b"HTTP/1.1x",
        b"",
        b"HTTP/1.10",
        b"X",
    )
    place = (
        b"/",
        b"",
        b"*",
        b"http://evil.example/",
        b"//",
        b"localhost:80",
        b"/ /",
        b"?",
        b"#",
        b"\xff",
        b"/\0",
    )
    method = (b"GET", b"", b"G\0T", b"GET\t", b"\xff", b"CONNECT", b"OPTIONS", b"PRI", b"G" * 9_000)
    line = chance.choice(method) + b" " + chance.choice(place) + b" " + chance.choice(version)
    return line + b"\r\nHost: localhost\r\n\r\n"


@_raw
def no_host(chance: Random) -> bytes:
    """No host, or several."""
    hosts = (b"", b"Host:\r\n", b"Host: a\r\nHost: b\r\n", b"host: a\r\nHOST: a\r\n", b"Host: a, b\r\n")
    return b"GET /labels/ HTTP/1.1\r\n" + chance.choice(hosts) + b"\r\n"


@_raw
def ancient(chance: Random) -> bytes:
    """A request of the first web, which has no version and no headers."""
    return chance.choice((b"GET /\r\n", b"GET /labels/\r\n\r\n", b"GET /\n", b"GET\r\n\r\n", b"/\r\n\r\n"))


@_raw
def huge_headers(chance: Random) -> bytes:
    """Headers that are very long, or very many."""
    if chance.random() < 0.5:
        return _GET + b"A: " + b"x" * some(chance, 8_000, 3_000_000) + b"\r\n\r\n"
    line = chance.choice((b"A: b\r\n", b"A%d: b\r\n", b"Cookie: a=b\r\n", b"X-Forwarded-For: 1.1.1.1\r\n"))
    lines = (line % n if b"%d" in line else line for n in range(some(chance, 90, 100_000)))
    return _GET + b"".join(lines) + b"\r\n"


@_raw
def junk_behind(chance: Random) -> bytes:
    """Requests in a row without waiting, and rubbish after them."""
    good = _GET + b"\r\n"
    return good * some(chance, 1, 300) + chance.randbytes(some(chance, 1, 5_000))


@_raw
def odd_chunks(chance: Random) -> bytes:
    """Pieces whose sizes are wrong, that have extensions without end, or do not end."""
    chunks = (
        b"-1\r\nabc\r\n0\r\n\r\n",
        b"5\r\nabc\r\n0\r\n\r\n",
        b"ffffffffffffffffff\r\nabc",
        b"3;" + b"x=y;" * 50_000 + b"\r\nabc\r\n0\r\n\r\n",
        b"3\r\nabcdef\r\n0\r\n\r\n",
        b"0\r\nA: b\r\n" * 9_000,
        b"1\r\na\r\n" * some(chance, 1, 100_000),
        b"x\r\n\r\n",
        b"3\nabc\n0\n\n",
        b"0x3\r\nabc\r\n0\r\n\r\n",
        b"",
    )
    return _POST + _FORM + b"Transfer-Encoding: chunked\r\n\r\n" + chance.choice(chunks)


@_raw
def other_protocols(chance: Random) -> bytes:
    """What was meant for another door."""
    return chance.choice(
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + chance.randbytes(500),
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + chance.randbytes(100),
            b"SSH-2.0-OpenSSH_9.9\r\n",
            b"EHLO localhost\r\n",
            b"*1\r\n$4\r\nPING\r\n",
            b"PROXY TCP4 1.2.3.4 127.0.0.1 1 2\r\n" + _GET + b"\r\n",
            chance.randbytes(some(chance, 1, 100_000)),
            b"",
        )
    )


@_raw
def cut_off(chance: Random) -> bytes:
    """A good request whose end never comes."""
    whole = _POST + _FORM + b"Content-Length: 1000\r\n\r\n" + b"a=1&" * 250
    return whole[: chance.randrange(1, len(whole))]
