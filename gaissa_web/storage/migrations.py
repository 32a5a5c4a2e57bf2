"""Bringing the database to the shape that the tables describe, and telling whether it is there.

Alembic is loaded only when it is needed: a worker that serves pages does without its 12 MB.
"""

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from gaissa_web.config import PROJECT
from gaissa_web.storage.db import db

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = PROJECT / "migrations"


def upgrade(revision: str = "head") -> None:
    """Run the migrations up to `revision`; without any left to run, nothing changes."""
    from alembic import command  # noqa: PLC0415

    command.upgrade(_config(), revision)


def downgrade(revision: str) -> None:
    """Undo the migrations down to `revision`, which may be "base"."""
    from alembic import command  # noqa: PLC0415

    command.downgrade(_config(), revision)


def create_revision(message: str) -> None:
    """Write the next migration for what differs between the tables and the database; for developers."""
    from alembic import command  # noqa: PLC0415

    number = f"{int(newest_revision()) + 1:04}"
    command.revision(_config(), message=message, autogenerate=True, rev_id=number)


def newest_revision() -> str:
    """Return the number of the last migration; each file's name begins with its own."""
    return max(path.name.partition("_")[0] for path in (SCRIPTS / "versions").glob("*.py"))


def is_current() -> bool:
    """Whether every migration has run on the database."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        done = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return bool(done == newest_revision())


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
