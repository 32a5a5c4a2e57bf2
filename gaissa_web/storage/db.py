"""The database handle, its base class and column types. Tables live in the files beside this one."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    ExceptionContext,
    MetaData,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase

from gaissa_web.private_files import make_file, tighten_database

PRAGMAS = (
    "busy_timeout=10000",
    "foreign_keys=ON",
    "secure_delete=ON",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "analysis_limit=400",
)
LARGEST_FLOAT = 1.7976931348623157e308
MILLION = 1_000_000
CONNECT_WITHIN_S = 5
CHANGE_LOCK = 7_421_001
"""PostgreSQL knows its advisory locks by number; this one is ours."""


class Base(DeclarativeBase):
    """Base of all tables; every constraint has a predictable name, so that migrations can drop it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


class UTCDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite drops time zones, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What its values are in Python."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC; a moment without a time zone is a mistake of the caller."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a stored moment needs its time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment with its time zone."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Euros(TypeDecorator[Decimal]):
    """An amount of money, exact to a millionth of a euro on every database."""

    impl = BigInteger
    cache_ok = True

    @property
    def python_type(self) -> type[Decimal]:
        """What its values are in Python."""
        return Decimal

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Store whole millionths."""
        return None if value is None else int((value * MILLION).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Return the amount in euros."""
        return None if value is None else Decimal(value) / MILLION


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def refresh_statistics() -> None:
    """Let the database count its rows anew after many were added, so that it picks the right index."""
    db.session.execute(text("ANALYZE"))
    db.session.commit()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Run a change that nobody else may run at the same moment, as one transaction.

    What is read inside is what is changed: another process that wants to change the method, the
    catalogue or the accounts waits until this one is through. Labels are registered meanwhile.
    """
    db.session.rollback()  # what was read before may be stale by now
    sqlite = db.engine.dialect.name == "sqlite"
    db.session.execute(text("BEGIN IMMEDIATE" if sqlite else f"SELECT pg_advisory_xact_lock({CHANGE_LOCK})"))
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def ping() -> None:
    """Raise OperationalError if the database cannot be reached."""
    db.session.execute(text("SELECT 1"))


def sqlite_file() -> Path | None:
    """Return the database's file, None if it is on a server."""
    return _file(db.engine) if db.engine.dialect.name == "sqlite" else None


def is_away(error: OperationalError) -> bool:
    """Whether the database cannot be reached, is busy or full, and the statement itself is right."""
    return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR


def engine_options(url: str) -> dict[str, Any]:
    """Return how to connect: a connection that was lost is replaced, a silent server given up soon.

    No error quotes the values that a statement was sent with: errors are logged, and values are private.
    """
    options: dict[str, Any] = {"pool_pre_ping": True, "hide_parameters": True}
    if url.startswith("postgresql"):
        options["connect_args"] = {"connect_timeout": CONNECT_WITHIN_S}
    return options


def hide_rows(engine: Engine) -> None:
    """Let no error of PostgreSQL quote the row it is about: errors are logged, and rows are private."""

    @event.listens_for(engine, "handle_error")
    def leave_out(context: ExceptionContext) -> None:
        for error in filter(None, (context.original_exception, context.sqlalchemy_exception)):
            error.args = tuple(str(text).partition("\nDETAIL:")[0] for text in error.args)


def tune_sqlite(engine: Engine) -> None:
    """Let SQLite enforce foreign keys, overwrite what is deleted, and serve readers while one writes.

    Its file is for its owner alone, also when it is made anew while we run. The settings are the ones
    SQLite's manual recommends for a write-ahead log; a writer that meets another waits for it up to
    ten seconds.
    """

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    if file := _file(engine):
        tighten_database(file)

        @event.listens_for(engine, "do_connect")
        def make_private(*_connecting: object) -> None:
            make_file(file)


def _file(engine: Engine) -> Path | None:
    name = engine.url.database or ":memory:"
    return None if name.startswith((":memory:", "file:")) else Path(name).resolve()
