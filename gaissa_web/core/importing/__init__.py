"""Files that trackers write: bytes -> table -> recognised tool -> values, with what was wrong.

Nothing raises at the reader but `UnreadableFileError`, for a file that cannot be read at all.
"""

from gaissa_web.core.importing.files import BY_NAME, FileChoices, Import, Problem, read_files, read_table
from gaissa_web.core.importing.limits import MAX_COLUMNS, MAX_FILES
from gaissa_web.core.importing.numbers import parse_number
from gaissa_web.core.importing.quantities import parse_quantity
from gaissa_web.core.importing.reading import read
from gaissa_web.core.importing.results import Choices, Line, Merged, Reading, merge
from gaissa_web.core.importing.runs import ALL_RUNS
from gaissa_web.core.importing.tables import RowError, Table, table_from_rows
from gaissa_web.core.importing.targets import Destination, Target, TargetKind, is_time
from gaissa_web.core.importing.tools import Aggregation, ColumnMapping, Per, Rows, Tool, recognise
from gaissa_web.core.importing.trying import Trial, try_tool

__all__ = [
    "ALL_RUNS",
    "BY_NAME",
    "MAX_COLUMNS",
    "MAX_FILES",
    "Aggregation",
    "Choices",
    "ColumnMapping",
    "Destination",
    "FileChoices",
    "Import",
    "Line",
    "Merged",
    "Per",
    "Problem",
    "Reading",
    "RowError",
    "Rows",
    "Table",
    "Target",
    "TargetKind",
    "Tool",
    "Trial",
    "is_time",
    "merge",
    "parse_number",
    "parse_quantity",
    "read",
    "read_files",
    "read_table",
    "recognise",
    "table_from_rows",
    "try_tool",
]
