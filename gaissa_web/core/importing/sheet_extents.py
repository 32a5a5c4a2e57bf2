"""How far the cells of a sheet reach, seen without laying it out.

The library that reads workbooks makes one full rectangle of a sheet, so that a single cell far out
costs as much as a sheet that is filled up to there. Here the sheet's XML is walked through instead.
"""

from pyexpat import ExpatError, ParserCreate

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.importing.limits import Budget

_FAR = 10**7
"""More rows or columns than any sheet has."""
_VALUES = frozenset({"v", "is", "f", "t"})
_SHEETS = (b"sheetData", b"table-row")
"""What the XML of every sheet contains, of XLSX and of ODS."""


def check_extent(file: str, content: bytes, budget: Budget) -> None:
    """Refuse a part of a workbook whose cells, if it has any, reach further than the budget.

    `content` may be anything; what is no XML, and nothing that a reader less strict than this one
    could take for a sheet, passes.

    Raises:
        UnreadableFileError: It declares entities, or is a sheet that is damaged.
        TooMuchError: Its cells reach too far.
    """
    extent = _Extent()
    parser = ParserCreate()
    parser.StartElementHandler = extent.start
    parser.EndElementHandler = extent.end
    parser.StartDoctypeDeclHandler = extent.doctype
    try:
        parser.Parse(content, True)
    except (ExpatError, ValueError, LookupError) as error:
        if any(mark in content for mark in _SHEETS):
            raise UnreadableFileError(
                f"{file} is not a spreadsheet that can be read; it may be damaged."
            ) from error
    if extent.has_doctype:
        raise UnreadableFileError(f"{file} declares XML entities, which no spreadsheet program does.")
    # The first row names the columns.
    budget.check_table(file, max(extent.rows - 1, 0), extent.columns)


class _Extent:
    """Follows the elements of a sheet; `rows` and `columns` reach to the furthest cell with a value."""

    def __init__(self) -> None:
        self.rows = self.columns = 0
        self.has_doctype = False
        self._row = self._column = self._cell_row = 0
        self._row_repeats = self._column_repeats = 1
        self._widths: dict[str, int] = {}

    def doctype(self, *_: object) -> None:
        self.has_doctype = True

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self._start_cell(attributes.get("r", ""))
        elif name in _VALUES:
            self._reach()
        elif name == "row":
            self._row = _number(attributes.get("r", ""), self._row + 1)
            self._column = 0
        elif name in {"table-cell", "covered-table-cell"}:
            self._start_ods_cell(attributes)
        elif name == "p":
            self._reach()
        elif name == "table-row":
            self._row, self._column = self._row + 1, 0
            self._row_repeats = _repeats(attributes, "rows")
        elif name in {"table", "worksheet"}:
            self._row, self._row_repeats = 0, 1

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name in {"table-cell", "covered-table-cell"}:
            self._column += self._column_repeats - 1
            self._column_repeats = 1
        elif name == "table-row":
            self._row += self._row_repeats - 1
            self._row_repeats = 1

    def _start_cell(self, reference: str) -> None:
        """Go to a cell of XLSX: to where it says it is, or one further in its row."""
        letters = reference.rstrip("0123456789")
        self._column = self._width(letters) if letters else self._column + 1
        self._cell_row = max(self._row, _number(reference[len(letters) :], 0))

    def _start_ods_cell(self, attributes: dict[str, str]) -> None:
        self._column, self._cell_row = self._column + 1, self._row
        self._column_repeats = _repeats(attributes, "columns")
        if any(attribute.endswith(("value", "value-type")) for attribute in attributes):
            self._reach()

    def _reach(self) -> None:
        """Count the cell that is being read as one with a value."""
        self.rows = max(self.rows, self._cell_row + self._row_repeats - 1)
        self.columns = max(self.columns, self._column + self._column_repeats - 1)

    def _width(self, letters: str) -> int:
        """Return the number of the column that `letters` name, "A" being 1."""
        if letters not in self._widths:
            column = 0
            for letter in letters.upper()[:8]:
                column = min(column * 26 + max(ord(letter) - 64, 1), _FAR)
            self._widths[letters] = column
        return self._widths[letters]


def _repeats(attributes: dict[str, str], axis: str) -> int:
    """Return how often an ODS row or cell stands there."""
    for name, count in attributes.items():
        if name.endswith(f"number-{axis}-repeated"):
            return max(_number(count, 1), 1)
    return 1


def _number(text: str, default: int) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit()):
        return default
    return int(text) if len(text) <= len(str(_FAR)) else _FAR
