"""Reading uploaded files with the tools that are known, for a form."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.importing import (
    Aggregation,
    Line,
    Reading,
    Target,
    Tool,
    merge,
    read,
    read_table,
    recognise,
)
from gaissa_web.core.label import InformationField, Kind
from gaissa_web.core.rating import Scheme

METRIC = "metric-"
INFORMATION = "info-"


@dataclass(frozen=True, slots=True)
class Problem:
    """What was wrong in a file: where, if it is one place, and why."""

    file: str
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Import:
    """What some files gave: the lines to show, and what could not be used."""

    readings: tuple[Reading, ...]
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]

    @property
    def texts(self) -> dict[str, str]:
        """What goes into the form, by field name."""
        return {line.target.field: line.value for line in self.lines}

    @property
    def tools(self) -> str:
        """The names of the tools that wrote the files."""
        return ", ".join(dict.fromkeys(r.tool.name if r.tool else r.format for r in self.readings if r.lines))


def targets(scheme: Scheme, information_fields: Sequence[InformationField]) -> dict[str, Target]:
    """Return where an imported value can go, by form field name."""
    metrics = [Target(METRIC + m.slug, m.name, m.unit, True, m.aliases) for m in scheme.metrics]
    facts = [
        Target(INFORMATION + info.slug, info.name, info.unit, info.kind is Kind.NUMBER, (), info.options)
        for info in information_fields
    ]
    return {target.field: target for target in (*metrics, *facts)}


def experiment_parts(lines: Iterable[Line]) -> tuple[dict[str, float], dict[str, str]]:
    """Return what was read as metric values and as facts, each by slug."""
    values: dict[str, float] = {}
    information: dict[str, str] = {}
    for line in lines:
        prefix, _, slug = line.target.field.partition("-")
        if f"{prefix}-" == METRIC:
            values[slug] = float(line.value)
        else:
            information[slug] = line.value
    return values, information


def read_files(
    files: Sequence[tuple[str, bytes]],
    tools: Sequence[Tool],
    targets: dict[str, Target],
    inferences: int | None,
    aggregation: Aggregation | None,
) -> Import:
    """Read each file (name, content); one that cannot be read does not keep the others from it."""
    readings: list[Reading] = []
    problems: list[Problem] = []
    for name, content in files:
        try:
            table = read_table(name, content)
        except UnreadableFileError as error:
            problems.append(Problem(name, "", str(error)))
            continue
        reading = read(table, recognise(table, tools), targets, inferences, aggregation)
        readings.append(reading)
        problems += [
            Problem(name, _place(error.line, error.field), error.reason) for error in reading.problems
        ]
    merged = merge(readings)
    problems += [Problem("", "", conflict) for conflict in merged.conflicts]
    return Import(tuple(readings), merged.lines, tuple(problems))


def _place(line: int, field: str) -> str:
    parts = [f"line {line:,}" if line else "", f"column “{field[:60]}”" if field else ""]
    return ", ".join(part for part in parts if part)
