"""Add hardware, measurements of endpoints, synchronisation with the hub, and secrets of jobs."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('hardware',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('kind', sa.String(length=11), nullable=False),
    sa.Column('typical_w', sa.Double(), nullable=False),
    sa.Column('low_w', sa.Double(), nullable=False),
    sa.Column('high_w', sa.Double(), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('source_url', sa.String(length=500), nullable=False),
    sa.CheckConstraint("kind IN ('accelerator', 'processor')", name=op.f('ck_hardware_kind')),
    sa.CheckConstraint('low_w >= 0 AND low_w <= typical_w AND typical_w > 0 AND typical_w <= high_w AND high_w <= 100000', name=op.f('ck_hardware_power_in_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hardware')),
    sa.UniqueConstraint('name', name=op.f('uq_hardware_name'))
    )
    op.create_table('measurements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=43), nullable=False),
    sa.Column('sender', sa.String(length=64), nullable=False),
    sa.Column('request', sa.JSON(), nullable=False),
    sa.Column('result', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_measurements')),
    sa.UniqueConstraint('key', name=op.f('uq_measurements_key'))
    )
    op.create_index('ix_measurements_sender_asked_at', 'measurements', ['sender', 'asked_at'], unique=False)
    op.create_table('sync_runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('job_id', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('most', sa.Integer(), nullable=True),
    sa.Column('unchanged', sa.Integer(), nullable=False),
    sa.Column('seen_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('complete', sa.Boolean(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], name=op.f('fk_sync_runs_job_id_jobs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sync_runs')),
    sa.UniqueConstraint('job_id', name=op.f('uq_sync_runs_job_id'))
    )
    op.create_table('hub_models',
    sa.Column('hub_id', sa.String(length=200), nullable=False),
    sa.Column('experiment_id', sa.Integer(), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('modified_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('model_bytes', sa.BigInteger(), nullable=True),
    sa.Column('dataset_bytes', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['experiment_id'], ['experiments.id'], name=op.f('fk_hub_models_experiment_id_experiments'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('hub_id', name=op.f('pk_hub_models'))
    )
    op.create_index(op.f('ix_hub_models_experiment_id'), 'hub_models', ['experiment_id'], unique=False)
    op.create_table('sync_results',
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('hub_id', sa.String(length=200), nullable=False),
    sa.Column('action', sa.String(length=9), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('experiment_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("action IN ('created', 'updated', 'unchanged', 'skipped')", name=op.f('ck_sync_results_action')),
    sa.ForeignKeyConstraint(['experiment_id'], ['experiments.id'], name=op.f('fk_sync_results_experiment_id_experiments'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['run_id'], ['sync_runs.id'], name=op.f('fk_sync_results_run_id_sync_runs'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('run_id', 'hub_id', name=op.f('pk_sync_results'))
    )
    op.create_index(op.f('ix_sync_results_experiment_id'), 'sync_results', ['experiment_id'], unique=False)
    op.create_index('ix_sync_results_run_id_action_hub_id', 'sync_results', ['run_id', 'action', 'hub_id'], unique=False)
    op.add_column('jobs', sa.Column('sealed', sa.String(length=12000), nullable=True))
    op.create_index('ix_jobs_key_id', 'jobs', ['key', 'id'], unique=False)



def downgrade() -> None:
    op.drop_index('ix_jobs_key_id', 'jobs')
    op.drop_column('jobs', 'sealed')
    op.drop_index('ix_sync_results_run_id_action_hub_id', 'sync_results')
    op.drop_index(op.f('ix_sync_results_experiment_id'), 'sync_results')
    op.drop_table('sync_results')
    op.drop_index(op.f('ix_hub_models_experiment_id'), 'hub_models')
    op.drop_table('hub_models')
    op.drop_table('sync_runs')
    op.drop_index('ix_measurements_sender_asked_at', 'measurements')
    op.drop_table('measurements')
    op.drop_table('hardware')
