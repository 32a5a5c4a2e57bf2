"""Error pages: each says in a sentence what happened and what to do next."""

import logging
from uuid import uuid4

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadHost, HTTPException, InternalServerError

from gaissa_web.web import auth

logger = logging.getLogger(__name__)

MESSAGES = {
    400: ("That request could not be understood", "Part of what was sent is missing or malformed."),
    404: ("There is no such page", "The address may be mistyped, or what was here is gone."),
    405: ("That cannot be done here", "This address does not take that kind of request."),
    413: ("That is too large", "Please send at most {limit_mb} MB in one go."),
    414: ("That address is too long", "Please shorten what you searched for."),
    422: ("That cannot be calculated", "Part of the address is out of its range."),
    429: ("Too many requests", "Please wait a moment and try again."),
}


def init_app(app: Flask) -> None:
    """Answer every error with a page of ours, and log each failure under its reference number."""

    @app.errorhandler(HTTPException)
    def show_error(error: HTTPException) -> tuple[str, int, list[tuple[str, str]]]:
        if isinstance(error, BadHost):  # no address of ours can be made, so no page with links
            return "That host name cannot be right.\n", 400, [("Content-Type", "text/plain")]
        code = error.code or 500
        title, advice = MESSAGES.get(code, (error.name, error.description or ""))
        if isinstance(error, CSRFError):
            if kept := auth.what_was_typed_signed_in():
                return auth.offer_to_resend(kept), 400, []
            title, advice = (
                "Please send that again",
                "The form had expired. Reload its page and send it once more.",
            )
        headers = [
            (name, value)
            for name, value in error.get_headers()
            if name not in {"Content-Type", "Content-Length"}
        ]
        limit_mb = (app.config["MAX_CONTENT_LENGTH"] or 0) // 1_000_000
        page = render_template(
            "errors/error.html", code=code, title=title, advice=advice.format(limit_mb=limit_mb)
        )
        return page, code, headers

    @app.errorhandler(InternalServerError)
    def show_failure(error: InternalServerError) -> tuple[str, int]:
        reference = uuid4().hex[:8].upper()
        # Flask has just logged the traceback; this line ties it to what the reader was shown.
        cause = error.original_exception or error
        logger.error("failure %s at %s %s: %r", reference, request.method, request.path, cause)
        return render_template("errors/failure.html", reference=reference), 500
