"""The forms people fill in for a label, and what is wrong with what they typed, in sentences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from wtforms import Field, HiddenField, IntegerField, SelectChoice, StringField, TextAreaField

from gaissa_web.core.label import InformationField, Kind, Origin
from gaissa_web.core.rating import Metric, Scheme
from gaissa_web.core.units import exact
from gaissa_web.labels.field_names import information_field, metric_field, target_of
from gaissa_web.labels.measured import Measured
from gaissa_web.labels.services import NewExperiment, NewModel
from gaissa_web.labels.uploads import provenance
from gaissa_web.storage.experiments import ORIGIN_DETAIL_LENGTH
from gaissa_web.storage.information import VALUE_LENGTH
from gaissa_web.storage.keyset import LARGEST_ID
from gaissa_web.storage.measurements import KEY_LENGTH
from gaissa_web.storage.ml_models import AUTHOR_LENGTH, DESCRIPTION_LENGTH, NAME_LENGTH, URL_LENGTH
from gaissa_web.web.forms import (
    Form,
    NumberField,
    OptionField,
    QuantityField,
    at_most,
    fail,
    line_filter,
    name_filter,
    text_filter,
    web_address,
)


class ModelIdField(IntegerField):
    """The id of a model that was offered; blank for a new one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the id, or say that no such model was offered."""
        self.data = None
        if valuelist and valuelist[0].strip():
            text = valuelist[0].strip()
            if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= LARGEST_ID):
                raise ValueError("Choose one of the models that were found, or a new one.")
            self.data = int(text)


class MetricField(QuantityField):
    """The value of a metric, with or without a unit, within the metric's range."""

    def __init__(self, metric: Metric, **options: Any) -> None:
        super().__init__(metric.name, metric.unit, **options)
        self.metric = metric

    def read(self, text: str) -> float:
        """Return the value in the metric's unit."""
        value = super().read(text)
        self.metric.check(value)
        return value


@dataclass(frozen=True, slots=True)
class MetricEntry:
    """One metric of the scheme with its form field."""

    metric: Metric
    field: MetricField

    @property
    def doubt(self) -> str:
        """What to look at where an unusual value was typed."""
        return "" if self.field.number is None else self.metric.doubt(self.field.number)


@dataclass(frozen=True, slots=True)
class InformationEntry:
    """One information field with its form field."""

    information: InformationField
    field: Field


class LabelForm(Form):
    """The parts of the form that every scheme has; `label_form` adds metrics and information."""

    scheme: Scheme
    information_fields: Sequence[InformationField]

    model_id = ModelIdField("Model")
    model_name = StringField("Model", at_most(NAME_LENGTH), [name_filter])
    model_author = StringField("Author or organisation", at_most(AUTHOR_LENGTH), [name_filter])
    model_description = TextAreaField("Description", at_most(DESCRIPTION_LENGTH), [text_filter])
    model_url = StringField("Web page of the model", [*at_most(URL_LENGTH), web_address], [line_filter])
    measurement = HiddenField(validators=at_most(KEY_LENGTH))
    upload = HiddenField()
    provenance = HiddenField()

    @property
    def metric_entries(self) -> list[MetricEntry]:
        """The scheme's metrics, heaviest first, with their fields."""
        return [MetricEntry(metric, self[metric_field(metric.slug)]) for metric in self.scheme.ordered]

    @property
    def information_entries(self) -> list[InformationEntry]:
        """The information fields with their form fields."""
        return [
            InformationEntry(info, self[information_field(info.slug)]) for info in self.information_fields
        ]

    @property
    def target_choices(self) -> list[tuple[str, str]]:
        """The fields that a column can lead to, as (name, text) pairs."""
        metrics = [(entry.field.name, entry.metric.name) for entry in self.metric_entries]
        return metrics + [(entry.field.name, entry.information.name) for entry in self.information_entries]

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

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and that there is a model and at least one metric."""
        valid = bool(super().validate(extra_validators))
        if not self.model_id.data and not self.model_name.data and not self.model_name.errors:
            valid = fail(self.model_name, "Say which model this is about: type its name.")
        first = self.metric_entries[0].field
        if not self.values and not any(entry.field.errors for entry in self.metric_entries):
            valid = fail(first, "Give at least one metric a value.")
        return valid

    def validate_numbers(self) -> None:
        """Check the numbers alone, while the form is still being filled in."""
        for field in self:
            if isinstance(field, NumberField):
                field.validate(self)

    def blank(self, names: Iterable[str]) -> None:
        """Empty the named fields, as if nothing had been typed."""
        for name in names:
            if name in self and target_of(name):
                self[name].data = ""

    def fill(self, texts: Mapping[str, str]) -> None:
        """Put `texts` into the named fields."""
        for name, text in texts.items():
            if name in self:
                self[name].data = text

    def experiment(self, secret: str, sender: str, measured: Measured | None = None) -> NewExperiment:
        """Return what a valid form asks to be registered.

        `secret` is one person's: what the same person sends twice, by impatience or the back button,
        is one submission. `sender` is what is kept of where it came from. `measured` is what was
        measured, if the form began with it.
        """
        files = provenance(self.provenance.data or "")
        detail = files.detail(self.values) if files else ""
        origin = Origin.FILE if detail else Origin.FORM
        if measured and measured.is_source_of(self.values):
            origin, detail = Origin.ENDPOINT, measured.detail
        model: int | NewModel = self.model_id.data or NewModel(
            self.model_name.data or "",
            self.model_author.data or "",
            (self.model_description.data or "").strip(),
            self.model_url.data or "",
        )
        content = (
            secret,
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
            origin=origin,
            origin_detail=detail[:ORIGIN_DETAIL_LENGTH],
            sender=sender,
            submission=sha256(repr(content).encode()).hexdigest(),
        )


def label_form(scheme: Scheme, information_fields: Sequence[InformationField], **options: Any) -> LabelForm:
    """Make the form for a label under `scheme`, bound to the request unless `options` say otherwise."""
    fields: dict[str, Any] = {"scheme": scheme, "information_fields": information_fields}
    for metric in scheme.ordered:
        fields[metric_field(metric.slug)] = MetricField(metric)
    for info in information_fields:
        fields[information_field(info.slug)] = _information_field(info)
    return type("BoundLabelForm", (LabelForm,), fields)(**options)  # type: ignore[no-any-return]


def _information_field(info: InformationField) -> Any:
    if info.kind is Kind.CHOICE:
        return OptionField(
            info.name, choices=[SelectChoice("", "not given"), *map(SelectChoice, info.options)], default=""
        )
    if info.kind is Kind.NUMBER:
        return QuantityField(info.name, info.unit)
    return StringField(info.name, at_most(VALUE_LENGTH), [line_filter])


def _fact(field: Field) -> str:
    if isinstance(field, NumberField):
        return "" if field.number is None else exact(field.number)
    return str(field.data or "")
