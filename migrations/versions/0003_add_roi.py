"""Add the ROI catalogue, analyses and energy prices."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('architectures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=150), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_architectures')),
    sa.UniqueConstraint('name', name=op.f('uq_architectures_name'))
    )
    op.create_table('pipeline_stages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=150), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pipeline_stages')),
    sa.UniqueConstraint('name', name=op.f('uq_pipeline_stages_name'))
    )
    op.create_table('roi_metrics',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=150), nullable=False),
    sa.Column('unit', sa.String(length=20), nullable=False),
    sa.Column('direction', sa.String(length=6), nullable=False),
    sa.Column('per', sa.String(length=40), nullable=False),
    sa.Column('smallest', sa.Double(), nullable=False),
    sa.Column('largest', sa.Double(), nullable=False),
    sa.Column('hint', sa.String(length=300), nullable=False),
    sa.CheckConstraint("direction IN ('lower', 'higher')", name=op.f('ck_roi_metrics_direction')),
    sa.CheckConstraint("per = '' OR unit = 'J'", name=op.f('ck_roi_metrics_energy_is_in_joules')),
    sa.CheckConstraint('smallest >= 0 AND smallest < largest AND largest <= 1.7976931348623157e+308', name=op.f('ck_roi_metrics_range_in_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roi_metrics')),
    sa.UniqueConstraint('slug', name=op.f('uq_roi_metrics_slug'))
    )
    op.create_table('sources',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('authors', sa.String(length=300), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sources')),
    sa.UniqueConstraint('title', name=op.f('uq_sources_title'))
    )
    op.create_table('energy_prices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('iso3', sa.String(length=5), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('eur_per_kwh', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('source_url', sa.String(length=500), nullable=False),
    sa.CheckConstraint('eur_per_kwh >= 0 AND eur_per_kwh <= 10000000', name=op.f('ck_energy_prices_price_in_range')),
    sa.ForeignKeyConstraint(['iso3'], ['countries.iso3'], name=op.f('fk_energy_prices_iso3_countries')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_energy_prices')),
    sa.UniqueConstraint('iso3', 'year', name=op.f('uq_energy_prices_iso3_year'))
    )
    op.create_table('tactics',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=150), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['stage_id'], ['pipeline_stages.id'], name=op.f('fk_tactics_stage_id_pipeline_stages')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tactics')),
    sa.UniqueConstraint('stage_id', 'name', name=op.f('uq_tactics_stage_id_name'))
    )
    with op.batch_alter_table('tactics', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tactics_stage_id'), ['stage_id'], unique=False)

    op.create_table('tactic_options',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tactic_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=150), nullable=False),
    sa.ForeignKeyConstraint(['tactic_id'], ['tactics.id'], name=op.f('fk_tactic_options_tactic_id_tactics')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tactic_options')),
    sa.UniqueConstraint('tactic_id', 'name', name=op.f('uq_tactic_options_tactic_id_name'))
    )
    with op.batch_alter_table('tactic_options', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tactic_options_tactic_id'), ['tactic_id'], unique=False)

    op.create_table('analyses',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=11), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('option_id', sa.Integer(), nullable=False),
    sa.Column('architecture_id', sa.Integer(), nullable=False),
    sa.Column('iso3', sa.String(length=5), nullable=False),
    sa.Column('price', sa.BigInteger(), nullable=False),
    sa.Column('implementation_cost', sa.BigInteger(), nullable=False),
    sa.Column('inferences', sa.BigInteger(), nullable=False),
    sa.Column('inferences_per_day', sa.Double(), nullable=False),
    sa.Column('source_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submission', sa.String(length=64), nullable=True),
    sa.CheckConstraint("kind = 'calculation' OR source_id IS NOT NULL", name=op.f('ck_analyses_research_has_a_source')),
    sa.CheckConstraint("kind IN ('calculation', 'research')", name=op.f('ck_analyses_kind')),
    sa.CheckConstraint('inferences > 0', name=op.f('ck_analyses_inferences_are_positive')),
    sa.CheckConstraint('inferences_per_day >= 0 AND inferences_per_day <= 1.7976931348623157e+308', name=op.f('ck_analyses_traffic_is_finite')),
    sa.CheckConstraint('price >= 0 AND implementation_cost >= 0', name=op.f('ck_analyses_money_is_not_negative')),
    sa.ForeignKeyConstraint(['architecture_id'], ['architectures.id'], name=op.f('fk_analyses_architecture_id_architectures')),
    sa.ForeignKeyConstraint(['iso3'], ['countries.iso3'], name=op.f('fk_analyses_iso3_countries')),
    sa.ForeignKeyConstraint(['option_id'], ['tactic_options.id'], name=op.f('fk_analyses_option_id_tactic_options')),
    sa.ForeignKeyConstraint(['source_id'], ['sources.id'], name=op.f('fk_analyses_source_id_sources')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_analyses')),
    sa.UniqueConstraint('submission', name=op.f('uq_analyses_submission'))
    )
    with op.batch_alter_table('analyses', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_analyses_architecture_id'), ['architecture_id'], unique=False)
        batch_op.create_index('ix_analyses_kind_created_at_id', ['kind', 'created_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_analyses_option_id'), ['option_id'], unique=False)

    op.create_table('expected_reductions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('option_id', sa.Integer(), nullable=False),
    sa.Column('architecture_id', sa.Integer(), nullable=False),
    sa.Column('metric_id', sa.Integer(), nullable=False),
    sa.Column('reduction', sa.Double(), nullable=False),
    sa.Column('low', sa.Double(), nullable=True),
    sa.Column('high', sa.Double(), nullable=True),
    sa.Column('source_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.CheckConstraint('high IS NULL OR (high >= reduction AND high <= 1)', name=op.f('ck_expected_reductions_high_is_higher')),
    sa.CheckConstraint('low IS NULL OR low <= reduction', name=op.f('ck_expected_reductions_low_is_lower')),
    sa.CheckConstraint('reduction <= 1 AND reduction >= -1.7976931348623157e+308', name=op.f('ck_expected_reductions_reduction_is_a_share')),
    sa.ForeignKeyConstraint(['architecture_id'], ['architectures.id'], name=op.f('fk_expected_reductions_architecture_id_architectures')),
    sa.ForeignKeyConstraint(['metric_id'], ['roi_metrics.id'], name=op.f('fk_expected_reductions_metric_id_roi_metrics')),
    sa.ForeignKeyConstraint(['option_id'], ['tactic_options.id'], name=op.f('fk_expected_reductions_option_id_tactic_options')),
    sa.ForeignKeyConstraint(['source_id'], ['sources.id'], name=op.f('fk_expected_reductions_source_id_sources')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_expected_reductions')),
    sa.UniqueConstraint('option_id', 'architecture_id', 'metric_id', name=op.f('uq_expected_reductions_option_id_architecture_id_metric_id'))
    )
    with op.batch_alter_table('expected_reductions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_expected_reductions_architecture_id'), ['architecture_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_expected_reductions_metric_id'), ['metric_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_expected_reductions_source_id'), ['source_id'], unique=False)

    op.create_table('analysis_values',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('analysis_id', sa.Integer(), nullable=False),
    sa.Column('metric_id', sa.Integer(), nullable=False),
    sa.Column('baseline', sa.Double(), nullable=False),
    sa.Column('reduction', sa.Double(), nullable=False),
    sa.Column('low', sa.Double(), nullable=True),
    sa.Column('high', sa.Double(), nullable=True),
    sa.Column('source_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('baseline >= 0 AND baseline <= 1.7976931348623157e+308', name=op.f('ck_analysis_values_baseline_is_finite')),
    sa.CheckConstraint('high IS NULL OR (high >= reduction AND high <= 1)', name=op.f('ck_analysis_values_high_is_higher')),
    sa.CheckConstraint('low IS NULL OR low <= reduction', name=op.f('ck_analysis_values_low_is_lower')),
    sa.CheckConstraint('reduction <= 1 AND reduction >= -1.7976931348623157e+308', name=op.f('ck_analysis_values_reduction_is_a_share')),
    sa.ForeignKeyConstraint(['analysis_id'], ['analyses.id'], name=op.f('fk_analysis_values_analysis_id_analyses'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['metric_id'], ['roi_metrics.id'], name=op.f('fk_analysis_values_metric_id_roi_metrics')),
    sa.ForeignKeyConstraint(['source_id'], ['sources.id'], name=op.f('fk_analysis_values_source_id_sources')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_analysis_values')),
    sa.UniqueConstraint('analysis_id', 'metric_id', name=op.f('uq_analysis_values_analysis_id_metric_id'))
    )
    with op.batch_alter_table('analysis_values', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_analysis_values_metric_id'), ['metric_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_analysis_values_source_id'), ['source_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('analysis_values', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_analysis_values_source_id'))
        batch_op.drop_index(batch_op.f('ix_analysis_values_metric_id'))

    op.drop_table('analysis_values')
    with op.batch_alter_table('expected_reductions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_expected_reductions_source_id'))
        batch_op.drop_index(batch_op.f('ix_expected_reductions_metric_id'))
        batch_op.drop_index(batch_op.f('ix_expected_reductions_architecture_id'))

    op.drop_table('expected_reductions')
    with op.batch_alter_table('analyses', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_analyses_option_id'))
        batch_op.drop_index('ix_analyses_kind_created_at_id')
        batch_op.drop_index(batch_op.f('ix_analyses_architecture_id'))

    op.drop_table('analyses')
    with op.batch_alter_table('tactic_options', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tactic_options_tactic_id'))

    op.drop_table('tactic_options')
    with op.batch_alter_table('tactics', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tactics_stage_id'))

    op.drop_table('tactics')
    op.drop_table('energy_prices')
    op.drop_table('sources')
    op.drop_table('roi_metrics')
    op.drop_table('pipeline_stages')
    op.drop_table('architectures')
