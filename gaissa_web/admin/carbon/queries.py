"""Carbon intensities as their pages show them, and what an import would change."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from gaissa_web.core.carbon import ImportPlan, Intensity, plan_import
from gaissa_web.core.text import printable
from gaissa_web.storage.countries import CarbonIntensity, Country, IntensityImport
from gaissa_web.storage.db import db
from gaissa_web.storage.keyset import LARGEST_ID


@dataclass(frozen=True, slots=True)
class CountryLine:
    """A country with its newest figure, in g CO2eq per kWh; None while there is none."""

    iso3: str
    name: str
    year: int | None
    g_per_kwh: float | None
    years: int


@dataclass(frozen=True, slots=True)
class CountryHistory:
    """A country with all its figures by year, oldest first, in g CO2eq per kWh."""

    iso3: str
    name: str
    figures: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class WaitingImport:
    """A table that was read and waits to be confirmed."""

    id: int
    source: str
    read_at: datetime
    rows: tuple[Intensity, ...]


def list_countries(text: str) -> list[CountryLine]:
    """Return the countries whose name or code holds `text`, by name, in one query."""
    years = select(
        CarbonIntensity.iso3, func.max(CarbonIntensity.year).label("year"), func.count().label("years")
    )
    newest = years.group_by(CarbonIntensity.iso3).subquery()
    figure = CarbonIntensity.iso3 == newest.c.iso3, CarbonIntensity.year == newest.c.year
    query = (
        select(
            Country.iso3,
            Country.name,
            newest.c.year,
            CarbonIntensity.intensity_g_per_kwh,
            func.coalesce(newest.c.years, 0),
        )
        .outerjoin(newest, newest.c.iso3 == Country.iso3)
        .outerjoin(CarbonIntensity, figure[0] & figure[1])
        .order_by(Country.name)
    )
    if text:
        found = Country.name.icontains(text, autoescape=True) | Country.iso3.icontains(text, autoescape=True)
        query = query.where(found)
    return [CountryLine(*row) for row in db.session.execute(query)]


def find_country(iso3: str) -> CountryHistory | None:
    """Return the country of that code with its history."""
    country = db.session.get(Country, iso3) if printable(iso3) == iso3 else None
    if country is None:
        return None
    query = select(CarbonIntensity.year, CarbonIntensity.intensity_g_per_kwh)
    rows = db.session.execute(query.where(CarbonIntensity.iso3 == iso3).order_by(CarbonIntensity.year))
    return CountryHistory(country.iso3, country.name, tuple(rows))


def find_import(import_id: int) -> WaitingImport | None:
    """Return the table of that id that waits to be confirmed."""
    row = db.session.get(IntensityImport, import_id) if 0 < import_id <= LARGEST_ID else None
    if row is None:
        return None
    return WaitingImport(row.id, row.source, row.read_at, tuple(Intensity(*values) for values in row.rows))


def plan(rows: tuple[Intensity, ...]) -> ImportPlan:
    """Return what importing `rows` would add and change, in two queries."""
    table = CarbonIntensity
    stored = db.session.execute(select(table.iso3, table.year, table.intensity_g_per_kwh))
    known = {(iso3, year): figure for iso3, year, figure in stored}
    names = dict(db.session.execute(select(Country.iso3, Country.name)).all())
    return plan_import(known, names, rows)
