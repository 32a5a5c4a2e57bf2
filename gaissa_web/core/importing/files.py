"""The files of one request: bytes to tables to values, what was wrong with each, what they say together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from gaissa_web.core.errors import TooMuchError, UnreadableFileError
from gaissa_web.core.importing.carbontracker import is_carbontracker, read_carbontracker
from gaissa_web.core.importing.delimited import read_delimited
from gaissa_web.core.importing.limits import Budget
from gaissa_web.core.importing.reading import read
from gaissa_web.core.importing.results import Choices, Line, Reading, merge
from gaissa_web.core.importing.spreadsheets import is_spreadsheet, read_spreadsheet
from gaissa_web.core.importing.structured import FENCE, read_json, read_model_card, read_yaml
from gaissa_web.core.importing.tables import Table
from gaissa_web.core.importing.targets import Destination, Target
from gaissa_web.core.importing.text import decode
from gaissa_web.core.importing.tools import Tool, recognise

BY_NAME = "by-name"
"""What stands for no tool: columns are matched by their names."""


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
    columns: Mapping[str, tuple[Target, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Import:
    """What some files gave: the lines to show, and what could not be used."""

    readings: tuple[Reading, ...]
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]

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


def read_table(name: str, data: bytes, budget: Budget | None = None) -> Table:
    """Read the file `name`, trusting its content more than its ending.

    Raises:
        UnreadableFileError: It cannot be read; the message says why and what would be accepted.
        TooMuchError: It takes more than is left of the budget of its request.
    """
    budget = budget or Budget()
    if not data.strip():
        raise UnreadableFileError(f"{name} is empty.")
    if is_spreadsheet(data):
        return read_spreadsheet(name, data, budget)
    text = decode(name, data).removeprefix("\N{BYTE ORDER MARK}")
    ending = name.rpartition(".")[2].casefold()
    start = text[:10_000].lstrip()
    if is_carbontracker(text):
        return read_carbontracker(name, text, budget)
    if start.startswith(("{", "[")) or ending == "json":
        return read_json(name, text, budget)
    if ending in {"md", "yaml", "yml"}:
        of_card = start.startswith(FENCE)
        return read_model_card(name, text, budget) if of_card else read_yaml(name, text, budget)
    return read_delimited(name, text, budget)


def read_files(
    files: Sequence[tuple[str, bytes]],
    tools: Sequence[Tool],
    destinations: Mapping[Target, Destination],
    choices: Choices | None = None,
    of_files: Sequence[FileChoices] = (),
) -> Import:
    """Read each file (name, content); one that cannot be read does not keep the others from it.

    `choices` are for all files, `of_files` for each in turn.

    Raises:
        TooMuchError: Together they take more than one request gets.
    """
    budget = Budget(len(files))
    readings: list[Reading] = []
    problems: list[Problem] = []
    for place, (name, content) in enumerate(files):
        own = of_files[place] if place < len(of_files) else FileChoices()
        try:
            table = read_table(name, content, budget)
        except TooMuchError:
            raise
        except UnreadableFileError as error:
            problems.append(Problem(name, "", str(error)))
            readings.append(Reading(name, "", None, (), ()))
            continue
        decided = replace(choices or Choices(), run=own.run, columns=own.columns)
        reading = read(table, _tool(table, tools, own.tool), destinations, decided)
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
