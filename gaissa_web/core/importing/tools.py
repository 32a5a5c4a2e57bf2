"""Calculation tools as data: what their files look like and where each column goes."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gaissa_web.core.importing.tables import Table
from gaissa_web.core.importing.targets import Target


class Aggregation(StrEnum):
    """How the rows of a column combine into one value."""

    MEAN = "mean"
    SUM = "sum"
    LAST = "last"
    MAX = "max"


class Per(StrEnum):
    """What a total is divided by, or divides.

    `REQUEST` is like `INFERENCE`, but holds only where requests were answered one at a time: then
    the time per inference is the latency. `TIME` is the number of inferences divided by the total.
    """

    NOTHING = ""
    INFERENCE = "inference"
    THOUSAND_INFERENCES = "1000 inferences"
    REQUEST = "request"
    TIME = "time"


class Rows(StrEnum):
    """What the rows of one run are to each other."""

    SNAPSHOTS = "snapshots"
    """Each has the totals so far, so that the last counts."""
    PARTS = "parts"
    """Each has a share of its own, so that they combine."""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Where a column goes; `unit` is the file's, empty for text."""

    column: str
    unit: str
    target: Target
    aggregation: Aggregation = Aggregation.LAST
    per: Per = Per.NOTHING


@dataclass(frozen=True, slots=True)
class Tool:
    """A program whose files are recognised when all columns of one set of `signature` are there.

    Rows alike in the column `run_key` are one run; without such a column all rows are one. `rows`
    says what they are to each other, `run_time` is the column with the moment of a run, and
    `run_facts` are those that tell readers which run it was. Of two mappings to one target the
    first with a value wins.
    """

    slug: str
    name: str
    signature: tuple[frozenset[str], ...]
    mappings: tuple[ColumnMapping, ...]
    run_key: str = ""
    rows: Rows = Rows.SNAPSHOTS
    run_time: str = ""
    run_facts: tuple[str, ...] = ()


def recognise(table: Table, tools: Iterable[Tool]) -> Tool | None:
    """Return the tool that wrote `table`: the one with the most of its columns, all present."""
    present = {column.casefold() for column in table.columns}
    matches = [
        (len(columns), tool)
        for tool in tools
        for columns in tool.signature
        if {column.strip().casefold() for column in columns} <= present
    ]
    return max(matches, key=lambda match: match[0])[1] if matches else None
