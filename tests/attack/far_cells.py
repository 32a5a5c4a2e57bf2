"""Workbooks whose cells are far out, in every spelling that a reader may understand."""

from random import Random

from tests.attack.books import SHEET_PART, book, sheet
from tests.attack.kinds import some, upload

_COLUMNS = ("XFD", "ZZZ", "CRXP", "BXO", "ZZZZ", "ZZZZZZ", "ZZZZZZZ", "ZZZZZZZZ", "A" * 40)
_ROWS = (50_001, 50_002, 1_048_576, 1_048_577, 4_294_967_295, 4_294_967_296, 9_999_999_999, 10**30)


def far(chance: Random) -> tuple[bytes, bytes]:
    """Return the column and the row of a cell that is far out, in one direction at least."""
    column = chance.choice(_COLUMNS) if chance.random() < 0.8 else "B"
    row = chance.choice(_ROWS) if column == "B" or chance.random() < 0.7 else some(chance, 2, 10**6)
    return column.encode(), b"%d" % row


def two_cells(chance: Random, pattern: bytes, prefix: bytes = b"") -> bytes:
    """Return a sheet with a cell at its beginning and one far out, whose place is spelt like `pattern`."""
    column, row = far(chance)
    cell = b"<%sc %s><%sv>1</%sv></%sc>"
    rows = b""
    for place, number in ((b"A1", b"1"), (column + row, row)):
        spelt = pattern % place
        inner = cell % (prefix, spelt, prefix, prefix, prefix)
        rows += b"<%srow %s>%s</%srow>" % (prefix, pattern % number, inner, prefix)
    return sheet(rows, prefix=prefix)


@upload("xlsx")
def xlsx_far_cells(chance: Random) -> bytes:
    """Spelt as every program spells them."""
    return book({SHEET_PART: two_cells(chance, b'r="%s"')})


@upload("xlsx")
def xlsx_far_cells_in_single_quotes(chance: Random) -> bytes:
    """Which are as good as double ones."""
    return book({SHEET_PART: two_cells(chance, b"%br='%%s'" % chance.choice((b"", b"s='0' ", b's="0" ')))})


@upload("xlsx")
def xlsx_far_cells_with_blanks(chance: Random) -> bytes:
    """White space around the equals sign, and other attributes about."""
    blanks = [bytes(chance.choices(b" \t\r\n", k=some(chance, 1, 40))) for _ in range(3)]
    return book({SHEET_PART: two_cells(chance, b'%br%b=%b"%%s"' % tuple(blanks))})


@upload("xlsx")
def xlsx_far_cells_with_prefix(chance: Random) -> bytes:
    """Tags and attributes in a namespace that is spelt out."""
    prefix = chance.choice((b"x:", b"a.b:", b"x-1:", "é:".encode(), b"_" * 300 + b":"))
    return book({SHEET_PART: two_cells(chance, chance.choice((b'r="%s"', b"r='%s'", b'x:r="%s"')), prefix)})


@upload("xlsx")
def xlsx_far_cells_behind_a_bracket(chance: Random) -> bytes:
    """An attribute before the place that holds what ends a tag."""
    return book({SHEET_PART: two_cells(chance, b'%b=">" r="%%s"' % chance.choice((b"a", b"s", b"t")))})


@upload("xlsx")
def xlsx_far_cells_in_small_letters(chance: Random) -> bytes:
    """Columns in small letters, signs before numbers, references with dollars."""
    column, row = far(chance)
    place = chance.choice((column.lower() + row, b"$%s$%s" % (column, row), b"%s+%s" % (column, row)))
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="%s"><c r="%s"><v>1</v></c></row>' % (row, place)
    return book({SHEET_PART: sheet(rows)})


@upload("xlsx")
def xlsx_far_cells_by_character_references(chance: Random) -> bytes:
    """The place written as numbers of characters, which XML reads like the characters."""
    column, row = far(chance)
    place = b"".join(b"&#%d;" % character for character in column + row)
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="%s"><c r="%s"><v>1</v></c></row>' % (row, place)
    return book({SHEET_PART: sheet(rows)})


@upload("xlsx")
def xlsx_far_rows_without_cell_places(chance: Random) -> bytes:
    """Rows far out whose cells do not say where they are."""
    _, row = far(chance)
    cells = b"<c><v>1</v></c>" * some(chance, 1, 20_000)
    return book({SHEET_PART: sheet(b"<row>%s</row><row r='%s'>%s</row>" % (cells, row, cells))})


@upload("xlsx")
def xlsx_rows_without_numbers(chance: Random) -> bytes:
    """Very many rows that do not say where they are."""
    cells = b"<c><v>1</v></c>" * some(chance, 1, 3_000)
    return book({SHEET_PART: sheet((b"<row>%s</row>" % cells) * some(chance, 1, 50_000_000 // len(cells)))})


@upload("xlsx")
def xlsx_far_cells_in_a_part_of_another_name(chance: Random) -> bytes:
    """Sheets that are not called .xml."""
    ending = chance.choice((".txt", ".bin", "", ".XML", ".xml ", ".xml.bak", ".rels.x", "/", ".xmł"))
    return book({f"xl/worksheets/sheet{ending}": two_cells(chance, b'r="%s"')})


@upload("xlsx")
def xlsx_far_cells_in_utf16(chance: Random) -> bytes:
    """Parts in another encoding, with and without saying so."""
    encoding = chance.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"))
    told = f'<?xml version="1.0" encoding="{chance.choice((encoding, "utf-8", "utf-16"))}"?>'
    text = told + two_cells(chance, b'r="%s"').decode()
    return book({SHEET_PART: text.encode(encoding)})
