"""Files that trackers write: bytes -> table -> recognised tool -> values, with what was wrong.

Nothing raises at the reader but `UnreadableFileError`, for a file that cannot be read at all.
"""

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.importing.carbontracker import is_carbontracker, read_carbontracker
from gaissa_web.core.importing.delimited import read_delimited
from gaissa_web.core.importing.matching import Target, is_time
from gaissa_web.core.importing.numbers import parse_number
from gaissa_web.core.importing.quantities import parse_quantity
from gaissa_web.core.importing.reading import read
from gaissa_web.core.importing.results import Choices, Line, Merged, Reading, merge
from gaissa_web.core.importing.runs import ALL_RUNS
from gaissa_web.core.importing.spreadsheets import is_spreadsheet, read_spreadsheet
from gaissa_web.core.importing.structured import FENCE, read_json, read_model_card, read_yaml
from gaissa_web.core.importing.tables import RowError, Table, table_from_rows
from gaissa_web.core.importing.text import decode
from gaissa_web.core.importing.tools import Aggregation, ColumnMapping, Per, Rows, Tool, recognise

__all__ = [
    "ALL_RUNS",
    "Aggregation",
    "Choices",
    "ColumnMapping",
    "Line",
    "Merged",
    "Per",
    "Reading",
    "RowError",
    "Rows",
    "Table",
    "Target",
    "Tool",
    "is_time",
    "merge",
    "parse_number",
    "parse_quantity",
    "read",
    "read_table",
    "recognise",
    "table_from_rows",
]


def read_table(name: str, data: bytes) -> Table:
    """Read the file `name`, trusting its content more than its ending.

    Raises:
        UnreadableFileError: It cannot be read; the message says why and what would be accepted.
    """
    if not data.strip():
        raise UnreadableFileError(f"{name} is empty.")
    if is_spreadsheet(data):
        return read_spreadsheet(name, data)
    text = decode(name, data).removeprefix("\N{BYTE ORDER MARK}")
    ending = name.rpartition(".")[2].casefold()
    start = text.lstrip()
    if is_carbontracker(text):
        return read_carbontracker(name, text)
    if start.startswith(("{", "[")) or ending == "json":
        return read_json(name, text)
    if ending in {"md", "yaml", "yml"}:
        return read_model_card(name, text) if start.startswith(FENCE) else read_yaml(name, text)
    return read_delimited(name, text)
