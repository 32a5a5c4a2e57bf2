"""Signing in and out, passwords, sessions: the right people in, everybody else out."""

import re
import statistics
import time
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http.cookies import SimpleCookie

import pytest
from sqlalchemy import select, update

from gaissa_web.admin.accounts import services as accounts
from gaissa_web.storage.accounts import LONGEST_SESSION, FailedSignIn, SignIn
from gaissa_web.storage.audit import Action, AuditEvent
from gaissa_web.storage.db import db, now
from tests.pages import Browse
from tests.signed_in import PASSWORD, add_account, sign_in


def try_password(browse, name="ana", password="wrong", address="/admin/login", **headers):
    page = browse.get(address)
    form = {"csrf_token": page.token, "name": name, "password": password}
    form["next"] = page.value("next")
    return browse.client.post("/admin/login", data=form, **headers)


def events(app):
    with app.app_context():
        return [(e.action, e.actor) for e in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))]


def test_signing_in_leads_to_where_one_was_going(app, browse):
    add_account(app, "ana")
    asked = browse.client.get("/admin/audit/?action=edit")
    page = browse.get(asked.location)
    sent = browse.send(page, "/admin/login", name="Ana ", password=PASSWORD)
    assert sent.address == "/admin/audit/"
    assert sent.response.request.args["action"] == "edit"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/admin/",
        "//evil.example/admin/",
        "/\\evil.example/admin/",
        "\\\\evil.example/admin/",
        "/admin/\\..\\..//evil.example",
        "/admin/../labels/",
        "javascript:alert(1)",
        "/labels/",
        "/admin/\r\nSet-Cookie: a=b",
        "/admin//evil.example",
        "/admin/" + "x" * 2000,
        "",
    ],
)
def test_signing_in_never_leads_elsewhere(app, browse, elsewhere):
    add_account(app, "ana")
    page = browse.get("/admin/login", query_string={"next": elsewhere})
    assert page.value("next") == "/admin/"
    form = {"csrf_token": page.token, "name": "ana", "password": PASSWORD, "next": elsewhere}
    assert browse.client.post("/admin/login", data=form).location == "/admin/"


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(app, browse):
    add_account(app, "ana")
    add_account(app, "gone", active=False)
    answers = [try_password(browse, name) for name in ("ana", "nobody", "gone")]
    texts = [re.sub(r'value="[^"]*"', "", answer.get_data(as_text=True)) for answer in answers]
    assert {answer.status_code for answer in answers} == {422}
    assert len(set(texts)) == 1
    assert try_password(browse, "gone", PASSWORD).status_code == 422


def test_an_unknown_name_costs_the_work_of_a_password(app, browse):
    """Work, not a time of day: so a busy machine changes nothing."""
    add_account(app, "ana")
    spent = {"ana": [], "nobody": []}
    for _ in range(4):
        for name, times in spent.items():
            started = time.process_time()
            try_password(browse, name)
            times.append(time.process_time() - started)
    ratio = statistics.median(spent["ana"]) / statistics.median(spent["nobody"])
    assert 1 / 3 < ratio < 3


def test_the_name_typed_is_kept_and_the_password_is_not(app, browse):
    page = browse.send(browse.get("/admin/login"), "/admin/login", name="ana<b>", password="secret secret")
    assert page.status == 422
    assert page.value("name") == "ana<b>"
    assert page.value("password") == ""
    assert "secret secret" not in page.response.get_data(as_text=True)


