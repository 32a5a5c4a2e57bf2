"""The form for a calculation tool and its mappings."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import wtforms
from flask_wtf.file import FileField
from wtforms import (
    FieldList,
    FormField,
    HiddenField,
    StringField,
    TextAreaField,
)
from wtforms.validators import NumberRange, Optional

from gaissa_web.admin.tools.services import ToolRules
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.importing import Aggregation, ColumnMapping, Destination, Per, Rows, Target, is_time
from gaissa_web.core.rating import Phase
from gaissa_web.core.units import convert
from gaissa_web.labels.field_names import field_name
from gaissa_web.storage.schemes import SLUG_LENGTH, UNIT_LENGTH
from gaissa_web.web.forms import (
    Form,
    OptionField,
    WholeNumberField,
    at_most,
    choices,
    fail,
    line_filter,
    needed,
    text_filter,
    web_address,
)

LONGEST_TEXT = 5_000
PER = [
    (Per.NOTHING.value, "–"),
    (Per.INFERENCE.value, "inferences"),
    (Per.THOUSAND_INFERENCES.value, "1000 inferences"),
    (Per.REQUEST.value, "inferences, one at a time"),
    (Per.TIME.value, "divides the inferences"),
]
ROWS = [
    (Rows.SNAPSHOTS.value, "are snapshots: the last has the totals"),
    (Rows.PARTS.value, "are parts: they combine"),
]
MOST_MAPPINGS = 180  # of five fields each, in a form of a thousand at most


class MappingForm(wtforms.Form):
    """Where one column goes; a line without a column is none. `target` is "phase field"."""

    column = StringField("Column", at_most(100), [line_filter])
    unit = StringField("Its unit", at_most(UNIT_LENGTH), [line_filter])
    target = OptionField("Goes to")
    aggregation = OptionField("Rows combine by", choices=choices([(a.value, a.value) for a in Aggregation]))
    per = OptionField("Divided by", choices=choices(PER))


class MappingsField(FieldList):
    """The lines of a tool's form; fields whose names have no line's number are none of them."""

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        line = re.compile(rf"{re.escape(prefix)}-(\d{{1,6}})-", re.ASCII)
        return (int(found[1]) for found in map(line.match, formdata) if found)


class ToolForm(Form):
    """A calculation tool with its mappings, and a file to try them on."""

    name = StringField("Name", [needed("a name"), *at_most(100)], [line_filter])
    slug = StringField("Slug", [needed("a slug"), *at_most(SLUG_LENGTH)], [line_filter])
    url = StringField("Web page", [*at_most(500), web_address], [line_filter])
    description = TextAreaField("Description", at_most(LONGEST_TEXT), [text_filter])
    signature = TextAreaField("Recognised by", at_most(LONGEST_TEXT), [text_filter])
    how_to_get = TextAreaField("How to get its file", at_most(LONGEST_TEXT), [text_filter])
    run_key = StringField("Column that tells runs apart", at_most(100), [line_filter])
    rows = OptionField("Rows of one run", choices=choices(ROWS), default=Rows.SNAPSHOTS.value)
    run_time = StringField("Column with the moment of a run", at_most(100), [line_filter])
    run_facts = StringField("Columns that say which run it was", at_most(500), [line_filter])
    mappings = MappingsField(FormField(MappingForm), max_entries=MOST_MAPPINGS)
    files = FileField("A file of this tool")
    inferences = WholeNumberField(
        "Inferences that it covers", [Optional(), NumberRange(1, 10**12, "Give a whole number from 1 up.")]
    )
    seen = HiddenField()

    destinations: Mapping[str, tuple[Phase, Destination]]

    def offer(self, destinations: Mapping[Phase, Iterable[Destination]]) -> None:
        """Let the mappings lead to `destinations`."""
        self.destinations = {
            target_name(phase, one.target): (phase, one)
            for phase, some in destinations.items()
            for one in some
        }
        self.offer_again()

    def offer_again(self) -> None:
        """Let mappings that were added lead to the same destinations."""
        pairs = [(name, _destination_text(*place)) for name, place in self.destinations.items()]
        for line in self.mappings:
            line.target.choices = choices([("", "choose …"), *pairs])

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and that units can be converted to those of the targets."""
        valid = bool(super().validate(extra_validators))
        for line in self.mappings:
            if line.column.data and not line.target.data:
                valid = fail(line.target, f"Choose where the column “{line.column.data}” goes.")
            elif line.column.data and line.target.data in self.destinations:
                valid = self._check_unit(line) and valid
        return valid

    def _check_unit(self, line: FormField) -> bool:
        (_, destination), unit = self.destinations[line.target.data], line.unit.data
        if not destination.is_number:
            return not unit or fail(line.unit, f"{destination.name} is text; leave the unit empty.")
        if line.per.data == Per.TIME:
            return is_time(unit) or fail(line.unit, f"{line.column.data}: give a unit of time, such as s.")
        try:
            convert(1.0, unit, destination.unit)
        except InvalidInputError as error:
            return fail(line.unit, f"{line.column.data}: {error}")
        return True

    @property
    def rules(self) -> ToolRules:
        """What a valid form says."""
        lines = (self.signature.data or "").splitlines()
        sets = (tuple(filter(None, map(str.strip, line.split(",")))) for line in lines)
        return ToolRules(
            slug=self.slug.data or "",
            name=self.name.data or "",
            url=self.url.data or "",
            description=(self.description.data or "").strip(),
            signature=tuple(columns for columns in sets if columns),
            how_to_get=(self.how_to_get.data or "").strip(),
            run_key=self.run_key.data or "",
            rows=Rows(self.rows.data),
            run_time=self.run_time.data or "",
            run_facts=tuple(filter(None, map(str.strip, (self.run_facts.data or "").split(",")))),
            mappings=tuple(
                self._mapping(line) for line in self.mappings if line.column.data and line.target.data
            ),
        )

    def _mapping(self, line: FormField) -> tuple[Phase, ColumnMapping]:
        phase, destination = self.destinations[line.target.data]
        aggregation, per = Aggregation(line.aggregation.data), Per(line.per.data)
        unit = line.unit.data or ""
        return phase, ColumnMapping(line.column.data, unit, destination.target, aggregation, per)


def target_name(phase: Phase, target: Target) -> str:
    """Return what a target of a phase is called in the form: "training metric-latency"."""
    return f"{phase} {field_name(target)}"


def _destination_text(phase: Phase, destination: Destination) -> str:
    unit = f" ({destination.unit})" if destination.unit else ""
    return f"{phase}: {destination.name}{unit}"
