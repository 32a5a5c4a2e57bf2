"""Files that are sent while they are written."""

from collections.abc import Iterator

from flask import Response, stream_with_context

from gaissa_web.storage.db import ping


def attachment(lines: Iterator[str], mimetype: str, name: str) -> Response:
    """Answer with a file of that name, sent while it is written."""
    ping()  # what fails once the answer has begun can no longer be said
    response = Response(stream_with_context(lines), mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
