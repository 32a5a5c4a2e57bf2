"""Lists as data for others: CSV and JSON, line by line, whatever their length."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from flask import Response, stream_with_context

from gaissa_web.storage.db import ping

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


def attachment(lines: Iterator[str], mimetype: str, name: str) -> Response:
    """Answer with a file of that name, sent while it is written."""
    ping()  # what fails once the answer has begun can no longer be said
    response = Response(stream_with_context(lines), mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
