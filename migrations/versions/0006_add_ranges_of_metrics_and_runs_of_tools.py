"""Add the range of each metric, what the rows of a calculation tool's runs are, and names without signs.

The tools that shipped so far read some files wrongly (tasks of CodeCarbon, its version 1, time as
latency, binary megabytes). Those that nobody changed are taken out, for `gaissa seed` to add anew.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

LARGEST = {('training', 'performance_score'): 1.0}
USUAL = {
    ('inference', 'energy_per_inference'): (1e-6, 1e7),
    ('inference', 'latency'): (0.5, 600_000.0),
    ('inference', 'co2_per_1000_inferences'): (1e-6, 1e9),
    ('inference', 'file_size'): (0.001, 5e6),
    ('inference', 'flops'): (1e-6, 1e8),
    ('inference', 'model_size'): (100.0, 1e14),
    ('training', 'co2_eq_emissions'): (1e-6, 1e11),
    ('training', 'size_efficiency'): (1.0, 1e15),
    ('training', 'dataset_size_efficiency'): (1.0, 1e15),
}
SHIPPED = {
    'codecarbon': ([['run_id', 'codecarbon_version']], 'run_id', 11),
    'gaissalabel-plugin': ([['model_size', 'file_size', 'flops']], '', 4),
    'carbontracker': ([['epochs', 'energy_kwh', 'co2eq_g'], ['power_w', 'time_s', 'version']], '', 8),
    'eco2ai': ([['duration(s)', 'power_consumption(kWh)', 'CO2_emissions(kg)']], '', 9),
    'model-card': ([['co2_eq_emissions.emissions']], '', 6),
}
WITHOUT_SIGNS = 'lower(name)'
for sign in ('-', '_', '.', '/', ' ', '(', ')'):
    WITHOUT_SIGNS = f"replace({WITHOUT_SIGNS}, '{sign}', '')"
PER = "per IN ('', 'inference', '1000 inferences'{})"


def upgrade() -> None:
    with op.batch_alter_table('metrics') as table:
        table.add_column(sa.Column('largest', sa.Double(), nullable=True))
        table.add_column(sa.Column('usual_low', sa.Double(), nullable=False, server_default='0'))
        table.add_column(sa.Column('usual_high', sa.Double(), nullable=True))
        table.create_check_constraint(op.f('ck_metrics_largest_is_positive'), 'largest IS NULL OR largest > 0')
        table.create_check_constraint(
            op.f('ck_metrics_usual_rises'), 'usual_low >= 0 AND (usual_high IS NULL OR usual_high > usual_low)'
        )
    with op.batch_alter_table('metrics') as table:
        table.alter_column('usual_low', server_default=None)
    change = op.get_bind().execute
    for (phase, slug), largest in LARGEST.items():
        change(sa.text('UPDATE metrics SET largest = :n WHERE phase = :phase AND slug = :slug'),
               {'n': largest, 'phase': phase, 'slug': slug})
    for (phase, slug), (low, high) in USUAL.items():
        change(sa.text('UPDATE metrics SET usual_low = :low, usual_high = :high WHERE phase = :phase AND slug = :slug'),
               {'low': low, 'high': high, 'phase': phase, 'slug': slug})
    with op.batch_alter_table('calculation_tools') as table:
        table.alter_column('row_key', new_column_name='run_key', existing_type=sa.String(100))
        table.add_column(sa.Column('rows', sa.String(9), nullable=False, server_default='snapshots'))
        table.add_column(sa.Column('run_time', sa.String(100), nullable=False, server_default=''))
        table.add_column(sa.Column('run_facts', sa.JSON(), nullable=False, server_default='[]'))
        table.add_column(sa.Column('how_to_get', sa.String(), nullable=False, server_default=''))
        table.create_check_constraint(op.f('ck_calculation_tools_rows'), "rows IN ('snapshots', 'parts')")
    with op.batch_alter_table('calculation_tools') as table:
        for name in ('rows', 'run_time', 'run_facts', 'how_to_get'):
            table.alter_column(name, server_default=None)
    with op.batch_alter_table('column_mappings') as table:
        table.drop_constraint(op.f('ck_column_mappings_per'), type_='check')
        table.create_check_constraint(op.f('ck_column_mappings_per'), PER.format(", 'request', 'time'"))
    forget_shipped_tools()
    op.execute(f"UPDATE ml_models SET search_text = substr(search_text || ' ' || {WITHOUT_SIGNS}, 1, 500)")


def forget_shipped_tools() -> None:
    """Take out the tools that are as they shipped: none was changed since, and none of its mappings."""
    connection = op.get_bind()
    for slug, (signature, key, count) in SHIPPED.items():
        tool = connection.execute(
            sa.text('SELECT id, signature, run_key FROM calculation_tools WHERE slug = :slug'), {'slug': slug}
        ).one_or_none()
        if tool is None:
            continue
        mappings = connection.execute(
            sa.text('SELECT count(*) FROM column_mappings WHERE tool_id = :id'), {'id': tool.id}
        ).scalar()
        changed = connection.execute(
            sa.text("SELECT count(*) FROM audit_events WHERE kind = 'calculation tool' AND subject = "
                    '(SELECT name FROM calculation_tools WHERE id = :id)'), {'id': tool.id}
        ).scalar()
        kept = json.loads(tool.signature) if isinstance(tool.signature, str) else tool.signature
        if (kept, tool.run_key, mappings, changed) == (signature, key, count, 0):
            connection.execute(sa.text('DELETE FROM column_mappings WHERE tool_id = :id'), {'id': tool.id})
            connection.execute(sa.text('DELETE FROM calculation_tools WHERE id = :id'), {'id': tool.id})


def downgrade() -> None:
    op.execute("UPDATE ml_models SET search_text = substr(lower(name || ' ' || author), 1, 500)")
    op.execute("DELETE FROM column_mappings WHERE per IN ('request', 'time')")
    with op.batch_alter_table('column_mappings') as table:
        table.drop_constraint(op.f('ck_column_mappings_per'), type_='check')
        table.create_check_constraint(op.f('ck_column_mappings_per'), PER.format(''))
    with op.batch_alter_table('calculation_tools') as table:
        table.drop_constraint(op.f('ck_calculation_tools_rows'), type_='check')
        for name in ('how_to_get', 'run_facts', 'run_time', 'rows'):
            table.drop_column(name)
        table.alter_column('run_key', new_column_name='row_key', existing_type=sa.String(100))
    with op.batch_alter_table('metrics') as table:
        table.drop_constraint(op.f('ck_metrics_usual_rises'), type_='check')
        table.drop_constraint(op.f('ck_metrics_largest_is_positive'), type_='check')
        for name in ('usual_high', 'usual_low', 'largest'):
            table.drop_column(name)
