"""What the generic management must know of a table; `registry` has the tables themselves.

Lengths, uniqueness and what refers to what come from the database's own description.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from gaissa_web.core.web_addresses import check_web_address

Values = Mapping[str, Any]


class Entry(Enum):
    """How a column is typed in."""

    LINE = "line"
    TEXT = "text"
    LINES = "lines"
    WHOLE_NUMBER = "whole number"
    NUMBER = "number"
    MONEY = "money"
    CHOICE = "choice"
    RELATION = "relation"


class Fixed(Enum):
    """When a column can no longer be changed."""

    NEVER = "never"
    ONCE_USED = "once used"
    ONCE_CREATED = "once created"
    NEVER_TYPED = "never typed"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its attribute, how readers know it, how it is typed in.

    `related` is the slug of the table that a relation leads to.
    """

    name: str
    label: str
    entry: Entry = Entry.LINE
    required: bool = False
    hint: str = ""
    options: tuple[str, ...] = ()
    related: str = ""
    fixed: Fixed = Fixed.NEVER
    listed: bool = True
    default: Any = ""


def nothing_to_check(_values: Values) -> None:
    """Accept any values."""


def nothing_more(_row: Any) -> list[str]:
    """Name nothing that refers to a row beside what the database knows."""
    return []


def nothing_to_agree(_values: Values, _row: Any) -> None:
    """Accept any values beside any stored ones."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its address, its words, its columns; `named_by` is what a row is called by.

    `within` is the relationship to what a row's name is only unique in, `page` the public endpoint
    and argument of a row's own page. `scope` are columns with the value that all its rows have.
    `search` are the columns that are searched: of a relation what it leads to; with a dot before
    it, it is a column of the rows that belong to this one.

    `check` raises InvalidInputError at values that do not go together, `agree` at those that do not
    go with what is stored; it is given the row that is changed, None for a new one. `used_by` names
    what refers to a row without a foreign key, and would lose it.
    """

    slug: str
    title: str
    one: str
    many: str
    description: str
    row: type[Any]
    columns: tuple[Column, ...]
    named_by: str
    key: str = "id"
    scope: tuple[tuple[str, Any], ...] = ()
    search: tuple[str, ...] = ()
    within: str = ""
    page: tuple[str, str] | None = None
    changeable: bool = True
    check: Callable[[Values], None] = nothing_to_check
    agree: Callable[[Values, Any], None] = nothing_to_agree
    used_by: Callable[[Any], list[str]] = nothing_more

    @property
    def listed(self) -> tuple[Column, ...]:
        """The columns that the list shows."""
        return tuple(column for column in self.columns if column.listed)

    @property
    def a_row(self) -> str:
        """One row with its article, such as "an information field"."""
        return f"{'an' if self.one[0] in 'aeiou' else 'a'} {self.one}"

    def name_of(self, row: Any) -> str:
        """Return what a row is called in sentences and selects."""
        name = str(getattr(row, self.named_by))
        return f"{getattr(row, self.within).name}: {name}" if self.within else name


def check_address(values: Values) -> None:
    """Refuse a web address that is none.

    Raises:
        InvalidInputError: As `check_web_address` does.
    """
    if address := values.get("url") or values.get("source_url"):
        check_web_address(address)
