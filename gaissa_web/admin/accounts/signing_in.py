"""Signing in and out, and one's own password."""

from flask import (
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.admin.accounts import services
from gaissa_web.admin.accounts.forms import LoginForm, PasswordForm
from gaissa_web.admin.accounts.queries import has_users
from gaissa_web.admin.blueprint import blueprint
from gaissa_web.core.errors import InvalidInputError, TooManyTriesError
from gaissa_web.storage.accounts import KNOWN_FOR, secret_hash
from gaissa_web.web import auth


@blueprint.get("/login")
def login() -> str | WerkzeugResponse:
    """Show the form to sign in; who is signed in goes on to where they wanted."""
    wanted = auth.safe_next(request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(wanted, 303)
    return _show_login(wanted)


@blueprint.post("/login")
def sign_in() -> Response:
    """Sign in and go where one wanted, or send again what could not be sent without."""
    form = LoginForm()
    wanted = auth.safe_next(form.next.data or "")
    name = form.name.data or ""
    try:
        browser = request.cookies.get(_browser_cookie(name), "")
        begun = services.sign_in(name, form.password.data or "", request.remote_addr or "", browser)
    except TooManyTriesError as error:
        headers = {"Retry-After": str(error.seconds)}
        return make_response(_show_login(wanted, name, str(error)), 429, headers)
    except InvalidInputError as error:
        return make_response(_show_login(wanted, name, str(error)), 422)
    kept = _kept()
    auth.start_session(begun.session)
    resend = render_template("admin/accounts/resend.html", action=wanted, kept=kept) if kept else ""
    return _remembered(make_response(resend or redirect(wanted, 303)), name, begun.browser)


@blueprint.post("/logout")
def sign_out() -> WerkzeugResponse:
    """End the session."""
    services.sign_out(auth.actor(), current_user.secret)
    auth.end_session()
    return redirect(url_for("home.index"), 303)


@blueprint.get("/password")
def edit_password() -> str:
    """Show the form to change one's password."""
    return _show_password(PasswordForm(formdata=None))


@blueprint.post("/password")
def change_password() -> tuple[str, int] | Response:
    """Change one's password; sessions elsewhere end."""
    form = PasswordForm()
    if not form.validate():
        return _show_password(form), 422
    try:
        browser = services.change_password(
            auth.actor(), form.current_password.data, form.new_password.data, current_user.secret
        )
    except InvalidInputError as error:
        form.refuse(str(error))
        return _show_password(form), 422
    flash("Your password was changed.")
    answer = make_response(redirect(url_for("admin.index"), 303))
    return _remembered(answer, current_user.name, browser)


def _browser_cookie(name: str) -> str:
    """Return what the cookie is called; each account has its own, for those who share a browser."""
    return f"known-{secret_hash(services.account_name(name))[:16]}"


def _remembered(answer: Response, name: str, browser: str) -> Response:
    """Let the browser show at the next sign-in, and only there, that this account used it."""
    answer.set_cookie(
        _browser_cookie(name),
        browser,
        max_age=KNOWN_FOR,
        path=url_for("admin.login"),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return answer


def _show_login(wanted: str, name: str = "", problem: str = "") -> str:
    problems = [("", problem)] if problem else []
    return render_template(
        "admin/accounts/login.html",
        next=wanted,
        kept=_kept(),
        problems=problems,
        name=name,
        possible=has_users(),
    )


def _kept() -> dict[str, list[str]]:
    """What the login form carries along of a form that came without a session."""
    if request.method != "POST":
        return {}
    fields = request.form.lists()
    return {n.removeprefix(auth.KEPT): values for n, values in fields if n.startswith(auth.KEPT)}


def _show_password(form: PasswordForm) -> str:
    return render_template(
        "admin/accounts/password.html", form=form, name=current_user.name, shortest=services.SHORTEST_PASSWORD
    )
