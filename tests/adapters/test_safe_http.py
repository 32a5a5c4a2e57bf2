"""Fetching addresses that users give: nothing of ours is ever reached, nothing is endless."""

import gzip
import socket
import threading
import time
from urllib.parse import unquote, urlsplit

import pytest

from gaissa_web.adapters.public_addresses import RefusedAddressError, check_address, check_public, is_public
from gaissa_web.adapters.safe_http import FetchFailedError, Outbound, fetch
from tests.addresses import FORBIDDEN, PRIVATE_NAMES, PUBLIC

MALFORMED = [
    "", "x", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "data:text/plain,x",
    "//example.com/", "http:///path", "http://", "https://user@example.com/", "https://user:pass@example.com/",
    "http://example.com:99999/", "http://example.com:0/", "http://example.com:x/", "http://exa mple.com/",
    "http://example.com/\r\nHost: x", "http://example.com\\@127.0.0.1/", "http://127.0.0.1\\.example.com/",
    "http://[::1/", "http://example.com/" + "x" * 2000, "http://example.com\x00.evil/",
    "http://@127.0.0.1/", "http://example.com#@127.0.0.1:80\n/", "http://\u2003x.example/\u2028",
    "http://example.com:+80/", "http://example.com:８0/", "http:/127.0.0.1/", "http:127.0.0.1/",
]  # fmt: skip


@pytest.fixture
def connections(monkeypatch):
    """The addresses that anything tried to connect to."""
    tried = []
    real = socket.socket.connect

    def connect(self, address):
        tried.append(address)
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


@pytest.mark.parametrize("address", FORBIDDEN)
def test_a_public_name_that_leads_to_any_of_them_is_refused_before_any_connection(
    monkeypatch, connections, address
):
    host = unquote(urlsplit(address).hostname)
    try:
        found = socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM)
    except OSError:  # some odd spellings name no address at all on some systems, which is as good
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)
    with pytest.raises(RefusedAddressError, match="not public"):
        fetch("http://public.example/", timeout_s=2)
    assert connections == []


@pytest.mark.parametrize("address", [*FORBIDDEN, *PRIVATE_NAMES])
def test_what_is_not_public_in_writing_is_refused_without_any_look_up(monkeypatch, connections, address):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: pytest.fail("looked up"))
    for refuse in (check_public, fetch):
        with pytest.raises(RefusedAddressError, match="not public"):
            refuse(address)
    assert connections == []


@pytest.mark.parametrize("address", PUBLIC)
def test_what_may_well_be_public_passes_before_it_is_looked_up(monkeypatch, address):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: pytest.fail("looked up"))
    assert check_public(address) == address


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        ("http://127.0.0.1:8000/x", "127.0.0.1"),
        ("http://127.0.0.1:8000/x", "127.0.0.1:8000"),
        ("http://LOCALHOST/", "localhost:80"),
        ("https://gpu.internal/", "GPU.internal:443"),
        ("http://[::1]/", "::1"),
    ],
)
def test_what_the_operator_allows_passes_although_it_is_not_public(address, entry):
    assert check_public(address, frozenset({entry})) == address
    with pytest.raises(RefusedAddressError):
        check_public(address, frozenset({"127.0.0.1:81", "other.internal"}))


@pytest.mark.parametrize("address", MALFORMED)
def test_what_is_no_plain_web_address_is_refused_before_any_look_up(monkeypatch, connections, address):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: pytest.fail("looked up"))
    with pytest.raises(RefusedAddressError):
        fetch(address)
    assert connections == []


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "http://example.com:8080/a?b=c#d",
        "https://[2606:4700::1111]/x",
        " https://example.com/ ",
    ],
)
def test_plain_addresses_pass_the_first_look(address):
    assert check_address(address) == address.strip()


@pytest.mark.parametrize("host", ["a..b", "[v1.x]", "xn--.example"])
def test_a_spelling_that_is_no_host_leads_nowhere(connections, host):
    with pytest.raises(FetchFailedError):
        fetch(f"http://{host}/", timeout_s=2)
    assert connections == []


