"""The forms people fill in for a label, and what is wrong with what they typed, in sentences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import Field, HiddenField, IntegerField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.importing import parse_number
from gaissa_web.core.label import InformationField, Kind, Origin
from gaissa_web.core.rating import Metric, Scheme
from gaissa_web.core.text import one_line, printable
from gaissa_web.labels.importing import INFORMATION, METRIC
from gaissa_web.labels.services import NewExperiment, NewModel
from gaissa_web.storage.experiments import ORIGIN_DETAIL_LENGTH
from gaissa_web.storage.information import VALUE_LENGTH
from gaissa_web.storage.keyset import LARGEST_ID
from gaissa_web.storage.ml_models import AUTHOR_LENGTH, DESCRIPTION_LENGTH, NAME_LENGTH, URL_LENGTH


class NumberField(StringField):
    """A number from 0 up, typed as text and kept as typed."""

    @property
    def number(self) -> float | None:
        """The number; None where nothing, or nothing that can be read, was typed."""
        try:
            return parse_number(self.data) if (self.data or "").strip() else None
        except InvalidInputError:
            return None

    def pre_validate(self, form: Any) -> None:
        """Say what is wrong with the number, if anything is."""
        if (self.data or "").strip():
            try:
                parse_number(self.data)
            except InvalidInputError as error:
                raise ValidationError(str(error)) from error


class OptionField(SelectField):
    """One of some options."""

    def pre_validate(self, form: Any) -> None:
        """Say what to do about a value that is not among them."""
        if self.data not in {choice.value for choice in self.choices}:
            raise ValidationError(f"Choose one of the options for {self.label.text}.")


class ModelIdField(IntegerField):
    """The id of a model that was offered; blank for a new one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the id, or say that no such model was offered."""
        self.data = None
        if valuelist and valuelist[0].strip():
            text = valuelist[0].strip()
            if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= LARGEST_ID):
                raise ValueError("Choose one of the models that were found, or a new one.")
            self.data = int(text)


def _printable(typed: str | None) -> str:
    return printable(typed or "")


def _one_line(typed: str | None) -> str:
    return one_line(typed or "")


def _web_address(_form: object, field: Field) -> None:
    if field.data and not field.data.startswith(("https://", "http://")):
        raise ValidationError("A web address starts with https:// or http://.")


def _at_most(length: int) -> list[Any]:
    return [Length(max=length, message=f"Please use at most {length:,} characters.")]


@dataclass(frozen=True, slots=True)
class MetricEntry:
    """One metric of the scheme with its form field."""

    metric: Metric
    field: NumberField


@dataclass(frozen=True, slots=True)
class InformationEntry:
    """One information field with its form field."""

    information: InformationField
    field: Field


class LabelForm(FlaskForm):
    """The parts of the form that every scheme has; `label_form` adds metrics and information."""

    scheme: Scheme
    information_fields: Sequence[InformationField]

    model_id = ModelIdField("Model")
    model_name = StringField("Model", _at_most(NAME_LENGTH), [_one_line])
    model_author = StringField("Author or organisation", _at_most(AUTHOR_LENGTH), [_one_line])
    model_description = TextAreaField("Description", _at_most(DESCRIPTION_LENGTH), [_printable])
    model_url = StringField("Web page of the model", [*_at_most(URL_LENGTH), _web_address], [_one_line])
    origin_detail = HiddenField(validators=_at_most(ORIGIN_DETAIL_LENGTH), filters=[_one_line])

    @property
    def metric_entries(self) -> list[MetricEntry]:
        """The scheme's metrics, heaviest first, with their fields."""
        metrics = sorted(self.scheme.metrics, key=lambda metric: (-metric.weight, metric.name))
        return [MetricEntry(metric, self[METRIC + metric.slug]) for metric in metrics]

    @property
    def information_entries(self) -> list[InformationEntry]:
        """The information fields with their form fields."""
        return [InformationEntry(info, self[INFORMATION + info.slug]) for info in self.information_fields]

    @property
    def values(self) -> dict[str, float]:
        """The metric values that could be read; the form must have been validated."""
        found = {entry.metric.slug: entry.field.number for entry in self.metric_entries}
        return {slug: number for slug, number in found.items() if number is not None}

    @property
    def information(self) -> dict[str, str]:
        """The facts that were given; numbers in their plainest form."""
        found = {entry.information.slug: _fact(entry.field) for entry in self.information_entries}
        return {slug: fact for slug, fact in found.items() if fact}

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Each field's id with what is wrong there, in the order of the page; "" for the whole form."""
        whole = [("", message) for message in self.form_errors]
        return whole + [(field.id, _named(field, message)) for field in self for message in field.errors]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and that there is a model and at least one metric."""
        valid = bool(super().validate(extra_validators))
        if not self.model_id.data and not self.model_name.data and not self.model_name.errors:
            valid = _fail(self.model_name, "Say which model this is about: type its name.")
        first = self.metric_entries[0].field
        if not self.values and not any(entry.field.errors for entry in self.metric_entries):
            valid = _fail(first, "Give at least one metric a value.")
        return valid

    def validate_numbers(self) -> None:
        """Check the numbers alone, while the form is still being filled in."""
        for field in self:
            if isinstance(field, NumberField):
                field.validate(self)

    def refuse(self, message: str) -> None:
        """Say what is wrong with the form as a whole."""
        self.form_errors.append(message)

    def blank(self, names: Iterable[str]) -> None:
        """Empty the named fields, as if nothing had been typed."""
        for name in names:
            if name in self and name.startswith((METRIC, INFORMATION)):
                self[name].data = ""

    def fill(self, texts: Mapping[str, str]) -> None:
        """Put `texts` into the named fields."""
        for name, text in texts.items():
            if name in self:
                self[name].data = text

    def experiment(self, sender: str) -> NewExperiment:
        """Return what a valid form asks to be registered.

        `sender` is one person's secret: what the same person sends twice, by impatience or the back
        button, is one submission.
        """
        model: int | NewModel = self.model_id.data or NewModel(
            self.model_name.data or "",
            self.model_author.data or "",
            (self.model_description.data or "").strip(),
            self.model_url.data or "",
        )
        content = (
            sender,
            self.scheme.phase,
            model,
            sorted(self.values.items()),
            sorted(self.information.items()),
        )
        return NewExperiment(
            phase=self.scheme.phase,
            model=model,
            values=self.values,
            information=self.information,
            origin=Origin.FILE if self.origin_detail.data else Origin.FORM,
            origin_detail=self.origin_detail.data or "",
            submission=sha256(repr(content).encode()).hexdigest(),
        )


def label_form(scheme: Scheme, information_fields: Sequence[InformationField], **options: Any) -> LabelForm:
    """Make the form for a label under `scheme`, bound to the request unless `options` say otherwise."""
    fields: dict[str, Any] = {"scheme": scheme, "information_fields": information_fields}
    for metric in sorted(scheme.metrics, key=lambda metric: (-metric.weight, metric.name)):
        fields[METRIC + metric.slug] = NumberField(metric.name)
    for info in information_fields:
        fields[INFORMATION + info.slug] = _information_field(info)
    return type("BoundLabelForm", (LabelForm,), fields)(**options)  # type: ignore[no-any-return]


class ImportForm(FlaskForm):
    """Files of a tracker, and how to read them; `inferences` matters for deployments only."""

    files = MultipleFileField("Files")
    inferences = IntegerField(
        "How many inferences does the file cover?",
        [Optional(), NumberRange(1, 10**12, "Give a whole number from 1 up.")],
    )
    aggregation = OptionField(
        "If a file holds several runs",
        choices=[
            SelectChoice("", "as the tool intends (usual)"),
            SelectChoice("mean", "average them"),
            SelectChoice("sum", "add them up"),
            SelectChoice("last", "take the last"),
            SelectChoice("max", "take the largest"),
        ],
        default="",
    )

    def validate_files(self, field: MultipleFileField) -> None:
        """At least one file."""
        if not any(file.filename for file in field.data or []):
            raise ValidationError("Choose at least one file.")

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Each field's id with what is wrong there."""
        return [(field.id, message) for field in self for message in field.errors]


def _information_field(info: InformationField) -> Any:
    if info.kind is Kind.CHOICE:
        return OptionField(
            info.name, choices=[SelectChoice("", "not given"), *map(SelectChoice, info.options)], default=""
        )
    if info.kind is Kind.NUMBER:
        return NumberField(info.name)
    return StringField(info.name, _at_most(VALUE_LENGTH), [_one_line])


def _fact(field: Field) -> str:
    if isinstance(field, NumberField):
        return "" if field.number is None else repr(field.number).removesuffix(".0")
    return str(field.data or "")


def _named(field: Field, message: str) -> str:
    """A number's message with the name of its field, to be understood away from it."""
    return f"{field.label.text}: {message}" if isinstance(field, NumberField) and field.data else message


def _fail(field: Field, message: str) -> bool:
    field.errors = [*field.errors, message]
    return False
