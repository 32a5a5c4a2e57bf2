"""What every file becomes: a table of texts, with what was wrong in single rows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gaissa_web.core.errors import TooMuchError, UnreadableFileError
from gaissa_web.core.importing.limits import MAX_CELL, Budget, check_names


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
    _places: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for place, name in enumerate(self.columns):
            self._places.setdefault(name.casefold(), place)

    def index(self, column: str) -> int | None:
        """Return where the column of that name is, whatever the letter case; None if there is none."""
        return self._places.get(column.strip().casefold())


def table_from_rows(
    name: str, form: str, rows: Iterable[Sequence[str]], budget: Budget | None = None
) -> Table:
    """Make a table of `rows`, the first not empty one of which names the columns.

    Rows that are longer or shorter than the header are kept as far as they go and reported. The
    rows are taken one by one, and none any more once the `budget` is spent.

    Raises:
        UnreadableFileError: There are no names or no rows.
        TooMuchError: There is more than the budget gives, or a cell or name is out of all proportion.
    """
    budget = budget or Budget()
    lines = ((number, [cell.strip() for cell in row]) for number, row in enumerate(rows, start=1))
    filled = ((number, row) for number, row in lines if any(row))
    header_line, header = next(filled, (1, []))
    if not header:
        raise UnreadableFileError(f"{name} is empty.")
    budget.check_table(name, 1, len(header))
    check_names(name, header)
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
        budget.check_table(name, len(kept), len(header))
        if max(map(len, kept[-1])) > MAX_CELL:
            raise TooMuchError(f"{name} cannot be read in line {number}: a cell is too long.")
    if not kept:
        raise UnreadableFileError(f"{name} has column names but no values below them.")
    budget.spend(name, len(kept), len(header))
    return Table(name, form, tuple(header), tuple(kept), tuple(errors), header_line + 1)
