"""Which web addresses that a user gives may be fetched: plain ones, and none that lead inside.

One rule for the form, which sees how an address is written, and for the fetching, which sees what
its name is found to be.
"""

import ipaddress
import re
import socket
from contextlib import suppress
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from requests_hardened.ip_filter import EXTRA_BLOCKED_NET_RANGES

from gaissa_web.core.errors import InvalidInputError

LONGEST_ADDRESS = 2_000
_FORBIDDEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\\]")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # all of IPv6 that is given out to the public
_SPECIAL_NETWORKS = (
    *EXTRA_BLOCKED_NET_RANGES,
    ipaddress.ip_network("168.63.129.16/32"),  # what Azure's machines ask for their own secrets
)
_PRIVATE_ENDINGS = (
    "localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa", "svc",
    "metadata.tencentyun.com",
)  # fmt: skip
NOT_PUBLIC = "That address is not public, so it is not fetched."
_IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class RefusedAddressError(InvalidInputError):
    """An address that we do not fetch from; the message says why."""


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


def check_public(address: str, allowed_hosts: frozenset[str] = frozenset()) -> str:
    """Return `address` without blanks around it if it may be public, as far as its writing tells.

    A name may still turn out to lead inside when it is looked up. `allowed_hosts` are as in
    `safe_http.Outbound`.

    Raises:
        RefusedAddressError: It is no plain web address, or not a public one.
    """
    address = check_address(address)
    if not is_allowed(address, allowed_hosts) and not _may_be_public(urlsplit(address).hostname or ""):
        raise RefusedAddressError(NOT_PUBLIC)
    return address


def is_allowed(address: str, allowed_hosts: frozenset[str]) -> bool:
    """Whether the operator lets us fetch from that web address although it may not be public."""
    parts = urlsplit(address)
    host = (parts.hostname or "").casefold()
    port = parts.port or (443 if parts.scheme == "https" else 80)
    shown = f"[{host}]" if ":" in host else host
    return bool({host, shown, f"{shown}:{port}"} & {entry.casefold() for entry in allowed_hosts})


def is_public(address: _IPAddress) -> bool:
    """Whether `address` is one of the public internet, and so is any IPv4 address inside it."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        # Python takes much for global that is not: site-local, IPv4-compatible and -translated, NAT64.
        if address not in _GLOBAL_UNICAST or (address.sixtofour and not is_public(address.sixtofour)):
            return False
    if any(address in network for network in _SPECIAL_NETWORKS):
        return False
    return address.is_global and not address.is_multicast  # Teredo, too, is not global


def _may_be_public(host: str) -> bool:
    """Whether a host, as it is written, may be public: no address inside, and no name of an inside."""
    host = normalize("NFKC", unquote(host)).replace("\u3002", ".").casefold().rstrip(".")
    address = _address_of(host)
    if address:
        return is_public(address)
    # A name without a dot is looked for in our own domain first.
    return "." in host and not f".{host}".endswith(tuple(f".{ending}" for ending in _PRIVATE_ENDINGS))


def _address_of(host: str) -> _IPAddress | None:
    """Return the address that a host is, however it is spelled (decimal, octal, short); None for a name."""
    with suppress(ValueError):
        return ipaddress.ip_address(host)
    with suppress(OSError, ValueError):
        return ipaddress.IPv4Address(socket.inet_aton(host))
    return None
