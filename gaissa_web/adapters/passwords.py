"""Hashing passwords with Argon2id, which costs an attacker memory as well as time."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

hasher = PasswordHasher()
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def hash_password(password: str) -> str:
    """Return what is kept of a password: the hash with its salt and parameters."""
    return hasher.hash(password)


def is_password(password: str, kept: str | None) -> bool:
    """Whether `password` is the one `kept` is the hash of; without one, no, after the same work."""
    try:
        return hasher.verify(kept or _nobodys(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def make_password() -> str:
    """Return a new random password that can be read aloud: 20 letters and digits, 98 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


@cache
def _nobodys() -> str:
    return hasher.hash(secrets.token_urlsafe())
