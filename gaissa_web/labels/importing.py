"""Reading uploaded files with the tools that are known, for a form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.importing import (
    Choices,
    Line,
    Reading,
    Table,
    Target,
    Tool,
    is_time,
    merge,
    read,
    read_table,
    recognise,
)
from gaissa_web.core.label import InformationField, Kind
from gaissa_web.core.rating import Scheme

METRIC = "metric-"
INFORMATION = "info-"
BY_NAME = "by-name"
"""What stands for no tool: columns are matched by their names."""


OTHER_NAMES = {
    "model_size": ("size",),
    "dataset_size": ("datasets_size",),
    "emissions_source": ("source",),
    "hardware": ("hardware_used", "environment"),
    "location": ("geographical_location",),
    "library": ("library_name",),
}
"""What the reference system and its data sets call these information fields."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What was wrong in a file: where, if it is one place, and why."""

    file: str
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileChoices:
    """What the reader decides about one file.

    It is its tool's slug (`BY_NAME` for none), the key of a run, and where leftover columns go, each
    with its unit if it was given.
    """

    tool: str = ""
    run: str = ""
    columns: Mapping[str, tuple[str, str]] = field(default_factory=dict)


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

    @property
    def wants_inferences(self) -> bool:
        """Whether the number of inferences is needed to use all of it."""
        return any(reading.wants_inferences for reading in self.readings)

    @property
    def wants_one_at_a_time(self) -> bool:
        """Whether it must be known that requests were answered one at a time to use all of it."""
        return any(reading.wants_one_at_a_time for reading in self.readings)


def targets(scheme: Scheme, information_fields: Sequence[InformationField]) -> dict[str, Target]:
    """Return where an imported value can go, by form field name."""
    metrics = [
        Target(METRIC + m.slug, m.name, m.unit, is_number=True, aliases=m.aliases, range=m.range)
        for m in scheme.metrics
    ]
    facts = [
        Target(
            INFORMATION + info.slug,
            info.name,
            info.unit,
            is_number=info.kind is Kind.NUMBER,
            aliases=OTHER_NAMES.get(info.slug, ()),
            options=info.options,
            needs_unit=is_time(info.unit),
        )
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
    choices: Choices | None = None,
    of_files: Sequence[FileChoices] = (),
) -> Import:
    """Read each file (name, content); one that cannot be read does not keep the others from it.

    `choices` are for all files, `of_files` for each in turn.
    """
    readings: list[Reading] = []
    problems: list[Problem] = []
    for place, (name, content) in enumerate(files):
        own = of_files[place] if place < len(of_files) else FileChoices()
        try:
            table = read_table(name, content)
        except UnreadableFileError as error:
            problems.append(Problem(name, "", str(error)))
            readings.append(Reading(name, "", None, (), ()))
            continue
        decided = replace(choices or Choices(), run=own.run, columns=own.columns)
        reading = read(table, _tool(table, tools, own.tool), targets, decided)
        readings.append(reading)
        problems += [
            Problem(name, _place(error.line, error.field), error.reason) for error in reading.problems
        ]
    merged = merge(readings)
    problems += [Problem("", "", conflict) for conflict in merged.conflicts]
    return Import(tuple(readings), merged.lines, tuple(problems))


def _tool(table: Table, tools: Sequence[Tool], slug: str) -> Tool | None:
    """Return the tool that the reader named, or the one that is recognised."""
    if slug == BY_NAME:
        return None
    return next((tool for tool in tools if tool.slug == slug), None) or recognise(table, tools)


def _place(line: int, field: str) -> str:
    parts = [f"line {line:,}" if line else "", f"column “{field[:60]}”" if field else ""]
    return ", ".join(part for part in parts if part)
