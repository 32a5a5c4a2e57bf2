"""Measurements of endpoints: what was asked for, and what came of it. Tokens are not kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gaissa_web.storage.db import Base, UTCDateTime, now

KEY_LENGTH = 43
SENDER_LENGTH = 64


class Measurement(Base):
    """One measurement; whoever knows its `key` may look at it, so that it cannot be guessed.

    `request` is a `Request` and `result` an `Outcome`, as JSON. `sender` tells visitors apart
    without naming them.
    """

    __tablename__ = "measurements"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    sender: Mapped[str] = mapped_column(String(SENDER_LENGTH))
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


Index("ix_measurements_sender_asked_at", Measurement.sender, Measurement.asked_at)
