"""How much one visitor may make us write and reckon in an hour; QA managers are not counted."""

import hmac
from ipaddress import IPv6Address, ip_address

from flask import Flask, Response, current_app, request
from flask_login import current_user

from gaissa_web.adapters.limiter import Limiter
from gaissa_web.adapters.turns import Turns
from gaissa_web.core.errors import BusyError, InvalidInputError, TooManyTriesError
from gaissa_web.web.settings import settings

COSTLY = Turns(2, 2, 5.0, "Many exports and documents are being made just now. Please try again in a minute.")
"""Exports, and documents that are made anew, at a time."""
EXTENSION = "gaissa-limiter"
BUSY_FOR_S = 30
WORDS = {
    "labels": "labels and analyses",
    "uploads": "uploads",
    "previews": "previews",
    "measurements": "measurements",
    "downloads": "exports and new documents",
}


def init_app(app: Flask) -> None:
    """Let the application count in a file, or in Redis where several machines serve it."""
    ours = settings(app)
    app.extensions[EXTENSION] = Limiter(ours.queue_url or ours.data_dir / "limits.sqlite3")


def spend(kind: str) -> None:
    """Count one more of what this visitor does; `kind` is one of `WORDS`.

    Raises:
        TooManyTriesError: It was enough for this hour.
    """
    if current_user.is_authenticated:
        return
    most = settings().limits[kind]
    wait = current_app.extensions[EXTENSION].wait(f"{kind} {sender()}", most)
    if wait:
        raise TooManyTriesError(
            f"That is enough for now: the limit for {WORDS[kind]} is {most:,} an hour.", wait
        )


def sender() -> str:
    """Return what tells visitors apart without naming them: only we can reckon it from their address.

    Of an IPv6 address the network counts, since one household or machine has as many as it likes.
    """
    secret, address = str(current_app.config["SECRET_KEY"]), _network(request.remote_addr or "")
    return hmac.new(secret.encode(), f"sender {address}".encode(), "sha256").hexdigest()


def refused(answer: Response, error: InvalidInputError) -> Response:
    """Give an answer that says what was wrong its status: 422, or 429 or 503 and when to try again."""
    answer.status_code = 422
    if isinstance(error, TooManyTriesError):
        answer.status_code = 429
        answer.headers["Retry-After"] = str(error.seconds)
    elif isinstance(error, BusyError):
        answer.status_code = 503
        answer.headers["Retry-After"] = str(BUSY_FOR_S)
    return answer


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and not parsed.ipv4_mapped:
        return str(int(parsed) >> 64)
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
