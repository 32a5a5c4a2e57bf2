"""Lists of labels as data for others: CSV and JSON, line by line, whatever their length."""

import csv
import io
import json
from collections.abc import Iterable, Iterator

from gaissa_web.labels.queries import LabelSummary

COLUMNS = ("id", "phase", "model", "author", "grade", "coverage", "source", "registered_at")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(labels: Iterable[LabelSummary]) -> Iterator[str]:
    """Yield the lines of a CSV file; text that a spreadsheet would take for a formula is quoted."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for label in labels:
        writer.writerow(_harmless(value) for value in _values(label))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def json_lines(labels: Iterable[LabelSummary]) -> Iterator[str]:
    """Yield the pieces of a JSON list of objects."""
    separator = "["
    for label in labels:
        yield separator + json.dumps(dict(zip(COLUMNS, _values(label), strict=True)), ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"


def _values(label: LabelSummary) -> tuple[str | int | float | None, ...]:
    grade = label.grade.letter if label.grade else None
    moment = label.registered_at.isoformat()
    return (
        label.id,
        label.phase.value,
        label.model_name,
        label.model_author,
        grade,
        round(label.coverage, 4),
        label.origin.value,
        moment,
    )


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
