"""Create the tables of labels."""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calculation_tools',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('signature', sa.JSON(), nullable=False),
    sa.Column('row_key', sa.String(length=100), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calculation_tools')),
    sa.UniqueConstraint('slug', name=op.f('uq_calculation_tools_slug'))
    )
    op.create_table('countries',
    sa.Column('iso3', sa.String(length=5), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.PrimaryKeyConstraint('iso3', name=op.f('pk_countries')),
    sa.UniqueConstraint('name', name=op.f('uq_countries_name'))
    )
    op.create_table('grades',
    sa.Column('letter', sa.String(length=1), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('word', sa.String(length=40), nullable=False),
    sa.Column('colour', sa.String(length=7), nullable=False),
    sa.Column('ink', sa.String(length=7), nullable=False),
    sa.PrimaryKeyConstraint('letter', name=op.f('pk_grades')),
    sa.UniqueConstraint('position', name=op.f('uq_grades_position'))
    )
    op.create_table('information_fields',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('phase', sa.String(length=10), nullable=False),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('kind', sa.String(length=6), nullable=False),
    sa.Column('unit', sa.String(length=20), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind IN ('text', 'choice', 'number')", name=op.f('ck_information_fields_kind')),
    sa.CheckConstraint("phase IN ('training', 'inference')", name=op.f('ck_information_fields_phase')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_information_fields')),
    sa.UniqueConstraint('phase', 'slug', name=op.f('uq_information_fields_phase_slug'))
    )
    op.create_table('metrics',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('phase', sa.String(length=10), nullable=False),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('unit', sa.String(length=20), nullable=False),
    sa.Column('aliases', sa.JSON(), nullable=False),
    sa.CheckConstraint("phase IN ('training', 'inference')", name=op.f('ck_metrics_phase')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_metrics')),
    sa.UniqueConstraint('phase', 'slug', name=op.f('uq_metrics_phase_slug'))
    )
    op.create_table('ml_models',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('author', sa.String(length=200), nullable=False),
    sa.Column('description', sa.String(length=5000), nullable=False),
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.Column('search_text', sa.String(length=500), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(name) > 0', name=op.f('ck_ml_models_has_name')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ml_models')),
    sa.UniqueConstraint('name', 'author', name=op.f('uq_ml_models_name_author'))
    )
    with op.batch_alter_table('ml_models', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ml_models_search_text'), ['search_text'], unique=False)

    op.create_table('rating_schemes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('phase', sa.String(length=10), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("phase IN ('training', 'inference')", name=op.f('ck_rating_schemes_phase')),
    sa.CheckConstraint('version > 0', name=op.f('ck_rating_schemes_version_is_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rating_schemes')),
    sa.UniqueConstraint('phase', 'version', name=op.f('uq_rating_schemes_phase_version'))
    )
    with op.batch_alter_table('rating_schemes', schema=None) as batch_op:
        batch_op.create_index('ix_rating_schemes_phase_published_at', ['phase', 'published_at'], unique=False)

    op.create_table('carbon_intensities',
    sa.Column('iso3', sa.String(length=5), nullable=False),
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('intensity_g_per_kwh', sa.Double(), nullable=False),
    sa.CheckConstraint('intensity_g_per_kwh >= 0 AND intensity_g_per_kwh < 10000', name=op.f('ck_carbon_intensities_intensity_in_range')),
    sa.ForeignKeyConstraint(['iso3'], ['countries.iso3'], name=op.f('fk_carbon_intensities_iso3_countries')),
    sa.PrimaryKeyConstraint('iso3', 'year', name=op.f('pk_carbon_intensities'))
    )
    op.create_table('column_mappings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tool_id', sa.Integer(), nullable=False),
    sa.Column('phase', sa.String(length=10), nullable=False),
    sa.Column('source_column', sa.String(length=100), nullable=False),
    sa.Column('unit', sa.String(length=20), nullable=False),
    sa.Column('target', sa.String(length=70), nullable=False),
    sa.Column('aggregation', sa.String(length=4), nullable=False),
    sa.Column('per', sa.String(length=20), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint("aggregation IN ('mean', 'sum', 'last', 'max')", name=op.f('ck_column_mappings_aggregation')),
    sa.CheckConstraint("per IN ('', 'inference', '1000 inferences')", name=op.f('ck_column_mappings_per')),
    sa.CheckConstraint("phase IN ('training', 'inference')", name=op.f('ck_column_mappings_phase')),
    sa.ForeignKeyConstraint(['tool_id'], ['calculation_tools.id'], name=op.f('fk_column_mappings_tool_id_calculation_tools'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_column_mappings'))
    )
    with op.batch_alter_table('column_mappings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_column_mappings_tool_id'), ['tool_id'], unique=False)

    op.create_table('experiments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('model_id', sa.Integer(), nullable=False),
    sa.Column('phase', sa.String(length=10), nullable=False),
    sa.Column('scheme_id', sa.Integer(), nullable=False),
    sa.Column('grade', sa.String(length=1), nullable=True),
    sa.Column('coverage', sa.Double(), nullable=False),
    sa.Column('origin', sa.String(length=11), nullable=False),
    sa.Column('origin_detail', sa.String(length=200), nullable=False),
    sa.Column('origin_url', sa.String(length=500), nullable=False),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submission', sa.String(length=64), nullable=True),
    sa.CheckConstraint("origin IN ('form', 'file', 'endpoint', 'hub', 'publication')", name=op.f('ck_experiments_origin')),
    sa.CheckConstraint("phase IN ('training', 'inference')", name=op.f('ck_experiments_phase')),
    sa.CheckConstraint('coverage >= 0 AND coverage <= 1', name=op.f('ck_experiments_coverage_is_a_share')),
    sa.ForeignKeyConstraint(['grade'], ['grades.letter'], name=op.f('fk_experiments_grade_grades')),
    sa.ForeignKeyConstraint(['model_id'], ['ml_models.id'], name=op.f('fk_experiments_model_id_ml_models')),
    sa.ForeignKeyConstraint(['scheme_id'], ['rating_schemes.id'], name=op.f('fk_experiments_scheme_id_rating_schemes')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_experiments')),
    sa.UniqueConstraint('submission', name=op.f('uq_experiments_submission'))
    )
    with op.batch_alter_table('experiments', schema=None) as batch_op:
        batch_op.create_index('ix_experiments_grade_order_id', [sa.text("coalesce(grade, 'F')"), 'id'], unique=False)
        batch_op.create_index('ix_experiments_grade_registered_at_id', ['grade', 'registered_at', 'id'], unique=False)
        batch_op.create_index('ix_experiments_model_id_phase_grade', ['model_id', 'phase', 'grade'], unique=False)
        batch_op.create_index('ix_experiments_origin_registered_at_id', ['origin', 'registered_at', 'id'], unique=False)
        batch_op.create_index('ix_experiments_phase_grade_registered_at_id', ['phase', 'grade', 'registered_at', 'id'], unique=False)
        batch_op.create_index('ix_experiments_phase_registered_at_id', ['phase', 'registered_at', 'id'], unique=False)
        batch_op.create_index('ix_experiments_registered_at_id', ['registered_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_experiments_scheme_id'), ['scheme_id'], unique=False)

    op.create_table('scheme_metrics',
    sa.Column('scheme_id', sa.Integer(), nullable=False),
    sa.Column('metric_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('direction', sa.String(length=6), nullable=False),
    sa.Column('weight', sa.Double(), nullable=False),
    sa.Column('threshold_1', sa.Double(), nullable=False),
    sa.Column('threshold_2', sa.Double(), nullable=False),
    sa.Column('threshold_3', sa.Double(), nullable=False),
    sa.Column('threshold_4', sa.Double(), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('how_to_measure', sa.String(), nullable=False),
    sa.Column('recommendations', sa.JSON(), nullable=False),
    sa.Column('thresholds_source', sa.String(), nullable=False),
    sa.Column('thresholds_source_url', sa.String(length=500), nullable=False),
    sa.CheckConstraint("(direction = 'lower' AND threshold_1 < threshold_2 AND threshold_2 < threshold_3 AND threshold_3 < threshold_4) OR (direction = 'higher' AND threshold_1 > threshold_2 AND threshold_2 > threshold_3 AND threshold_3 > threshold_4)", name=op.f('ck_scheme_metrics_thresholds_in_order')),
    sa.CheckConstraint('weight >= 0 AND weight <= 1.7976931348623157e+308', name=op.f('ck_scheme_metrics_weight_is_not_negative')),
    sa.ForeignKeyConstraint(['metric_id'], ['metrics.id'], name=op.f('fk_scheme_metrics_metric_id_metrics')),
    sa.ForeignKeyConstraint(['scheme_id'], ['rating_schemes.id'], name=op.f('fk_scheme_metrics_scheme_id_rating_schemes')),
    sa.PrimaryKeyConstraint('scheme_id', 'metric_id', name=op.f('pk_scheme_metrics'))
    )
    with op.batch_alter_table('scheme_metrics', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scheme_metrics_metric_id'), ['metric_id'], unique=False)

    op.create_table('information_values',
    sa.Column('experiment_id', sa.Integer(), nullable=False),
    sa.Column('field_id', sa.Integer(), nullable=False),
    sa.Column('value', sa.String(length=1000), nullable=False),
    sa.ForeignKeyConstraint(['experiment_id'], ['experiments.id'], name=op.f('fk_information_values_experiment_id_experiments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['field_id'], ['information_fields.id'], name=op.f('fk_information_values_field_id_information_fields')),
    sa.PrimaryKeyConstraint('experiment_id', 'field_id', name=op.f('pk_information_values'))
    )
    with op.batch_alter_table('information_values', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_information_values_field_id'), ['field_id'], unique=False)

    op.create_table('metric_values',
    sa.Column('experiment_id', sa.Integer(), nullable=False),
    sa.Column('metric_id', sa.Integer(), nullable=False),
    sa.Column('value', sa.Double(), nullable=False),
    sa.CheckConstraint('value >= -1.7976931348623157e+308 AND value <= 1.7976931348623157e+308', name=op.f('ck_metric_values_value_is_finite')),
    sa.ForeignKeyConstraint(['experiment_id'], ['experiments.id'], name=op.f('fk_metric_values_experiment_id_experiments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['metric_id'], ['metrics.id'], name=op.f('fk_metric_values_metric_id_metrics')),
    sa.PrimaryKeyConstraint('experiment_id', 'metric_id', name=op.f('pk_metric_values'))
    )
    with op.batch_alter_table('metric_values', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_metric_values_metric_id'), ['metric_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('metric_values', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_metric_values_metric_id'))

    op.drop_table('metric_values')
    with op.batch_alter_table('information_values', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_information_values_field_id'))

    op.drop_table('information_values')
    with op.batch_alter_table('scheme_metrics', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scheme_metrics_metric_id'))

    op.drop_table('scheme_metrics')
    with op.batch_alter_table('experiments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_experiments_scheme_id'))
        batch_op.drop_index('ix_experiments_registered_at_id')
        batch_op.drop_index('ix_experiments_phase_registered_at_id')
        batch_op.drop_index('ix_experiments_phase_grade_registered_at_id')
        batch_op.drop_index('ix_experiments_origin_registered_at_id')
        batch_op.drop_index('ix_experiments_model_id_phase_grade')
        batch_op.drop_index('ix_experiments_grade_registered_at_id')
        batch_op.drop_index('ix_experiments_grade_order_id')

    op.drop_table('experiments')
    with op.batch_alter_table('column_mappings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_column_mappings_tool_id'))

    op.drop_table('column_mappings')
    op.drop_table('carbon_intensities')
    with op.batch_alter_table('rating_schemes', schema=None) as batch_op:
        batch_op.drop_index('ix_rating_schemes_phase_published_at')

    op.drop_table('rating_schemes')
    with op.batch_alter_table('ml_models', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ml_models_search_text'))

    op.drop_table('ml_models')
    op.drop_table('metrics')
    op.drop_table('information_fields')
    op.drop_table('grades')
    op.drop_table('countries')
    op.drop_table('calculation_tools')
