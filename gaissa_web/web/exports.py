"""Files that are sent while they are written."""

from collections.abc import Iterator
from contextlib import ExitStack

from flask import Response, stream_with_context

from gaissa_web.storage.db import ping
from gaissa_web.web import limits


def attachment(lines: Iterator[str], mimetype: str, name: str) -> Response:
    """Answer with a file of that name, sent while it is written; it counts as a download of the visitor's.

    Raises:
        TooManyTriesError: The visitor had enough for this hour.
        BusyError: Too many exports are under way.
    """
    limits.spend("downloads")
    with ExitStack() as begun:
        begun.enter_context(limits.COSTLY.one())
        ping()  # what fails once the answer has begun can no longer be said
        turn = begun.pop_all()

    def sent() -> Iterator[str]:
        with turn:
            yield from lines

    response = Response(stream_with_context(sent()), mimetype=mimetype)
    response.call_on_close(turn.close)  # also if nobody wants to have it, as at HEAD
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
