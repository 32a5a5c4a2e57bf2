"""Accounts as the users page lists them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from gaissa_web.storage.accounts import Account
from gaissa_web.storage.db import db
from gaissa_web.storage.keyset import LARGEST_ID


@dataclass(frozen=True, slots=True)
class User:
    """One account, without its secrets."""

    id: int
    name: str
    active: bool
    created_at: datetime
    signed_in_at: datetime | None


def users() -> list[User]:
    """Return all accounts, the active ones first, by name."""
    rows = db.session.scalars(select(Account).order_by(Account.active.desc(), Account.name))
    return [_user(row) for row in rows]


def find_user(account_id: int) -> User | None:
    """Return the account of that id."""
    row = db.session.get(Account, account_id) if 0 < account_id <= LARGEST_ID else None
    return _user(row) if row else None


def has_users() -> bool:
    """Whether anybody can sign in at all."""
    return db.session.scalar(select(Account.id).where(Account.active).limit(1)) is not None


def _user(row: Account) -> User:
    return User(row.id, row.name, row.active, row.created_at, row.signed_in_at)
