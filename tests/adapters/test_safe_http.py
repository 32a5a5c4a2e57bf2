"""Fetching addresses that users give: nothing of ours is ever reached, nothing is endless."""

import gzip
import socket
import time

import pytest

from gaissa_web.adapters import safe_http
from gaissa_web.adapters.safe_http import FetchFailedError, RefusedAddressError, check_address, fetch

FORBIDDEN = [
    "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/",
    "http://0x7f.1/", "http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.1./", "http://localhost/",
    "http://LOCALHOST/", "http://localhost./", "http://0/", "http://0.0.0.0/", "http://[::]/", "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[::ffff:10.0.0.1]/", "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::10.0.0.1]/", "http://[2002:7f00:1::]/", "http://[2002:a00:1::1]/",
    "http://[2001:0:7f00:1::1]/", "http://[fe80::1]/", "http://[fc00::1]/", "http://[fd12:3456::1]/",
    "http://[fec0::1]/", "http://[ff02::1]/", "http://[100::1]/", "http://[2001:db8::1]/", "http://10.0.0.1/",
    "http://10.255.255.255/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.0.1/",
    "http://169.254.169.254/latest/meta-data/", "http://169.254.0.1/", "http://2852039166/",
    "http://0xa9fea9fe/", "http://100.64.0.1/", "http://100.100.100.200/", "http://192.0.0.192/",
    "http://192.0.2.1/", "http://198.18.0.1/", "http://198.51.100.1/", "http://203.0.113.1/",
    "http://224.0.0.1/", "http://239.255.255.250/", "http://240.0.0.1/", "http://255.255.255.255/",
    "http://192.88.99.1/",
]  # fmt: skip

MALFORMED = [
    "", "x", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "data:text/plain,x",
    "//example.com/", "http:///path", "http://", "https://user@example.com/", "https://user:pass@example.com/",
    "http://example.com:99999/", "http://example.com:0/", "http://example.com:x/", "http://exa mple.com/",
    "http://example.com/\r\nHost: x", "http://example.com\\@127.0.0.1/", "http://127.0.0.1\\.example.com/",
    "http://[::1/", "http://example.com/" + "x" * 2000, "http://example.com\x00.evil/",
    "http://@127.0.0.1/", "http://example.com#@127.0.0.1:80\n/",
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
def test_addresses_that_are_not_public_are_refused_before_any_connection(connections, address):
    with pytest.raises((RefusedAddressError, FetchFailedError)) as error:
        fetch(address, timeout_s=2)
    assert connections == []
    assert isinstance(error.value, RefusedAddressError) or not resolves(address)


def resolves(address):
    """Some odd spellings name no address at all on some systems, which is as good."""
    try:
        socket.getaddrinfo(address.split("/")[2].strip("[]"), 80)
    except OSError:
        return False
    return True


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


def test_a_public_name_that_leads_inside_is_refused(monkeypatch, connections):
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: inside)
    with pytest.raises(RefusedAddressError, match="not public"):
        fetch("http://public.example/")
    assert connections == []


def test_a_name_that_changes_its_address_is_not_looked_up_twice(monkeypatch):
    """The first answer is public, every later one the loopback: only the first is connected to."""
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
    with pytest.raises(FetchFailedError):
        fetch("http://rebinding.example/")
    assert tried == ["93.184.216.34"]


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


def test_what_is_sent_arrives_as_it_is(serve):
    def echo(handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        handler.answer(handler.command.encode() + b" " + body + b" " + handler.headers["X-Key"].encode())

    address = serve(echo)
    answer = fetch(address, method="POST", body=b"{}", headers={"X-Key": "k"}, **allowed(address))
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


def test_a_drip_ends_at_the_deadline(serve):
    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    address = serve(drip)
    started = time.monotonic()
    with pytest.raises(FetchFailedError, match="too slowly"):
        fetch(address, timeout_s=0.5, **allowed(address))
    assert time.monotonic() - started < 4


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

    assert safe_http.is_public(ipaddress.ip_address(address))
