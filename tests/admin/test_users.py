"""The users page: add, deactivate, reset; and the same from the command line."""

from sqlalchemy import select

from gaissa_web.storage.accounts import Account
from gaissa_web.storage.audit import AuditEvent
from gaissa_web.storage.db import db
from tests.pages import Browse
from tests.signed_in import add_account


def test_a_new_user_gets_a_password_that_is_shown_once(app, admin):
    page = admin.send(admin.get("/admin/users/"), "/admin/users/", name=" Ben ")
    assert "A password for ben" in page.text
    password = page.tree.get_element_by_id("new-password").value
    assert password not in admin.get("/admin/users/").text
    newcomer = Browse(app.test_client())
    first = newcomer.send(newcomer.get("/admin/login"), "/admin/login", name="BEN", password=password)
    assert first.address == "/admin/password"


def test_names_are_unique_in_any_letter_case_and_not_empty(admin):
    page = admin.get("/admin/users/")
    for name, message in (("ANA", "named ana already"), ("  ", "give a name"), ("x" * 61, "at most 60")):
        answer = admin.send(page, "/admin/users/", name=name)
        assert answer.status == 422
        assert message in answer.text
        assert answer.value("name") == " ".join(name.split())


def test_resetting_asks_first_and_makes_a_new_password(app, admin):
    ben = add_account(app, "ben")
    ask = admin.get(f"/admin/users/{ben}/reset")
    assert "sessions of this user end" in ask.text
    page = admin.send(ask, f"/admin/users/{ben}/reset")
    assert page.tree.get_element_by_id("new-password").value
    with app.app_context():
        assert db.session.get(Account, ben).must_change_password


def test_a_deactivated_user_can_be_activated_again(app, admin):
    ben = add_account(app, "ben")
    admin.send(admin.get(f"/admin/users/{ben}/deactivate"), f"/admin/users/{ben}/deactivate")
    page = admin.get("/admin/users/")
    assert "deactivated" in page.text
    assert "can sign in again" in admin.send(page, f"/admin/users/{ben}/activate").text


def test_nobody_deactivates_themselves(app, admin):
    ana = add_account(app, "ana")
    page = admin.send(admin.get(f"/admin/users/{ana}/deactivate"), f"/admin/users/{ana}/deactivate")
    assert page.status == 422
    assert "cannot deactivate yourself" in page.text


def test_changes_of_users_are_in_the_trail_without_any_password(app, admin):
    password = admin.send(admin.get("/admin/users/"), "/admin/users/", name="ben")
    secret = password.tree.get_element_by_id("new-password").value
    with app.app_context():
        event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert (event.actor, event.action, event.kind, event.subject) == ("ana", "create", "user", "ben")
        assert secret not in str(event.after)


def test_an_unknown_user_is_a_404(admin):
    assert admin.get("/admin/users/999/reset").status == 404
    assert admin.get("/admin/users/99999999999999999999/deactivate").status == 404
