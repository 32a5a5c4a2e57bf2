"""Workbooks: XLSX, XLS and ODS. Only stored values are read; formulas are never evaluated."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineWorkbook, load_workbook

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.importing.tables import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Table, table_from_rows

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = "EncryptedPackage".encode("utf-16-le")
"""Name of the stream that holds a workbook encrypted by Excel."""
MAX_UNPACKED = 60_000_000

_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]{1,7})(\d{1,9})"')
_ODS_REPEATS = re.compile(rb'number-(rows|columns)-repeated="(\d+)"')
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def is_spreadsheet(data: bytes) -> bool:
    """Whether `data` begins as a workbook does."""
    return data.startswith((ZIP, OLE))


def read_spreadsheet(name: str, data: bytes) -> Table:
    """Read the first sheet that holds anything.

    Raises:
        UnreadableFileError: It is no workbook, locked, damaged, empty, or unpacks to more than
            anybody would upload.
    """
    if data.startswith(ZIP):
        _check_archive(name, data)
    elif LOCKED in data:
        raise UnreadableFileError(f"{name} is locked with a password; please save it without.")
    try:
        workbook = load_workbook(io.BytesIO(data))
        rows = next((rows for rows in _sheets(workbook) if rows), [])
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableFileError(f"{name} cannot be read as a spreadsheet; it may be damaged.") from error
    except BaseException as error:  # pragma: no cover  a panic in the Rust reader is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableFileError(f"{name} cannot be read as a spreadsheet; it may be damaged.") from error
    return table_from_rows(name, "spreadsheet", rows)


def _sheets(workbook: CalamineWorkbook) -> Iterator[list[list[str]]]:
    for sheet in workbook.sheet_names:
        rows = workbook.get_sheet_by_name(sheet).to_python(nrows=MAX_ROWS + 2)
        yield [[_text(cell) for cell in row] for row in rows]


def _text(cell: object) -> str:
    """The cell as it would stand in a CSV; whole numbers without a fraction."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def _check_archive(name: str, data: bytes) -> None:
    """Refuse what would unpack, or spread its cells, beyond all proportion, before it is opened.

    The reader lays a sheet out as one full rectangle, so a single cell far out costs as much as
    a sheet that is filled up to there. Sizes are counted while unpacking: headers can lie.
    """
    left = MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                if member.flag_bits & 0x1:
                    raise UnreadableFileError(f"{name} is locked with a password; please save it without.")
                content = _unpack(data, archive, member, left)
                left -= len(content)
                if left < 0:
                    raise UnreadableFileError(f"{name} unpacks to more than {MAX_UNPACKED // 1_000_000} MB.")
                _check_member(name, member.filename, content)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError) as error:
        if isinstance(error, UnreadableFileError):
            raise
        raise UnreadableFileError(
            f"{name} is not a spreadsheet that can be read; it may be damaged."
        ) from error


def _unpack(data: bytes, archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """Unpack one member from its real bytes, stopping one past `limit`."""
    if member.compress_type == zipfile.ZIP_STORED:
        with archive.open(member) as file:
            return file.read(limit + 1)
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile("a method that workbooks do not use")
    name_length = int.from_bytes(data[member.header_offset + 26 : member.header_offset + 28], "little")
    extra_length = int.from_bytes(data[member.header_offset + 28 : member.header_offset + 30], "little")
    start = member.header_offset + 30 + name_length + extra_length
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[start:], limit + 1)


def _check_member(name: str, member: str, content: bytes) -> None:
    if not member.endswith((".xml", ".rels")):
        return
    if _DOCTYPE.search(content):
        raise UnreadableFileError(f"{name} declares XML entities, which no spreadsheet program does.")
    columns = rows = 0
    for letters, number in _CELL.findall(content):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        columns, rows = max(columns, column), max(rows, int(number))
    if columns > MAX_COLUMNS or rows > MAX_ROWS + 1 or columns * rows > MAX_CELLS:
        raise UnreadableFileError(f"{name} has cells too far out; up to {MAX_ROWS:,} rows can be read.")
    if member == "content.xml":
        _check_ods(name, content)


def _check_ods(name: str, content: bytes) -> None:
    """Refuse filled cells that are repeated over a huge area; empty ones pad every sheet."""
    for row in content.split(b"<table:table-row")[1:]:
        head, _, cells = row.partition(b">")
        if b"office:value" not in cells and b"<text:p" not in cells:
            continue
        repeats = {axis: int(count) for axis, count in _ODS_REPEATS.findall(head)}
        width = 0
        for cell in re.split(rb"<table:(?:covered-)?table-cell", cells)[1:]:
            filled = b"office:value" in cell.partition(b">")[0] or b"<text:p" in cell
            repeated = (
                sum(int(count) for axis, count in _ODS_REPEATS.findall(cell) if axis == b"columns") or 1
            )
            width += repeated if filled else 0
        if repeats.get(b"rows", 1) > MAX_ROWS or width > MAX_COLUMNS:
            raise UnreadableFileError(
                f"{name} repeats cells without end; up to {MAX_ROWS:,} rows can be read."
            )
