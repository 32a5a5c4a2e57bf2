"""Odd requests: every route with methods, queries, headers, bodies and paths that no page of ours makes.

None leads the site to fetch anything: addresses in them are those of nobody, or of this machine.
"""

import base64
import json
from random import Random
from urllib.parse import quote, quote_from_bytes, urlencode

from tests.attack import raw
from tests.attack.kinds import REQUESTS, Request, Sent, Target, chance_for, judge, request, some
from tests.attack.values import (
    BODIES,
    CURSOR_PARTS,
    FIELDS,
    HEADERS,
    HOSTS,
    KINDS_OF_BODIES,
    LISTS,
    METHODS,
    PATHS,
    VALUES,
    WORDS,
)
from tests.attack.wire import BOUNDARY, as_bytes, ask, compose

__all__ = ["raw"]  # it registers what it makes


@request
def methods(chance: Random, target: Target) -> Request:
    """Methods that an address does not take, or that no address takes."""
    method = chance.choice(METHODS)
    headers = [*_session(chance, target), *_some_headers(chance, chance.randrange(3))]
    body = chance.choice(BODIES) if chance.random() < 0.3 else None
    return Request(compose(target.site, method, _address(chance, target), headers, body), method)


@request
def queries(chance: Random, target: Target) -> Request:
    """Arguments that the code itself gives to its functions, and values of every kind."""
    words = [(chance.choice(WORDS), chance.choice(VALUES)) for _ in range(some(chance, 1, 200))]
    query = "&".join(f"{word}={_quoted(value)}" for word, value in words)[:3_500]
    address = f"{_address(chance, target)}?{query}"
    return Request(compose(target.site, "GET", address, _session(chance, target)))


@request
def cursors(chance: Random, target: Target) -> Request:
    """Lists that go on after a place that is none."""
    key = [chance.choice(CURSOR_PARTS) for _ in range(some(chance, 1, 4))]
    cursor = base64.urlsafe_b64encode(json.dumps(key).encode()).decode()[:3_500]
    if chance.random() < 0.2:
        cursor = chance.choice(VALUES)
    sort = chance.choice(("newest", "oldest", "grade", "model", "-name", "x"))
    address = f"{chance.choice(LISTS)}?sort={sort}&after={_quoted(cursor)}"
    return Request(compose(target.site, "GET", address, _session(chance, target)))


@request
def headers(chance: Random, target: Target) -> Request:
    """Headers that are wrong, or meant for somebody else."""
    given = [*_session(chance, target), *_some_headers(chance, some(chance, 1, 8))]
    return Request(compose(target.site, "GET", _address(chance, target), given))


@request
def hosts(chance: Random, target: Target) -> Request:
    """Names that the site does not have."""
    given = [("Host", chance.choice(HOSTS)), *_session(chance, target)]
    address = chance.choice((_address(chance, target), "/labels", "/roi", "/admin", "/labels?q=a"))
    return Request(compose(target.site, "GET", address, given))


