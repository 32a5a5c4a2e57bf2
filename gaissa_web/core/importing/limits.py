"""How much one request may make us read: all files of it draw on one budget.

The readers ask the budget before they allocate, so that a small file cannot ask for much memory.
"""

from collections.abc import Iterable

from gaissa_web.core.errors import TooMuchError

MAX_FILES = 50
MAX_UNPACKED = 60_000_000
"""Bytes that the archives of a request may unpack to."""
MAX_MEMBERS = 2_000
"""Members of one archive; a workbook has one for each sheet, picture and style."""
MAX_CELLS = 1_000_000
MAX_ROWS = 50_000
MAX_COLUMNS = 2_000
MAX_NAME = 500
"""Characters of a column's name; of nested data with the names above it."""
MAX_CELL = 131_072
"""Characters of a cell; as many as Python's own reader of CSV takes."""
MAX_DEPTH = 20


class Budget:
    """What is left of what the files of one request may take together.

    Raises:
        TooMuchError: There are too many of them.
    """

    def __init__(self, files: int = 1) -> None:
        if files > MAX_FILES:
            raise TooMuchError(f"These are {files:,} files; up to {MAX_FILES} can be read in one go.")
        self.cells = MAX_CELLS
        self.unpacked = MAX_UNPACKED

    def unpack(self, file: str, size: int) -> None:
        """Spend `size` bytes on unpacking.

        Raises:
            TooMuchError: More than is left.
        """
        self.unpacked -= size
        if self.unpacked < 0:
            raise TooMuchError(
                f"{file} unpacks to more than can be read in one go, {MAX_UNPACKED // 1_000_000} MB."
            )

    def spend(self, file: str, rows: int, columns: int) -> None:
        """Spend the cells of a table that is kept.

        Raises:
            TooMuchError: More than is left.
        """
        self.check_table(file, rows, columns)
        self.cells -= rows * columns

    def check_table(self, file: str, rows: int, columns: int) -> None:
        """Make sure that a table of that size could be kept, before it is laid out.

        Raises:
            TooMuchError: It has more rows, columns or cells than are left.
        """
        if columns > MAX_COLUMNS:
            raise TooMuchError(
                f"{file} has more than {MAX_COLUMNS:,} columns or names; a tracker’s has fewer."
            )
        if rows > MAX_ROWS:
            raise TooMuchError(f"{file} has too many rows; up to {MAX_ROWS:,} can be read.")
        if rows * columns > self.cells:
            raise TooMuchError(
                f"{file} has too many cells; up to {MAX_CELLS:,} (rows times columns) can be read in one go."
            )


def check_names(file: str, names: Iterable[str]) -> None:
    """Refuse names of columns that nobody would write.

    Raises:
        TooMuchError: One is too long.
    """
    longest = max(names, key=len, default="")
    if len(longest) > MAX_NAME:
        raise TooMuchError(
            f"{file} has a name of {len(longest):,} characters, “{longest[:20]}…”; "
            f"up to {MAX_NAME:,} can be read."
        )
