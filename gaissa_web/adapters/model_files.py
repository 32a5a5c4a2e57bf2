"""Models on the disk of whoever asks: opening files and folders for `core.inspecting`."""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting import (
    INDEX,
    Choice,
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
    with _sentences():
        is_folder = path.is_dir()
        folder = path if is_folder else path.parent
        chosen = _choose(folder) if is_folder else Choice((path.name,), "")
    sizes: dict[str, int] = {}
    contents: list[Contents] = []
    for file in chosen.files:
        with _sentences(file if is_folder else ""):
            sizes[one_line(file)] = size = _size(folder / file)
            with (folder / file).open("rb") as opened:
                contents.append(read_model_file(opened, size))
            sizes |= _data_sizes(folder, contents[-1].data_files)
    # As it was called: in a cache of a model hub a link leads to a name that says nothing.
    name = Path(os.path.abspath(path)).name
    return inspection(one_line(name), sizes, contents, chosen.left_out)


@contextmanager
def _sentences(file: str = "") -> Iterator[None]:
    """Raise what goes wrong as an UnreadableFileError, with the name of the file if there are several."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"It cannot be read ({error.strerror}).")
    except UnreadableFileError as error:
        reason = str(error)
    else:
        return
    raise UnreadableFileError(f"{one_line(file)}: {reason}" if file else reason)


def _choose(folder: Path) -> Choice:
    names = [path.name for path in folder.iterdir() if not path.is_dir()]
    return choose(names, {name: _index(folder / name) for name in names if name.endswith(INDEX)})


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
