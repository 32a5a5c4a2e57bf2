"""The tables that the generic management can handle, and what it must know of each.

A new table is one entry in `TABLES`; lengths, uniqueness and what refers to what come from the
database's own description.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.label import Kind
from gaissa_web.core.rating import Phase
from gaissa_web.storage.countries import Country
from gaissa_web.storage.experiments import Experiment
from gaissa_web.storage.information import InformationFieldRow
from gaissa_web.storage.ml_models import MLModel

Values = Mapping[str, Any]
SLUG = re.compile(r"[a-z][a-z0-9_]*")


class Entry(Enum):
    """How a column is typed in."""

    LINE = "line"
    TEXT = "text"
    LINES = "lines"
    WHOLE_NUMBER = "whole number"
    CHOICE = "choice"
    RELATION = "relation"


class Fixed(Enum):
    """When a column can no longer be changed."""

    NEVER = "never"
    ONCE_USED = "once used"
    ONCE_CREATED = "once created"


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


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its address, its words, its columns; `named_by` is what a row is called by.

    `check` raises InvalidInputError at values that do not go together.
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
    search: tuple[str, ...] = ()
    changeable: bool = True
    check: Callable[[Values], None] = nothing_to_check

    @property
    def listed(self) -> tuple[Column, ...]:
        """The columns that the list shows."""
        return tuple(column for column in self.columns if column.listed)

    @property
    def a_row(self) -> str:
        """One row with its article, such as "an information field"."""
        return f"{'an' if self.one[0] in 'aeiou' else 'a'} {self.one}"

    def name_of(self, row: Any) -> str:
        """Return what a row is called in sentences."""
        return str(getattr(row, self.named_by))


def check_slug(slug: str) -> None:
    """Refuse a slug that is not small letters, digits and underscores.

    Raises:
        InvalidInputError: It has others, or does not begin with a letter.
    """
    if not SLUG.fullmatch(slug):
        raise InvalidInputError("The slug takes small letters, digits and _, and begins with a letter.")


def _check_field(values: Values) -> None:
    check_slug(values["slug"])
    if values["kind"] == Kind.CHOICE and len(values["options"]) < 2:
        raise InvalidInputError("A choice needs at least two options, each on its own line.")
    if values["kind"] != Kind.CHOICE and values["options"]:
        raise InvalidInputError("Only a choice has options; clear them, or make the kind “choice”.")
    if values["kind"] != Kind.NUMBER and values["unit"]:
        raise InvalidInputError("Only a number has a unit; clear it, or make the kind “number”.")


def _check_country(values: Values) -> None:
    if not re.fullmatch(r"[A-Z]{3}|WORLD", values["iso3"]):
        raise InvalidInputError("The code of a country is three capital letters (ISO 3166-1 alpha-3).")


def _check_model(values: Values) -> None:
    if values["url"] and not values["url"].startswith(("https://", "http://")):
        raise InvalidInputError("A web address starts with https:// or http://.")


_PHASES = tuple(phase.value for phase in Phase)
_KINDS = tuple(kind.value for kind in Kind)

_ALL = (
    Table(
        slug="information",
        title="Information fields",
        one="information field",
        many="information fields",
        description="Context that people record with a label. It is shown, never rated.",
        row=InformationFieldRow,
        named_by="name",
        search=("name", "slug", "description"),
        check=_check_field,
        columns=(
            Column("name", "Name", required=True),
            Column(
                "phase", "Phase", Entry.CHOICE, options=_PHASES, fixed=Fixed.ONCE_CREATED, default="training"
            ),
            Column(
                "slug", "Slug", required=True, fixed=Fixed.ONCE_CREATED, hint="Its name in files and data"
            ),
            Column("kind", "Kind", Entry.CHOICE, options=_KINDS, fixed=Fixed.ONCE_USED, default="text"),
            Column("unit", "Unit", hint="Of a number only, such as h or W", fixed=Fixed.ONCE_USED),
            Column(
                "description", "Description", Entry.TEXT, listed=False, hint="Shown under the field’s name"
            ),
            Column(
                "options", "Options", Entry.LINES, listed=False, hint="Of a choice only, one on each line"
            ),
            Column(
                "position", "Position", Entry.WHOLE_NUMBER, hint="Its place in forms, low first", default=100
            ),
        ),
    ),
    Table(
        slug="countries",
        title="Countries",
        one="country",
        many="countries",
        description="Names of countries; their carbon intensities have a page of their own.",
        row=Country,
        named_by="name",
        key="iso3",
        search=("name", "iso3"),
        check=_check_country,
        columns=(
            Column("name", "Name", required=True),
            Column(
                "iso3",
                "Code",
                required=True,
                fixed=Fixed.ONCE_CREATED,
                hint="ISO 3166-1 alpha-3, such as ESP",
            ),
        ),
    ),
    Table(
        slug="models",
        title="Models",
        one="model",
        many="models",
        description="The machine-learning models that labels are about.",
        row=MLModel,
        named_by="name",
        search=("search_text",),
        check=_check_model,
        columns=(
            Column("name", "Name", required=True),
            Column("author", "Author or organisation"),
            Column("url", "Web page"),
            Column("description", "Description", Entry.TEXT, listed=False),
        ),
    ),
    Table(
        slug="labels",
        title="Labels",
        one="label",
        many="labels",
        description="All labels. A label is not edited: one that should not be here can be deleted.",
        row=Experiment,
        named_by="id",
        changeable=False,
        columns=(
            Column("id", "Number", Entry.WHOLE_NUMBER),
            Column("model_id", "Model", Entry.RELATION, related="models"),
            Column("phase", "Phase", Entry.CHOICE, options=_PHASES),
            Column("grade", "Grade"),
            Column("origin", "Origin"),
            Column("registered_at", "Registered"),
        ),
    ),
)

TABLES = {table.slug: table for table in _ALL}

WORDS = {
    "information_values": ("recorded fact", "recorded facts"),
    "metric_values": ("measured value", "measured values"),
    "earlier_ratings": ("earlier rating", "earlier ratings"),
    "experiments": ("label", "labels"),
    "carbon_intensities": ("figure of carbon intensity", "figures of carbon intensity"),
}
"""What rows of other tables are called in sentences about what depends on what: one, many."""
