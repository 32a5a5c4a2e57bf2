"""Accounts of QA managers, their sessions and the browsers they use, and recent tries to sign in."""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, delete, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from gaissa_web.storage.db import Base, UTCDateTime, db, now

ACCOUNT_LENGTH = 60
ADDRESS_LENGTH = 45
LONGEST_SESSION = timedelta(hours=12)
LONGEST_PAUSE = timedelta(hours=2)
KNOWN_FOR = timedelta(days=90)
NOTICED_AFTER = timedelta(minutes=1)


class Account(Base):
    """A QA manager. Accounts are deactivated, never deleted: the audit trail names them.

    `name` is kept in one letter case. `password_hash` is Argon2's own text, which names its
    parameters. A password that somebody else set must be changed at the next sign-in.
    """

    __tablename__ = "accounts"
    __table_args__ = (CheckConstraint("length(name) > 0", name="has_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(ACCOUNT_LENGTH), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    signed_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SignIn(Base):
    """One signed-in session; the browser holds the secret whose SHA-256 this is."""

    __tablename__ = "sign_ins"

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id), index=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    account: Mapped[Account] = relationship()


class KnownBrowser(Base):
    """A browser that an account signed in with; it holds the secret whose SHA-256 this is.

    What others try does not count against it, so that nobody can keep the account out.
    """

    __tablename__ = "known_browsers"

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id), index=True)
    signed_in_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class FailedSignIn(Base):
    """One failed try, for the name that was typed (which need not exist) and from one address.

    `browser` is the hash of the known browser that tried, None for all others.
    """

    __tablename__ = "failed_sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(ACCOUNT_LENGTH))
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    browser: Mapped[str | None] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


Index("ix_failed_sign_ins_account_at", FailedSignIn.account, FailedSignIn.at)
Index("ix_failed_sign_ins_address_at", FailedSignIn.address, FailedSignIn.at)


def secret_hash(secret: str) -> str:
    """Return what is kept of a session's secret; it is random, so a plain hash will do."""
    return sha256(secret.encode()).hexdigest()


def find_sign_in(secret: str) -> SignIn | None:
    """Return the session of that secret with its account, if it may still be used; note the visit.

    A session ends after twelve hours, after two hours without a visit, and with its account.
    """
    query = select(SignIn).where(SignIn.secret_hash == secret_hash(secret))
    sign_in = db.session.scalar(query.options(joinedload(SignIn.account)))
    if sign_in is None or not sign_in.account.active:
        return None
    moment = now()
    if moment > min(sign_in.started_at + LONGEST_SESSION, sign_in.seen_at + LONGEST_PAUSE):
        return None
    if moment > sign_in.seen_at + NOTICED_AFTER:
        sign_in.seen_at = moment
        db.session.commit()
        return db.session.scalar(query.options(joinedload(SignIn.account)))
    return sign_in


def end_sign_ins(account_id: int, but: str = "") -> None:
    """End all sessions of an account but that of one secret, and forget its browsers; the caller commits."""
    others = SignIn.account_id == account_id, SignIn.secret_hash != secret_hash(but)
    db.session.execute(delete(SignIn).where(*others))
    db.session.execute(delete(KnownBrowser).where(KnownBrowser.account_id == account_id))


def know_browser(account_id: int, instead_of: str | None = None) -> str:
    """Remember a browser and return the secret that it is to hold; the caller commits.

    It takes the place of the one whose hash is `instead_of`: a copy of its secret is worth nothing then.
    """
    secret = token_urlsafe(32)
    gone = (KnownBrowser.secret_hash == instead_of) | (KnownBrowser.signed_in_at < now() - KNOWN_FOR)
    db.session.execute(delete(KnownBrowser).where(gone))
    db.session.add(KnownBrowser(secret_hash=secret_hash(secret), account_id=account_id))
    return secret


def find_known_browser(name: str, secret: str) -> str | None:
    """Return the hash of a browser's secret if the account of that name signed in with it lately."""
    query = select(KnownBrowser.secret_hash).join(Account, Account.id == KnownBrowser.account_id)
    lately = KnownBrowser.signed_in_at > now() - KNOWN_FOR
    mine = Account.name == name, KnownBrowser.secret_hash == secret_hash(secret)
    return db.session.scalar(query.where(*mine, lately))
