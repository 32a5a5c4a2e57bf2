"""Machine-learning models: who made them and what they are called. Their labels are experiments."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, String, UniqueConstraint, event, or_
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from gaissa_web.core.naming import MAX_NAME, identity
from gaissa_web.core.text import squeezed
from gaissa_web.storage.db import Base, UTCDateTime, now

NAME_LENGTH = AUTHOR_LENGTH = MAX_NAME
IDENTITY_LENGTH = 3 * (NAME_LENGTH + AUTHOR_LENGTH) + 20
"""One letter case may take three letters for one, and a number may follow."""
DESCRIPTION_LENGTH = 5_000
URL_LENGTH = 500


class MLModel(Base):
    """A machine-learning model; all spellings of its name and author are one model.

    `identity` is what they have in common. Of models that were there twice before that was so, the
    later have their number behind it, on a line of its own.
    """

    __tablename__ = "ml_models"
    __table_args__ = (
        UniqueConstraint("name", "author"),
        CheckConstraint("length(name) > 0", name="has_name"),
        {"sqlite_autoincrement": True},  # a number is a permanent address: never used twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    author: Mapped[str] = mapped_column(String(AUTHOR_LENGTH), default="")
    description: Mapped[str] = mapped_column(String(DESCRIPTION_LENGTH), default="")
    url: Mapped[str] = mapped_column(String(URL_LENGTH), default="")
    search_text: Mapped[str] = mapped_column(String(NAME_LENGTH + AUTHOR_LENGTH + 100), index=True)
    identity: Mapped[str] = mapped_column(String(IDENTITY_LENGTH), unique=True, index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)


def search_text(name: str, author: str) -> str:
    """Return what a search looks in: name and author in one letter case, and the name without its signs."""
    return f"{name} {author} {squeezed(name)}".casefold()[: NAME_LENGTH + AUTHOR_LENGTH + 100]


def names_like(word: str) -> ColumnElement[bool]:
    """Return the condition that a model's name or author holds `word`, with or without its signs."""
    spellings = {word.casefold(), squeezed(word)} - {""}
    return or_(*(MLModel.search_text.contains(spelling, autoescape=True) for spelling in spellings))


@event.listens_for(MLModel, "before_insert")
@event.listens_for(MLModel, "before_update")
def _keep_derived(_mapper: Mapper[Any], _connection: object, model: MLModel) -> None:
    model.search_text = search_text(model.name, model.author or "")
    same = identity(model.name, model.author or "")
    if (model.identity or "").partition("\n")[0] != same:
        model.identity = same
