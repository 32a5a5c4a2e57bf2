"""From tables to the values of a form: map, combine rows, convert units, say what was done."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.importing.numbers import DecimalMark, decimal_mark, is_missing, parse_number
from gaissa_web.core.importing.tables import RowError, Table
from gaissa_web.core.importing.tools import Aggregation, ColumnMapping, Per, Tool
from gaissa_web.core.units import UNITS, convert

SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Target:
    """Where a value can go: a form field, its name for readers, its unit, other names of it."""

    field: str
    name: str
    unit: str
    is_number: bool
    aliases: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One value that was read: from which column, as what, converted to what, for which target."""

    file: str
    column: str
    read: str
    source_unit: str
    target: Target
    value: str
    aggregation: Aggregation
    rows: int
    per: Per = Per.NOTHING


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave; `tool` is None where columns were matched by name."""

    file: str
    format: str
    tool: Tool | None
    lines: tuple[Line, ...]
    problems: tuple[RowError, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """What several files gave together; `conflicts` says in sentences which values were set aside."""

    readings: tuple[Reading, ...]
    lines: tuple[Line, ...]
    conflicts: tuple[str, ...]


def read(
    table: Table,
    tool: Tool | None,
    targets: Mapping[str, Target],
    inferences: int | None = None,
    aggregation: Aggregation | None = None,
) -> Reading:
    """Read the values of `table` by the mappings of `tool`, or by column names without one.

    `inferences` is how many the run covered, for totals that are wanted per inference;
    `aggregation` overrides how rows of numbers combine.
    """
    reader = _Reader(table, tool.row_key if tool else "", inferences, aggregation)
    mappings = tool.mappings if tool else tuple(_by_name(table, targets.values()))
    lines: dict[str, Line] = {}
    for mapping in mappings:
        target = targets.get(mapping.target)
        if target and target.field not in lines and (line := reader.line(mapping, target)):
            lines[target.field] = line
    problems = [*table.errors, *reader.problems]
    if not lines and not problems:
        problems.append(RowError(0, "", "None of its columns is one that can be used here."))
    if len(problems) > SHOWN_PROBLEMS:
        more = len(problems) - SHOWN_PROBLEMS
        problems = [
            *problems[:SHOWN_PROBLEMS],
            RowError(0, "", f"There are {more:,} more problems like these."),
        ]
    return Reading(table.name, table.format, tool, tuple(lines.values()), tuple(problems))


def merge(readings: Sequence[Reading]) -> Merged:
    """Put the lines of several files together; of two for one target the first file's stays."""
    kept: dict[str, Line] = {}
    conflicts = []
    for line in (line for reading in readings for line in reading.lines):
        first = kept.setdefault(line.target.field, line)
        if first is not line and first.value != line.value:
            conflicts.append(
                f"{line.target.name} is in {first.file} and in {line.file}; {first.file} was used."
            )
    return Merged(tuple(readings), tuple(kept.values()), tuple(conflicts))


