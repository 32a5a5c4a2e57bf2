"""Add the browsers that accounts signed in with, whose tries are counted by themselves."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('known_browsers',
    sa.Column('secret_hash', sa.String(length=64), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('signed_in_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_known_browsers_account_id_accounts')),
    sa.PrimaryKeyConstraint('secret_hash', name=op.f('pk_known_browsers'))
    )
    op.create_index(op.f('ix_known_browsers_account_id'), 'known_browsers', ['account_id'], unique=False)
    op.add_column('failed_sign_ins', sa.Column('browser', sa.String(length=64), nullable=True))
    op.create_index(op.f('ix_failed_sign_ins_browser'), 'failed_sign_ins', ['browser'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_failed_sign_ins_browser'), 'failed_sign_ins')
    op.drop_column('failed_sign_ins', 'browser')
    op.drop_index(op.f('ix_known_browsers_account_id'), 'known_browsers')
    op.drop_table('known_browsers')
