"""The form of an ROI analysis, and what the analysis page lets one try."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import ValidationError

from gaissa_web.core.roi import DEFAULT_USES, MOST_USES
from gaissa_web.core.units import exact, readable
from gaissa_web.roi.catalogue import Figure
from gaissa_web.roi.choosing import STEPS, Selection
from gaissa_web.roi.services import NewAnalysis
from gaissa_web.storage.analyses import TITLE_LENGTH
from gaissa_web.web.forms import Form, NumberField, OptionField, at_most, choices, fail, line_filter

METRIC = "metric-"
HIGHEST_PRICE = 10
LARGEST_COST = 1_000_000_000
MOST_PER_DAY = 1e12
CENT_OF_A_CENT = Decimal("0.000001")


def euros(number: float) -> Decimal:
    """Return a typed amount exactly, to the millionth of a euro that is stored."""
    return Decimal(repr(number)).quantize(CENT_OF_A_CENT)


class BoundedField(NumberField):
    """A number within bounds, the unit of which its label or hint names."""

    def __init__(self, label: str, smallest: float, largest: float, unit: str = "", **options: Any) -> None:
        super().__init__(label, **options)
        self.smallest, self.largest, self.unit = smallest, largest, unit

    def pre_validate(self, form: Any) -> None:
        """Say what is wrong with the number, if anything is."""
        super().pre_validate(form)
        if self.number is not None and not self.smallest <= self.number <= self.largest:
            low, high = readable(self.smallest, self.unit), readable(self.largest, self.unit)
            raise ValidationError(f"It lies between {low} and {high}.")


class WholeField(BoundedField):
    """A whole number within bounds."""

    def pre_validate(self, form: Any) -> None:
        """Say what is wrong with the number, if anything is."""
        super().pre_validate(form)
        if self.number is not None and self.number != int(self.number):
            raise ValidationError("It is a whole number.")


class PlaceField(OptionField):
    """Where something runs; it has to be chosen."""

    def pre_validate(self, form: Any) -> None:
        """Say what to do where nothing is chosen."""
        if not self.data:
            raise ValidationError("Choose where it runs.")
        super().pre_validate(form)


class AnalysisForm(Form):
    """The parts of the form that every analysis has; `analysis_form` adds the metrics' baselines."""

    figures: Sequence[Figure]
    selection: Selection

    stage = SelectField("Pipeline stage", coerce=str, validate_choice=False)
    tactic = SelectField("Tactic", coerce=str, validate_choice=False)
    architecture = SelectField("Architecture", coerce=str, validate_choice=False)
    option = SelectField("Option", coerce=str, validate_choice=False)
    title = StringField("Name of the analysis", at_most(TITLE_LENGTH), [line_filter])
    country = PlaceField("Where it runs")
    price = BoundedField("Energy price", 0, HIGHEST_PRICE)
    price_of = HiddenField()
    implementation_cost = BoundedField("Implementation cost", 0, LARGEST_COST)
    hours = BoundedField("Hours of work", 0, 1_000_000)
    rate = BoundedField("Cost of an hour", 0, 100_000)
    uses = WholeField("How many", 1, MOST_USES)
    uses_per_day = BoundedField("Per day", 0, MOST_PER_DAY)

    @property
    def metric_entries(self) -> list[tuple[Figure, NumberField]]:
        """The figures with the fields of their baselines."""
        return [(figure, self[METRIC + figure.slug]) for figure in self.figures]

    def kept(self, sent: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return what of the `sent` fields has no place on the page as it is now, so that it is not lost.

        Until the choice is complete that is all the rest; later it is other metrics' values.
        """
        shown = {entry.name for _, entry in self.metric_entries} | {"csrf_token"}
        shown |= {step for step in STEPS if len(self[step].choices) > 1}
        if self.selection.complete:
            shown |= {field.name for field in self}
        return [
            (name, value)
            for name, value in sent
            if name not in shown and (name in self or name.startswith(METRIC))
        ]

    @property
    def implementation(self) -> Decimal:
        """What the tactic costs once: as typed, else hours times rate, else nothing."""
        if self.implementation_cost.number is not None:
            return euros(self.implementation_cost.number)
        return euros(self.hours.number or 0.0) * euros(self.rate.number or 0.0)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, that the choice is complete, and that there is something to analyse."""
        valid = bool(super().validate(extra_validators))
        if not self.selection.complete:
            step = next(name for name in STEPS if not getattr(self.selection, name))
            for field in self:
                field.errors = []  # they are checked once their fields are on the page again
            if step in self.selection.refused:
                return fail(self[step], self.selection.refused[step])
            return fail(self[step], f"Choose the {self[step].label.text.lower()}.")
        energy = [field for figure, field in self.metric_entries if figure.per]
        if any(not (field.data or "").strip() for field in energy):
            valid = fail(energy[0], "Give the energy that one takes at present.")
        elif not any(field.number is not None or field.errors for _, field in self.metric_entries):
            valid = fail(self.metric_entries[0][1], "Give at least one metric its present value.")
        if self.price.number is None and not self.price.errors:
            valid = fail(self.price, "Give the price of a kilowatt-hour.")
        return valid

    def analysis(self, secret: str, sender: str) -> NewAnalysis:
        """Return what a valid form asks to be analysed.

        `secret` is one person's, so that what they send twice is one submission; `sender` is what is
        kept of where it came from.
        """
        baselines = {figure.slug: field.number for figure, field in self.metric_entries}
        content = {
            "title": self.title.data or "",
            "option_id": self.selection.option,
            "architecture_id": self.selection.architecture,
            "iso3": self.country.data,
            "price": euros(self.price.number or 0.0),
            "implementation_cost": self.implementation.quantize(CENT_OF_A_CENT),
            "uses": int(self.uses.number or DEFAULT_USES),
            "uses_per_day": self.uses_per_day.number or 0.0,
            "baselines": {slug: value for slug, value in baselines.items() if value is not None},
        }
        sending = sha256(repr((secret, sorted(content.items()))).encode()).hexdigest()
        return NewAnalysis(**content, submission=sending, sender=sender)


def analysis_form(
    selection: Selection, figures: Sequence[Figure], countries: Sequence[tuple[str, str]], **options: Any
) -> AnalysisForm:
    """Make the form for what is selected, with a field for each metric that has a figure."""
    fields: dict[str, Any] = {"selection": selection, "figures": figures}
    for figure in figures:
        fields[METRIC + figure.slug] = BoundedField(figure.name, figure.smallest, figure.largest, figure.unit)
    form: AnalysisForm = type("BoundAnalysisForm", (AnalysisForm,), fields)(**options)
    form.country.choices = choices(countries)
    steps = {
        "stage": selection.stages,
        "tactic": selection.tactics,
        "architecture": selection.architectures,
        "option": selection.options,
    }
    for name, offered_here in steps.items():
        offered = [(str(key), text) for key, text in offered_here]
        form[name].choices = choices([("", "choose …"), *offered])
        form[name].data = str(getattr(selection, name) or "")
    return form


class TryForm(Form):
    """What an analysis is tried with instead of what is saved; all is optional."""

    class Meta:
        """It changes nothing, so it is sent as an address."""

        csrf = False

    inferences = WholeField("How many", 1, MOST_USES)
    price = BoundedField("Energy price", 0, HIGHEST_PRICE)
    country = StringField("Where it runs", filters=[line_filter])
    per_day = BoundedField("Per day", 0, MOST_PER_DAY)
    extra_cost = BoundedField("Cost of what is added", 0, LARGEST_COST)


class RankingForm(Form):
    """For which architecture and use the tactics are ranked."""

    class Meta:
        """It changes nothing, so it is sent as an address."""

        csrf = False

    architecture = SelectField("Architecture", coerce=str, validate_choice=False)
    energy = BoundedField("Energy at present", 0, 1e16, "J")
    price = BoundedField("Energy price", 0, HIGHEST_PRICE)
    implementation_cost = BoundedField("Implementation cost", 0, LARGEST_COST)
    inferences = WholeField("How many", 1, MOST_USES)


def typed(number: float | Decimal) -> str:
    """Return a number as a field shows it."""
    return exact(float(number))
