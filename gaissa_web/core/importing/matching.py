"""Which column of an unknown table is meant for which field, by their names."""

import re
from collections.abc import Iterable, Iterator

from gaissa_web.core.importing.quantities import find_unit
from gaissa_web.core.importing.tables import Table
from gaissa_web.core.importing.targets import Destination
from gaissa_web.core.importing.tools import Aggregation, ColumnMapping

# Neither takes more steps than there are characters.
_IN_BRACKETS = re.compile(r"(.*)[(\[]([^()\[\]]*)[)\]]", re.DOTALL)
_BEHIND_UNDERSCORE = re.compile(r"(.*)_([A-Za-z]+)", re.DOTALL)


def match_by_name(table: Table, destinations: Iterable[Destination]) -> Iterator[ColumnMapping]:
    """Match columns to targets by name, with or without a unit as in "duration (s)" or "latency_ms"."""
    names = {_normal(name): destination for destination in destinations for name in destination.names}
    for column in table.columns:
        plain, unit = split_unit(column)
        for name, written in ((column, ""), (plain, unit)):
            destination = names.get(_normal(name))
            if destination is None or (not written and destination.needs_unit):
                continue
            source = find_unit(written, destination.unit) if written else destination.unit
            if source is not None:
                unit = source if destination.is_number else ""
                yield ColumnMapping(column, unit, destination.target, Aggregation.MEAN)
                break


def unit_is_missing(column: str, destinations: Iterable[Destination]) -> bool:
    """Whether `column` names a destination without the unit that it needs."""
    names = (map(_normal, one.names) for one in destinations if one.needs_unit)
    return any(_normal(column) in own for own in names)


def split_unit(column: str) -> tuple[str, str]:
    """Return name and unit of a column as they stand in it; the unit is empty if there is none."""
    match = _IN_BRACKETS.fullmatch(column.strip()) or _BEHIND_UNDERSCORE.fullmatch(column)
    return (match[1].rstrip(), match[2]) if match else (column, "")


def _normal(name: str) -> str:
    return re.sub(r"[\s_\-.]+", " ", name.strip().casefold())
