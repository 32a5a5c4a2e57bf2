"""Run Alembic's migrations on the application's own database."""

from alembic import context

from gaissa_web import storage  # noqa: F401  the tables register themselves with the metadata
from gaissa_web.storage.db import Base, Euros, UTCDateTime, db


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types as what the database has, so that migrations outlive the code."""
    if kind != "type" or not isinstance(item, UTCDateTime | Euros):
        return False
    return "sa.DateTime(timezone=True)" if isinstance(item, UTCDateTime) else "sa.BigInteger()"


with db.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "sqlite":
            # A table that is made anew must not take along what refers to it.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            # Python's driver opens no transaction before DDL; without one, a failure leaves half.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        context.run_migrations()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
