"""Carbon intensities of electricity: reading Our World in Data's table, planning an import of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.importing import RowError, Table, parse_number

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


def read_intensities(table: Table) -> ParsedIntensities:
    """Read the figures of `table`; a cell without a figure is passed over.

    The columns are those of Our World in Data (Entity, Code, Year and the carbon intensity, in
    any letter case, of the present or the older header) or of the table that ships with us.

    Raises:
        InvalidInputError: A column is missing.
    """
    columns = _columns(table)
    found: dict[tuple[str, int], Intensity] = {}
    problems: list[RowError] = []
    skipped: dict[str, None] = {}
    for line, cells in enumerate(table.rows, table.first_line):
        country, code, year, value = (cells[columns[name]].strip() for name in NAMES)
        iso3, name = SPECIAL.get(code, (code, country))
        if not value:
            continue
        if not iso3 or iso3.startswith("OWID_"):
            skipped[name] = None
            continue
        try:
            row = Intensity(_code(iso3), name[:100], _year(year), _figure(value))
        except InvalidInputError as error:
            problems.append(RowError(line, "", str(error)))
            continue
        first = found.setdefault((row.iso3, row.year), row)
        if first.g_per_kwh != row.g_per_kwh:
            problems.append(RowError(line, "", f"{name} has another figure for {year} further up."))
    return ParsedIntensities(tuple(found.values()), tuple(problems), tuple(skipped))


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
        name = names.get(row.iso3) or new[row.iso3]
        before = known.get((row.iso3, row.year))
        if before == row.g_per_kwh:
            unchanged += 1
            continue
        change = Change(row.iso3, name, row.year, before, row.g_per_kwh)
        (added if before is None else changed).append(change)
    return ImportPlan(tuple(added), tuple(changed), unchanged, tuple(new.items()))


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
        raise InvalidInputError(f"“{text[:20]}” is not the three-letter code of a country.")
    return text


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4 and int(text) in YEARS):
        raise InvalidInputError(f"“{text[:20]}” is not a year from {YEARS.start} to {YEARS.stop - 1}.")
    return int(text)


def _figure(text: str) -> float:
    figure = parse_number(text)
    if figure >= LARGEST:
        raise InvalidInputError(f"{text[:20]} g CO2eq per kWh cannot be; the most is {LARGEST:,.0f}.")
    return figure
