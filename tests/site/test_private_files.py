"""Who else is on the machine reads nothing of ours: modes of files and folders, whatever the umask is."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gaissa_web.config import PROJECT, SettingsError, read_settings
from gaissa_web.private_files import make_folder, tighten_folder

USE = """
import json, os, sys
from pathlib import Path
from gaissa_web.app import create_app
from gaissa_web.adapters.cache import DocumentCache
from gaissa_web.storage import migrations
from gaissa_web.storage.db import db, ping
from gaissa_web.web.background import queue

app = create_app()
with app.app_context():
    migrations.upgrade()
    ping()
    queue().put(1, "visitors")
    settings = app.config["SETTINGS"]
    DocumentCache(settings.documents_dir, 10**9).get("ab12", "pdf", lambda: b"x")
    db.session.execute(db.text("CREATE TABLE t (x)"))
    places = [Path(p) for p in sys.argv[1:]]
    found = [p for place in places for p in (place, *place.rglob("*"))]
    print(json.dumps({str(p): p.stat().st_mode & 0o7777 for p in found}))
"""
FILES = {"secret_key", "gaissa.sqlite3", "gaissa.sqlite3-wal", "gaissa.sqlite3-shm", "queue.sqlite3"}


def use(umask, *places, **environ):
    """Run the site in a process of its own with that umask; return the modes of all there is then."""
    said = subprocess.check_output(
        [sys.executable, "-c", USE, *places], umask=umask, env=environ, cwd=PROJECT, text=True
    )
    return {Path(name): mode for name, mode in json.loads(said).items()}


def modes(folder):
    return {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}


def wide(found):
    """What others could do something with."""
    return {path: oct(mode) for path, mode in found.items() if mode & 0o077}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_all_that_is_made_is_for_its_owner_alone(tmp_path, umask):
    data = tmp_path / "new" / "data"
    found = use(umask, tmp_path / "new", GAISSA_DATA_DIR=str(data))
    assert {path.name for path in found} >= FILES | {"new", "data", "documents", "ab", "ab12.pdf"}
    assert wide(found) == {}
    assert {mode for path, mode in found.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in found.items() if path.is_file()} == {0o600}


def test_a_database_elsewhere_is_for_its_owner_alone_too(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    address = f"sqlite:///{shared / 'site.db'}"
    found = use(0, shared, GAISSA_DATA_DIR=str(tmp_path / "data"), DATABASE_URL=address)
    assert {path.name for path in found} == {"shared", "site.db", "site.db-wal", "site.db-shm"}
    assert wide(found) == {shared: "0o755"}


def widen(folder):
    for path in folder.rglob("*"):
        path.chmod(0o777 if path.is_dir() else 0o666)
    folder.chmod(0o755)


def test_what_an_older_version_left_open_is_closed_at_the_start(tmp_path):
    data = tmp_path / "data"
    use(0o022, data, GAISSA_DATA_DIR=str(data))
    for name in ("gaissa.sqlite3-wal", "gaissa.sqlite3-shm", "queue.sqlite3-wal", "gaissa.sqlite3-journal"):
        (data / name).touch()
    widen(data)
    (data / "documents" / "ab" / "ab12.pdf").chmod(0o600)  # as it always was
    read_settings({"GAISSA_DATA_DIR": str(data)})
    assert wide(modes(data)) == {}


@pytest.mark.parametrize("before", ["notes.txt", "documents/thesis.txt", "gaissa.sqlite3.bak"])
def test_a_folder_that_holds_anything_else_stays_as_it_is(tmp_path, before):
    home = tmp_path / "home"
    (home / before).parent.mkdir(parents=True)
    (home / before).write_text("theirs")
    widen(home)
    untouched = modes(home)
    for _ in range(2):
        read_settings({"GAISSA_DATA_DIR": str(home)})
    found = modes(home)
    assert found.pop(home / "secret_key") == 0o600
    assert found == untouched


def test_an_empty_folder_that_was_there_is_not_ours_yet(tmp_path):
    tmp_path.chmod(0o755)
    read_settings({"GAISSA_DATA_DIR": str(tmp_path)})
    assert wide(modes(tmp_path)) == {tmp_path: "0o755"}


def test_a_shared_folder_stays_shared_although_all_in_it_is_ours(tmp_path):
    shared = tmp_path / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    for _ in range(2):
        read_settings({"GAISSA_DATA_DIR": str(shared)})
        assert stat.S_IMODE(shared.stat().st_mode) == 0o1777
    assert stat.S_IMODE((shared / "secret_key").stat().st_mode) == 0o600


def test_a_link_is_not_followed(tmp_path):
    elsewhere, data = tmp_path / "elsewhere", tmp_path / "data"
    elsewhere.write_text("x")
    elsewhere.chmod(0o644)
    data.mkdir()
    (data / "queue.sqlite3").symlink_to(elsewhere)
    tighten_folder(data)
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o644


def test_a_folder_below_a_file_is_refused_in_words(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        make_folder(tmp_path / "file" / "data")
    with pytest.raises(SettingsError, match="GAISSA_DATA_DIR"):
        read_settings({"GAISSA_DATA_DIR": str(tmp_path / "file" / "data")})


def test_a_database_that_is_deleted_while_the_site_runs_comes_back_private(tmp_path):
    from sqlalchemy import create_engine

    from gaissa_web.storage.db import tune_sqlite

    engine = create_engine(f"sqlite:///{tmp_path / 'site.db'}")
    tune_sqlite(engine)
    before = os.umask(0)
    try:
        for _ in range(2):
            engine.connect().close()
            engine.dispose()
            assert stat.S_IMODE((tmp_path / "site.db").stat().st_mode) == 0o600
            (tmp_path / "site.db").unlink()
    finally:
        os.umask(before)
