"""Rendered documents kept on disk, so that a second reader does not wait for the printer."""

import logging
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gaissa_web.private_files import make_folder

logger = logging.getLogger(__name__)
FOLDERS = 256
"""How many folders the documents are spread over, by the first two signs of their keys."""
UNFINISHED = "unfinished-"
ABANDONED_AFTER_S = 600


@dataclass(frozen=True, slots=True)
class DocumentCache:
    """Documents in a folder, by a hexadecimal key that changes whenever their content would.

    They take at most `max_bytes`: each of the folders that they are spread over gets its share, and
    the ones that were not asked for the longest go first. A document that cannot be kept is sent
    all the same.
    """

    folder: Path
    max_bytes: int

    def get(self, key: str, suffix: str, render: Callable[[], bytes]) -> bytes:
        """Return the document kept under `key`, rendering and keeping it if it is not there yet."""
        path = self.folder / key[:2] / f"{key}.{suffix}"
        try:
            content = path.read_bytes()
        except OSError:
            content = render()
            try:
                self._keep(path, content)
            except OSError as error:
                logger.warning("a document could not be kept: %s", error)
        else:
            with suppress(OSError):
                os.utime(path)
        return content

    def _keep(self, path: Path, content: bytes) -> None:
        """Write to a temporary name and move, so that no reader ever sees half of a document."""
        make_folder(path.parent)
        share = self.max_bytes // FOLDERS
        _make_room(path.parent, share - len(content))
        if len(content) > share:
            return
        handle, temporary = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(temporary, path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise


def _make_room(folder: Path, most: int) -> None:
    """Delete what is oldest in the folder until the rest takes at most that many bytes."""
    files = []
    for entry in os.scandir(folder):
        with suppress(FileNotFoundError):  # another process makes room, too
            stat = entry.stat()
            files.append((stat.st_mtime, stat.st_size, entry))
    left = sum(size for _, size, _ in files)
    for used_at, size, entry in sorted(files, key=lambda file: file[0]):
        unfinished = entry.name.startswith(UNFINISHED)
        if left > most or (unfinished and used_at < time.time() - ABANDONED_AFTER_S):
            Path(entry.path).unlink(missing_ok=True)
            left -= size