@pytest.fixture
def rebinding(monkeypatch):
    """A resolver whose first answer is public and every later one the loopback; what was connected to."""
    answers = iter(["93.184.216.34"])
    tried = []

    def look_up(host, port, *_a, **_k):
        address = next(answers, "127.0.0.1") if host == "rebinding.example" else host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(_self, address):
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


def test_a_name_that_changes_its_address_is_not_looked_up_twice(rebinding):
    with pytest.raises(FetchFailedError):
        fetch("http://rebinding.example/")
    assert rebinding == ["93.184.216.34"]


def test_a_name_is_looked_up_once_for_all_requests_to_it(rebinding):
    with Outbound("http://rebinding.example/") as outbound:
        for _ in range(3):
            with pytest.raises(FetchFailedError):
                outbound.fetch()
    assert rebinding == ["93.184.216.34"] * 3


def test_a_connection_is_kept_for_the_next_request_and_broken_off_in_time_all_the_same(serve):
    seen = []

    def answer(handler):
        seen.append(handler.client_address)
        if len(seen) == 3:
            time.sleep(1)
        handler.answer(b"hello")

    address = serve(answer, keep_alive=True)
    with Outbound(address, **allowed(address)) as outbound:
        first, second = outbound.fetch(), outbound.fetch()
        assert first.connect_s is not None
        assert 0 < first.round_trip_s <= first.connect_s < first.elapsed_s
        assert (second.connect_s, second.round_trip_s) == (None, None)
        with pytest.raises(FetchFailedError, match=r"did not answer in full within 0\.2 s"):
            outbound.fetch(timeout_s=0.2)
        assert outbound.fetch().body == b"hello"
    assert seen[0] == seen[1] == seen[2] != seen[3]


def allowed(address):
    return {"allowed_hosts": frozenset({address.split("/")[2]})}


def test_a_host_that_the_operator_allows_is_fetched(serve):
    address = serve(lambda handler: handler.answer(b"hello", X_Thing="1"))
    answer = fetch(f"{address}/x", **allowed(address))
    assert (answer.status, answer.body, answer.content_type) == (200, b"hello", "text/plain")
    assert answer.headers["X-Thing"] == "1"
    assert answer.elapsed_s > 0
    port = address.rpartition(":")[2]
    assert fetch(f"{address}/x", allowed_hosts=frozenset({"127.0.0.1"})).status == 200
    with pytest.raises(RefusedAddressError):
        fetch(f"{address}/x", allowed_hosts=frozenset({f"127.0.0.1:{int(port) + 1}", "example.com"}))


@pytest.mark.parametrize("entry", ["::1", "[::1]", "[::1]:80"])
def test_an_allowed_host_may_be_an_ipv6_address(monkeypatch, entry):
    def connect(_self, address):
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(FetchFailedError):
        fetch("http://[::1]/", allowed_hosts=frozenset({entry}))
    with pytest.raises(RefusedAddressError):
        fetch("http://[::1]:81/", allowed_hosts=frozenset({"[::1]:80"}))


def test_what_is_sent_arrives_as_it_is(serve):
    def echo(handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        handler.answer(handler.command.encode() + b" " + body + b" " + handler.headers["X-Key"].encode())

    address = serve(echo)
    with Outbound(address, **allowed(address)) as outbound:
        answer = outbound.fetch(method="POST", body=b"{}", headers={"X-Key": "k"})
    assert answer.body == b"POST {} k"


@pytest.mark.parametrize("status", [404, 500, 503])
def test_an_error_is_an_answer_like_others(serve, status):
    address = serve(lambda handler: handler.answer(b"no", status=status))
    assert fetch(address, **allowed(address)).status == status


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 300])
def test_a_redirect_is_not_followed(serve, status):
    visits = []

    def redirect(handler):
        visits.append(handler.path)
        handler.answer(b"", status=status, Location="/inside")

    address = serve(redirect)
    with pytest.raises(FetchFailedError, match="leads on to another"):
        fetch(f"{address}/start", **allowed(address))
    assert visits == ["/start"]


