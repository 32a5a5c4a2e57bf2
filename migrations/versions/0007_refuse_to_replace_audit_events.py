"""Refuse to put another event in the place of one of the audit trail.

PostgreSQL never did. In SQLite, REPLACE takes the old row out without asking the trigger that refuses
to delete one. An insert that leaves the number to the database reads as number -1 before it is made;
so that -1 never is a number that is there, it is refused once it is made.
"""

from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

REFUSAL = "SELECT RAISE(ABORT, 'the audit trail is append-only')"
TRIGGERS = {
    'audit_events_no_replace': 'BEFORE INSERT ON audit_events WHEN EXISTS (SELECT 1 FROM audit_events WHERE id = NEW.id)',
    'audit_events_no_odd_number': 'AFTER INSERT ON audit_events WHEN NEW.id < 1',
}


def upgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for name, when in TRIGGERS.items():
            op.execute(f'CREATE TRIGGER {name} {when} BEGIN {REFUSAL}; END')


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for name in TRIGGERS:
            op.execute(f'DROP TRIGGER {name}')
