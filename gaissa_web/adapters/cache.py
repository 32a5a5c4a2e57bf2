"""Rendered documents kept on disk, so that a second reader does not wait for the printer."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gaissa_web.private_files import make_folder


@dataclass(frozen=True, slots=True)
class DocumentCache:
    """Documents in a folder, by a key that changes whenever their content would."""

    folder: Path

    def get(self, key: str, suffix: str, render: Callable[[], bytes]) -> bytes:
        """Return the document kept under `key`, rendering and keeping it if it is not there yet.

        Written to a temporary name and moved, so that no reader ever sees half of one.
        """
        path = self.folder / key[:2] / f"{key}.{suffix}"
        try:
            return path.read_bytes()
        except FileNotFoundError:
            content = render()
        make_folder(path.parent)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
        return content
