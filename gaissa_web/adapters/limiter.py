"""Counting what is done under a name within an hour, by all processes and machines together.

It is a file of its own, or Redis where several machines share the work. What cannot be counted is
allowed: a limit must never cost anybody the service.
"""

import logging
import sqlite3
import time
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gaissa_web.private_files import make_file

if TYPE_CHECKING:
    from redis import Redis

logger = logging.getLogger(__name__)
WINDOW_S = 3600
MAX_WAIT_S = 1.0
TABLE = "CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, count INTEGER, until REAL) WITHOUT ROWID"
COUNT = """
    INSERT INTO counts VALUES (:name, 1, :until) ON CONFLICT (name) DO UPDATE SET
        count = CASE WHEN until <= :now THEN 1 ELSE count + 1 END,
        until = CASE WHEN until <= :now THEN :until ELSE until END
    RETURNING count, until
"""


class Limiter:
    """Counts in windows of an hour that begin with the first of what is counted.

    `place` is a file, or the address of a Redis server.
    """

    def __init__(self, place: Path | str) -> None:
        self.place = place

    def wait(self, name: str, most: int) -> float:
        """Count one more under that name; return after how many seconds it is allowed, 0 for now."""
        try:
            count, until = self._count_in_file(name) if isinstance(self.place, Path) else self._count(name)
        except Exception:  # whatever the server or the disk raises
            logger.exception("what is done in an hour could not be counted")
            return 0.0
        return until if count > most else 0.0

    def _count_in_file(self, name: str) -> tuple[int, float]:
        """Return how many there are, and in how many seconds they are forgotten."""
        now = time.time()
        with closing(self._connect()) as file, file:
            count, until = file.execute(COUNT, {"name": name, "now": now, "until": now + WINDOW_S}).fetchone()
            if count == 1:
                file.execute("DELETE FROM counts WHERE until <= ?", (now,))
        return count, until - now

    def _connect(self) -> sqlite3.Connection:
        file = Path(self.place)
        is_new = not file.exists()
        if is_new:
            make_file(file)
        connection = sqlite3.connect(file, timeout=MAX_WAIT_S)
        connection.execute("PRAGMA synchronous=OFF")  # after a power cut, everybody begins anew
        if is_new:
            connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(TABLE)
        return connection

    def _count(self, name: str) -> tuple[int, float]:
        key = f"gaissa:limit:{name}"
        with self._redis.pipeline() as pipeline:
            pipeline.set(key, 0, ex=WINDOW_S, nx=True)
            pipeline.incr(key)
            pipeline.ttl(key)
            _, count, left = pipeline.execute()
        return count, max(left, 1)

    @cached_property
    def _redis(self) -> "Redis":
        from redis import Redis  # noqa: PLC0415  most sites have none

        return Redis.from_url(str(self.place), socket_timeout=MAX_WAIT_S, socket_connect_timeout=MAX_WAIT_S)
