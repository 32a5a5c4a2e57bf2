"""The one way to fetch an address that a user gave: from public addresses only, bounded in all.

Built on requests-hardened, which looks a name up once and connects to exactly the address it
looked at. Its rule for what is public is made stricter here.
"""

import ipaddress
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from requests_hardened import Config, Manager
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError

from gaissa_web.core.errors import InvalidInputError

LONGEST_ADDRESS = 2_000
CONNECT_TIMEOUT_S = 5.0
CHUNK = 65_536
USER_AGENT = "GAISSA-Tools"
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
_IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class RefusedAddressError(InvalidInputError):
    """An address that we do not fetch from; the message says why."""


class FetchFailedError(InvalidInputError):
    """An address that did not answer as it should; the message says how."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whole; `elapsed_s` is the time from asking to its last byte."""

    status: int
    content_type: str
    headers: Mapping[str, str]
    body: bytes
    elapsed_s: float


def check_address(address: str) -> str:
    """Return `address` without blanks around it if it could be fetched, before any look-up.

    Raises:
        RefusedAddressError: It is no plain http or https address, or carries a name and password.
    """
    address = address.strip()
    if len(address) > LONGEST_ADDRESS:
        raise RefusedAddressError(f"That address is too long; {LONGEST_ADDRESS:,} characters will do.")
    if _FORBIDDEN.search(address):
        raise RefusedAddressError("That address has a blank, a backslash or a control character in it.")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise RefusedAddressError("That is not a web address.") from error
    if parts.scheme not in {"http", "https"}:
        raise RefusedAddressError("A web address starts with https:// or http://.")
    if "@" in parts.netloc:
        raise RefusedAddressError("Please leave the name and password out of the address.")
    if not parts.hostname or port == 0:
        raise RefusedAddressError("That address names no host.")
    return address


def fetch(
    address: str,
    *,
    allowed_hosts: frozenset[str] = frozenset(),
    max_bytes: int = 10_000_000,
    timeout_s: float = 20.0,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Fetched:
    """Return what `address` answers, whatever its status, unless it redirects.

    `allowed_hosts` are hosts (or host:port) that the operator lets us fetch from although they
    are not public. At most `max_bytes` are read, unpacked, within `timeout_s` in all.

    Raises:
        RefusedAddressError: The address is not one to fetch from, or not a public one.
        FetchFailedError: It cannot be reached, redirects, is too slow, or sends too much.
    """
    address = check_address(address)
    started = time.perf_counter()
    with _session(address, allowed_hosts) as session:
        try:
            with session.request(
                method,
                address,
                headers=dict(headers or {}),
                data=body,
                stream=True,
                timeout=(min(CONNECT_TIMEOUT_S, timeout_s), timeout_s),
            ) as response:
                if response.is_redirect or 300 <= response.status_code < 400:
                    raise FetchFailedError("That address leads on to another one; please give the final one.")
                content = _read(response, max_bytes, started + timeout_s)
        except InvalidIPAddress as error:
            raise RefusedAddressError("That address is not public, so it is not fetched.") from error
        except (requests.Timeout, ReadTimeoutError) as error:
            raise FetchFailedError(f"That address did not answer within {timeout_s:g} s.") from error
        except InvalidInputError:
            raise
        except (requests.RequestException, HTTPError, ValueError, OSError) as error:
            raise FetchFailedError("That address could not be read; is it right, and online?") from error
    kind = response.headers.get("Content-Type", "")
    elapsed = time.perf_counter() - started
    return Fetched(response.status_code, kind, dict(response.headers), content, elapsed)


def is_public(address: _IPAddress) -> bool:
    """Whether `address` is one of the public internet, and so is any IPv4 address inside it."""
    if isinstance(address, ipaddress.IPv6Address) and address.is_site_local:
        return False  # fec0::/10, withdrawn, which Python takes for global
    inner = _inside(address)
    return address.is_global and not address.is_multicast and (inner is None or is_public(inner))


def _inside(address: _IPAddress) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for: mapped, 6to4, Teredo, NAT64, compatible."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    teredo = address.teredo
    packed = address.packed
    if packed[:12] in {bytes.fromhex("0064ff9b") + bytes(8), bytes(12)}:
        return ipaddress.IPv4Address(packed[12:])
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


class _PublicOnly(IPFilterAdapter):
    """Connects to the address that was looked up, if it is public by our rule."""

    def build_connection_pool_key_attributes(self, request, verify, cert=None):  # type: ignore[no-untyped-def]
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        address = ipaddress.ip_address(host["host"].strip("[]"))
        if not is_public(address):
            raise InvalidIPAddress(address)
        return host, pool


def _session(address: str, allowed_hosts: frozenset[str]) -> requests.Session:
    parts = urlsplit(address)
    host = (parts.hostname or "").casefold()
    port = parts.port or (443 if parts.scheme == "https" else 80)
    trusted = bool({host, f"{host}:{port}"} & {entry.casefold() for entry in allowed_hosts})
    config = Config(
        ip_filter_enable=not trusted,
        ip_filter_allow_loopback_ips=False,
        never_redirect=True,
        default_timeout=(CONNECT_TIMEOUT_S, CONNECT_TIMEOUT_S),
        user_agent_override=USER_AGENT,
    )
    session: requests.Session = Manager(config).get_session()
    session.trust_env = False  # a proxy would connect to addresses that we never see
    if not trusted:
        session.mount("http://", _PublicOnly(is_https_proto=False))
        session.mount("https://", _PublicOnly(is_https_proto=True))
    return session


def _read(response: requests.Response, max_bytes: int, deadline: float) -> bytes:
    """Return the body, unpacked; every piece is counted and timed."""
    too_much = f"That address sends more than {max_bytes / 1e6:g} MB."
    announced = response.headers.get("Content-Length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > max_bytes:
        raise FetchFailedError(too_much)
    content = bytearray()
    while piece := response.raw.read1(CHUNK, decode_content=True):
        content += piece
        if len(content) > max_bytes:
            raise FetchFailedError(too_much)
        if time.perf_counter() > deadline:
            raise FetchFailedError("That address sends too slowly.")
    return bytes(content)
