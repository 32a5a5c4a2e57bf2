"""Accounts and sessions: making and ending them, passwords, and how often one may try."""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe

from sqlalchemy import ColumnElement, and_, delete, func, select

from gaissa_web.adapters.passwords import hash_password, is_password, make_password, weakness
from gaissa_web.core.errors import InvalidInputError, TooManyTriesError
from gaissa_web.core.text import one_line
from gaissa_web.storage.accounts import (
    ACCOUNT_LENGTH,
    LONGEST_SESSION,
    Account,
    FailedSignIn,
    SignIn,
    end_sign_ins,
    find_known_browser,
    know_browser,
    secret_hash,
)
from gaissa_web.storage.audit import Action, Actor, AuditEvent, record
from gaissa_web.storage.db import db, now, one_at_a_time

WINDOW = timedelta(minutes=15)
USUAL_FOR = timedelta(days=90)
TRIES_PER_ACCOUNT = 5
TRIES_PER_BROWSER = 5
TRIES_PER_ADDRESS = 20
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
KIND = "user"
REFUSAL = "This name and password do not belong together."


def account_name(typed: str) -> str:
    """Return a name as it is kept: on one line, in one letter case."""
    return one_line(typed).casefold()


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser is to keep: the secret of its session, and the one it is known by next time."""

    session: str
    browser: str


def sign_in(name: str, password: str, address: str, browser: str = "") -> Begun:
    """Begin a session; an unknown name costs the same time as a wrong password.

    Tries of a browser that the account signed in with before (`browser` is the secret it was given)
    are counted by themselves. All others are counted together, so that they stay few wherever they
    come from.

    Raises:
        InvalidInputError: Name and password do not belong together, or the account is not active.
        TooManyTriesError: Too many tries failed lately, for this name or from this address or browser.
    """
    name = account_name(name)[:ACCOUNT_LENGTH]
    known = find_known_browser(name, browser)
    try_id = _count_try(name, address, known)
    account = db.session.scalar(select(Account).where(Account.name == name))
    right = is_password(password[: LONGEST_PASSWORD + 1], account.password_hash if account else None)
    if account is None or not right or not account.active:
        record(Actor(name, address=address), Action.SIGN_IN_FAILED, KIND, name)
        db.session.commit()
        raise InvalidInputError(REFUSAL)
    secret = token_urlsafe(32)
    account.signed_in_at = now()
    db.session.add(SignIn(secret_hash=secret_hash(secret), account_id=account.id))
    mine = FailedSignIn.account == name, FailedSignIn.address == address, FailedSignIn.browser == known
    db.session.execute(delete(FailedSignIn).where((FailedSignIn.id == try_id) | and_(*mine)))
    db.session.execute(delete(SignIn).where(SignIn.started_at < now() - LONGEST_SESSION))
    begun = Begun(secret, know_browser(account.id, instead_of=known))
    record(Actor(name, account.id, address), Action.SIGN_IN, KIND, name)
    db.session.commit()
    return begun


def _count_try(name: str, address: str, known: str | None) -> int:
    """Count this try as failed before it is made, so that many at once cannot slip through."""
    since = now() - WINDOW
    db.session.execute(delete(FailedSignIn).where(FailedSignIn.at < since))
    this = FailedSignIn(account=name, address=address, browser=known)
    db.session.add(this)
    db.session.commit()
    for failed, allowed in _limits(name, address, known):
        count, first = db.session.execute(select(func.count(), func.min(FailedSignIn.id)).where(failed)).one()
        if count > allowed:
            until = db.session.get_one(FailedSignIn, first).at + WINDOW
            db.session.delete(this)  # a refused try counts for nothing, or trying on would lock for ever
            db.session.commit()
            raise TooManyTriesError("Too many tries failed.", (until - now()).total_seconds())
    return this.id


def _limits(name: str, address: str, known: str | None) -> list[tuple[ColumnElement[bool], int]]:
    """Return which failed tries count together with such a one, and how many there may be."""
    if known:
        return [(FailedSignIn.browser == known, TRIES_PER_BROWSER)]
    here = FailedSignIn.browser.is_(None) & (FailedSignIn.address == address)
    account = FailedSignIn.browser.is_(None) & (FailedSignIn.account == name)
    usual = _is_usual(name, address)
    return [(account & here if usual else account, TRIES_PER_ACCOUNT), (here, TRIES_PER_ADDRESS)]


def _is_usual(name: str, address: str) -> bool:
    """Whether the account signed in from that address lately, where tries from elsewhere do not lock it."""
    mine = AuditEvent.actor == name, AuditEvent.action == Action.SIGN_IN, AuditEvent.address == address
    query = select(AuditEvent.id).where(*mine, AuditEvent.at > now() - USUAL_FOR).limit(1)
    return db.session.scalar(query) is not None


def sign_out(actor: Actor, secret: str) -> None:
    """End the session of that secret, wherever its cookie has gone."""
    with one_at_a_time():
        db.session.execute(delete(SignIn).where(SignIn.secret_hash == secret_hash(secret)))
        record(actor, Action.SIGN_OUT, KIND, actor.name)


def create_account(actor: Actor, name: str, password: str | None = None) -> str:
    """Make an account and return its password: the given one, or a new one to be changed at once.

    Raises:
        InvalidInputError: The name is empty, too long or taken, or the password too short, long or simple.
    """
    name = account_name(name)
    if not name:
        raise InvalidInputError("Please give a name.")
    if len(name) > ACCOUNT_LENGTH:
        raise InvalidInputError(f"Please use at most {ACCOUNT_LENGTH} characters for the name.")
    if password is not None:
        check_password(password, name)
    with one_at_a_time():
        if db.session.scalar(select(Account.id).where(Account.name == name)) is not None:
            raise InvalidInputError(f"There is a user named {name} already.")
        used = make_password() if password is None else password
        row = Account(name=name, password_hash=hash_password(used), must_change_password=password is None)
        db.session.add(row)
        record(actor, Action.CREATE, KIND, name, None, {"active": True})
    return used


def replace_password(actor: Actor, name: str, password: str) -> None:
    """Set the password of an account by name, let it sign in again, and end its sessions.

    Raises:
        InvalidInputError: There is no such account, or the password is too short, long or simple.
    """
    check_password(password, account_name(name))
    with one_at_a_time():
        account = db.session.scalar(select(Account).where(Account.name == account_name(name)))
        if account is None:
            raise InvalidInputError(f"There is no user named {account_name(name)}.")
        before = {"active": account.active}
        account.password_hash, account.must_change_password = hash_password(password), False
        account.active = True
        end_sign_ins(account.id)
        record(actor, Action.EDIT, KIND, account.name, before, {"active": True, "password": "set"})


def reset_password(actor: Actor, account_id: int) -> str:
    """Give an account a new password, to be changed at once, end its sessions; return the password.

    Raises:
        LookupError: There is no such account.
    """
    with one_at_a_time():
        account = _account(account_id)
        used = make_password()
        account.password_hash, account.must_change_password = hash_password(used), True
        end_sign_ins(account.id)
        record(actor, Action.EDIT, KIND, account.name, {}, {"password": "reset"})
    return used


def change_password(actor: Actor, current: str, new: str, secret: str) -> str:
    """Change the actor's own password, and end the sessions it has elsewhere.

    Returns:
        The secret that this browser is known by from now on, and no other is.

    Raises:
        InvalidInputError: The current password is wrong, or the new one too short, long, simple or old.
    """
    check_password(new, actor.name)  # takes longer than others should have to wait
    with one_at_a_time():
        account = _account(actor.account_id or 0)
        if not is_password(current[: LONGEST_PASSWORD + 1], account.password_hash):
            raise InvalidInputError("That is not your present password.")
        if new == current:
            raise InvalidInputError("The new password must differ from the present one.")
        account.password_hash, account.must_change_password = hash_password(new), False
        end_sign_ins(account.id, but=secret)
        browser = know_browser(account.id)
        record(actor, Action.EDIT, KIND, account.name, {}, {"password": "changed"})
    return browser


def set_active(actor: Actor, account_id: int, active: bool) -> None:
    """Let an account sign in, or no longer.

    Raises:
        InvalidInputError: It is the actor's own, or the actor's has been deactivated meanwhile.
        LookupError: There is no such account.
    """
    if account_id == actor.account_id and not active:
        raise InvalidInputError("You cannot deactivate yourself; ask another user to do it.")
    with one_at_a_time():
        if not _account(actor.account_id or 0).active:  # or two could keep each other, and so all, out
            raise InvalidInputError("You have been deactivated by another user yourself.")
        account = _account(account_id)
        before = {"active": account.active}
        if account.active == active:
            return
        account.active = active
        if not active:
            end_sign_ins(account.id)
        record(actor, Action.EDIT, KIND, account.name, before, {"active": active})


def check_password(password: str, name: str) -> None:
    """Refuse a password that is too short, too long, or too easy to guess for who knows the name.

    Raises:
        InvalidInputError: It is one of these.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInputError(f"Please use at least {SHORTEST_PASSWORD} characters; a sentence is good.")
    if len(password) > LONGEST_PASSWORD:
        raise InvalidInputError(f"Please use at most {LONGEST_PASSWORD} characters.")
    if reason := weakness(password, name):
        advice = "Four words that have nothing to do with each other are good."
        raise InvalidInputError(f"That password is too easy to guess. {reason} {advice}")


def _account(account_id: int) -> Account:
    account = db.session.get(Account, account_id, populate_existing=True)
    if account is None:
        raise LookupError(f"no account {account_id}")
    return account
