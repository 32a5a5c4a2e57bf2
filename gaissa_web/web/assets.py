"""The one stylesheet: plain files in `static/css/`, sent as a single file with a lasting address."""

from hashlib import sha256

from flask import Flask, Response, url_for

from gaissa_web.config import PROJECT

PARTS = ("tokens", "base", "layout", "components", "print")
A_YEAR = 31_536_000


def init_app(app: Flask) -> None:
    """Serve the stylesheet and let templates name static files by content, so they cache for ever."""
    static = PROJECT / "static"
    stylesheet = "\n".join((static / "css" / f"{part}.css").read_text("utf-8") for part in PARTS)
    fingerprints = {"site.css": _fingerprint(stylesheet.encode())}

    @app.get("/static/site.css", endpoint="stylesheet")
    def serve_stylesheet() -> Response:
        """Send the parts of the stylesheet as one."""
        response = Response(stylesheet, mimetype="text/css")
        response.cache_control.public = response.cache_control.immutable = True
        response.cache_control.max_age = A_YEAR
        return response

    def static_url(name: str) -> str:
        if name not in fingerprints:
            fingerprints[name] = _fingerprint((static / name).read_bytes())
        if name == "site.css":
            return url_for("stylesheet", v=fingerprints[name])
        return url_for("static", filename=name, v=fingerprints[name])

    app.jinja_env.globals["static_url"] = static_url


def _fingerprint(content: bytes) -> str:
    return sha256(content).hexdigest()[:12]
