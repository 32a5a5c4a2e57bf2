"""Permanent addresses, for documents, codes and data that outlive a request."""

from typing import Any

from flask import url_for

from gaissa_web.web.settings import settings


def public_address(endpoint: str, **values: Any) -> str:
    """Return the permanent address of a page; it never depends on the name a client calls us by."""
    return settings().public_url + url_for(endpoint, **values)
