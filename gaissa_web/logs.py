"""The log: how a line looks, which request or job it belongs to, and what stands in none.

`configure` is called by what starts a process (the `gaissa` command, `wsgi.py`), not by `create_app`: a
factory that changed the logging of whoever calls it would take the log away from a host or a test runner.

What writes a line asks `logging.getLogger(__name__)` and needs nothing from here; the id comes along by
itself, in whatever room the line is written.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from logging.config import dictConfig

LEVELS = ("debug", "info", "warning", "error")
LINE = "%(asctime)s %(levelname)s %(process)d %(work)s %(name)s %(message)s"
NOBODY = "-"
"""The id of what belongs to no request and no job."""
MASK = "***"
SHORTEST_SECRET = 8
"""What is shorter is no secret, and would blot out half of every line."""


@dataclass(slots=True)
class _Work:
    id: str
    secrets: set[str] = field(default_factory=set)


_work: ContextVar[_Work | None] = ContextVar("work", default=None)


def configure(level: str) -> None:
    """Write lines to standard error from now on; `level` is one of `LEVELS`.

    It governs our own lines. Libraries are heard from warnings on, at any level: what they say below
    holds whole addresses and headers. A process that writes a log already is left to it.
    """
    if logging.getLogger().handlers:
        return
    dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": LineFormatter}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": "ERROR" if level == "error" else "WARNING"},
            "loggers": {
                "gaissa_web": {"level": level.upper()},
                "waitress.queue": {"level": "ERROR"},  # else each request that waits is a line
            },
        }
    )


def begin(work_id: str) -> None:
    """Let all lines of this thread belong to that request or job, until `end` or another begins."""
    _work.set(_Work(work_id))


def end() -> None:
    """Let the lines of this thread belong to nobody."""
    _work.set(None)


@contextmanager
def work(work_id: str) -> Iterator[None]:
    """Let the lines of what follows belong to that job."""
    before = _work.set(_Work(work_id))
    try:
        yield
    finally:
        _work.reset(before)


def work_id() -> str:
    """Return the id of the request or job that is being done."""
    current = _work.get()
    return current.id if current else NOBODY


def hide(*secrets: str) -> None:
    """Keep these out of every line of this request or job, whoever writes it.

    Each word for itself: of "Bearer" and a token, either may turn up without the other.
    """
    if current := _work.get():
        words = " ".join(secrets).split()
        current.secrets.update(word for word in words if len(word) >= SHORTEST_SECRET)


def masked(text: str) -> str:
    """Return the text without what this request or job hides."""
    current = _work.get()
    for secret in current.secrets if current else ():
        text = text.replace(secret, MASK)
    return text


class LineFormatter(logging.Formatter):
    """Writes a record as a line, and the traceback that follows it indented.

    What cannot be printed (line ends, control characters, marks that turn the direction) is escaped, so
    that nobody can forge a line or speak to the terminal on which it is read.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__(LINE)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line and what follows it."""
        record.work = work_id()
        record.message = masked(record.getMessage())  # not the whole line: its head is no secret
        record.asctime = self.formatTime(record)
        lines = [self.formatMessage(record)]
        if record.exc_info:
            lines += masked(self.formatException(record.exc_info)).splitlines()
        if record.stack_info:
            lines += masked(self.formatStack(record.stack_info)).splitlines()
        return "\n    ".join(map(_printable, lines))


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
