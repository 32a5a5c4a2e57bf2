"""PyTorch files: state dicts, checkpoints, whole modules and TorchScript, in their two containers.

Since PyTorch 1.6 a file is a ZIP archive with the description in `data.pkl` and each storage in an
entry of its own; before, and on request, pickles and storages follow one another.
"""

import zipfile
import zlib
from typing import BinaryIO

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.inspecting.bounded import Bounded
from gaissa_web.core.inspecting.checkpoints import model_views, tensors
from gaissa_web.core.inspecting.contents import Contents, shown
from gaissa_web.core.inspecting.pickles import Made, load

FORMAT = "PyTorch"
ZIP = b"PK\x03\x04"
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
MAX_DESCRIPTION = 100_000_000
MAX_READ = 10_000_000
"""Bytes of an archive that may be read at once: its directory needs about a hundred for each storage."""

_MAGIC_BYTES = b"\x8a\x0a" + LEGACY_MAGIC.to_bytes(10, "little")
_LENGTH = 8


def is_legacy_pytorch(start: bytes) -> bool:
    """Whether a file that begins with these bytes has the container of before PyTorch 1.6."""
    return start.startswith(b"\x80") and _MAGIC_BYTES in start


def read_archive(file: BinaryIO) -> Contents:
    """Read a ZIP archive as `torch.save` and `torch.jit.save` write it.

    Raises:
        UnreadableFileError: It is damaged, incomplete, or no archive of PyTorch's.
    """
    try:
        with zipfile.ZipFile(_Sips(file)) as archive:
            return _read_entries(archive)
    except UnreadableFileError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError) as error:
        raise UnreadableFileError("The archive is damaged or incomplete.") from error


def _read_entries(archive: zipfile.ZipFile) -> Contents:
    sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    descriptions = (name for name in sizes if name.endswith("/data.pkl") and name.count("/") == 1)
    root = next(descriptions, "").removesuffix("data.pkl")
    if not root:
        raise UnreadableFileError("It is a ZIP archive, but not one that PyTorch wrote.")
    # A frozen TorchScript module keeps its weights among the constants of its code.
    for description, folder in (("data.pkl", "data"), ("constants.pkl", "constants")):
        if root + description not in sizes:
            continue
        if archive.getinfo(root + description).compress_type not in {
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        }:
            raise UnreadableFileError("The archive is compressed in a way that PyTorch does not use.")
        with archive.open(root + description) as file:
            views, notes = model_views(load(Bounded(file, MAX_DESCRIPTION)))
        for storage in {view.storage for view in views}:
            if sizes.get(f"{root}{folder}/{storage.key}", -1) < storage.size:
                raise UnreadableFileError(
                    f"The data of storage “{shown(storage.key)}” are missing or cut off."
                )
        if views:
            return Contents(FORMAT, tensors(views), notes)
    raise UnreadableFileError("It holds no tensors.")


class _Sips:
    """A file that gives only so much at once, whatever length of directory or entry an archive claims."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, length: int = -1) -> bytes:
        if length > MAX_READ:
            raise UnreadableFileError("The archive has more entries than any model needs.")
        return self._file.read(length)


def read_legacy(file: BinaryIO, size: int) -> Contents:
    """Read pickles and storages that follow one another, as PyTorch wrote them before version 1.6.

    Raises:
        UnreadableFileError: It is damaged or incomplete.
    """
    file.seek(0)
    source = Bounded(file, MAX_DESCRIPTION)
    for _ in ("magic number", "version", "system"):
        load(source)
    views, notes = model_views(load(source))
    keys = load(source)
    if not views:
        raise UnreadableFileError("It holds no tensors.")
    stored = {key for key in keys.elements if isinstance(key, str)} if isinstance(keys, Made) else set()
    used = {view.storage for view in views}
    if any(s.key not in stored for s in used) or file.tell() + sum(_LENGTH + s.size for s in used) > size:
        raise UnreadableFileError("The file ends before its tensors do; it may be incomplete.")
    return Contents(FORMAT, tensors(views), notes)
