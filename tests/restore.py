"""Bringing a database back to what it was, after tests that may change anything in it."""

import re

from flask import Flask
from sqlalchemy import delete, event, insert, select, text

from gaissa_web.storage import schemes
from gaissa_web.storage.db import Base, db

CHANGE = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)


class Restore:
    """Remembers every row of every table; called, puts back those of the tables that were written."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.changed = set()
        with app.app_context():
            self.tables = Base.metadata.sorted_tables
            self.rows = {
                table.name: [dict(row._mapping) for row in db.session.execute(select(table))]
                for table in self.tables
            }
            db.session.rollback()
            event.listen(db.engine, "before_cursor_execute", self._notice)

    def _notice(self, _connection, _cursor, statement, *_more):
        if found := CHANGE.match(statement):
            self.changed.add(found[1])

    def __call__(self) -> None:
        if not self.changed:
            return
        with self.app.app_context():
            db.session.rollback()
            sqlite = db.engine.dialect.name == "sqlite"
            with db.engine.connect() as connection:
                triggers = []
                if sqlite:
                    triggers = connection.execute(
                        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                    ).all()
                    connection.commit()
                    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                    for name, _ in triggers:
                        connection.exec_driver_sql(f"DROP TRIGGER {name}")
                else:
                    connection.execute(text("SET session_replication_role = replica"))
                touched = [table for table in self.tables if table.name in self._written()]
                for table in reversed(touched):
                    connection.execute(delete(table))
                for table in touched:
                    if self.rows[table.name]:
                        connection.execute(insert(table), self.rows[table.name])
                for _, sql in triggers:
                    connection.exec_driver_sql(sql)
                if not sqlite:
                    connection.execute(text("SET session_replication_role = DEFAULT"))
                connection.commit()
                if sqlite:
                    connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            schemes._published.clear()
            db.session.remove()
        self.changed = set()

    def _written(self) -> set[str]:
        """The tables that were written, and those whose rows go with theirs."""
        found = set(self.changed)
        for table in self.tables:  # parents come before children
            if any(
                key.ondelete and key.referred_table.name in found for key in table.foreign_key_constraints
            ):
                found.add(table.name)
        return found
