"""Signing in, as tests of the management pages need it: through the real form, with a real account."""

from flask import Flask
from sqlalchemy import select

from gaissa_web.adapters.passwords import hash_password
from gaissa_web.storage.accounts import Account
from gaissa_web.storage.db import db
from tests.pages import Browse

PASSWORD = "a sentence is a good password"


def add_account(app: Flask, name: str, **more: bool) -> int:
    """Add an account with the tests' password, unless it is there; return its id."""
    with app.app_context():
        account = db.session.scalar(select(Account).where(Account.name == name))
        if account is None:
            account = Account(name=name, password_hash=hash_password(PASSWORD), **more)
            db.session.add(account)
            db.session.commit()
        return account.id


def sign_in(app: Flask, name: str, **more: bool) -> Browse:
    """Return a browser in which that QA manager has signed in."""
    add_account(app, name, **more)
    browse = Browse(app.test_client())
    page = browse.get("/admin/login")
    browse.send(page, "/admin/login", name=name, password=PASSWORD)
    return browse