def test_too_much_is_refused_whether_announced_or_not(serve):
    def unannounced(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x" * 10_000)

    for answer in (lambda handler: handler.answer(b"x" * 200_000), unannounced):
        address = serve(answer)
        with pytest.raises(FetchFailedError, match=r"more than 0.1 MB"):
            fetch(address, max_bytes=100_000, **allowed(address))


def test_a_small_answer_that_unpacks_to_a_large_one_is_refused(serve):
    bomb = gzip.compress(b"0" * 50_000_000)
    address = serve(lambda handler: handler.answer(bomb, Content_Encoding="gzip"))
    with pytest.raises(FetchFailedError, match="more than 1 MB"):
        fetch(address, max_bytes=1_000_000, **allowed(address))


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("at_once", "drop"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (CHUNKED, b"1\r\nx\r\n"),
        (CHUNKED, b"0"),
        (CHUNKED + b"1\r\nx\r\n0\r\n", b"T: x\r\n"),
    ],
    ids=["status", "headers", "interim answers", "body", "chunks", "size of a chunk", "trailers"],
)
def test_a_drip_of_anything_ends_at_the_deadline(serve, at_once, drop):
    def drip(handler):
        handler.close_connection = True
        handler.wfile.write(at_once)
        for _ in range(60):
            handler.wfile.write(drop)
            time.sleep(0.2)

    address = serve(drip)
    started = time.monotonic()
    with pytest.raises(FetchFailedError, match=r"in full within 0.5 s"):
        fetch(address, timeout_s=0.5, **allowed(address))
    assert time.monotonic() - started < 6  # half of what the drip lasts


def test_time_spent_on_looking_the_name_up_counts(serve, monkeypatch):
    address = serve(lambda handler: handler.answer(b"late"))
    real = socket.getaddrinfo

    def look_up(*arguments, **settings):
        time.sleep(0.4)
        return real(*arguments, **settings)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(FetchFailedError, match=r"within 0.3 s"):
        fetch(address, timeout_s=0.3, **allowed(address))


def test_an_answer_in_time_leaves_nothing_running(serve):
    address = serve(lambda handler: handler.answer(b"x", X_Noise="\xe9\xff"))
    assert fetch(address, **allowed(address)).headers["X-Noise"] == "\xe9\xff"
    for _ in range(100):
        if not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]:
            return
        time.sleep(0.01)
    pytest.fail("a timer outlives the fetch that it was for")


def test_silence_ends_at_the_deadline(serve):
    address = serve(lambda _handler: time.sleep(1.5))
    with pytest.raises(FetchFailedError, match=r"within 0.3 s"):
        fetch(address, timeout_s=0.3, **allowed(address))


def test_a_truncated_answer_and_a_closed_port_are_said_in_words(serve):
    address = serve(lambda handler: handler.answer(b"half", Content_Length="100"))
    with pytest.raises(FetchFailedError, match="could not be read"):
        fetch(address, **allowed(address))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(FetchFailedError, match="could not be read"):
            fetch(f"http://{host}/", allowed_hosts=frozenset({host}))


def test_rubbish_instead_of_an_answer_is_said_in_words(serve):
    def rubbish(handler):
        handler.wfile.write(b"\xff\xfe not http \r\n\r\n")
        handler.close_connection = True

    address = serve(rubbish)
    with pytest.raises(FetchFailedError):
        fetch(address, **allowed(address))


def test_no_proxy_of_the_environment_is_used(serve, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    address = serve(lambda handler: handler.answer(b"direct"))
    assert fetch(address, **allowed(address)).body == b"direct"


def test_secrets_in_an_address_do_not_reach_the_message():
    with pytest.raises(RefusedAddressError) as error:
        fetch("https://user:hunter2@example.com/?token=abc")
    assert "hunter2" not in str(error.value)
    assert "abc" not in str(error.value)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_are_public(address):
    import ipaddress

    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["::808:808", "::ffff:0:808:808", "64:ff9b::808:808", "2002:a00:1::1", "2001:0:808:808::1", "200::1"],
)
def test_public_ipv4_inside_special_ipv6_makes_nothing_public(address):
    import ipaddress

    assert not is_public(ipaddress.ip_address(address))
