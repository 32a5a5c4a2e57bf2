"""Processors and accelerators, and the power they draw, for estimates where nothing was measured."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from gaissa_web.storage.db import Base

HARDWARE_LENGTH = 100
MOST_WATTS = 100_000


class Hardware(Base):
    """One device: its power in W while it works, as is typical, and the range that is plausible."""

    __tablename__ = "hardware"
    __table_args__ = (
        CheckConstraint("kind IN ('accelerator', 'processor')", name="kind"),
        CheckConstraint(
            f"low_w >= 0 AND low_w <= typical_w AND typical_w > 0 AND typical_w <= high_w "
            f"AND high_w <= {MOST_WATTS}",
            name="power_in_order",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(HARDWARE_LENGTH), unique=True)
    kind: Mapped[str] = mapped_column(String(11))
    typical_w: Mapped[float]
    low_w: Mapped[float]
    high_w: Mapped[float]
    source: Mapped[str] = mapped_column(String(300), default="")
    source_url: Mapped[str] = mapped_column(String(500), default="")
