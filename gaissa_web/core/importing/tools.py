"""Calculation tools as data: what their files look like and where each column goes."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gaissa_web.core.importing.tables import Table


class Aggregation(StrEnum):
    """How the rows of a column combine into one value."""

    MEAN = "mean"
    SUM = "sum"
    LAST = "last"
    MAX = "max"


class Per(StrEnum):
    """What a total is divided by: nothing, each inference, or each thousand of them."""

    NOTHING = ""
    INFERENCE = "inference"
    THOUSAND_INFERENCES = "1000 inferences"


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Where a column goes: `target` is a form field; `unit` is the file's, empty for text."""

    column: str
    unit: str
    target: str
    aggregation: Aggregation = Aggregation.LAST
    per: Per = Per.NOTHING


@dataclass(frozen=True, slots=True)
class Tool:
    """A program whose files are recognised when all columns of one set of `signature` are there.

    Rows alike in the column `row_key` are snapshots of one run, of which the last counts. Of two
    mappings to one target the first with a value wins.
    """

    slug: str
    name: str
    signature: tuple[frozenset[str], ...]
    mappings: tuple[ColumnMapping, ...]
    row_key: str = ""


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
