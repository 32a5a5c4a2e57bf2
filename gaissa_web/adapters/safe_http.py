"""The one way to fetch an address that a user gave: from public addresses only, bounded in all.

Built on requests-hardened, which looks a name up once and connects to exactly the address it
looked at. What counts as public is decided in `public_addresses`, more strictly than there.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from requests_hardened import Config, Manager
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.exceptions import HTTPError

from gaissa_web.adapters.public_addresses import (
    NOT_PUBLIC,
    RefusedAddressError,
    check_public,
    is_allowed,
    is_public,
)
from gaissa_web.core.errors import InvalidInputError

CONNECT_TIMEOUT_S = 5.0
CHUNK = 65_536
USER_AGENT = "GAISSA-Tools"


class FetchFailedError(InvalidInputError):
    """An address that did not answer as it should; the message says how."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whole; `elapsed_s` is the time from asking to its last byte.

    `connect_s` is how much of it connecting took (with TLS), `round_trip_s` how much of that until
    the server was heard of for the first time; both None on a connection that stood.
    """

    status: int
    content_type: str
    headers: Mapping[str, str]
    body: bytes
    elapsed_s: float
    connect_s: float | None = None
    round_trip_s: float | None = None


def fetch(
    address: str,
    *,
    allowed_hosts: frozenset[str] = frozenset(),
    max_bytes: int = 10_000_000,
    timeout_s: float = 20.0,
) -> Fetched:
    """Return what `address` answers; see `Outbound.fetch`.

    Raises:
        RefusedAddressError: The address is not one to fetch from, or not a public one.
        FetchFailedError: It cannot be reached, redirects, is too slow, or sends too much.
    """
    with Outbound(address, allowed_hosts) as outbound:
        return outbound.fetch(max_bytes=max_bytes, timeout_s=timeout_s)


class Outbound:
    """Requests to one address, over one connection where the server keeps it open.

    `allowed_hosts` are hosts (or host:port) that the operator lets us fetch from although they
    are not public. The name is looked up once: the address that was checked is the one that
    every request connects to.

    Raises:
        RefusedAddressError: The address is not one to fetch from, or not public in writing already.
    """

    def __init__(self, address: str, allowed_hosts: frozenset[str] = frozenset()) -> None:
        self.address = check_public(address, allowed_hosts)
        self._deadline = _Deadline()
        self._session = _session(self.address, allowed_hosts, self._deadline)

    def __enter__(self) -> Self:
        """Begin; nothing is connected yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._session.close()

    def fetch(
        self,
        *,
        max_bytes: int = 10_000_000,
        timeout_s: float = 20.0,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Fetched:
        """Return what the address answers, whatever its status, unless it redirects.

        At most `max_bytes` are read, unpacked, within `timeout_s` in all; a look-up of the name
        counts, but the system alone ends one that hangs.

        Raises:
            RefusedAddressError: The address is not a public one.
            FetchFailedError: It cannot be reached, redirects, is too slow, or sends too much.
        """
        deadline = self._deadline
        too_slow = f"That address did not answer in full within {timeout_s:g} s."
        started = time.perf_counter()
        with deadline.within(timeout_s):
            try:
                with self._session.request(
                    method,
                    self.address,
                    headers=dict(headers or {}),
                    data=body,
                    stream=True,
                    timeout=(min(CONNECT_TIMEOUT_S, timeout_s), timeout_s),
                ) as response:
                    if response.is_redirect or 300 <= response.status_code < 400:
                        raise FetchFailedError(
                            "That address leads on to another one; please give the final one."
                        )
                    content = _read(response, max_bytes)
                if deadline.passed():  # a connection that was broken off can look like a finished answer
                    raise FetchFailedError(too_slow)
            except InvalidIPAddress as error:
                raise RefusedAddressError(NOT_PUBLIC) from error
            except InvalidInputError:
                raise
            except (requests.RequestException, HTTPError, ValueError, OSError) as error:
                unreadable = "That address could not be read; is it right, and online?"
                raise FetchFailedError(too_slow if deadline.passed() else unreadable) from error
        kind = response.headers.get("Content-Type", "")
        elapsed = time.perf_counter() - started
        return Fetched(
            response.status_code,
            kind,
            dict(response.headers),
            content,
            elapsed,
            deadline.connect_s,
            deadline.round_trip_s,
        )


class _Deadline:
    """A moment at which the connection is broken off, whatever is being waited for on it.

    A time limit of the socket alone would begin anew with every byte that drips in. `connect_s`
    and `round_trip_s` are how long connecting took, and the network alone; None if it stood already.
    """

    def __init__(self) -> None:
        self.connect_s: float | None = None
        self.round_trip_s: float | None = None
        self._end = float("inf")
        self._socket: socket.socket | None = None

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Run what follows against the clock."""
        self._end = time.perf_counter() + seconds
        self.connect_s = self.round_trip_s = None
        timer = threading.Timer(seconds, self._break_off)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def passed(self) -> bool:
        """Whether the time is over."""
        return time.perf_counter() >= self._end

    def watch(self, connected: socket.socket, connect_s: float) -> None:
        """Break `connected` off when the time is over, or at once if it is."""
        self._socket, self.connect_s = connected, connect_s
        if self.passed():
            self._break_off()

    def _break_off(self) -> None:
        if self._socket:
            with suppress(OSError):  # it may be closed already
                # Not the socket's own method: that of TLS takes its state away from whoever is reading.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _Timed(HTTPAdapter):
    """Puts every connection under the deadline."""

    def __init__(self, deadline: _Deadline, **settings: Any) -> None:
        self._deadline = deadline
        super().__init__(**settings)

    def get_connection_with_tls_context(self, *args: Any, **settings: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **settings)
        plain, deadline = pool.ConnectionCls, self._deadline
        if hasattr(plain, "timed"):
            return pool

        def connect(connection: Any) -> None:
            started = time.perf_counter()
            plain.connect(connection)
            deadline.watch(connection.sock, time.perf_counter() - started)

        def reach(connection: Any) -> socket.socket:
            """Connect without TLS: one way there and back, as the network's address is known already."""
            started = time.perf_counter()
            reached: socket.socket = plain._new_conn(connection)
            deadline.round_trip_s = time.perf_counter() - started
            return reached

        timed = {"connect": connect, "_new_conn": reach, "timed": True}
        pool.ConnectionCls = type("TimedConnection", (plain,), timed)
        return pool


class _PublicOnly(_Timed, IPFilterAdapter):
    """Connects to the address that was looked up, once for all requests, if it is public by our rule."""

    _host: tuple[Any, Any] | None = None

    def build_connection_pool_key_attributes(self, request, verify, cert=None):  # type: ignore[no-untyped-def]
        if self._host is None:
            host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
            address = ipaddress.ip_address(host["host"].strip("[]"))
            if not is_public(address):
                raise InvalidIPAddress(address)
            self._host, self._named = (host, pool), request.headers["Host"]
        else:
            request.headers["Host"] = self._named
        host, pool = self._host
        return dict(host), dict(pool)


def _session(address: str, allowed_hosts: frozenset[str], deadline: _Deadline) -> requests.Session:
    trusted = is_allowed(address, allowed_hosts)
    config = Config(
        ip_filter_enable=not trusted,
        ip_filter_allow_loopback_ips=False,
        never_redirect=True,
        default_timeout=(CONNECT_TIMEOUT_S, CONNECT_TIMEOUT_S),
        user_agent_override=USER_AGENT,
    )
    session: requests.Session = Manager(config).get_session()
    session.trust_env = False  # a proxy would connect to addresses that we never see
    for scheme in ("http", "https"):
        public_only = not trusted and _PublicOnly(deadline, is_https_proto=scheme == "https")
        session.mount(f"{scheme}://", public_only or _Timed(deadline))
    return session


def _read(response: requests.Response, max_bytes: int) -> bytes:
    """Return the body, unpacked; every piece is counted."""
    too_much = f"That address sends more than {max_bytes / 1e6:g} MB."
    announced = response.headers.get("Content-Length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > max_bytes:
        raise FetchFailedError(too_much)
    content = bytearray()
    while piece := response.raw.read1(CHUNK, decode_content=True):
        content += piece
        if len(content) > max_bytes:
            raise FetchFailedError(too_much)
    return bytes(content)
