"""Countries and the carbon intensity of their electricity, year by year."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from gaissa_web.config import PROJECT
from gaissa_web.core.analysis import Electricity
from gaissa_web.storage.db import Base, Euros, UTCDateTime, db, now

SHIPPED_TABLE = PROJECT / "gaissa_web" / "seeds" / "countries.csv"
"""The figures that ship with the product; seeding begins with them."""

WORLD = "WORLD"
"""Code of the row that holds the world's mean, used for countries without a figure."""


class Country(Base):
    """A country by its ISO 3166-1 alpha-3 code, or the whole world."""

    __tablename__ = "countries"

    iso3: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)


class CarbonIntensity(Base):
    """Mean emissions of one country's electricity in one year, in g CO2eq per kWh."""

    __tablename__ = "carbon_intensities"
    __table_args__ = (
        CheckConstraint(
            "intensity_g_per_kwh >= 0 AND intensity_g_per_kwh < 10000", name="intensity_in_range"
        ),
    )

    iso3: Mapped[str] = mapped_column(ForeignKey(Country.iso3), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    intensity_g_per_kwh: Mapped[float]


class EnergyPrice(Base):
    """What a kilowatt-hour costs firms in a country, in EUR, with the year and source of the figure."""

    __tablename__ = "energy_prices"
    __table_args__ = (
        UniqueConstraint("iso3", "year"),
        CheckConstraint("eur_per_kwh >= 0 AND eur_per_kwh <= 10000000", name="price_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    iso3: Mapped[str] = mapped_column(ForeignKey(Country.iso3))
    year: Mapped[int]
    eur_per_kwh: Mapped[Decimal] = mapped_column(Euros)
    source: Mapped[str] = mapped_column(String(200))
    source_url: Mapped[str] = mapped_column(String(500), default="")


class IntensityImport(Base):
    """A table of intensities that was read but not yet confirmed: rows of iso3, country, year, value."""

    __tablename__ = "intensity_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(500))
    rows: Mapped[list[list[Any]]] = mapped_column(JSON)
    read_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


@dataclass(frozen=True, slots=True)
class Place:
    """A country's electricity, without a price: which region's intensity stands for it, and of when."""

    iso3: str
    country: str
    region: str
    year: int
    intensity_g_per_kwh: float

    def at(self, price: Decimal) -> Electricity:
        """Return the electricity at that price, in EUR/kWh."""
        return Electricity(self.iso3, self.country, self.region, self.year, self.intensity_g_per_kwh, price)


def find_intensity(iso3: str) -> Place:
    """Return a country's newest carbon intensity, or the world's where it has none.

    Raises:
        LookupError: There is no such country.
    """
    query = (
        select(Country.iso3, Country.name, CarbonIntensity.year, CarbonIntensity.intensity_g_per_kwh)
        .outerjoin(CarbonIntensity, CarbonIntensity.iso3 == Country.iso3)
        .where(Country.iso3.in_((iso3, WORLD)))
        .order_by(Country.iso3 != iso3, CarbonIntensity.year.desc())
    )
    rows = list(db.session.execute(query))
    if not rows or rows[0].iso3 != iso3:
        raise LookupError(f"no country {iso3}")
    best = next((row for row in rows if row.year is not None), None)
    if best is None:
        raise LookupError("the world has no carbon intensity; run “gaissa seed”")
    return Place(iso3, rows[0].name, best.name, best.year, best.intensity_g_per_kwh)


def all_countries() -> list[tuple[str, str]]:
    """Return code and name of all countries, the world first."""
    rows = db.session.execute(
        select(Country.iso3, Country.name).order_by(Country.iso3 != WORLD, Country.name)
    )
    return [(row.iso3, row.name) for row in rows]
