"""ZIP archives written by hand, so that every field of them can lie."""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

STORED, DEFLATED = 0, 8


@dataclass(frozen=True, slots=True)
class Member:
    """A member as its two headers describe it; `packed` are its real bytes."""

    name: bytes
    packed: bytes
    size: int
    crc: int
    method: int = DEFLATED
    flags: int = 0
    told_packed: int | None = None
    offset: int | None = None
    """Where its central record says that it begins, if not where it does."""
    is_listed: bool = True
    is_written: bool = True

    @property
    def told(self) -> int:
        """How long its headers say that it is."""
        return len(self.packed) if self.told_packed is None else self.told_packed


def member(name: str | bytes, content: bytes, method: int = DEFLATED) -> Member:
    """Return an honest member."""
    packed = deflated(content) if method == DEFLATED else content
    named = name if isinstance(name, bytes) else name.encode()
    return Member(named, packed, len(content), zlib.crc32(content), method)


def deflated(content: bytes) -> bytes:
    """Return the content packed as archives have it, without a header."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def repeated(piece: bytes, times: int, before: bytes = b"", after: bytes = b"") -> bytes:
    """Return `piece` packed so often in a row without ever unpacking it: a bomb costs its maker nothing."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    start = packer.compress(before) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + block * times + packer.compress(after) + packer.flush()


def bomb(name: str, piece: bytes, times: int, before: bytes = b"", after: bytes = b"") -> Member:
    """Return a member that unpacks to `piece` so often in a row; its checksum is wrong."""
    size = len(before) + len(piece) * times + len(after)
    return Member(name.encode(), repeated(piece, times, before, after), size & 0xFFFFFFFF, 0)


def archive(members: Iterable[Member], *, with_directory: bool = True, zip64: bool = False) -> bytes:
    """Return the archive of `members`, in their order."""
    pieces: list[bytes] = []
    records: list[bytes] = []
    place = 0
    for one in members:
        if one.is_listed:
            records.append(_central(one, place if one.offset is None else one.offset))
        if one.is_written:
            pieces += (_local(one), one.packed)
            place += len(pieces[-2]) + len(pieces[-1])
    directory = b"".join(records)
    return b"".join(pieces) + (directory + _end(len(records), len(directory), place, zip64)) * with_directory


def lying(chance: Random, one: Member) -> Member:
    """Return the member with one field of its headers wrong."""
    number = chance.choice((0, 1, 10, len(one.packed) * 2, 2**31, 2**32 - 2, 2**32 - 1))
    lies = (
        lambda: replace(one, size=number),
        lambda: replace(one, told_packed=number),
        lambda: replace(one, crc=1),
        lambda: replace(one, method=chance.choice((STORED, 9, 12, 99))),
    )
    return chance.choice(lies)()


def _fields(one: Member) -> bytes:
    """What both headers tell: flags, method, time, checksum, sizes, length of the name."""
    told = (one.flags, one.method, 0, 0x21, one.crc, one.told, one.size, len(one.name))
    return struct.pack("<HHHHLLLH", *told)


def _local(one: Member) -> bytes:
    return b"PK\x03\x04" + struct.pack("<H", 20) + _fields(one) + struct.pack("<H", 0) + one.name


def _central(one: Member, place: int) -> bytes:
    rest = struct.pack("<HHHHLL", 0, 0, 0, 0, 0, place & 0xFFFFFFFF)
    return b"PK\x01\x02" + struct.pack("<HH", 20, 20) + _fields(one) + rest + one.name


def _end(count: int, size: int, place: int, zip64: bool) -> bytes:
    if not zip64:
        return b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, count & 0xFFFF, count & 0xFFFF, size, place, 0)
    end = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, count, count, size, place)
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, place + size, 1)
    plain = struct.pack("<HHHHLLH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return end + locator + b"PK\x05\x06" + plain
