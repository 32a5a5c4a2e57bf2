"""Hashing passwords with Argon2id, which costs an attacker memory as well as time, and judging new ones."""

import re
import secrets
from functools import cache
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

hasher = PasswordHasher()
SITE_WORDS = "gaissalabel", "gaissa"
ENOUGH_GUESSES = 10**10
"""What a password must withstand; a random one of 12 letters and digits takes 10^11 and more."""
JUDGED_LENGTH = 32
"""The estimate's time grows faster than the length: 7 s for 72 well-chosen signs, under 1 s for 32."""
_estimating = Lock()
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


def weakness(password: str, name: str) -> str:
    """Return in a sentence why the account of that name should not have this password; empty if it may.

    The names of the account and of this site are taken out first, since whoever guesses tries them:
    what is left must be hard to guess by itself.
    """
    known = sorted({name, *re.findall(r"[^\W_]{4,}", name), *SITE_WORDS}, key=len, reverse=True)
    names = "|".join(re.escape(word) for word in known if len(word) >= 4)
    rest = re.sub(names, "", password, flags=re.IGNORECASE)
    guesses, reason = _estimate(rest[:JUDGED_LENGTH], known)
    if guesses >= ENOUGH_GUESSES:
        return ""
    if rest != password:
        return "Without the names of you and of this site, too little of it is left."
    return reason or "It is made of common words, names, dates or keys that lie side by side."


def _estimate(password: str, known: list[str]) -> tuple[float, str]:
    """Return how many guesses a password withstands, and, if few, the likely reason or nothing."""
    if not password:  # which it fails on
        return 0.0, ""
    from zxcvbn import zxcvbn  # noqa: PLC0415  15 MB that few requests need

    with _estimating:  # it keeps the known words in one place for the whole process
        estimate = zxcvbn(password, user_inputs=known)
    return float(estimate["guesses"]), str(estimate["feedback"]["warning"])


@cache
def _nobodys() -> str:
    return hasher.hash(secrets.token_urlsafe())
