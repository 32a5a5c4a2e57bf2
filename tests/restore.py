"""Bringing a database back to what it was, after tests that may change anything in it."""

from flask import Flask
from sqlalchemy import delete, event, insert, select, text

from gaissa_web.storage import schemes
from gaissa_web.storage.db import Base, db

CHANGES = ("INSERT", "UPDATE", "DELETE")


class Restore:
    """Remembers every row of every table; called, puts them back if anything was written."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.changed = False
        with app.app_context():
            self.tables = Base.metadata.sorted_tables
            self.rows = {
                table.name: [dict(row._mapping) for row in db.session.execute(select(table))]
                for table in self.tables
            }
            db.session.rollback()
            event.listen(db.engine, "before_cursor_execute", self._notice)

    def _notice(self, _connection, _cursor, statement, *_more):
        self.changed = self.changed or statement.lstrip().upper().startswith(CHANGES)

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
                for table in reversed(self.tables):
                    connection.execute(delete(table))
                for table in self.tables:
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
        self.changed = False
