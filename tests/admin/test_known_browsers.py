"""Keeping nobody out: a browser that has signed in before is not locked by what strangers try."""

from datetime import timedelta
from email.utils import parsedate_to_datetime
from http.cookies import SimpleCookie

import pytest
from sqlalchemy import func, select, update

from gaissa_web.admin.accounts import services as accounts
from gaissa_web.storage.accounts import KNOWN_FOR, FailedSignIn, KnownBrowser
from gaissa_web.storage.audit import Actor
from gaissa_web.storage.db import db, now
from tests.admin.test_signing_in import try_password
from tests.pages import Browse
from tests.signed_in import PASSWORD, add_account, sign_in

NEW = "another sentence for a password"


def stranger(app):
    return Browse(app.test_client())


def signed_out(app, name="ana"):
    """A browser that the account of that name has signed in with, and out."""
    browse = sign_in(app, name)
    browse.send(browse.get("/admin/"), "/admin/logout")
    assert cookies(browse)
    return browse


def exhaust(app):
    """Let a stranger behind everybody's address try until nothing goes any more, for any name."""
    for n in range(accounts.TRIES_PER_ADDRESS):
        try_password(stranger(app), f"name{n}")
    for _ in range(accounts.TRIES_PER_ACCOUNT):
        assert try_password(stranger(app)).status_code == 429
    assert try_password(stranger(app), "nobody", PASSWORD).status_code == 429


def cookies(browse):
    return [c for c in browse.client._cookies.values() if c.key.startswith("known-")]


def copy_to(app, found, name=None):
    """A browser elsewhere with that cookie, under another name if one is given."""
    thief = stranger(app)
    thief.client.set_cookie(name or found.key, found.value, path=found.path)
    return thief


def status(browse, name="ana", password=PASSWORD):
    browse.client.delete_cookie("session")
    return try_password(browse, name, password).status_code


def test_a_stranger_behind_the_same_address_keeps_nobody_out_of_a_browser_they_used(app):
    browse = signed_out(app)
    exhaust(app)
    assert status(browse) == 303


def test_a_stranger_who_knows_the_name_keeps_nobody_out(app):
    browse = signed_out(app)
    for _ in range(accounts.TRIES_PER_ACCOUNT):
        assert status(stranger(app), password="wrong") == 422
    assert status(stranger(app)) == 429
    for _ in range(3):  # signing in forgives no stranger
        assert status(browse) == 303
        assert status(stranger(app)) == 429


def test_what_a_known_browser_tries_is_limited_and_locks_no_other(app):
    browse, other = signed_out(app), signed_out(app)
    for _ in range(accounts.TRIES_PER_BROWSER):
        assert status(browse, password="wrong") == 422
    answer = try_password(browse, password=PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
    assert status(other) == 303
    assert status(stranger(app)) == 303
    with app.app_context():
        db.session.execute(update(FailedSignIn).values(at=now() - timedelta(minutes=16)))
        db.session.commit()
    assert status(browse) == 303


def test_the_browser_of_one_account_is_unknown_to_another(app):
    add_account(app, "ben")
    browse = signed_out(app)
    [mine] = cookies(browse)
    [bens] = cookies(signed_out(app, "ben"))
    exhaust(app)
    assert status(browse, "ben") == 429
    assert status(copy_to(app, mine, bens.key), "ben") == 429
    assert status(copy_to(app, bens, mine.key), "ana") == 429


def test_several_accounts_can_share_a_browser(app):
    browse = signed_out(app)
    add_account(app, "ben")
    assert status(browse, "ben") == 303
    exhaust(app)
    assert status(browse, "ana") == 303
    assert status(browse, " BEN") == 303


@pytest.mark.parametrize("value", ["", "x", "0" * 64, "é" * 50, "a" * 3000, "' OR 1=1 --", "null"])
def test_a_made_up_browser_is_a_stranger(app, value):
    [found] = cookies(signed_out(app))
    exhaust(app)
    thief = stranger(app)
    thief.client.set_cookie(found.key, value, path=found.path)
    assert status(thief) == 429


def test_what_the_database_keeps_is_no_cookie(app):
    [found] = cookies(signed_out(app))
    with app.app_context():
        kept = db.session.scalars(select(KnownBrowser.secret_hash)).one()
    exhaust(app)
    thief = stranger(app)
    thief.client.set_cookie(found.key, kept, path=found.path)
    assert found.value != kept
    assert status(thief) == 429


def test_a_browser_that_was_not_used_for_long_is_a_stranger_again(app):
    browse = signed_out(app)
    with app.app_context():
        db.session.execute(update(KnownBrowser).values(signed_in_at=now() - KNOWN_FOR - timedelta(minutes=1)))
        db.session.commit()
    exhaust(app)
    assert status(browse) == 429
    assert sign_in_elsewhere(app).status_code == 303
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(KnownBrowser)) == 1


