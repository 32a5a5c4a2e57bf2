"""From tables to the values of a form: map, choose a run, combine rows, convert units, say what was done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from math import isfinite

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.importing.matching import match_by_name, split_unit, unit_is_missing
from gaissa_web.core.importing.numbers import DecimalMark, decimal_mark, is_missing
from gaissa_web.core.importing.quantities import find_unit, parse_quantity
from gaissa_web.core.importing.results import Choices, Line, OfferedRun, Reading, UnusedColumn
from gaissa_web.core.importing.runs import ALL_RUNS, Row, Run, choose_run, find_runs
from gaissa_web.core.importing.tables import RowError, Table
from gaissa_web.core.importing.targets import Destination, Target
from gaissa_web.core.importing.tools import Aggregation, ColumnMapping, Per, Rows, Tool
from gaissa_web.core.units import convert, readable

SHOWN_PROBLEMS = 20
SHOWN_RUNS = 50
LONGEST_SAMPLE = 40
MARK_SAMPLE = 20_000
"""Cells that are looked at to see which decimal mark a file uses."""


def read(
    table: Table,
    tool: Tool | None,
    destinations: Mapping[Target, Destination],
    choices: Choices | None = None,
) -> Reading:
    """Read the values of `table` by the mappings of `tool`, or by column names without one.

    Where the file holds several runs it is the newest, unless `choices` say otherwise.
    """
    choices = choices or Choices()
    runs = find_runs(table, tool)
    wanted = ALL_RUNS if choices.aggregation and not choices.run else choices.run
    run, rows = choose_run(runs, wanted)
    mappings = [
        *_chosen(table, tool, destinations, choices),
        *(tool.mappings if tool else match_by_name(table, destinations.values())),
    ]
    reader = _Reader(table, rows, choices)
    lines: dict[Target, Line] = {}
    for mapping in mappings:
        destination = destinations.get(mapping.target)
        if destination and mapping.target not in lines and (line := reader.line(mapping, destination)):
            lines[mapping.target] = line
    problems = [*table.errors, *reader.problems, *_unscaled(reader.unscaled)]
    if not lines and not problems:
        problems.append(RowError(0, "", "None of its columns is one that can be used here."))
    of_phase = [m for m in mappings if m.target in destinations]
    return Reading(
        file=table.name,
        format=table.format,
        tool=tool,
        lines=tuple(lines.values()),
        problems=_cut_short(problems),
        run=run,
        runs=_offer(runs, table, of_phase, destinations) if len(runs) > 1 else (),
        unused=tuple(_unused(table, rows, lines.values(), mappings, destinations)),
        wants_inferences=any(m.per and table.index(m.column) is not None for m in of_phase),
        wants_one_at_a_time=any(m.per is Per.REQUEST and table.index(m.column) is not None for m in of_phase),
    )


class _Reader:
    """Reads the columns of one table, gathering what is wrong on the way."""

    def __init__(self, table: Table, rows: Sequence[Row], choices: Choices) -> None:
        self.table = table
        self.rows = rows
        self.choices = choices
        self.problems: list[RowError] = []
        self.unscaled: list[str] = []
        cells = (cell for _, row in rows for cell in row if cell)
        self.file_mark = decimal_mark(islice(cells, MARK_SAMPLE))

    def line(self, mapping: ColumnMapping, destination: Destination) -> Line | None:
        """Return what the mapped column says, or None if it is not there or says nothing."""
        index = self.table.index(mapping.column)
        if index is None:
            return None
        cells = [(number, row[index]) for number, row in self.rows if not is_missing(row[index])]
        if not cells or (mapping.per is Per.REQUEST and not self.choices.one_at_a_time):
            return None
        return (self._number if destination.is_number else self._text)(mapping, destination, cells)

    def _text(
        self, mapping: ColumnMapping, destination: Destination, cells: list[tuple[int, str]]
    ) -> Line | None:
        number, text = cells[-1]
        if destination.options:
            chosen = next((o for o in destination.options if _letters(o) == _letters(text)), None)
            if chosen is None:
                reason = f"“{text[:60]}” is not one of the choices for {destination.name}."
                self._problem(number, mapping, reason)
                return None
            text = chosen
        return Line(
            self.table.name, mapping.column, text, "", destination, text, Aggregation.LAST, len(cells)
        )

    def _number(
        self, mapping: ColumnMapping, destination: Destination, cells: list[tuple[int, str]]
    ) -> Line | None:
        mark = decimal_mark(text for _, text in cells) or self.file_mark
        numbers = list(self._numbers(mapping, cells, mark))
        if not numbers:
            return None
        aggregation = self.choices.aggregation or mapping.aggregation
        total = _combine(numbers, aggregation)
        value = self._converted(total, mapping, destination)
        if value is None:
            return None
        return Line(
            self.table.name,
            mapping.column,
            total,
            mapping.unit,
            destination,
            value,
            aggregation,
            len(numbers),
            mapping.per,
        )

    def _converted(self, total: float, mapping: ColumnMapping, destination: Destination) -> float | None:
        """Return a total in the wanted unit, divided as is wanted; None, and why, if it cannot be."""
        inferences = self.choices.inferences
        if mapping.per and not inferences:
            self.unscaled.append(destination.name)
            return None
        if mapping.per is Per.TIME:
            seconds = convert(total, mapping.unit, "s")
            value = inferences / seconds if inferences and seconds else 0.0
        else:
            value = convert(total, mapping.unit, destination.unit) / (inferences or 1 if mapping.per else 1)
            value *= 1000 if mapping.per is Per.THOUSAND_INFERENCES else 1
        if not isfinite(value):
            self._problem(0, mapping, f"The values for {destination.name} are too large to combine.")
            return None
        return self._within_range(value, mapping, destination)

    def _within_range(self, value: float, mapping: ColumnMapping, destination: Destination) -> float | None:
        """Return the value if it can be, or the share that a percentage stands for; say what was odd."""
        meant = destination.range.meant(value)
        if meant is not None:
            shown = readable(value)
            reason = f"{destination.name} lies between 0 and 1, so {shown} was read as {shown} %."
            self._problem(0, mapping, reason)
            return meant
        try:
            destination.range.check(destination.name, value, destination.unit)
        except InvalidInputError as error:
            self._problem(0, mapping, str(error))
            return None
        if doubt := destination.range.doubt(destination.name, value, destination.unit):
            self._problem(0, mapping, doubt)
        return value

    def _numbers(
        self, mapping: ColumnMapping, cells: list[tuple[int, str]], mark: DecimalMark | None
    ) -> Iterator[float]:
        for number, text in cells:
            try:
                yield parse_quantity(text, mapping.unit, mark)
            except InvalidInputError as error:
                self._problem(number, mapping, str(error))

    def _problem(self, line: int, mapping: ColumnMapping, reason: str) -> None:
        self.problems.append(RowError(line, mapping.column, reason))


def _chosen(
    table: Table, tool: Tool | None, destinations: Mapping[Target, Destination], choices: Choices
) -> Iterator[ColumnMapping]:
    """Yield the mappings that the reader made; one whose unit does not fit is passed over."""
    combined = Aggregation.MEAN if tool is None else Aggregation.LAST
    if tool and tool.rows is Rows.PARTS:
        combined = Aggregation.SUM
    for column, (target, unit) in choices.columns.items():
        destination = destinations.get(target)
        if destination is None or table.index(column) is None:
            continue
        written = unit or split_unit(column)[1]
        source = find_unit(written, destination.unit) if written else destination.unit
        if not destination.is_number:
            yield ColumnMapping(column, "", target)
        elif source is not None or not unit:
            yield ColumnMapping(column, source or destination.unit, target, combined)


def _offer(
    runs: Sequence[Run],
    table: Table,
    mappings: Sequence[ColumnMapping],
    destinations: Mapping[Target, Destination],
) -> tuple[OfferedRun, ...]:
    """Return the newest runs with what the first column of numbers gives for each, as it stands there."""
    numbers = (m for m in mappings if destinations[m.target].is_number and table.index(m.column) is not None)
    first = next(numbers, None)
    offered = []
    for run in runs[:SHOWN_RUNS]:
        line = None
        if first:
            as_it_is = Destination(first.target, "", first.unit, is_number=True)
            mapping = replace(first, per=Per.NOTHING)
            line = _Reader(table, run.rows, Choices()).line(mapping, as_it_is)
        offered.append(OfferedRun(run.key, run.facts, line.shown[0] if line else ""))
    return tuple(offered)


def _unused(
    table: Table,
    rows: Sequence[Row],
    lines: Iterable[Line],
    mappings: Sequence[ColumnMapping],
    destinations: Mapping[Target, Destination],
) -> Iterator[UnusedColumn]:
    used = {line.column.casefold() for line in lines}
    one_at_a_time = {m.column.casefold() for m in mappings if m.per is Per.REQUEST}
    for index, column in enumerate(table.columns):
        sample = next((row[index] for _, row in reversed(rows) if not is_missing(row[index])), "")
        if not column or not sample or column.casefold() in used:
            continue
        reason = ""
        if unit_is_missing(column, destinations.values()):
            reason = f"Its unit is not named: call the column {column}_s or {column}_h, or choose the unit."
        elif column.casefold() in one_at_a_time:
            reason = "Time divided by inferences is their latency only if they were answered one at a time."
        yield UnusedColumn(column, sample[:LONGEST_SAMPLE], reason)


def _unscaled(names: Sequence[str]) -> Iterator[RowError]:
    """Yield what is wrong where values could not be divided by the number of inferences."""
    if len(names) == 1:
        yield RowError(0, "", f"{names[0]} needs the number of inferences that the file covers.")
    elif names:
        listed = ", ".join(names)
        yield RowError(0, "", f"Each of these needs the number of inferences that the file covers: {listed}.")


def _cut_short(problems: list[RowError]) -> tuple[RowError, ...]:
    more = len(problems) - SHOWN_PROBLEMS
    if more <= 0:
        return tuple(problems)
    return (*problems[:SHOWN_PROBLEMS], RowError(0, "", f"There are {more:,} more problems like these."))


def _combine(numbers: list[float], aggregation: Aggregation) -> float:
    if aggregation is Aggregation.LAST:
        return numbers[-1]
    if aggregation is Aggregation.MAX:
        return max(numbers)
    total = sum(numbers)
    return total / len(numbers) if aggregation is Aggregation.MEAN else total


def _letters(text: str) -> str:
    """Return the text's letters and digits alone: "Pre-training" is "pretraining"."""
    return "".join(filter(str.isalnum, text.casefold()))
