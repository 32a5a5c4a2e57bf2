"""Keep where a column goes as the kind of its target and its slug, not as the name of a form's field."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('column_mappings') as table:
        table.add_column(sa.Column('target_kind', sa.String(6), nullable=False, server_default='metric'))
        table.add_column(sa.Column('target_slug', sa.String(60), nullable=False, server_default=''))
    for kind in ('metric', 'info'):
        op.execute(f"UPDATE column_mappings SET target_kind = '{kind}', target_slug = substr(target, {len(kind) + 2}) "
                   f"WHERE substr(target, 1, {len(kind) + 1}) = '{kind}-'")
    with op.batch_alter_table('column_mappings') as table:
        table.alter_column('target_kind', server_default=None)
        table.alter_column('target_slug', server_default=None)
        table.create_check_constraint(
            op.f('ck_column_mappings_target_kind'), "target_kind IN ('metric', 'info')"
        )
        table.drop_column('target')


def downgrade() -> None:
    with op.batch_alter_table('column_mappings') as table:
        table.add_column(sa.Column('target', sa.String(70), nullable=False, server_default=''))
    op.execute("UPDATE column_mappings SET target = target_kind || '-' || target_slug")
    with op.batch_alter_table('column_mappings') as table:
        table.alter_column('target', server_default=None)
        table.drop_constraint(op.f('ck_column_mappings_target_kind'), type_='check')
        table.drop_column('target_slug')
        table.drop_column('target_kind')
