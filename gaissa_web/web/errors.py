"""Error pages: each says in a sentence what happened and what to do next."""

import json
import logging
from collections.abc import Iterable

from flask import Flask, Response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import BadHost, HTTPException, InternalServerError, ServiceUnavailable

from gaissa_web import logs
from gaissa_web.core.errors import BusyError, TooManyTriesError
from gaissa_web.storage.db import db, is_away
from gaissa_web.web import auth, limits

RETRY_AFTER_S = 30
logger = logging.getLogger(__name__)

MESSAGES = {
    400: ("That request could not be understood", "Part of what was sent is missing or malformed."),
    404: ("There is no such page", "The address may be mistyped, or what was here is gone."),
    405: ("That cannot be done here", "This address does not take that kind of request."),
    413: ("That is too large", "Please send at most {limit_mb} MB in one go."),
    414: ("That address is too long", "Please shorten what you searched for."),
    415: ("That is no form", "This address takes what its page's form sends, not JSON or other data."),
    422: ("That cannot be calculated", "Part of the address is out of its range."),
    429: ("Too many requests", "Please wait a moment and try again."),
    503: ("We cannot get at our data", "Nothing of yours was stored half. Please try again in a minute."),
}


def init_app(app: Flask) -> None:
    """Answer every error with a page of ours, or as data, with the request's id to refer to."""

    @app.before_request
    def refuse_impossible_hosts() -> None:
        # Before anything makes an address of ours, which cannot be done under such a host.
        if isinstance(request.routing_exception, BadHost):
            raise request.routing_exception

    @app.errorhandler(HTTPException)
    def show_error(error: HTTPException) -> Response | tuple[str, int, list[tuple[str, str]]]:
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
        advice = advice.format(limit_mb=(app.config["MAX_CONTENT_LENGTH"] or 0) // 1_000_000)
        return _show(code, title, advice, headers)

    @app.errorhandler(OperationalError)
    def show_pause(error: OperationalError) -> Response | tuple[str, int, list[tuple[str, str]]]:
        if not is_away(error):
            raise error
        logger.error("the database cannot be reached: %s", error.orig)
        db.session.rollback()
        return show_error(ServiceUnavailable(retry_after=RETRY_AFTER_S))

    @app.errorhandler(BusyError)
    def show_busy(error: BusyError) -> Response | tuple[str, int, list[tuple[str, str]]]:
        return _show(503, "We are busy", str(error), [("Retry-After", str(limits.BUSY_FOR_S))])

    @app.errorhandler(TooManyTriesError)
    def show_limit(error: TooManyTriesError) -> Response | tuple[str, int, list[tuple[str, str]]]:
        return _show(429, MESSAGES[429][0], str(error), [("Retry-After", str(error.seconds))])

    @app.errorhandler(InternalServerError)
    def show_failure(_error: InternalServerError) -> Response | tuple[str, int]:
        reference = logs.work_id()  # Flask has just logged the traceback under it
        if wants_data():
            advice = f"It stands in our log under the reference {reference}."
            return problem(500, "Something failed on our side", advice)
        return render_template("errors/failure.html", reference=reference), 500


def _show(
    code: int, title: str, advice: str, headers: list[tuple[str, str]]
) -> Response | tuple[str, int, list[tuple[str, str]]]:
    if wants_data():
        return problem(code, title, advice, headers)
    page = render_template(
        "errors/error.html", code=code, title=title, advice=advice, reference=logs.work_id()
    )
    return page, code, headers


def wants_data() -> bool:
    """Whether this address answers data, and so its errors too."""
    return request.path.endswith(".json") or request.path.startswith("/api/")


def problem(code: int, title: str, detail: str, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """Answer an error as data (RFC 9457, problem details), to be read from any site."""
    content = {
        "type": "about:blank",
        "title": title,
        "status": code,
        "detail": detail,
        "request_id": logs.work_id(),
    }
    answer = Response(json.dumps(content, ensure_ascii=False) + "\n", code, list(headers))
    answer.mimetype = "application/problem+json"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
