"""Add who sent a label or an analysis, without naming them, and the workers with their last sign of life."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

SENT = 'experiments', 'analyses'


def upgrade() -> None:
    for table in SENT:
        op.add_column(table, sa.Column('sender', sa.String(length=64), nullable=False, server_default=''))
    op.create_table('workers',
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_workers'))
    )


def downgrade() -> None:
    op.drop_table('workers')
    for table in SENT:
        op.drop_column(table, 'sender')
