"""The forms for a draft of a rating scheme and for its metrics."""

from math import inf, isfinite
from typing import Any

from wtforms import (
    HiddenField,
    StringField,
    TextAreaField,
)
from wtforms.validators import ValidationError

from gaissa_web.admin.schemes.services import LARGEST_WEIGHT, MetricRules
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.ranges import ValidRange
from gaissa_web.core.rating import Metric
from gaissa_web.core.thresholds import Direction, Thresholds, misplaced, misplacement
from gaissa_web.core.units import exact
from gaissa_web.storage.schemes import SLUG_LENGTH, UNIT_LENGTH
from gaissa_web.web.forms import (
    Form,
    NumberField,
    OptionField,
    at_most,
    choices,
    fail,
    line_filter,
    needed,
    text_filter,
    web_address,
)

LONGEST_TEXT = 5_000


class DraftForm(Form):
    """The texts of a draft; `revision` is the state of it that was looked at."""

    title = StringField("Title", [needed("a title"), *at_most(200)], [line_filter])
    description = TextAreaField(
        "How it came to be", at_most(LONGEST_TEXT), [text_filter], description="Shown on the about page"
    )
    revision = HiddenField()


class MetricForm(Form):
    """What a draft says of a metric. A new one has a slug, and a unit unless its slug is known."""

    slug = StringField("Slug", at_most(SLUG_LENGTH), [line_filter])
    unit = StringField("Unit", at_most(UNIT_LENGTH), [line_filter])
    name = StringField("Name", [needed("a name"), *at_most(100)], [line_filter])
    weight = NumberField("Weight", [needed("a weight; 0 shows the metric without counting it")])
    direction = OptionField(
        "Which values are better?", choices=choices([("lower", "lower ones"), ("higher", "higher ones")])
    )
    threshold_1 = NumberField("Boundary between A and B", [needed("the boundary between A and B")])
    threshold_2 = NumberField("Boundary between B and C", [needed("the boundary between B and C")])
    threshold_3 = NumberField("Boundary between C and D", [needed("the boundary between C and D")])
    threshold_4 = NumberField("Boundary between D and E", [needed("the boundary between D and E")])
    description = TextAreaField("What it means", at_most(LONGEST_TEXT), [text_filter])
    how_to_measure = TextAreaField("How to measure it", at_most(LONGEST_TEXT), [text_filter])
    recommendations = TextAreaField("Recommendations", at_most(LONGEST_TEXT), [text_filter])
    thresholds_source = StringField("Source of the thresholds", at_most(500), [line_filter])
    thresholds_source_url = StringField("Address of the source", [*at_most(500), web_address], [line_filter])
    largest = NumberField("Largest value that can be")
    usual_low = NumberField("Usual values, from")
    usual_high = NumberField("Usual values, to")
    revision = HiddenField()

    def validate_usual_high(self, field: NumberField) -> None:
        """A range that rises."""
        try:
            self._range()
        except InvalidInputError as error:
            raise ValidationError(str(error)) from error

    def validate_weight(self, field: NumberField) -> None:
        """A weight within its range."""
        if field.number is not None and field.number > LARGEST_WEIGHT:
            raise ValidationError(f"The weight is a number from 0 to {LARGEST_WEIGHT:,}.")

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and that the boundaries are in the order that their direction asks for."""
        valid = bool(super().validate(extra_validators))
        boundaries = self._boundaries
        if boundaries is None or self.direction.data not in set(Direction):
            return valid
        direction = Direction(self.direction.data)
        place = misplaced(direction, boundaries)
        if place is None:
            return valid
        if misplaced(direction, boundaries[::-1]) is None:
            order = "fall" if direction is Direction.LOWER else "rise"
            return fail(
                self.direction, f"The boundaries {order} from A to E, as if it were the other way round."
            )
        return fail(self[f"threshold_{place + 1}"], misplacement(direction, place))

    @property
    def _boundaries(self) -> tuple[float, float, float, float] | None:
        one, two, three, four = (self[f"threshold_{n}"].number for n in range(1, 5))
        if one is None or two is None or three is None or four is None:
            return None
        return one, two, three, four

    @property
    def rules(self) -> MetricRules:
        """What a valid form says."""
        boundaries = self._boundaries
        if boundaries is None:
            raise InvalidInputError("Every threshold must be a finite number.")
        lines = (self.recommendations.data or "").splitlines()
        return MetricRules(
            name=self.name.data,
            weight=self.weight.number or 0.0,
            thresholds=Thresholds(Direction(self.direction.data), boundaries),
            description=(self.description.data or "").strip(),
            how_to_measure=(self.how_to_measure.data or "").strip(),
            recommendations=tuple(filter(None, map(str.strip, lines))),
            thresholds_source=self.thresholds_source.data or "",
            thresholds_source_url=self.thresholds_source_url.data or "",
            range=self._range(),
        )

    def _range(self) -> ValidRange:
        largest, high = (inf if end.number is None else end.number for end in (self.largest, self.usual_high))
        return ValidRange(largest, self.usual_low.number or 0.0, high)


def metric_form(metric: Metric | None, revision: int, thresholds: Thresholds | None = None) -> MetricForm:
    """Return the form filled with what is known of a metric, with other `thresholds` if given."""
    form = MetricForm(formdata=None)
    form.revision.data = str(revision)
    if metric is None:
        return form
    for name in ("slug", "unit", "name", "description", "how_to_measure", "thresholds_source",
                 "thresholds_source_url"):  # fmt: skip
        form[name].data = getattr(metric, name)
    shown = thresholds or metric.thresholds
    form.weight.data = exact(metric.weight)
    form.direction.data = shown.direction.value
    for n, boundary in enumerate(shown.boundaries, start=1):
        form[f"threshold_{n}"].data = exact(boundary)
    form.recommendations.data = "\n".join(metric.recommendations)
    ends = {
        "largest": metric.range.largest,
        "usual_low": metric.range.usual_low,
        "usual_high": metric.range.usual_high,
    }
    for name, end in ends.items():
        form[name].data = exact(end) if end and isfinite(end) else ""
    return form