def test_after_five_failures_an_account_waits_even_with_the_right_password(app, browse):
    add_account(app, "ana")
    for _ in range(accounts.TRIES_PER_ACCOUNT):
        assert try_password(browse).status_code == 422
    refused = try_password(browse, password=PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 15 * 60
    assert "try again in 15 min" in refused.get_data(as_text=True)
    assert try_password(browse, "ben").status_code == 422
    with app.app_context():
        db.session.execute(update(FailedSignIn).values(at=now() - timedelta(minutes=16)))
        db.session.commit()
    assert try_password(browse, password=PASSWORD).status_code == 303


def test_an_unknown_name_is_limited_like_a_known_one(app, browse):
    for _ in range(accounts.TRIES_PER_ACCOUNT):
        assert try_password(browse, "nobody").status_code == 422
    assert try_password(browse, "nobody").status_code == 429


def test_one_address_cannot_try_many_names(app, browse):
    for n in range(accounts.TRIES_PER_ADDRESS):
        assert try_password(browse, f"name{n}").status_code == 422
    assert try_password(browse, "another").status_code == 429
    elsewhere = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.9"}}
    assert try_password(browse, "another", **elsewhere).status_code == 422


def test_success_forgives_the_failures_before_it(app, browse):
    add_account(app, "ana")
    for _ in range(3):
        try_password(browse)
    assert try_password(browse, password=PASSWORD).status_code == 303
    with app.app_context():
        assert db.session.scalars(select(FailedSignIn)).all() == []


def test_the_session_is_a_new_one_with_a_protected_cookie(app, browse):
    add_account(app, "ana")
    before = browse.get("/admin/login").token
    answer = try_password(browse, password=PASSWORD)
    [header] = [h for h in answer.headers.getlist("Set-Cookie") if h.startswith("session=")]
    cookie = SimpleCookie(header)["session"]
    assert cookie["secure"] is True
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    lasts = parsedate_to_datetime(cookie["expires"]) - now()
    assert LONGEST_SESSION - timedelta(minutes=5) < lasts <= LONGEST_SESSION
    assert browse.get("/admin/").token != before


def test_signing_out_ends_the_session_even_for_a_copied_cookie(app, admin):
    copied = admin.client.get_cookie("session").value
    page = admin.get("/admin/")
    assert admin.send(page, "/admin/logout").address == "/"
    thief = app.test_client()
    thief.set_cookie("session", copied)
    assert thief.get("/admin/").status_code == 303
    assert ("sign out", "ana") in events(app)


@pytest.mark.parametrize("change", [{"started_at": timedelta(hours=13)}, {"seen_at": timedelta(hours=3)}])
def test_sessions_end_after_a_day_of_work_and_after_a_pause(app, admin, change):
    with app.app_context():
        db.session.execute(update(SignIn).values({k: now() - v for k, v in change.items()}))
        db.session.commit()
    assert admin.client.get("/admin/").status_code == 303


def test_a_visit_keeps_the_session_alive(app, admin):
    with app.app_context():
        db.session.execute(update(SignIn).values(seen_at=now() - timedelta(minutes=90)))
        db.session.commit()
    assert admin.client.get("/admin/").status_code == 200
    with app.app_context():
        assert db.session.scalars(select(SignIn.seen_at)).one() > now() - timedelta(minutes=1)


def test_deactivating_a_user_ends_their_session_at_once(app, admin):
    other = sign_in(app, "ben")
    ben = add_account(app, "ben")
    page = admin.get(f"/admin/users/{ben}/deactivate")
    admin.send(page, f"/admin/users/{ben}/deactivate")
    assert other.client.get("/admin/").status_code == 303
    assert try_password(Browse(app.test_client()), "ben", PASSWORD).status_code == 422


def test_management_pages_are_kept_out_of_caches(admin):
    assert admin.client.get("/admin/users/").headers["Cache-Control"] == "no-store"


def test_changing_the_password_needs_the_old_one_and_ends_other_sessions(app, admin):
    elsewhere = sign_in(app, "ana")
    page = admin.get("/admin/password")
    new = "another sentence for a password"
    wrong = admin.send(
        page, "/admin/password", current_password="no", new_password=new, repeated_password=new
    )
    assert wrong.status == 422
    assert "not your present password" in wrong.text
    for bad, message in (
        ("short", "at least 12"),
        ("a" * 20, "too easy"),
        ("gaissalabel2026", "too easy"),
        ("x" * 300, "at most 200"),
    ):
        answer = admin.send(
            page, "/admin/password", current_password=PASSWORD, new_password=bad, repeated_password=bad
        )
        assert answer.status == 422
        assert message in answer.text
    different = admin.send(
        page, "/admin/password", current_password=PASSWORD, new_password=new, repeated_password="x"
    )
    assert "not the same" in different.text
    done = admin.send(
        page, "/admin/password", current_password=PASSWORD, new_password=new, repeated_password=new
    )
    assert "Your password was changed" in done.text
    assert admin.client.get("/admin/").status_code == 200
    assert elsewhere.client.get("/admin/").status_code == 303
    assert try_password(Browse(app.test_client()), "ana", new).status_code == 303


def test_a_password_made_by_somebody_else_must_be_changed_first(app):
    browse = sign_in(app, "newcomer", must_change_password=True)
    assert browse.client.get("/admin/schemes/").location == "/admin/password"
    page = browse.get("/admin/password")
    assert "Somebody else made your password" in page.text
    new = "a sentence of my own choosing"
    browse.send(page, "/admin/password", current_password=PASSWORD, new_password=new, repeated_password=new)
    assert browse.get("/admin/schemes/").status == 200


def test_every_sign_in_is_in_the_trail_with_its_address(app, browse):
    add_account(app, "ana")
    try_password(browse, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    try_password(browse, password=PASSWORD)
    assert events(app)[-2:] == [("sign-in failed", "ana"), ("sign in", "ana")]
    with app.app_context():
        failed = select(AuditEvent).where(AuditEvent.action == Action.SIGN_IN_FAILED)
        assert db.session.scalars(failed).one().address == "192.0.2.7"


def test_passwords_are_kept_by_a_memory_hard_function(strong_hasher):
    kept = strong_hasher.hash("a password")
    assert kept.startswith("$argon2id$")
    assert int(re.search(r"m=(\d+)", kept)[1]) >= 19_456  # KiB, the least that OWASP advises
    assert int(re.search(r"t=(\d+)", kept)[1]) >= 2


def test_what_was_typed_survives_an_ended_session(app, admin):
    """A form sent after the session ended is shown again once one has signed in."""
    page = admin.get("/admin/information/1")
    form = dict(page.form("/admin/information/1").form_values())
    form |= {"name": "Typed for an hour", "csrf_token": page.token}
    with app.app_context():
        db.session.execute(update(SignIn).values(seen_at=now() - timedelta(hours=3)))
        db.session.commit()
    same_site = {"Sec-Fetch-Site": "same-origin"}
    asked = admin.client.post("/admin/information/1", data=form, headers=same_site)
    assert asked.status_code == 401
    login = admin._page(asked, "/admin/login")
    resend = admin.send(login, "/admin/login", name="ana", password=PASSWORD)
    assert resend.status == 200
    assert "Typed for an hour" in resend.text
    saved = admin.send(resend, "/admin/information/1", button="save")
    assert "was saved" in saved.text
    assert "Typed for an hour" in admin.get("/admin/information/").text


def test_other_sites_cannot_have_their_words_sent_by_us(app, admin):
    for site in ({}, {"Sec-Fetch-Site": "cross-site"}):
        answer = admin.client.post("/admin/users/", data={"name": "mallory"}, headers=site)
        assert answer.status_code == 400
        assert "mallory" not in answer.get_data(as_text=True)
        stranger = app.test_client().post("/admin/users/", data={"name": "mallory"}, headers=site)
        assert stranger.status_code == 303


def test_a_form_older_than_the_session_is_offered_again_without_passwords(admin):
    data = {"name": "carla", "password": "secret word", "csrf_token": "old"}
    answer = admin.client.post("/admin/users/", data=data, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 400
    page = admin._page(answer, "/admin/users/")
    assert "carla" in page.text
    assert "secret word" not in answer.get_data(as_text=True)
    assert "A password for carla" in admin.send(page, "/admin/users/").text


def test_nobody_can_sign_in_yet_says_how_to_change_that(browse):
    assert "gaissa create-admin NAME" in browse.get("/admin/login").text


@pytest.mark.parametrize(
    "address", ["/static/site.css", "/static/icons/favicon.svg", "/labels/1", "/labels/1.pdf"]
)
def test_what_caches_may_keep_never_carries_the_session(admin, address):
    answer = admin.client.get(address)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    answer.close()
