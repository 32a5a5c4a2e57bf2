"""Emptying the log that SQLite writes before its file, which keeps what was deleted until it is used anew."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

logger = logging.getLogger(__name__)
PATIENCE_S = 1.0
"""How long others may have to wait to write, while somebody still reads from the log."""


def empty_log(file: Path) -> bool:
    """Bring what the log of that database has into its file and cut the log to nothing.

    Returns:
        False if somebody used the log all the time, so that it is to be tried again.
    """
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", timeout=PATIENCE_S, uri=True)) as connection:
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        logger.warning("the write-ahead log of %s could not be emptied: %s", file, error)
        return False
    return not busy
