"""Who is signed in, and keeping strangers out of everything under `/admin/`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from flask import Flask, Response, g, make_response, redirect, render_template, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.storage.accounts import LONGEST_SESSION, find_sign_in
from gaissa_web.storage.audit import Actor
from gaissa_web.web import htmx

ADMIN = "/admin/"
OPEN = {"admin.login", "admin.sign_in"}
WITH_OLD_PASSWORD = {"admin.edit_password", "admin.change_password", "admin.sign_out"}
KEPT = "kept-"


@dataclass(frozen=True, slots=True)
class SignedIn(UserMixin):
    """The QA manager of this session; `secret` is what the session is known by."""

    account_id: int
    name: str
    must_change_password: bool
    secret: str

    def get_id(self) -> str:
        """Return what the cookie holds."""
        return self.secret


def init_app(app: Flask) -> None:
    """Load who is signed in when a page asks, and guard the management pages."""
    app.config["PERMANENT_SESSION_LIFETIME"] = LONGEST_SESSION
    manager = LoginManager(app)
    manager.session_protection = None  # it would end the session of whoever changes networks
    manager.user_loader(_load)
    app.before_request(_refuse_strangers)
    app.after_request(_keep_private)


def start_session(secret: str) -> None:
    """Begin the session of that secret, and nothing of the one before it."""
    session.clear()
    g.pop("csrf_token", None)  # made for the session before; forms of this answer need a new one
    session.permanent = True
    user = _load(secret)
    if user:
        login_user(user)


def end_session() -> None:
    """Forget who was signed in, and all else the session held."""
    logout_user()
    session.clear()


def actor() -> Actor:
    """Return who acts in this request, for the audit trail."""
    return Actor(current_user.name, current_user.account_id, request.remote_addr or "")


def safe_next(address: str) -> str:
    """Return `address` if it is a management page of ours, else the dashboard's."""
    parts = _split(address.replace("\\", "/"))
    ours = not parts.scheme and not parts.netloc and parts.path.startswith(ADMIN)
    plain = address.isascii() and address.isprintable() and "//" not in parts.path and ".." not in parts.path
    return address if ours and plain and len(address) <= 1_000 else url_for("admin.index")


def what_was_typed() -> dict[str, list[str]]:
    """Return the fields of a form of ours that could not be taken, to be sent again.

    Only what the browser vouches for as sent from a page of this site is given back, and never a
    password: otherwise another site could put words into a QA manager's mouth.
    """
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return {}
    return {
        name: values
        for name, values in request.form.lists()
        if name != "csrf_token" and "password" not in name
    }


def what_was_typed_signed_in() -> dict[str, list[str]]:
    """Return what was typed into a management form that is older than the session it came with."""
    mine = request.path.startswith(ADMIN) and current_user.is_authenticated
    return what_was_typed() if mine else {}


def offer_to_resend(kept: Mapping[str, Sequence[str]]) -> str:
    """Return a page that shows what was typed and sends it once more, to the address of this request."""
    return render_template("admin/accounts/resend.html", action=request.full_path.rstrip("?"), kept=kept)


def _split(address: str) -> SplitResult:
    """Return the parts of an address; of what is none, empty ones."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _load(secret: str) -> SignedIn | None:
    sign_in = find_sign_in(secret)
    if sign_in is None:
        return None
    account = sign_in.account
    return SignedIn(account.id, account.name, account.must_change_password, secret)


def _refuse_strangers() -> Response | WerkzeugResponse | None:
    if not request.path.startswith(ADMIN) or request.endpoint in OPEN:
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    if current_user.must_change_password and request.endpoint not in WITH_OLD_PASSWORD:
        return redirect(url_for("admin.edit_password"), 303)
    return None


def _ask_to_sign_in() -> Response | WerkzeugResponse:
    reading = request.method in {"GET", "HEAD"}
    came_from = _split(request.headers.get("Referer", ""))
    wanted = request.full_path.rstrip("?") if reading else f"{came_from.path}?{came_from.query}".rstrip("?")
    login = url_for("admin.login", next=safe_next(wanted))
    if htmx.wants_fragment():
        return make_response("Please sign in.\n", 401, {"HX-Redirect": login, "Content-Type": "text/plain"})
    kept = what_was_typed()
    if kept:
        page = render_template(
            "admin/accounts/login.html", next=request.path, kept=kept, problems=[], name=""
        )
        return make_response(page, 401)
    return redirect(login, 303)


def _keep_private(response: Response) -> Response:
    """Keep management pages out of every cache, so that the back button shows none after signing out."""
    if request.path.startswith(ADMIN):
        response.headers["Cache-Control"] = "no-store"
    return response
