"""Which of the two tools are switched on."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, String, select
from sqlalchemy.orm import Mapped, mapped_column

from gaissa_web.storage.db import Base, db


class Product(StrEnum):
    """The tools of the site that can be switched off."""

    LABELS = "labels"
    ROI = "roi"

    @property
    def full_name(self) -> str:
        """Its name for readers."""
        return {"labels": "GAISSALabel", "roi": "GAISSA ROI Analyzer"}[self.value]


class ProductSwitch(Base):
    """Whether a tool is on; one without a row is."""

    __tablename__ = "product_switches"
    __table_args__ = (CheckConstraint("product IN ('labels', 'roi')", name="product"),)

    product: Mapped[Product] = mapped_column(String(6), primary_key=True)
    on: Mapped[bool] = mapped_column("is_on")


def switched_off() -> frozenset[Product]:
    """Return the tools that are off."""
    rows = db.session.scalars(select(ProductSwitch.product).where(ProductSwitch.on.is_(False)))
    return frozenset(Product(row) for row in rows)