def sign_in_elsewhere(app):
    with app.app_context():
        db.session.execute(update(FailedSignIn).values(at=now() - timedelta(minutes=16)))
        db.session.commit()
    return try_password(stranger(app), password=PASSWORD)


def test_a_copied_cookie_is_worth_nothing_once_its_owner_has_signed_in_again(app):
    browse = signed_out(app)
    [before] = cookies(browse)
    assert status(browse) == 303
    exhaust(app)
    assert status(copy_to(app, before)) == 429


def test_a_copied_cookie_allows_no_more_tries_than_a_browser_has(app):
    [found] = cookies(signed_out(app))
    exhaust(app)
    for _ in range(accounts.TRIES_PER_BROWSER):
        assert status(copy_to(app, found), password="wrong") == 422
    assert status(copy_to(app, found)) == 429


def change(app, name):
    """Every way in which a password or an account changes from outside."""
    with app.app_context():
        ana, boss = add_account(app, "ana"), Actor("boss", add_account(app, "boss"))
        if name == "reset":
            return accounts.reset_password(boss, ana)
        if name == "replaced":
            accounts.replace_password(boss, "ana", NEW)
            return NEW
        accounts.set_active(boss, ana, False)
        accounts.set_active(boss, ana, True)
        return PASSWORD


@pytest.mark.parametrize("how", ["reset", "replaced", "deactivated"])
def test_a_new_password_and_a_deactivated_account_make_all_browsers_strangers(app, how):
    browse = signed_out(app)
    password = change(app, how)
    exhaust(app)
    assert status(browse, password=password) == 429


def test_after_changing_ones_password_only_the_browser_in_use_stays_known(app):
    elsewhere, browse = signed_out(app), sign_in(app, "ana")
    [before] = cookies(browse)
    page = browse.get("/admin/password")
    browse.send(page, "/admin/password", current_password=PASSWORD, new_password=NEW, repeated_password=NEW)
    exhaust(app)
    assert status(elsewhere, password=NEW) == 429
    assert status(copy_to(app, before), password=NEW) == 429
    assert status(browse, password=NEW) == 303


def test_the_cookie_is_protected_lasts_as_long_as_it_is_believed_and_goes_nowhere_else(app):
    add_account(app, "ana")
    answer = try_password(stranger(app), password=PASSWORD)
    [(_, cookie)] = SimpleCookie(
        next(h for h in answer.headers.getlist("Set-Cookie") if h.startswith("known-"))
    ).items()
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert cookie["path"] == "/admin/login"
    lasts = parsedate_to_datetime(cookie["expires"]) - now()
    assert KNOWN_FOR - timedelta(minutes=5) < lasts <= KNOWN_FOR
    assert "ana" not in cookie.OutputString()


def test_who_fails_is_given_no_cookie(app):
    add_account(app, "ana")
    add_account(app, "gone", active=False)
    for name, password in (("ana", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD)):
        answer = try_password(stranger(app), name, password)
        assert not [h for h in answer.headers.getlist("Set-Cookie") if h.startswith("known-")]
