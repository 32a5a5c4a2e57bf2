"""Workbooks: XLSX, XLS and ODS. Only stored values are read; formulas are never evaluated."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineWorkbook, load_workbook

from gaissa_web.core.errors import TooMuchError, UnreadableFileError
from gaissa_web.core.importing.limits import MAX_MEMBERS, Budget
from gaissa_web.core.importing.sheet_extents import check_extent
from gaissa_web.core.importing.tables import Table, table_from_rows

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = "EncryptedPackage".encode("utf-16-le")
"""Name of the stream that holds a workbook encrypted by Excel."""


def is_spreadsheet(data: bytes) -> bool:
    """Whether `data` begins as a workbook does."""
    return data.startswith((ZIP, OLE))


def read_spreadsheet(name: str, data: bytes, budget: Budget) -> Table:
    """Read the first sheet that holds anything.

    Raises:
        UnreadableFileError: It is no workbook, locked, damaged or empty.
        TooMuchError: It unpacks to more, or its cells reach further, than the budget gives.
    """
    if data.startswith(ZIP):
        _check_archive(name, data, budget)
    elif LOCKED in data:
        raise UnreadableFileError(f"{name} is locked with a password; please save it without.")
    try:
        rows = _first_rows(load_workbook(io.BytesIO(data)))
        return table_from_rows(name, "spreadsheet", rows, budget)
    except (CalamineError, OSError, ValueError) as error:
        if isinstance(error, UnreadableFileError):
            raise
        raise UnreadableFileError(f"{name} cannot be read as a spreadsheet; it may be damaged.") from error
    except BaseException as error:  # pragma: no cover  a panic in the Rust reader is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableFileError(f"{name} cannot be read as a spreadsheet; it may be damaged.") from error


def _first_rows(workbook: CalamineWorkbook) -> Iterator[list[str]]:
    """Yield the rows of the first sheet that has any, from the sheet's first row on."""
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.height:
            for row in sheet.iter_rows():
                yield [_text(cell) for cell in row]
            return


def _text(cell: object) -> str:
    """The cell as it would stand in a CSV; whole numbers without a fraction."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def _check_archive(name: str, data: bytes, budget: Budget) -> None:
    """Refuse what would unpack, or spread its cells, beyond all proportion, before it is opened.

    Sizes are counted while unpacking: headers can lie.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                raise TooMuchError(f"{name} has more than {MAX_MEMBERS:,} parts; a workbook has fewer.")
            for member in members:
                if member.flag_bits & 0x1:
                    raise UnreadableFileError(f"{name} is locked with a password; please save it without.")
                content = _unpack(memoryview(data), member, budget.unpacked)
                budget.unpack(name, len(content))
                check_extent(name, content, budget)
    except (zipfile.BadZipFile, zlib.error, struct.error, OSError, ValueError, NotImplementedError) as error:
        if isinstance(error, UnreadableFileError):
            raise
        raise UnreadableFileError(
            f"{name} is not a spreadsheet that can be read; it may be damaged."
        ) from error


def _unpack(data: memoryview, member: zipfile.ZipInfo, limit: int) -> bytes:
    """Unpack one member from its real bytes, stopping one past `limit`."""
    name_length, extra_length = struct.unpack_from("<HH", data, member.header_offset + 26)
    start = member.header_offset + 30 + name_length + extra_length
    packed = data[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        return bytes(packed[: limit + 1])
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile("a method that workbooks do not use")
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, limit + 1)
