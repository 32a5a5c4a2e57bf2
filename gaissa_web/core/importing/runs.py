"""Which rows of a file belong to which run of its tool, and which run is meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gaissa_web.core.importing.tables import Table
from gaissa_web.core.importing.tools import Rows, Tool

ALL_RUNS = "all"
Row = tuple[int, tuple[str, ...]]
"""A row's line in its file, and its cells."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run in a file: `key` is its number there from 1 on, `facts` tell which run it was.

    `rows` are those that count: of snapshots only the last.
    """

    key: str
    facts: tuple[str, ...]
    rows: tuple[Row, ...]


def find_runs(table: Table, tool: Tool | None) -> tuple[Run, ...]:
    """Return the runs in `table`, the newest first; a file of no tool is one run.

    The newest is the one with the latest moment in the tool's column for it; where a moment is
    missing or cannot be read, the one furthest down. A row without the key is a run of its own.
    """
    numbered = list(enumerate(table.rows, start=table.first_line))
    index = table.index(tool.run_key) if tool and tool.run_key else None
    if tool is None or index is None:
        return (Run("1", (), tuple(numbered)),)
    groups: dict[str, list[Row]] = {}
    for line, cells in numbered:
        groups.setdefault(cells[index] or f"line {line}", []).append((line, cells))
    told = [place for column in tool.run_facts if (place := table.index(column)) is not None]
    runs = [_run(str(number), rows, tool.rows, told) for number, rows in enumerate(groups.values(), start=1)]
    timed = table.index(tool.run_time) if tool.run_time else None
    moments = [_moment(run.rows[-1][1][timed]) if timed is not None else None for run in runs]
    dated = [(moment, place) for place, moment in enumerate(moments) if moment]
    order = [place for _, place in sorted(dated)] if len(dated) == len(runs) else range(len(runs))
    return tuple(runs[place] for place in reversed(order))


def choose_run(runs: Sequence[Run], key: str) -> tuple[str, tuple[Row, ...]]:
    """Return the key and the rows of the run that is meant: that one, all together, or the newest."""
    if key == ALL_RUNS and len(runs) > 1:
        return ALL_RUNS, tuple(row for run in reversed(runs) for row in run.rows)
    chosen = next((run for run in runs if run.key == key), runs[0])
    return chosen.key, chosen.rows


def _run(key: str, rows: Sequence[Row], kind: Rows, told: Sequence[int]) -> Run:
    counting = rows if kind is Rows.PARTS else rows[-1:]
    facts = dict.fromkeys(rows[-1][1][place] for place in told)
    return Run(key, tuple(filter(None, facts)), tuple(counting))


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)
