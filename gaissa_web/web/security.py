"""Security headers of every answer, and protection of every form against forged requests."""

from flask import Flask, Response, abort, request
from flask_wtf.csrf import CSRFProtect

from gaissa_web.web import htmx

csrf = CSRFProtect()

FORMS = {"", "application/x-www-form-urlencoded", "multipart/form-data"}
POLICY = {
    "default-src": "'none'",
    "script-src": htmx.SCRIPT["src"],
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def init_app(app: Flask) -> None:
    """Protect all forms and set the headers; addresses served over https also get HSTS."""
    app.before_request(_refuse_other_bodies)
    csrf.init_app(app)

    @app.after_request
    def set_headers(response: Response) -> Response:
        # The router's own redirects name the host that the client called us by.
        if response.location:
            response.location = response.location.removeprefix(request.host_url[:-1])
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response


def _refuse_other_bodies() -> None:
    """Refuse what is no form: the forms would read JSON as their fields, which hold texts only."""
    if request.method == "POST" and request.mimetype not in FORMS:
        abort(415)


def allow_framing(response: Response) -> None:
    """Let other sites show this answer in a frame: a label embedded in somebody's page."""
    response.headers["Content-Security-Policy"] = _policy(**{"frame-ancestors": "*"})
    allow_embedding(response)


def allow_embedding(response: Response) -> None:
    """Let other sites show this answer as part of theirs: a picture or a document that is passed on."""
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def _policy(**changes: str) -> str:
    return "; ".join(f"{name} {value}" for name, value in {**POLICY, **changes}.items())


# `frame-ancestors` decides who may frame a page; X-Frame-Options would only repeat it.
HEADERS = {
    "Content-Security-Policy": _policy(),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}
