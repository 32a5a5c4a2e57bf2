"""Carbon intensities of electricity: reading Our World in Data's table, planning an import of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.importing import RowError, Table, parse_number, read_table

YEARS = range(1900, 2101)
LARGEST = 10_000.0
SPECIAL = {"OWID_WRL": ("WORLD", "World"), "OWID_KOS": ("XKX", "Kosovo")}
"""Codes of Our World in Data's own that are no aggregates of countries we have by themselves."""
CODE = re.compile(r"[A-Z]{3}")
NAMES = {
    "country": ("entity", "country", "name"),
    "iso3": ("code", "iso3", "iso_code"),
    "year": ("year",),
    "value": ("co2_intensity__gco2_kwh", "carbon_intensity", "intensity_g_per_kwh"),
}


@dataclass(frozen=True, slots=True)
class Intensity:
    """Mean emissions of a country's electricity in a year, in g CO2eq per kWh, 0 to below 10,000."""

    iso3: str
    country: str
    year: int
    g_per_kwh: float


@dataclass(frozen=True, slots=True)
class ParsedIntensities:
    """What a table gave; `skipped` names the groups of countries, which are not countries."""

    rows: tuple[Intensity, ...]
    problems: tuple[RowError, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One figure that an import adds (`before` is None) or changes, in g CO2eq per kWh."""

    iso3: str
    country: str
    year: int
    before: float | None
    after: float


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import does; `new_countries` are (code, name). Nothing is ever removed."""

    added: tuple[Change, ...]
    changed: tuple[Change, ...]
    unchanged: int
    new_countries: tuple[tuple[str, str], ...]


def read_intensities_file(name: str, content: bytes) -> ParsedIntensities:
    """Read the figures in the file `name`, as `read_intensities` does.

    Raises:
        InvalidInputError: It cannot be read, lacks columns, or has no figure.
    """
    parsed = read_intensities(read_table(name, content))
    if not parsed.rows:
        reason = f" {parsed.problems[0].reason}" if parsed.problems else ""
        raise InvalidInputError(f"{name} has no figure of any country.{reason}")
    return parsed


def read_intensities(table: Table) -> ParsedIntensities:
    """Read the figures of `table`; a cell without a figure is passed over.

    A country without a name is called by its code. What was wrong with the table as such comes
    first among the problems.

    The columns are those of Our World in Data (Entity, Code, Year and the carbon intensity, in
    any letter case, of the present or the older header) or of the table that ships with us.

    Raises:
        InvalidInputError: A column is missing.
    """
    columns = _columns(table)
    found: dict[tuple[str, int], Intensity] = {}
    problems = list(table.errors)
    skipped: dict[str, None] = {}
    for line, cells in enumerate(table.rows, table.first_line):
        country, code, year, value = (cells[columns[name]].strip() for name in NAMES)
        iso3, name = SPECIAL.get(code, (code, country or code))
        if not value:
            continue
        if not iso3 or iso3.startswith("OWID_"):
            skipped[name] = None
            continue
        try:
            row = Intensity(_code(iso3), name[:100], _year(year), _figure(value))
        except _BadCellError as error:
            problems.append(RowError(line, table.columns[columns[error.column]], str(error)))
            continue
        first = found.setdefault((row.iso3, row.year), row)
        if first.g_per_kwh != row.g_per_kwh:
            reason = f"{name} has another figure for {year} further up."
            problems.append(RowError(line, table.columns[columns["value"]], reason))
    return ParsedIntensities(tuple(found.values()), tuple(problems), tuple(filter(None, skipped)))


def plan_import(
    known: Mapping[tuple[str, int], float], names: Mapping[str, str], rows: Iterable[Intensity]
) -> ImportPlan:
    """Return what importing `rows` does to the figures `known` by code and year.

    `names` are those of the known countries by code; they are kept. A new country whose name is
    another's gets its code behind it.
    """
    added: list[Change] = []
    changed: list[Change] = []
    unchanged = 0
    new: dict[str, str] = {}
    for row in rows:
        if row.iso3 not in names and row.iso3 not in new:
            taken = {*names.values(), *new.values()}
            new[row.iso3] = f"{row.country[:90]} ({row.iso3})" if row.country in taken else row.country
        name = names[row.iso3] if row.iso3 in names else new[row.iso3]
        before = known.get((row.iso3, row.year))
        if before == row.g_per_kwh:
            unchanged += 1
            continue
        change = Change(row.iso3, name, row.year, before, row.g_per_kwh)
        (added if before is None else changed).append(change)
    return ImportPlan(tuple(added), tuple(changed), unchanged, tuple(new.items()))


class _BadCellError(InvalidInputError):
    """A cell that cannot be read; `column` is one of `NAMES`."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


def _columns(table: Table) -> dict[str, int]:
    """Return where each of the four columns is."""
    headers = [column.strip().casefold() for column in table.columns]
    found = {}
    for name, known in NAMES.items():
        places = [k for k, header in enumerate(headers) if header in known]
        if name == "value":
            places += [k for k, header in enumerate(headers) if "carbon intensity" in header]
        if not places:
            raise InvalidInputError(
                f"{table.name} lacks a column: Our World in Data’s table has Entity, Code, Year and "
                "the carbon intensity (co2_intensity__gco2_kwh)."
            )
        found[name] = places[0]
    return found


def _code(text: str) -> str:
    if text != "WORLD" and not CODE.fullmatch(text):
        raise _BadCellError("iso3", f"“{text[:20]}” is not the three-letter code of a country.")
    return text


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4 and int(text) in YEARS):
        reason = f"“{text[:20]}” is not a year from {YEARS.start} to {YEARS.stop - 1}."
        raise _BadCellError("year", reason)
    return int(text)


def _figure(text: str) -> float:
    try:
        figure = parse_number(text)
    except InvalidInputError as error:
        raise _BadCellError("value", str(error)) from error
    if figure >= LARGEST:
        reason = f"{text[:20]} g CO2eq per kWh cannot be; it must be below {LARGEST:,.0f}."
        raise _BadCellError("value", reason)
    return figure
