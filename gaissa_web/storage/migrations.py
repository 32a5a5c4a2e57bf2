"""Bringing the database to the shape that the tables describe, and telling whether it is there."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from gaissa_web.config import PROJECT
from gaissa_web.storage.db import db


def upgrade(revision: str = "head") -> None:
    """Run the migrations up to `revision`; without any left to run, nothing changes."""
    command.upgrade(_config(), revision)


def downgrade(revision: str) -> None:
    """Undo the migrations down to `revision`, which may be "base"."""
    command.downgrade(_config(), revision)


def create_revision(message: str) -> None:
    """Write a migration for what differs between the tables and the database."""
    command.revision(_config(), message=message, autogenerate=True)


def is_current() -> bool:
    """Whether every migration has run on the database."""
    with db.engine.connect() as connection:
        done = MigrationContext.configure(connection).get_current_heads()
    return set(done) == set(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
