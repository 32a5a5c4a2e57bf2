"""Form fields that several pages use, and what is wrong with what was typed, in sentences."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, IntegerField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.importing import parse_number, parse_quantity
from gaissa_web.core.naming import clean_name
from gaissa_web.core.text import one_line, printable
from gaissa_web.core.web_addresses import check_web_address

LARGEST_SIGNED = 1e12
WHOLE_NUMBER = re.compile(r"\s*[+-]?\d{1,18}\s*", re.ASCII)


class NumberField(StringField):
    """A number from 0 up, typed as text and kept as typed."""

    @property
    def number(self) -> float | None:
        """The number; None where nothing, or nothing that can be read, was typed."""
        try:
            return self.read(self.data) if (self.data or "").strip() else None
        except InvalidInputError:
            return None

    def pre_validate(self, form: Any) -> None:
        """Say what is wrong with the number, if anything is."""
        if (self.data or "").strip():
            try:
                self.read(self.data)
            except InvalidInputError as error:
                raise ValidationError(str(error)) from error

    def read(self, text: str) -> float:
        """Return the number that was typed.

        Raises:
            InvalidInputError: It is none.
        """
        return parse_number(text)


class QuantityField(NumberField):
    """A number in `unit`, which may be typed with another unit of the same kind: "1.2 kg" for grams."""

    def __init__(self, label: str, unit: str, **options: Any) -> None:
        super().__init__(label, **options)
        self.unit = unit

    def read(self, text: str) -> float:
        """Return the number that was typed, in the field's unit."""
        return parse_quantity(text, self.unit)


class SignedField(StringField):
    """A number of either sign, typed as text and kept as typed."""

    @property
    def number(self) -> float | None:
        """The number; None where nothing, or nothing that can be read, was typed."""
        text = (self.data or "").strip().replace("\N{MINUS SIGN}", "-")
        try:
            number = parse_number(text.removeprefix("-")) if text else None
        except InvalidInputError:
            return None
        return -number if number is not None and text.startswith("-") else number

    def pre_validate(self, form: Any) -> None:
        """Say what is wrong with the number, if anything is."""
        if (self.data or "").strip() and (self.number is None or abs(self.number) > LARGEST_SIGNED):
            raise ValidationError(f"“{self.data[:20]}” is not a number that can be used here.")


class WholeNumberField(IntegerField):
    """A whole number, kept as typed; what is none counts as nothing, so that its range is what is said."""

    @property
    def typed(self) -> str:
        """What stands in the field."""
        return one_line(self.raw_data[0]) if self.raw_data else "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number, however long what was typed is."""
        if valuelist:
            self.data = int(valuelist[0]) if WHOLE_NUMBER.fullmatch(valuelist[0]) else None


class OptionField(SelectField):
    """One of some options."""

    def pre_validate(self, form: Any) -> None:
        """Say what to do about a value that is not among them."""
        if self.data not in {choice.value for choice in self.choices}:
            raise ValidationError(f"Choose one of the options for {self.label.text}.")


class Form(FlaskForm):
    """A form that can say all that is wrong with it, and be refused as a whole."""

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Each field's id with what is wrong there, in the order of the page; "" for the whole form."""
        whole = [("", message) for message in self.form_errors]
        return whole + [(field.id, named(field, message)) for field in self for message in messages(field)]

    def refuse(self, message: str) -> None:
        """Say what is wrong with the form as a whole."""
        self.form_errors.append(message)


def messages(field: Field) -> Iterable[str]:
    """Return what is wrong with one field; a field of fields says it at the fields themselves."""
    return [message for message in field.errors if isinstance(message, str)]


def named(field: Field, message: str) -> str:
    """A number's message with the name of its field, to be understood away from it."""
    return f"{field.label.text}: {message}" if isinstance(field, NumberField) and field.data else message


def fail(field: Field, message: str) -> bool:
    """Add what is wrong with a field, and return False."""
    field.errors = [*field.errors, message]
    return False


def text_filter(typed: str | None) -> str:
    """Return what was typed without what no database holds."""
    return printable(typed or "")


def name_filter(typed: str | None) -> str:
    """Return a name as it is kept."""
    return clean_name(typed or "")


def line_filter(typed: str | None) -> str:
    """Return what was typed on one line."""
    return one_line(typed or "")


def web_address(_form: object, field: Field) -> None:
    """Refuse what is not a web address."""
    if field.data:
        try:
            check_web_address(field.data)
        except InvalidInputError as error:
            raise ValidationError(str(error)) from error


def at_most(length: int) -> list[Any]:
    """Return the validators of a text of at most that many characters."""
    return [Length(max=length, message=f"Please use at most {length:,} characters.")]


def needed(what: str) -> Any:
    """Return the validator of a field that must be filled in."""
    return DataRequired(f"Please give {what}.")


def choices(pairs: Sequence[tuple[str, str]]) -> list[SelectChoice]:
    """Return (value, text) pairs as the choices of a field."""
    return [SelectChoice(value, text) for value, text in pairs]
