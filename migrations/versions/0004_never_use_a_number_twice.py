"""Never give the number of a deleted label, model, scheme or analysis to another one.

PostgreSQL never did. SQLite does unless the table says otherwise, which only a new table can.
"""

import re

from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

TABLES = 'ml_models', 'rating_schemes', 'experiments', 'analyses'


def upgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for table in TABLES:
            rebuild(table, r'\bid INTEGER NOT NULL', 'id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT',
                    rf',\s*CONSTRAINT pk_{table} PRIMARY KEY \(id\)', '')


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for table in TABLES:
            rebuild(table, r'\bid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT', 'id INTEGER NOT NULL',
                    r'\)\s*\Z', f', CONSTRAINT pk_{table} PRIMARY KEY (id))')


def rebuild(table: str, *changes: str) -> None:
    """Make the table anew with each pattern in its definition replaced by what follows it."""
    connection = op.get_bind()
    found = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type = 'table' DESC"
    [[definition], *rest] = connection.exec_driver_sql(found, (table,)).all()
    for pattern, text in zip(changes[::2], changes[1::2], strict=True):
        definition, count = re.subn(pattern, text, definition, count=1)
        assert count == 1, (table, pattern)
    made = re.sub(rf'\ACREATE TABLE "?{table}"?', 'CREATE TABLE made_anew', definition)
    assert made != definition
    connection.exec_driver_sql(made)
    connection.exec_driver_sql(f'INSERT INTO made_anew SELECT * FROM {table}')
    connection.exec_driver_sql(f'DROP TABLE {table}')
    connection.exec_driver_sql(f'ALTER TABLE made_anew RENAME TO {table}')
    for [statement] in rest:
        connection.exec_driver_sql(statement)
