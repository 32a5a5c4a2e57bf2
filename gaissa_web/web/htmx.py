"""HTMX: which script pages load, and whether a request wants a page or only a fragment of it."""

from flask import Flask, Response, make_response, render_template, request

VERSION = "2.0.11"
SCRIPT = {
    "src": f"https://cdn.jsdelivr.net/npm/htmx.org@{VERSION}/dist/htmx.min.js",
    "integrity": "sha384-2OatzQy1H+Zd/IIrjr1TcuDGqLXeHhbooAyJY1KdQMKnr4LZ22k31GBLdYKHmVjg",
}
CONFIG = {
    "includeIndicatorStyles": False,  # htmx would inject a style element, which our policy refuses
    "allowEval": False,
    "allowScriptTags": False,
    "selfRequestsOnly": True,
    "historyRestoreAsHxRequest": False,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "422", "swap": True},
        {"code": "[45]..", "swap": False, "error": True},
    ],
}


def init_app(app: Flask) -> None:
    """Give every template the script's address and configuration."""
    app.jinja_env.globals.update(htmx=SCRIPT, htmx_config=CONFIG)


def wants_fragment() -> bool:
    """Whether the request comes from an enhanced element, not from a plain or boosted page visit."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def render(page: str, fragment: str, /, *, status: int = 200, **context: object) -> Response:
    """Render `fragment` when that is all the client wants, else the whole `page` around it."""
    response = make_response(render_template(fragment if wants_fragment() else page, **context), status)
    response.vary.add("HX-Request")
    return response
