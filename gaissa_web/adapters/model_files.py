"""Models on the disk of whoever asks: opening files and folders for `core.inspecting`."""

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting import (
    INDEX,
    Contents,
    DataFile,
    Inspection,
    choose,
    inspection,
    read_model_file,
)
from gaissa_web.core.text import one_line

MAX_INDEX = 50_000_000

_REASONS = {
    errno.ENOENT: "There is no such file or folder.",
    errno.ENOTDIR: "There is no such file or folder.",
    errno.EACCES: "You may not read it.",
    errno.EPERM: "You may not read it.",
    errno.ELOOP: "It is a link that leads back to itself.",
}


def inspect_model(path: Path) -> Inspection:
    """Read the model in a file, or in a folder as a model hub arranges it.

    Raises:
        UnreadableFileError: It cannot be read; the message is a sentence that says why.
    """
    try:
        return _inspect_folder(path) if path.is_dir() else _inspect_files(path, path.parent, [path.name], "")
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"It cannot be read ({error.strerror}).")
        raise UnreadableFileError(reason) from error
    except ValueError as error:
        if isinstance(error, UnreadableFileError):
            raise
        raise UnreadableFileError("Its name cannot be one of a file.") from error


def _inspect_folder(folder: Path) -> Inspection:
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if not entry.is_dir()]
    indexes = {name: _index(folder / name) for name in names if name.endswith(INDEX)}
    chosen = choose(names, indexes)
    return _inspect_files(folder, folder, chosen.files, chosen.left_out)


def _inspect_files(path: Path, folder: Path, names: Iterable[str], left_out: str) -> Inspection:
    sizes: dict[str, int] = {}
    contents: list[Contents] = []
    for name in names:
        sizes[one_line(name)] = size = _size(folder / name)
        with (folder / name).open("rb") as file:
            contents.append(read_model_file(file, size))
        sizes |= _data_sizes(folder, contents[-1].data_files)
    return inspection(one_line(path.resolve().name), sizes, contents, left_out)


def _data_sizes(folder: Path, files: Iterable[DataFile]) -> dict[str, int]:
    """Return the sizes of the files that hold a model's data, once they are found to be large enough."""
    needed: dict[str, int] = {}
    for file in files:
        needed[file.name] = max(file.least_size, needed.get(file.name, 0))
    sizes = {}
    for name, least_size in needed.items():
        if not name or Path(name).is_absolute() or ".." in Path(name).parts or "\0" in name:
            raise UnreadableFileError("Its data are said to be in a file outside of its folder.")
        try:
            sizes[one_line(name)] = size = _size(folder / name)
        except OSError as error:
            raise UnreadableFileError(
                f"Its data are missing: there is no readable {one_line(name)}."
            ) from error
        if size < least_size:
            raise UnreadableFileError(f"{one_line(name)} ends before its tensors do; it may be incomplete.")
    return sizes


def _size(path: Path) -> int:
    """Return the size of a file, and of nothing that would have us wait, such as a pipe."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableFileError("It is neither a file nor a folder.")
    return found.st_size


def _index(path: Path) -> bytes:
    if _size(path) > MAX_INDEX:
        raise UnreadableFileError(f"{one_line(path.name)} is larger than any index needs to be.")
    return path.read_bytes()
