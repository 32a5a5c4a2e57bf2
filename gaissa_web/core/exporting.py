"""Lists as data for others: CSV and JSON, line by line, whatever their length."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")
Values = Sequence[str | int | float | None]


def csv_lines(columns: Sequence[str], rows: Iterable[Values]) -> Iterator[str]:
    """Yield the lines of a CSV file; text that a spreadsheet would take for a formula is quoted."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(_harmless(value) for value in row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def json_lines(columns: Sequence[str], rows: Iterable[Values]) -> Iterator[str]:
    """Yield the pieces of a JSON list of objects."""
    separator = "["
    for row in rows:
        yield separator + json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
