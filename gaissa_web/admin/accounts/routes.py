"""The users page: add, deactivate, reset."""

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.admin.accounts import queries, services
from gaissa_web.admin.accounts.forms import UserForm
from gaissa_web.admin.blueprint import blueprint
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.web import auth


@blueprint.get("/users/")
def users() -> str:
    """List who can sign in."""
    return _show(UserForm(formdata=None))


@blueprint.post("/users/")
def add_user() -> str | tuple[str, int]:
    """Add a user and show, this once, the password made for them."""
    form = UserForm()
    if not form.validate():
        return _show(form), 422
    try:
        password = services.create_account(auth.actor(), form.name.data)
    except InvalidInputError as error:
        form.refuse(str(error))
        return _show(form), 422
    name = services.account_name(form.name.data)
    return render_template("admin/accounts/new_password.html", name=name, password=password)


@blueprint.get("/users/<int:account_id>/reset")
def confirm_reset(account_id: int) -> str:
    """Ask before a password is replaced."""
    name = _user(account_id).name
    return render_template(
        "admin/confirm.html",
        title=f"Give {name} a new password?",
        consequences=["The old password stops working and all sessions of this user end at once."],
        button="Make a new password",
        back=url_for("admin.users"),
    )


@blueprint.post("/users/<int:account_id>/reset")
def reset_user(account_id: int) -> str:
    """Replace a password and show the new one, this once."""
    name = _user(account_id).name
    password = services.reset_password(auth.actor(), account_id)
    return render_template("admin/accounts/new_password.html", name=name, password=password)


@blueprint.get("/users/<int:account_id>/deactivate")
def confirm_deactivation(account_id: int) -> str:
    """Ask before somebody is kept out."""
    name = _user(account_id).name
    return render_template(
        "admin/confirm.html",
        title=f"Deactivate {name}?",
        consequences=[
            "All sessions of this user end at once, and they can no longer sign in.",
            "What they did stays in the audit trail. The user can be activated again.",
        ],
        button="Deactivate",
        back=url_for("admin.users"),
    )


@blueprint.post("/users/<int:account_id>/deactivate")
def deactivate_user(account_id: int) -> WerkzeugResponse | tuple[str, int]:
    """Keep somebody out."""
    name = _user(account_id).name
    try:
        services.set_active(auth.actor(), account_id, False)
    except InvalidInputError as error:
        form = UserForm(formdata=None)
        form.refuse(str(error))
        return _show(form), 422
    flash(f"{name} can no longer sign in.")
    return redirect(url_for("admin.users"), 303)


@blueprint.post("/users/<int:account_id>/activate")
def activate_user(account_id: int) -> WerkzeugResponse:
    """Let somebody in again."""
    name = _user(account_id).name
    services.set_active(auth.actor(), account_id, True)
    flash(f"{name} can sign in again.")
    return redirect(url_for("admin.users"), 303)


def _user(account_id: int) -> queries.User:
    return queries.find_user(account_id) or abort(404)


def _show(form: UserForm) -> str:
    return render_template("admin/accounts/index.html", form=form, users=queries.users())
