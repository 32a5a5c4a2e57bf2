"""Requests that no page of ours makes: none fails, and none decides where our links lead."""

import base64
import json
from contextlib import closing
from urllib.parse import quote_from_bytes, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from tests.admin.test_guard import CHANGING, VALUES

FINE = {200, 303, 308, 400, 404, 405, 409, 413, 415, 422}

# What Flask's url_for and our own pages take as arguments of their own.
WORDS = [
    "_scheme",
    "_anchor",
    "_method",
    "_external",
    "endpoint",
    "values",
    "self",
    "which",
    "table",
    "changes",
]
LISTS = [
    *(f"/labels/?sort={order}" for order in ("newest", "oldest", "grade", "model")),
    *("/roi/analyses/?", "/roi/research/?", "/admin/audit/?"),
    *(f"/admin/catalogue/{t}/?" for t in ("models", "labels", "countries", "reductions", "research-values")),
    *(f"/admin/catalogue/{t}/?sort=-name" for t in ("models", "hardware", "tactics")),
]  # fmt: skip
PARTS = [
    "A", "", "\0", "\ud800", "a\udfffb", "x" * 5_000, 0, 1, -1, 2**63 - 1, 2**63, 10**400, 0.5, -0.0, 1e308,
    float("nan"), float("inf"), True, None, [], {}, "2026-11-24", "2026-11-24T00:00:00",
    "2026-11-24T00:00:00+00:00", "0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59.999999-23:59", "9999-12-31T23:59:59+00:00", "2026-11-24T00:00:00+00:00:30.5",
]  # fmt: skip
parts = (
    st.sampled_from(PARTS)
    | st.text(max_size=9)
    | st.floats()
    | st.integers()
    | st.datetimes(timezones=st.timezones()).map(str)
)
cursors = st.lists(parts, min_size=1, max_size=3).map(
    lambda key: base64.urlsafe_b64encode(json.dumps(key).encode()).decode()
) | st.text(max_size=30)


def quoted(text):
    """The text as it stands in an address; lone surrogates go as the bytes they would be."""
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"))


def addresses(app, methods):
    """An address of every route that takes one of `methods`."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        method = next(iter(rule.methods & methods), None)
        if method and rule.endpoint != "static":
            values = {name: VALUES.get(name, "x") for name in rule.arguments} | dict(rule.defaults or {})
            yield adapter.build(rule.endpoint, values, method=method)


@pytest.mark.parametrize("value", ["javascript", "evil.example", "1", "\ud800"])
def test_the_words_of_our_own_functions_are_ordinary_arguments(app, admin, value):
    query = "&".join(f"{word}={quoted(value)}" for word in WORDS)
    seen = 0
    for address in addresses(app, {"GET"}):
        with closing(admin.client.get(f"{address}?{query}")) as page:
            text = page.get_data(as_text=page.mimetype.startswith("text/"))
        assert page.status_code in FINE | {202, 503}, (address, page.status_code)
        if page.mimetype != "text/html":
            continue
        for link in html.fromstring(text).xpath("//@href | //@src | //@action | //@hx-get | //@hx-post"):
            assert not link.startswith((f"{value}:", f"{value}/", f"//{value}")), (address, link)
            assert urlsplit(link).fragment != value, (address, link)
        seen += 1
    assert seen > 50


def test_odd_cursors_start_a_list_over(admin):
    @settings(max_examples=10 * settings().max_examples, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(LISTS), cursors)
    def turn(address, cursor):
        page = admin.client.get(f"{address}&after={quoted(cursor)}")
        assert page.status_code == 200, page.status_code

    turn()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"metric-downloads": 3}'),
        ("application/json", b"[1]"),
        ("application/json", b"{"),
        ("application/problem+json", b"null"),
        ("text/plain", b"metric-downloads=3"),
        ("application/xml", b"<x/>"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n"),
        ("", b"x"),
    ],
)
def test_a_body_that_is_no_form_is_no_failure(app, admin, content_type, body):
    token = admin.get("/admin/settings").token
    seen = 0
    for address in addresses(app, CHANGING - {"DELETE"}):
        if address == "/admin/logout":
            continue
        # As a script would that knows the token: what is refused here is the body.
        headers = {"X-CSRFToken": token}
        answer = admin.client.post(address, data=body, content_type=content_type, headers=headers)
        assert answer.status_code in FINE, (address, answer.status_code)
        if "json" in content_type:
            assert answer.status_code == 415, (address, answer.status_code)
        seen += 1
    assert seen > 30


HEADERS = (
    "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cookie", "HX-Boosted", "HX-Current-URL",
    "HX-Request", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "Origin", "Range", "Referer",
    "Sec-Fetch-Site", "X-CSRFToken", "X-Forwarded-For", "X-Forwarded-Proto",
)  # fmt: skip
ODD = [
    "", "[", "http://[::1", "https://[x]/", "//", "\x80\xff", "a" * 5_000, '"', "bytes=-", "bytes=9-0,-1,x",
    "W/", '"a', "-1", "0, 1;q=x", "Thu, 99 Foo 2026 00:00:00 GMT", "Basic \x01", "true", "*", "same-origin",
    "session=.eJw; session=x", "=;=; a", ";", "q=0.5;;;", "None", "9" * 400, "gzip;q=1e999", "::ffff:x",
]  # fmt: skip


@pytest.mark.any_database
@pytest.mark.parametrize(
    "value", [*ODD[:8], *(pytest.param(value, marks=pytest.mark.thorough) for value in ODD[8:])]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_odd_headers_fail_nothing(app, admin, method, value):
    for client in (admin.client, app.test_client()):
        kept = client.get_cookie("session")
        for address in addresses(app, {method}):
            if address == "/admin/logout":
                continue
            for headers in (dict.fromkeys(HEADERS, value), dict.fromkeys(HEADERS[:4] + HEADERS[5:], value)):
                with closing(client.open(address, method=method, headers=headers)) as answer:
                    fine = FINE | {202, 206, 302, 401, 403, 412, 416, 429, 503}
                    assert answer.status_code in fine, (address, answer.status_code)
        assert client.get_cookie("session") == kept or kept is None


@pytest.mark.parametrize("host", ["..", "a" * 4_000, "a b", "[::1", "é.example", "%00", "user@a.example"])
def test_a_host_that_cannot_be_is_refused_everywhere(app, host):
    for method in ("GET", "POST"):
        for address in addresses(app, {method}):
            answer = app.test_client().open(address, method=method, environ_overrides={"HTTP_HOST": host})
            assert answer.status_code in FINE | {202, 401, 503}, (address, answer.status_code)
            answer.close()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost:1"])
def test_the_host_header_decides_no_redirect(browse, host):
    for address in ("/labels", "/roi", "/admin", "/labels?q=a", "/admin/users"):
        answer = browse.client.get(address, headers={"Host": host})
        assert answer.status_code in {303, 308}
        assert answer.location.startswith("/"), answer.location
        assert not answer.location.startswith("//")
