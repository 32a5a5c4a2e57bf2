"""Addresses of web pages that people give, to be shown as links."""

from urllib.parse import urlsplit

from gaissa_web.core.errors import InvalidInputError


def check_web_address(address: str) -> None:
    """Refuse what is no address of a web page.

    Raises:
        InvalidInputError: It does not begin as one does, names no host, or names a user: what stands
            before an @ looks like the host, and may be a password.
    """
    if not address.startswith(("https://", "http://")):
        raise InvalidInputError("A web address starts with https:// or http://.")
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or "\\" in address:
        raise InvalidInputError("That is not a web address.")
    if "@" in parts.netloc:
        raise InvalidInputError("Please leave the name and password out of the web address.")
