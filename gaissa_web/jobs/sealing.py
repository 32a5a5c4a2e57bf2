"""Secrets that jobs need, such as tokens: never stored readably.

A secret is encrypted under a key of its own. The database has what is encrypted, the queue the key,
until the job begins or is cancelled; then both are overwritten, and the secret is in memory only.
"""

import logging
import secrets

from gaissa_web import logs
from gaissa_web.adapters.queue import JobQueue
from gaissa_web.adapters.write_ahead_log import empty_log
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.storage.db import sqlite_file

logger = logging.getLogger(__name__)


def seal(queue: JobQueue, secret: str) -> str:
    """Give a new key to the queue, and return its name with the secret encrypted under it.

    Raises:
        InvalidInputError: The queue is out of order.
    """
    from cryptography.fernet import Fernet  # noqa: PLC0415  9 MB that only measuring with a token needs

    logs.hide(secret)
    name, key = f"key-{secrets.token_urlsafe(16)}", Fernet.generate_key()
    try:
        queue.keep(name, key)
    except Exception as error:
        logger.exception("the queue could not keep a secret")
        raise InvalidInputError(
            "Background work is out of order just now. Please try again later."
        ) from error
    return f"{name}:{Fernet(key).encrypt(secret.encode()).decode()}"


def unseal(queue: JobQueue, sealed: str) -> str:
    """Return the secret, empty if its key is gone; key and ciphertext are then kept nowhere."""
    from cryptography.fernet import Fernet  # noqa: PLC0415  as above

    name, _, encrypted = sealed.partition(":")
    key = queue.take(name)
    empty_logs(queue)
    secret = Fernet(key).decrypt(encrypted).decode() if key else ""
    logs.hide(secret)
    return secret


def forget(queue: JobQueue, sealed: str | None) -> None:
    """Keep nothing of the secret of a job that was cancelled before it began."""
    if sealed:
        try:
            unseal(queue, sealed)
        except Exception:  # whatever the queue's server raises: its key opens nothing that is kept
            logger.exception("the queue could not be told to forget a secret")


def empty_logs(queue: JobQueue) -> None:
    """Let no log of ours keep what was deleted; on a server that is for its own settings."""
    for file in filter(None, (sqlite_file(), queue.file)):
        empty_log(file)
