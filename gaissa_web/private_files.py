"""Files and folders that only the user who runs this may read, whatever the process's umask is.

SQLite gives its logs the mode of the database, so a database that is made here has private logs.
"""

import os
import re
import stat
from contextlib import suppress
from pathlib import Path

DOCUMENTS = "documents"
OURS = re.compile(r"secret_key|(gaissa|queue|limits)\.sqlite3(-wal|-shm|-journal)?")
"""The names of all files that we put into the data folder."""
TELLING = {"secret_key", "gaissa.sqlite3"}
"""What makes a folder one of ours, if it holds nothing else but what is ours."""
LOGS = "", "-wal", "-shm", "-journal"


def make_folder(folder: Path) -> None:
    """Make the folder and those that are missing above it; one that is there stays as it is.

    Raises:
        OSError: It cannot be made.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if not folder.is_dir():  # else another process was faster
            raise


def make_file(file: Path) -> None:
    """Make an empty file unless there is one; if it cannot be made, that is for who opens it to say."""
    with suppress(OSError):
        # One that is there is not even opened: closing it would lose SQLite's locks on it.
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def tighten_database(file: Path) -> None:
    """Take from others what they may do with a database of SQLite's and its logs."""
    for log in LOGS:
        _tighten(file.with_name(file.name + log))


def tighten_folder(folder: Path) -> None:
    """Take from others what they may do with what an older version left in a data folder.

    The folder itself is left as it is if it may be somebody else's (a home, /tmp): if it holds
    anything that we did not put there, or nothing of ours yet.
    """
    names = set(os.listdir(folder))
    ours = set(filter(OURS.fullmatch, names))
    for name in ours:
        _tighten(folder / name)
    if _is_cache(folder / DOCUMENTS):
        ours.add(DOCUMENTS)
        for inner in (folder / DOCUMENTS, *(folder / DOCUMENTS).iterdir()):
            _tighten(inner)
    if names & TELLING and names <= ours:
        _tighten(folder)


def _is_cache(folder: Path) -> bool:
    """Whether it holds our documents, and nobody else's."""
    return folder.is_dir() and all(re.fullmatch("[0-9a-f]{2}", name) for name in os.listdir(folder))


def _tighten(path: Path) -> None:
    with suppress(OSError):
        there = path.lstat()
        plain = stat.S_ISREG(there.st_mode) or stat.S_ISDIR(there.st_mode)
        shared = there.st_mode & stat.S_ISVTX  # such as /tmp
        if plain and not shared and there.st_uid == os.geteuid() and there.st_mode & 0o077:
            path.chmod(stat.S_IMODE(there.st_mode) & 0o700)