class _Reader:
    """Reads the columns of one table, gathering what is wrong on the way."""

    def __init__(
        self, table: Table, row_key: str, inferences: int | None, aggregation: Aggregation | None
    ) -> None:
        self.table = table
        self.inferences = inferences
        self.aggregation = aggregation
        self.problems: list[RowError] = []
        self.rows = list(_runs(table, row_key))
        self.file_mark = self._file_mark()

    def line(self, mapping: ColumnMapping, target: Target) -> Line | None:
        """Return what the mapped column says, or None if it is not there or says nothing."""
        index = self.table.index(mapping.column)
        if index is None:
            return None
        cells = [(number, row[index]) for number, row in self.rows if not is_missing(row[index])]
        if not cells:
            return None
        if target.is_number:
            return self._number(mapping, target, cells)
        text = cells[-1][1]
        if target.options:
            chosen = next((o for o in target.options if _letters(o) == _letters(text)), None)
            if chosen is None:
                self._problem(
                    cells[-1][0], mapping, f"“{text[:60]}” is not one of the choices for {target.name}."
                )
                return None
            text = chosen
        return Line(self.table.name, mapping.column, text, "", target, text, Aggregation.LAST, len(cells))

    def _number(self, mapping: ColumnMapping, target: Target, cells: list[tuple[int, str]]) -> Line | None:
        mark = decimal_mark(text for _, text in cells) or self.file_mark
        numbers = list(self._numbers(mapping, cells, mark))
        if not numbers:
            return None
        aggregation = self.aggregation or mapping.aggregation
        total = _combine(numbers, aggregation)
        value = convert(total, mapping.unit, target.unit)
        if mapping.per:
            if not self.inferences:
                self._problem(
                    0, mapping, f"{target.name} needs the number of inferences that the file covers."
                )
                return None
            value = value / self.inferences * (1000 if mapping.per is Per.THOUSAND_INFERENCES else 1)
        if not isfinite(value):
            self._problem(0, mapping, f"The values for {target.name} are too large to combine.")
            return None
        return Line(
            self.table.name,
            mapping.column,
            repr(total).removesuffix(".0"),
            mapping.unit,
            target,
            repr(value).removesuffix(".0"),
            aggregation,
            len(numbers),
            mapping.per,
        )

    def _numbers(
        self, mapping: ColumnMapping, cells: list[tuple[int, str]], mark: DecimalMark | None
    ) -> Iterator[float]:
        for number, text in cells:
            try:
                yield parse_number(text, mark)
            except InvalidInputError as error:
                self._problem(number, mapping, str(error))

    def _problem(self, line: int, mapping: ColumnMapping, reason: str) -> None:
        self.problems.append(RowError(line, mapping.column, reason))

    def _file_mark(self) -> DecimalMark | None:
        """The decimal mark that the file's cells prove, for columns that prove none themselves."""
        return decimal_mark(cell for _, row in self.rows[:1000] for cell in row if cell)


def _runs(table: Table, row_key: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows with their line in the file; of the snapshots of one run only the last."""
    numbered = list(enumerate(table.rows, start=table.first_line))
    index = table.index(row_key) if row_key else None
    if index is None:
        yield from numbered
        return
    last = {row[index] or str(number): number for number, row in numbered}
    wanted = set(last.values())
    yield from ((number, row) for number, row in numbered if number in wanted)


def _combine(numbers: list[float], aggregation: Aggregation) -> float:
    if aggregation is Aggregation.LAST:
        return numbers[-1]
    if aggregation is Aggregation.MAX:
        return max(numbers)
    total = sum(numbers)
    return total / len(numbers) if aggregation is Aggregation.MEAN else total


def _by_name(table: Table, targets: Iterable[Target]) -> Iterator[ColumnMapping]:
    """Match columns to targets by name, with or without a unit as in "duration (s)" or "latency_ms"."""
    names = {
        _normal(name): t for t in targets for name in (t.field, t.field.split("-", 1)[1], t.name, *t.aliases)
    }
    for column in table.columns:
        plain, unit = _split_unit(column)
        for name, source_unit in ((column, None), (plain, unit)):
            target = names.get(_normal(name))
            if target and (source_unit is None or _convertible(source_unit, target.unit)):
                used = target.unit if source_unit is None else source_unit
                yield ColumnMapping(column, used, target.field, Aggregation.MEAN)
                break


def _letters(text: str) -> str:
    """Return the text's letters and digits alone: "Pre-training" is "pretraining"."""
    return "".join(filter(str.isalnum, text.casefold()))


def _normal(name: str) -> str:
    return re.sub(r"[\s_\-.]+", " ", name.strip().casefold())


def _split_unit(column: str) -> tuple[str, str]:
    """Return name and unit of a column, the unit as `core.units` spells it; empty if there is none."""
    match = re.fullmatch(r"(.*?)\s*[(\[](.*?)[)\]]\s*", column) or re.fullmatch(r"(.*)_([A-Za-z]+)", column)
    if not match:
        return column, ""
    spelt = {unit.casefold().replace(" ", ""): unit for unit in UNITS if unit}
    spelt |= {unit.casefold().split()[0]: unit for unit in UNITS if unit.endswith(" CO2eq")}
    return match.group(1), spelt.get(match.group(2).casefold().replace(" ", "").replace("co₂", "co2"), "")


def _convertible(source: str, target: str) -> bool:
    return bool(source) and target in UNITS and UNITS[source].quantity == UNITS[target].quantity
