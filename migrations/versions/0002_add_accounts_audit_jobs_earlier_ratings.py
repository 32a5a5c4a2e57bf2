"""Add accounts, the audit trail, jobs, and the history of ratings."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


REFUSAL = 'the audit trail is append-only'
TRIGGERS = {
    'sqlite': [
        f"CREATE TRIGGER audit_events_no_{action} BEFORE {action} ON audit_events BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for action in ('update', 'delete')
    ],
    'postgresql': [
        f"CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        'CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()',
        'CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()',
    ],
}


def upgrade() -> None:
    op.create_table('accounts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('must_change_password', sa.Boolean(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signed_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('length(name) > 0', name=op.f('ck_accounts_has_name')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
    sa.UniqueConstraint('name', name=op.f('uq_accounts_name'))
    )
    op.create_table('failed_sign_ins',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account', sa.String(length=60), nullable=False),
    sa.Column('address', sa.String(length=45), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_failed_sign_ins'))
    )
    with op.batch_alter_table('failed_sign_ins', schema=None) as batch_op:
        batch_op.create_index('ix_failed_sign_ins_account_at', ['account', 'at'], unique=False)
        batch_op.create_index('ix_failed_sign_ins_address_at', ['address', 'at'], unique=False)

    op.create_table('intensity_imports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=500), nullable=False),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intensity_imports'))
    )
    op.create_table('jobs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('key', sa.String(length=100), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=9), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('message', sa.String(length=500), nullable=False),
    sa.Column('requested_by', sa.String(length=60), nullable=False),
    sa.Column('cancel_requested', sa.Boolean(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('worker', sa.String(length=100), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f('ck_jobs_state')),
    sa.CheckConstraint('done >= 0', name=op.f('ck_jobs_done_is_not_negative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_jobs'))
    )
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.create_index('ix_jobs_state_id', ['state', 'id'], unique=False)
        batch_op.create_index('uq_jobs_active_key', ['key'], unique=True, sqlite_where=sa.text("state IN ('queued', 'running')"), postgresql_where=sa.text("state IN ('queued', 'running')"))

    op.create_table('product_switches',
    sa.Column('product', sa.String(length=6), nullable=False),
    sa.Column('is_on', sa.Boolean(), nullable=False),
    sa.CheckConstraint("product IN ('labels', 'roi')", name=op.f('ck_product_switches_product')),
    sa.PrimaryKeyConstraint('product', name=op.f('pk_product_switches'))
    )
    op.create_table('audit_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('actor', sa.String(length=60), nullable=False),
    sa.Column('address', sa.String(length=45), nullable=False),
    sa.Column('action', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('before', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('after', sa.JSON(none_as_null=True), nullable=True),
    sa.CheckConstraint("action IN ('create', 'edit', 'delete', 'publish', 'start', 'import', 'cancel', 'sign in', 'sign out', 'sign-in failed')", name=op.f('ck_audit_events_action')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_audit_events_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_events'))
    )
    with op.batch_alter_table('audit_events', schema=None) as batch_op:
        batch_op.create_index('ix_audit_events_actor_at_id', ['actor', 'at', 'id'], unique=False)
        batch_op.create_index('ix_audit_events_at_id', ['at', 'id'], unique=False)
        batch_op.create_index('ix_audit_events_kind_at_id', ['kind', 'at', 'id'], unique=False)

    op.create_table('sign_ins',
    sa.Column('secret_hash', sa.String(length=64), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_sign_ins_account_id_accounts')),
    sa.PrimaryKeyConstraint('secret_hash', name=op.f('pk_sign_ins'))
    )
    with op.batch_alter_table('sign_ins', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_ins_account_id'), ['account_id'], unique=False)

    op.create_table('earlier_ratings',
    sa.Column('experiment_id', sa.Integer(), nullable=False),
    sa.Column('scheme_id', sa.Integer(), nullable=False),
    sa.Column('grade', sa.String(length=1), nullable=True),
    sa.Column('coverage', sa.Double(), nullable=False),
    sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['experiment_id'], ['experiments.id'], name=op.f('fk_earlier_ratings_experiment_id_experiments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['grade'], ['grades.letter'], name=op.f('fk_earlier_ratings_grade_grades')),
    sa.ForeignKeyConstraint(['scheme_id'], ['rating_schemes.id'], name=op.f('fk_earlier_ratings_scheme_id_rating_schemes')),
    sa.PrimaryKeyConstraint('experiment_id', 'scheme_id', name=op.f('pk_earlier_ratings'))
    )
    with op.batch_alter_table('earlier_ratings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_earlier_ratings_scheme_id'), ['scheme_id'], unique=False)

    # Plain ALTER TABLE: copying a table that others refer to is what SQLite refuses.
    epoch = sa.DateTime(timezone=True)
    op.add_column('information_fields', sa.Column('updated_at', epoch, nullable=False, server_default='2026-01-01 00:00:00'))
    op.add_column('rating_schemes', sa.Column('revision', sa.Integer(), nullable=False, server_default='1'))
    op.add_column('scheme_metrics', sa.Column('position', sa.Integer(), nullable=False, server_default='0'))
    op.create_index('uq_rating_schemes_draft', 'rating_schemes', ['phase'], unique=True, sqlite_where=sa.text('published_at IS NULL'), postgresql_where=sa.text('published_at IS NULL'))
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index('uq_rating_schemes_draft', 'rating_schemes')
    op.drop_column('scheme_metrics', 'position')
    op.drop_column('rating_schemes', 'revision')
    op.drop_column('information_fields', 'updated_at')
    with op.batch_alter_table('earlier_ratings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_earlier_ratings_scheme_id'))

    op.drop_table('earlier_ratings')
    with op.batch_alter_table('sign_ins', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_ins_account_id'))

    op.drop_table('sign_ins')
    with op.batch_alter_table('audit_events', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_events_kind_at_id')
        batch_op.drop_index('ix_audit_events_at_id')
        batch_op.drop_index('ix_audit_events_actor_at_id')

    op.drop_table('audit_events')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION refuse_audit_change()')
    op.drop_table('product_switches')
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.drop_index('uq_jobs_active_key', sqlite_where=sa.text("state IN ('queued', 'running')"), postgresql_where=sa.text("state IN ('queued', 'running')"))
        batch_op.drop_index('ix_jobs_state_id')

    op.drop_table('jobs')
    op.drop_table('intensity_imports')
    with op.batch_alter_table('failed_sign_ins', schema=None) as batch_op:
        batch_op.drop_index('ix_failed_sign_ins_address_at')
        batch_op.drop_index('ix_failed_sign_ins_account_at')

    op.drop_table('failed_sign_ins')
    op.drop_table('accounts')
