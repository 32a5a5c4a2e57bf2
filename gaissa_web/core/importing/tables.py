"""What every file becomes: a table of texts, with what was wrong in single rows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gaissa_web.core.errors import UnreadableFileError

MAX_ROWS = 50_000
MAX_COLUMNS = 2_000
MAX_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class RowError:
    """Something wrong in one place of a file; `line` counts from 1, 0 means the file as a whole."""

    line: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows of texts under column names; `first_line` is the file's line of the first row."""

    name: str
    format: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    errors: tuple[RowError, ...] = ()
    first_line: int = 2

    def index(self, column: str) -> int | None:
        """Return where the column of that name is, whatever the letter case; None if there is none."""
        wanted = column.strip().casefold()
        return next((i for i, name in enumerate(self.columns) if name.casefold() == wanted), None)


def table_from_rows(name: str, form: str, rows: Iterable[Sequence[str]]) -> Table:
    """Make a table of `rows`, the first not empty one of which names the columns.

    Rows that are longer or shorter than the header are kept as far as they go and reported.

    Raises:
        UnreadableFileError: There are no names, no rows, or more than anybody would upload.
    """
    lines = ((number, [cell.strip() for cell in row]) for number, row in enumerate(rows, start=1))
    filled = ((number, row) for number, row in lines if any(row))
    header_line, header = next(filled, (1, []))
    if not header:
        raise UnreadableFileError(f"{name} is empty.")
    if len(header) > MAX_COLUMNS:
        raise UnreadableFileError(
            f"{name} has more than {MAX_COLUMNS:,} columns; a tracker's file has fewer."
        )
    errors = [
        RowError(header_line, column, "This column appears twice; its first appearance is read.")
        for column, count in Counter(column.casefold() for column in header if column).items()
        if count > 1
    ]
    kept: list[tuple[str, ...]] = []
    for number, row in filled:
        if len(row) > len(header):
            errors.append(RowError(number, "", "This row has more cells than there are column names."))
        kept.append(tuple((row + [""] * len(header))[: len(header)]))
        if len(kept) > MAX_ROWS or len(kept) * len(header) > MAX_CELLS:
            raise UnreadableFileError(f"{name} has too many rows; up to {MAX_ROWS:,} can be read.")
    if not kept:
        raise UnreadableFileError(f"{name} has column names but no values below them.")
    return Table(name, form, tuple(header), tuple(kept), tuple(errors), header_line + 1)
