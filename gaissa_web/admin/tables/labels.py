"""The tables about labels: what is recorded with one, and where and on what models run."""

import re

from sqlalchemy import select

from gaissa_web.admin.tables.table import Column, Entry, Fixed, Table, Values, check_address
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.importing import TargetKind
from gaissa_web.core.label import Kind
from gaissa_web.core.naming import check_slug
from gaissa_web.core.rating import Phase
from gaissa_web.storage.countries import Country
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import Experiment
from gaissa_web.storage.hardware import MOST_WATTS, Hardware
from gaissa_web.storage.information import InformationFieldRow
from gaissa_web.storage.tools import CalculationTool, ColumnMappingRow


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


def _check_hardware(values: Values) -> None:
    check_address(values)
    low, typical, high = (values[name] for name in ("low_w", "typical_w", "high_w"))
    if not 0 <= low <= typical <= high <= MOST_WATTS or not typical:
        raise InvalidInputError("The lowest power is at most the typical one, and that at most the highest.")


def _tools_that_fill(row: InformationFieldRow) -> list[str]:
    """Name the calculation tools that fill an information field; they know it by its slug."""
    fills = (
        ColumnMappingRow.target_kind == TargetKind.INFORMATION,
        ColumnMappingRow.target_slug == row.slug,
        ColumnMappingRow.phase == row.phase,
    )
    names = select(CalculationTool.name).join(CalculationTool.mappings).where(*fills).distinct()
    return [
        f"the calculation tool {name}" for name in db.session.scalars(names.order_by(CalculationTool.name))
    ]


_PHASES = tuple(phase.value for phase in Phase)
_KINDS = tuple(kind.value for kind in Kind)

LABEL_TABLES = (
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
        used_by=_tools_that_fill,
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
        slug="hardware",
        title="Hardware",
        one="device",
        many="devices",
        description="Processors and accelerators with the power they draw, for estimates of energy.",
        row=Hardware,
        named_by="name",
        search=("name",),
        check=_check_hardware,
        columns=(
            Column("name", "Name", required=True),
            Column("kind", "Kind", Entry.CHOICE, options=("accelerator", "processor"), default="accelerator"),
            Column("typical_w", "Typical W", Entry.NUMBER, required=True, hint="Power while it works"),
            Column("low_w", "Lowest W", Entry.NUMBER, required=True, hint="The low end of what is plausible"),
            Column("high_w", "Highest W", Entry.NUMBER, required=True, hint="Usually its rated power"),
            Column("source", "Source", listed=False),
            Column("source_url", "Web page of the source", listed=False),
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
        page=("labels.detail", "label_id"),
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
