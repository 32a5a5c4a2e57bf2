"""Reading from a file that nobody vouches for: never more than was agreed on."""

import json
from typing import IO, Any

from gaissa_web.core.errors import UnreadableFileError

MAX_MARKS = 2_000_000
"""How many commas and opening brackets JSON may have; the entry of a tensor takes seven."""


def bounded_json(text: bytes, name: str) -> Any:
    """Return what JSON says, unless it could fill the memory; `name` is what it is, for a sentence.

    Raises:
        UnreadableFileError: It is damaged, or has more entries than any model has tensors.
    """
    if sum(map(text.count, (b",", b"{", b"["))) > MAX_MARKS:
        raise UnreadableFileError(f"{name} has more entries than any model needs.")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFileError(f"{name} is damaged.") from error


class Bounded:
    """The next `limit` bytes of a file, with as much of a file's manners as pickle needs.

    Raises:
        UnreadableFileError: By `read` and `readline`, once more than `limit` bytes were read.
    """

    def __init__(self, file: IO[bytes], limit: int) -> None:
        self._file = file
        self._left = limit

    def read(self, length: int) -> bytes:
        """Return so many bytes, or fewer where the file ends."""
        data = self._file.read(min(length, self._left + 1))
        return self._counted(data)

    def readline(self) -> bytes:
        """Return the bytes up to the next line's beginning, or up to the end."""
        return self._counted(self._file.readline(self._left + 1))

    def _counted(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            raise UnreadableFileError("The description of its tensors is larger than any model needs.")
        return data
