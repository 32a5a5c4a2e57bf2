"""Make all spellings of a model's name one model, from now on.

Models that are there twice stay, since their numbers are permanent addresses: the later ones get their
number behind what they have in common, so that new labels go to the first. The labels of a model are
listed in pages.
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

LENGTH = 1220
BETWEEN = re.compile(r'[\s_\-\u2010-\u2015\u2212]+')
BATCH = 5_000


def upgrade() -> None:
    op.add_column('ml_models', sa.Column('identity', sa.String(length=LENGTH), nullable=False, server_default=''))
    models = sa.table('ml_models', sa.column('id', sa.Integer), sa.column('name', sa.String),
                      sa.column('author', sa.String), sa.column('identity', sa.String))
    connection, seen, last = op.get_bind(), set(), 0
    while rows := connection.execute(sa.select(models.c.id, models.c.name, models.c.author)
                                     .where(models.c.id > last).order_by(models.c.id).limit(BATCH)).all():
        last = rows[-1].id
        changes = []
        for row in rows:
            same = identity(row.name, row.author)
            changes.append({'key': row.id, 'same': f'{same}\n{row.id}' if same in seen else same})
            seen.add(same)
        change = sa.update(models).where(models.c.id == sa.bindparam('key')).values(identity=sa.bindparam('same'))
        connection.execute(change, changes)
    op.create_index('ix_experiments_model_id_registered_at_id', 'experiments',
                    ['model_id', 'registered_at', 'id'], unique=False)
    op.create_index('ix_ml_models_identity', 'ml_models', ['identity'], unique=True)


def downgrade() -> None:
    op.drop_index('ix_experiments_model_id_registered_at_id', 'experiments')
    op.drop_index('ix_ml_models_identity', 'ml_models')
    op.drop_column('ml_models', 'identity')


def identity(name: str, author: str) -> str:
    parts = (author, name) if author else (name,)
    whole = '/'.join(' '.join(unicodedata.normalize('NFKC', part).split()) for part in parts)
    return BETWEEN.sub('', whole.casefold()) or whole
