"""Protocol Buffers on the wire: the fields of a message, skipping over what is not asked for.

The encoding is described at https://protobuf.dev/programming-guides/encoding/.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from gaissa_web.core.errors import UnreadableFileError

MAX_FIELDS = 2_000_000
MAX_TEXT = 1_000
"""Bytes of a name that are read."""

_VARINT, _FIXED_64, _DELIMITED, _FIXED_32 = 0, 1, 2, 5
_VARINT_BYTES = 10


@dataclass(frozen=True, slots=True)
class Span:
    """A message, text or data inside the file: where it begins and where it ends."""

    begin: int
    end: int

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return self.end - self.begin


class Wire:
    """A file of messages.

    Raises:
        UnreadableFileError: By all of its methods, if the file is damaged or has too many fields.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._fields = 0

    def fields(self, message: Span) -> Iterator[tuple[int, int | Span]]:
        """Yield number and value of each field: a whole number, or the span of anything longer."""
        position = message.begin
        while position < message.end:
            self._fields += 1
            if self._fields > MAX_FIELDS:
                raise UnreadableFileError("It has more entries than any model needs.")
            key, position = self._varint(position)
            value: int | Span
            if key & 7 == _VARINT:
                value, position = self._varint(position)
            else:
                value = self._span(key & 7, position)
                position = value.end
            if position > message.end:
                raise _damaged()
            yield key >> 3, value

    def text(self, span: int | Span) -> str:
        """Return what a field says as text; of a long one only the beginning."""
        return self.data(span).decode("utf-8", "replace")

    def data(self, span: int | Span, limit: int = MAX_TEXT) -> bytes:
        """Return the bytes of a field, so many at most."""
        found = self.span(span)
        self._file.seek(found.begin)
        return self._file.read(min(found.length, limit))

    def span(self, value: int | Span) -> Span:
        """Return the value of a field that must be longer than a number."""
        if isinstance(value, int):
            raise _damaged()
        return value

    def numbers(self, value: int | Span) -> Iterator[int]:
        """Yield the numbers of a repeated field, which may be one, or packed."""
        if isinstance(value, int):
            yield value
            return
        position = value.begin
        while position < value.end:
            self._fields += 1
            if self._fields > MAX_FIELDS:
                raise UnreadableFileError("It has more entries than any model needs.")
            number, position = self._varint(position)
            yield number

    def _span(self, kind: int, position: int) -> Span:
        if kind == _DELIMITED:
            length, position = self._varint(position)
            if length >= 0:
                return Span(position, position + length)
        elif kind in {_FIXED_64, _FIXED_32}:
            return Span(position, position + (8 if kind == _FIXED_64 else 4))
        raise _damaged()

    def _varint(self, position: int) -> tuple[int, int]:
        """Return the whole number at `position`, negative if its 64th bit says so, and where it ends."""
        self._file.seek(position)
        value = 0
        for index, byte in enumerate(self._file.read(_VARINT_BYTES)):
            value |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                value &= 2**64 - 1
                return value - 2**64 if value >= 2**63 else value, position + index + 1
        raise _damaged()


def _damaged() -> UnreadableFileError:
    return UnreadableFileError("The file is damaged, incomplete, or no ONNX file.")
