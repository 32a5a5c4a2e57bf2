"""Text with one separator between cells: CSV, TSV and their cousins."""

import csv
import io

from gaissa_web.core.errors import TooMuchError
from gaissa_web.core.importing.limits import Budget
from gaissa_web.core.importing.tables import Table, table_from_rows

SEPARATORS = {",": "CSV", ";": "CSV with semicolons", "\t": "TSV", "|": "text with bars"}


def read_delimited(name: str, text: str, budget: Budget) -> Table:
    """Read `text` by the separator that splits its header into the most cells.

    Raises:
        UnreadableFileError: It is empty or has no values.
        TooMuchError: There is more than the budget gives, or a cell is out of all proportion.
    """
    header = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    separator = max(SEPARATORS, key=lambda mark: _cells(header[:100_000], mark))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    try:
        return table_from_rows(name, SEPARATORS[separator], reader, budget)
    except csv.Error as error:
        raise TooMuchError(f"{name} cannot be read in line {reader.line_num}: a cell is too long.") from error


def _cells(header: str, separator: str) -> int:
    return len(next(csv.reader([header], delimiter=separator, skipinitialspace=True), []))
