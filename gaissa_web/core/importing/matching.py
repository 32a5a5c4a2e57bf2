"""Which column of an unknown table is meant for which field, by their names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gaissa_web.core.importing.quantities import find_unit
from gaissa_web.core.importing.tables import Table
from gaissa_web.core.importing.tools import Aggregation, ColumnMapping
from gaissa_web.core.ranges import ANYTHING, ValidRange
from gaissa_web.core.units import UNITS

# Neither takes more steps than there are characters.
_IN_BRACKETS = re.compile(r"(.*)[(\[]([^()\[\]]*)[)\]]", re.DOTALL)
_BEHIND_UNDERSCORE = re.compile(r"(.*)_([A-Za-z]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a value can go: a form field, its name for readers, its unit, other names of it."""

    field: str
    name: str
    unit: str
    is_number: bool
    aliases: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    range: ValidRange = ANYTHING
    needs_unit: bool = False
    """Whether a column must name its unit, because others write this in another one."""


def match_by_name(table: Table, targets: Iterable[Target]) -> Iterator[ColumnMapping]:
    """Match columns to targets by name, with or without a unit as in "duration (s)" or "latency_ms"."""
    names = {
        _normal(name): t for t in targets for name in (t.field, t.field.split("-", 1)[1], t.name, *t.aliases)
    }
    for column in table.columns:
        plain, unit = split_unit(column)
        for name, written in ((column, ""), (plain, unit)):
            target = names.get(_normal(name))
            if target is None or (not written and target.needs_unit):
                continue
            source = find_unit(written, target.unit) if written else target.unit
            if source is not None:
                yield ColumnMapping(
                    column, source if target.is_number else "", target.field, Aggregation.MEAN
                )
                break


def unit_is_missing(column: str, targets: Iterable[Target]) -> Target | None:
    """Return the target that `column` names without the unit that it needs."""
    return next((t for t in targets if t.needs_unit and _normal(column) in _names(t)), None)


def split_unit(column: str) -> tuple[str, str]:
    """Return name and unit of a column as they stand in it; the unit is empty if there is none."""
    match = _IN_BRACKETS.fullmatch(column.strip()) or _BEHIND_UNDERSCORE.fullmatch(column)
    return (match[1].rstrip(), match[2]) if match else (column, "")


def is_time(unit: str) -> bool:
    """Whether `unit` is one of time."""
    return unit in UNITS and UNITS[unit].quantity == "time"


def _names(target: Target) -> set[str]:
    return {
        _normal(name) for name in (target.field, target.field.split("-", 1)[1], target.name, *target.aliases)
    }


def _normal(name: str) -> str:
    return re.sub(r"[\s_\-.]+", " ", name.strip().casefold())
