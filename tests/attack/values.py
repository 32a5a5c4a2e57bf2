"""What odd requests are made of: methods, words, values, headers, hosts, bodies that nobody expects.

Headers are told in Latin-1: each character is a byte.
"""

from typing import Any

METHODS = (
    *("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW"),
    *("get", "M-SEARCH", "CONNECT", "A" * 1_000, "GET_", "_method"),
)
WORDS = (
    *("_scheme", "_anchor", "_method", "_external", "endpoint", "values", "self", "which", "table"),
    *("changes", "after", "sort", "q", "id", "model_id", "phase", "grade", "metric", "architecture"),
    *("option", "inferences", "price", "again", "measurement", "next"),
)
VALUES = (
    *("javascript", "evil.example", "//evil.example", "1", "0", "-1", "9" * 400, "1e400", "NaN", "٣"),
    *("\ud800", "\0", "\r\nSet-Cookie: a=b", "<script>alert(1)</script>", "{{7*7}}", "' OR 1=1 --"),
    *("../../etc/passwd", "\u202e", "x" * 3_000, "%", "%00", "C", "training", "", " ", "a" * 199 + "%"),
)
CURSOR_PARTS: tuple[Any, ...] = (
    *("A", "", "\0", "\ud800", "x" * 2_000, 0, -1, 2**63, 10**400, 0.5, 1e308, float("nan"), True, None),
    *([], {}, "2026-11-24", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59"),
    *("2026-11-24T00:00:00+00:00", "2026-11-24T00:00:00+00:00:30.5", "2026-11-24T00:00:00Z"),
)
LISTS = ("/labels/", "/roi/analyses/", "/roi/research/", "/admin/audit/", "/admin/catalogue/models/")
HEADERS = {
    "X-Forwarded-For": ("1.2.3.4", "x" * 5_000, "::1, 127.0.0.1, \xff", ",,,"),
    "X-Forwarded-Proto": ("https", "javascript", "https,http", ""),
    "X-Forwarded-Host": ("evil.example", "evil.example:99999", "a b"),
    "X-Forwarded-Prefix": ("/x", "//evil.example", "../.."),
    "X-Forwarded-Port": ("0", "99999", "x"),
    "Forwarded": ("for=1.2.3.4;host=evil.example;proto=https", ";;;=,"),
    "Content-Type": (
        "text/html; charset=\xff",
        "application/json; charset=utf-7",
        "x/y; =",
        ";",
        "a" * 4_000,
    ),
    "Accept-Encoding": (
        "br;q=\xff",
        "gzip;q=2, br;q=-1",
        "*;q=0",
        "identity;q=0",
        "zstd, " * 500,
        "x" * 5_000,
    ),
    "Accept": ("\xff/*", "text/html;q=NaN", "*/*;" * 900),
    "Accept-Language": ("x" * 5_000, "de;q=\xff"),
    "Range": (
        "bytes=0-1",
        "bytes=-1",
        "bytes=0-0,1-1," + "2-2," * 900,
        "bytes=9-1",
        "x",
        "bytes=" + "9" * 400,
    ),
    "If-Range": ('"x"', "x", "Thu, 99 Foo 2026 00:00:00 GMT"),
    "If-None-Match": ("*", '"' + "x" * 4_000, "W/", 'W/"a", ' * 900, "\xff"),
    "If-Modified-Since": ("Thu, 99 Foo 2026 00:00:00 GMT", "9" * 400, "-1", "\xff"),
    "If-Match": ("*", '"x"'),
    "Authorization": ("Basic \xff", "Bearer " + "x" * 4_000, "Digest a=", "Basic Og=="),
    "X-CSRFToken": ("x", "\xff", "." * 4_000),
    "X-HTTP-Method-Override": ("DELETE",),
    "Referer": ("javascript:alert(1)", "https://evil.example/", "\xff", "http://[::1"),
    "Origin": ("null", "https://evil.example", "\xff"),
    "Expect": ("x", ""),  # for "100-continue" without a body a server may wait
    "Upgrade": ("h2c", "websocket"),
    "Connection": ("upgrade", "keep-alive, x", "content-length", "\xff"),
    "Max-Forwards": ("-1",),
    "User-Agent": ("", "() { :; }; echo x", "\xff" * 3_000),
    "HX-Request": ("true", "false", "\xff", "1"),
    "HX-Target": ("<script>", "x" * 4_000, "\xff"),
    "HX-Trigger-Name": ("{{7*7}}", "\xff"),
    "HX-Current-URL": ("javascript:x", "http://[", "\xff"),
    "HX-Boosted": ("true", "\xff"),
    "HX-History-Restore-Request": ("true", "x"),
    "X-Original-URL": ("/admin/",),
}
HOSTS = (
    *("evil.example", "evil.example:8000", "localhost:1", "localhost:99999", "[::1]", "[::1", "a b", "\xff"),
    *("a" * 4_000, "127.0.0.1:0", "evil.example/x", "user@evil.example", "..", "é.example", ":80", "%00"),
)
KINDS_OF_BODIES = (
    *("application/json", "application/problem+json", "text/plain", "application/xml", "multipart/form-data"),
    *("multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 500, "multipart/mixed", ""),
    *(
        "multipart/form-data; boundary=\xff",
        'multipart/form-data; boundary="',
        "multipart/form-data; boundary=x",
    ),
    *("application/x-www-form-urlencoded; charset=\xff", "application/x-www-form-urlencoded; charset=utf-32"),
    *("application/x-www-form-urlencoded; charset=idna", "x" * 4_000, "\0", "a/b" * 500),
)
BODIES = (
    *(b"", b"x", b"{", b"[1]", b'{"metric-downloads": 3}', b"[" * 100_000, b"null", b"<x/>", b"\xff\xfe\0"),
    *(b"--x\r\n\r\n", b"--x--", b"--x\r\nContent-Disposition: form-data; name=a\r\n", b"--x\r\n" * 50_000),
    *(
        b"--x\r\nContent-Disposition: form-data; name=\xff; filename*=utf-7''%ff\r\n\r\n1\r\n--x--",
        b"\r\n" * 9_999,
    ),
    *(
        b"a=%",
        b"&" * 500_000,
        b"=" * 500_000,
        b"a=1&" * 200_000,
        b"%ff=%fe&" * 9_999,
        b"csrf_token=" + b"x" * 99_999,
    ),
)
FIELDS = (
    *("metric-downloads", "metric-flops", "metric-latency", "metric-co2_eq_emissions", "info-hardware"),
    *("model_name", "model_author", "model_url", "model_id", "action", "provenance", "country", "price"),
)
PATHS = (
    *("%00", "%ff", "..", "%2e%2e", "//", "%2f", "\\", "%5c", ";", "é", "%F0%9F%A6%8A", "%u0041", "%", "~"),
    *("static", "labels", "1", "admin", ".json", ".pdf", "-1", "9" * 400, "x" * 500, "%0d%0aA:b", "*", "%20"),
)
