"""Information fields: context that is recorded with an experiment but not rated."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gaissa_web.core.label import InformationField, Kind
from gaissa_web.core.rating import Phase
from gaissa_web.storage.db import Base, UTCDateTime, now
from gaissa_web.storage.schemes import PHASES, SLUG_LENGTH, UNIT_LENGTH

VALUE_LENGTH = 1_000


class InformationFieldRow(Base):
    """One fact that can be recorded, as core's `InformationField`, with its place in forms."""

    __tablename__ = "information_fields"
    __table_args__ = (
        UniqueConstraint("phase", "slug"),
        CheckConstraint(PHASES, name="phase"),
        CheckConstraint("kind IN ('text', 'choice', 'number')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    phase: Mapped[Phase] = mapped_column(String(10))
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(default="")
    kind: Mapped[Kind] = mapped_column(String(6))
    unit: Mapped[str] = mapped_column(String(UNIT_LENGTH), default="")
    options: Mapped[list[str]] = mapped_column(JSON, default=list)
    position: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)

    def field(self) -> InformationField:
        """Return the plain value that forms and templates use."""
        return InformationField(
            self.slug, self.name, self.description, Kind(self.kind), self.unit, tuple(self.options)
        )
