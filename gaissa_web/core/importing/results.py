"""What reading a file takes from its reader, and what it gives: values, runs to choose from, leftovers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gaissa_web.core.importing.tables import RowError
from gaissa_web.core.importing.targets import Destination, Target
from gaissa_web.core.importing.tools import Aggregation, Per, Tool
from gaissa_web.core.units import readable


@dataclass(frozen=True, slots=True)
class Choices:
    """What the reader decides about a file; by default, nothing.

    `inferences` is how many the run covered, for what is wanted per inference, and `one_at_a_time`
    whether they were answered so: only then is the time of one its latency. `run` is a run's key, or
    `ALL_RUNS`, for the newest if empty; `aggregation` combines all runs, and all rows, in another way
    than the tool intends. `columns` leads columns to targets (with the column's unit, or an empty one).
    """

    inferences: int | None = None
    one_at_a_time: bool = False
    run: str = ""
    aggregation: Aggregation | None = None
    columns: Mapping[str, tuple[Target, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One value that was read: from which column, as what, converted to what, for which target.

    A number is one throughout: `read` in the unit of the source, `value` in that of the destination.
    """

    file: str
    column: str
    read: float | str
    source_unit: str
    destination: Destination
    value: float | str
    aggregation: Aggregation
    rows: int
    per: Per = Per.NOTHING

    @property
    def shown(self) -> tuple[str, str]:
        """What was read, and what it was converted to, as readers see them: rounded, with their units."""
        return _shown(self.read, self.source_unit), _shown(self.value, self.destination.unit)


@dataclass(frozen=True, slots=True)
class OfferedRun:
    """A run that can be chosen: its key, what tells it from others, and what it gives."""

    key: str
    facts: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True)
class UnusedColumn:
    """A column that nothing was done with, a value of it, and why if that is known."""

    name: str
    sample: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave; `tool` is None where columns were matched by name.

    `run` is the key of the run that was read, or `ALL_RUNS`; `runs` are those to choose from, newest
    first, empty where there is one. `wants_inferences` says that their number is needed, and
    `wants_one_at_a_time` that it must be known whether they were answered so.
    """

    file: str
    format: str
    tool: Tool | None
    lines: tuple[Line, ...]
    problems: tuple[RowError, ...]
    run: str = ""
    runs: tuple[OfferedRun, ...] = ()
    unused: tuple[UnusedColumn, ...] = ()
    wants_inferences: bool = False
    wants_one_at_a_time: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """What several files gave together; `conflicts` says in sentences which values were set aside."""

    readings: tuple[Reading, ...]
    lines: tuple[Line, ...]
    conflicts: tuple[str, ...]


def merge(readings: Sequence[Reading]) -> Merged:
    """Put the lines of several files together; of two for one target the first file's stays."""
    kept: dict[Target, Line] = {}
    conflicts = []
    for line in (line for reading in readings for line in reading.lines):
        first = kept.setdefault(line.destination.target, line)
        if first is not line and first.value != line.value:
            conflicts.append(
                f"{line.destination.name} is in {first.file} and in {line.file}; {first.file} was used."
            )
    return Merged(tuple(readings), tuple(kept.values()), tuple(conflicts))


def _shown(value: float | str, unit: str) -> str:
    return value if isinstance(value, str) else readable(value, unit, 4)
