"""Letting clients keep what they were sent."""

from flask import Response, request


def cached(response: Response) -> Response:
    """Let clients keep a document, asking each time whether it is still the same."""
    response.cache_control.public = response.cache_control.no_cache = True
    response.add_etag()
    response.make_conditional(request)
    return response
