"""The tables keep their promises on both databases, whatever the code above them does."""

from dataclasses import asdict
from datetime import datetime

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from gaissa_web.app import create_app
from gaissa_web.config import read_settings
from gaissa_web.core.rating import Phase
from gaissa_web.seeds import seed
from gaissa_web.storage import migrations
from gaissa_web.storage.db import Base, UTCDateTime, db
from gaissa_web.storage.schemes import current_scheme, published_scheme
from tests.conftest import DATABASES

both = pytest.mark.parametrize("empty_database", DATABASES, indirect=True)


@pytest.fixture
def fresh(empty_database, tmp_path):
    app = create_app(read_settings({"GAISSA_DATA_DIR": str(tmp_path), "DATABASE_URL": empty_database}))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@both
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_migrations_build_just_what_the_tables_describe(fresh):
    migrations.upgrade()
    assert migrations.is_current()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [d for d in compare_metadata(context, Base.metadata) if "grade_order" not in str(d)]
    assert differences == []


def test_the_newest_migration_is_the_one_that_alembic_would_end_with():
    config = Config()
    config.set_main_option("script_location", str(migrations.SCRIPTS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.newest_revision()]


@both
def test_migrations_can_be_undone_and_done_again(fresh):
    migrations.upgrade()
    migrations.downgrade("base")
    assert not migrations.is_current()
    assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
    migrations.upgrade()
    assert migrations.is_current()


@both
def test_tables_made_anew_keep_their_rows_and_what_refers_to_them(fresh):
    def rows():
        there = sa.inspect(db.session.connection())
        return {
            name: db.session.execute(sa.text(f"SELECT * FROM {name} ORDER BY 1, 2")).all()
            for name in tables
            if there.has_table(name)
        }

    migrations.upgrade()
    seed()
    db.session.rollback()
    migrations.downgrade("0003")
    tables = {t.name for t in Base.metadata.sorted_tables} - {"jobs", "hardware"}
    before = rows()
    for step in (lambda: migrations.upgrade("0004"), lambda: migrations.downgrade("0003")) * 2:
        db.session.rollback()
        step()
        assert rows() == before
    if db.engine.dialect.name == "sqlite":
        assert db.session.execute(sa.text("PRAGMA foreign_keys")).scalar() == 1
        assert db.session.execute(sa.text("PRAGMA foreign_key_check")).all() == []


@both
def test_seeding_twice_changes_nothing(fresh):
    migrations.upgrade()
    first = seed()
    assert (first.schemes, first.labels, first.countries) == (2, 41, 214)
    before = {t.name: db.session.execute(sa.select(t)).all() for t in Base.metadata.sorted_tables}
    second = seed()
    assert set(asdict(second).values()) == {0}
    assert before == {t.name: db.session.execute(sa.select(t)).all() for t in Base.metadata.sorted_tables}


@both
def test_without_a_published_scheme_the_way_out_is_named(fresh):
    migrations.upgrade()
    with pytest.raises(LookupError, match="gaissa seed"):
        current_scheme(Phase.TRAINING)
    with pytest.raises(LookupError):
        published_scheme(1)


INSERTS = {
    "NaN as a value": "INSERT INTO metric_values VALUES (1, 2, 'NaN')",
    "infinity as a value": "INSERT INTO metric_values VALUES (1, 2, {infinity})",
    "a grade beyond E": "UPDATE experiments SET grade = 'F' WHERE id = 1",
    "an unknown phase": "UPDATE experiments SET phase = 'testing' WHERE id = 1",
    "an unknown origin": "UPDATE experiments SET origin = 'rumour' WHERE id = 1",
    "a share over 1": "UPDATE experiments SET coverage = 1.1 WHERE id = 1",
    "a model without a name": "UPDATE ml_models SET name = '' WHERE id = 1",
    "a negative weight": "UPDATE scheme_metrics SET weight = -0.1",
    "thresholds out of order": "UPDATE scheme_metrics SET threshold_2 = threshold_1",
    "a label without its model": "DELETE FROM ml_models WHERE id = 1",
    "a value of no metric": "INSERT INTO metric_values VALUES (1, 999, 1.0)",
    "a second scheme of one version": "INSERT INTO rating_schemes (phase, version, title, description)"
    " VALUES ('training', 1, 'x', 'x')",
}


@pytest.mark.parametrize("what", INSERTS)
def test_the_database_itself_refuses(app, what):
    with app.app_context():
        infinity = "9e999" if db.engine.dialect.name == "sqlite" else "'Infinity'"
        with pytest.raises((sa.exc.IntegrityError, sa.exc.DataError)), db.engine.begin() as connection:
            connection.execute(sa.text(INSERTS[what].format(infinity=infinity)))


def test_a_moment_without_time_zone_is_a_mistake():
    with pytest.raises(ValueError, match="time zone"):
        UTCDateTime().process_bind_param(datetime(2026, 1, 1), db)