@request
def cookies(chance: Random, target: Target) -> Request:
    """Sessions that nobody gave out."""
    piece = chance.choice(
        ("session=", "session=x.y.z; ", "=; ", "\xff", "a=b; ", '"', "session=.eJw; ", target.cookie)
    )
    cookie = piece * some(chance, 1, max(1, 6_000 // max(1, len(piece))))
    return Request(compose(target.site, "GET", _address(chance, target), [("Cookie", cookie)]))


@request
def bodies(chance: Random, target: Target) -> Request:
    """Bodies that are no forms, as somebody would send them who knows the token."""
    given = [("Cookie", target.cookie), ("X-CSRFToken", target.token)]
    given.append(("Content-Type", chance.choice(KINDS_OF_BODIES)))
    address = _address(chance, target, "POST")
    return Request(compose(target.site, "POST", address, given, chance.choice(BODIES)), "POST")


@request
def many_fields(chance: Random, target: Target) -> Request:
    """Forms of a thousand fields, or of one that is huge."""
    known = (
        "metric-latency",
        "info-hardware",
        "model_name",
        "model_id",
        "offered",
        "use",
        "upload",
        "action",
    )
    if chance.random() < 0.5:
        value = chance.choice(VALUES) * some(chance, 1, 5)
        names = [chance.choice((*known, f"f{n}")) for n in range(some(chance, 100, 3_000))]
        fields = [(as_bytes(name), as_bytes(value)[:300]) for name in names]
    else:
        fields = [
            (
                as_bytes(chance.choice(known)),
                chance.choice((b"x", b"\0", b"%", b" ")) * some(chance, 9, 3_000_000),
            )
        ]
    whole = [(b"csrf_token", target.token.encode()), *fields]
    address = chance.choice(
        ("/labels/training/new", "/labels/inference/new", "/roi/analyses/new", "/inference/measure")
    )
    given = [("Cookie", target.cookie)]
    if chance.random() < 0.5:
        given.append(("Content-Type", "application/x-www-form-urlencoded"))
        return Request(compose(target.site, "POST", address, given, urlencode(whole).encode()), "POST")
    given.append(("Content-Type", f"multipart/form-data; boundary={BOUNDARY.decode()}"))
    part = b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    body = b"".join(part % field for field in whole) + b"--" + BOUNDARY + b"--\r\n"
    return Request(compose(target.site, "POST", address, given, body), "POST")


@request
def hostile_forms(chance: Random, target: Target) -> Request:
    """Labels and analyses with values of every kind, sent with their token."""
    fields = {name: chance.choice(VALUES) for name in chance.sample(FIELDS, some(chance, 1, len(FIELDS)))}
    fields |= {"model_name": "m", "metric-downloads": "3"} if chance.random() < 0.5 else {}
    address = chance.choice(("/labels/training/new", "/labels/inference/new", "/roi/analyses/new"))
    given = [("Cookie", target.cookie), ("Content-Type", "application/x-www-form-urlencoded")]
    told = {as_bytes(name): as_bytes(value) for name, value in {**fields, "csrf_token": target.token}.items()}
    return Request(compose(target.site, "POST", address, given, urlencode(told).encode()), "POST")


@request
def chunked_bodies(chance: Random, target: Target) -> Request:
    """Bodies whose length nobody says, in pieces of any size."""
    pieces = [chance.choice(BODIES)[:100_000] for _ in range(some(chance, 1, 20))]
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece) + b"0\r\n\r\n"
    given = [("Transfer-Encoding", "chunked"), ("Cookie", target.cookie), ("X-CSRFToken", target.token)]
    given.append(("Content-Type", chance.choice(KINDS_OF_BODIES)))
    address = _address(chance, target, "POST")
    return Request(compose(target.site, "POST", address, given, body), "POST")


@request
def paths(chance: Random, target: Target) -> Request:
    """Addresses that lead out of the site, or are no text."""
    middle = chance.choice(("/", ""))
    path = "/" + middle.join(chance.choice(PATHS) for _ in range(some(chance, 1, 12)))
    if chance.random() < 0.1:
        path = chance.choice(
            (path + "x" * 8_000, "/" * 3_000, "//evil.example/%2f..", "/static/" + "../" * 900)
        )
    if chance.random() < 0.3:
        path = _address(chance, target) + chance.choice(
            ("/", "//", "%00", "/..", "%0a", ".json", ";x", "%2e")
        )
    method = chance.choice(("GET", "POST", "HEAD"))
    return Request(compose(target.site, method, path), method)


def send_request(target: Target, kind: str, seed: int) -> Sent:
    """Make one request of a kind and send it."""
    odd = REQUESTS[kind](chance_for(kind, seed), target)
    patience = {} if odd.well_formed else {"patience": 15}
    answer = ask(target.site, odd.sent, odd.method, ends=not odd.well_formed, **patience)
    problem = judge(answer, odd.well_formed)
    return Sent("requests", kind, seed, answer.status, answer.started, answer.seconds, problem)


def _address(chance: Random, target: Target, method: str = "") -> str:
    """Return an address of a route that takes `method`, if it is given; half of them are management."""
    managed = chance.random() < 0.5
    routes = [r.address for r in target.routes if not method or method in r.methods]
    return chance.choice([address for address in routes if address.startswith("/admin") == managed])


def _session(chance: Random, target: Target) -> list[tuple[str, str]]:
    """Nobody's session, a stranger's or a manager's; the manager's only where no token goes with it."""
    cookie = chance.choice(("", target.cookie, target.manager))
    return [("Cookie", cookie)] if cookie else []


def _some_headers(chance: Random, count: int) -> list[tuple[str, str | bytes]]:
    """Return some of the odd headers, each byte as it stands there."""
    names = chance.sample(sorted(HEADERS), count)
    return [(name, chance.choice(HEADERS[name]).encode("latin-1")) for name in names]


def _quoted(text: str) -> str:
    return quote_from_bytes(as_bytes(text)) if not text.isascii() else quote(text, safe="")
