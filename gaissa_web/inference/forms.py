"""The form for a measurement, and what is wrong with what was typed, in sentences."""

import re
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from wtforms import Field, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional, ValidationError

from gaissa_web.core.endpoints import DATATYPES, Manner, Protocol
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.measuring import EXAMPLES_AT_MOST, REQUESTS, Request
from gaissa_web.core.units import exact
from gaissa_web.inference.queries import KEY
from gaissa_web.inference.services import NewMeasurement
from gaissa_web.storage.countries import WORLD
from gaissa_web.storage.hardware import MOST_WATTS
from gaissa_web.web.forms import (
    Form,
    NumberField,
    OptionField,
    WholeNumberField,
    at_most,
    choices,
    fail,
    line_filter,
    text_filter,
)
from gaissa_web.web.settings import settings

LONGEST_EXAMPLES = 20_000
LONGEST_TEMPLATE = 5_000
LONGEST_TOKEN = 5_000
FEWEST, MOST = REQUESTS[0], REQUESTS[-1]
OWN_POWER = "own"
MOST_DEVICES = 10_000
AVERAGE_PUE = 1.58
"""Of the data centres in Uptime Institute's survey of 2023."""
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}", re.ASCII)
_REFUSED_HEADERS = frozenset(
    {"accept", "connection", "expect", "host", "keep-alive", "te", "trailer", "upgrade"}
)
_REFUSED_BEGINNINGS = "content-", "proxy-", "transfer-"
"""What makes up the request itself."""


class MeasureForm(Form):
    """What is asked, how, how often, and on what it runs; `key` is the address of the result."""

    key = HiddenField()
    address = StringField("Address of the endpoint", filters=[line_filter])
    protocol = OptionField("Protocol", choices=choices([(p.value, p.words) for p in Protocol]))
    template = TextAreaField("Template", at_most(LONGEST_TEMPLATE), [text_filter])
    tensor = StringField("Name of the input tensor", at_most(100), [line_filter])
    datatype = OptionField("Datatype", choices=choices([(name, name) for name in DATATYPES]))
    model = StringField("Name of the model", at_most(200), [line_filter])
    max_tokens = WholeNumberField(
        "Longest answer",
        [Optional(), NumberRange(1, 4096, "Give a whole number from 1 to 4,096, or nothing.")],
    )
    examples = TextAreaField("Example inputs", at_most(LONGEST_EXAMPLES), [text_filter])
    requests = WholeNumberField(
        "Number of requests",
        [NumberRange(FEWEST, MOST, f"Give a whole number from {FEWEST} to {MOST}.")],
    )
    token_header = StringField("Header for the token", filters=[line_filter])
    token = PasswordField("Token", at_most(LONGEST_TOKEN))
    hardware = OptionField("Hardware")
    power = NumberField("Power of one device", filters=[line_filter])
    devices = WholeNumberField(
        "Number of devices",
        [NumberRange(1, MOST_DEVICES, f"Give a whole number from 1 to {MOST_DEVICES:,}.")],
    )
    pue = NumberField("PUE")
    country = OptionField("Where it runs")

    @property
    def example_lines(self) -> tuple[str, ...]:
        """The examples, one of each line that is not blank."""
        return tuple(line.strip() for line in (self.examples.data or "").splitlines() if line.strip())

    @property
    def manner(self) -> Manner:
        """The protocol with what it needs."""
        return Manner(
            Protocol(self.protocol.data),
            template=self.template.data or "",
            model=self.model.data or "",
            max_tokens=self.max_tokens.data,
            tensor=self.tensor.data or "",
            datatype=self.datatype.data,
        )

    def validate_address(self, field: Field) -> None:
        """Refuse what is no web address, and what is not public as it is written."""
        from gaissa_web.adapters.public_addresses import check_public  # noqa: PLC0415  6 MB for this form

        if not field.data:
            raise ValidationError("Type the web address of the endpoint.")
        try:
            check_public(field.data, settings().allowed_hosts)
        except InvalidInputError as error:
            raise ValidationError(str(error)) from error

    def validate_examples(self, field: Field) -> None:
        """Ask for one to ten."""
        if not self.example_lines:
            raise ValidationError("Give at least one example input.")
        if len(self.example_lines) > EXAMPLES_AT_MOST:
            raise ValidationError(f"Give at most {EXAMPLES_AT_MOST} example inputs, one on each line.")

    def validate_token(self, field: Field) -> None:
        """Refuse what no header can hold, and a way on which it would be read by others."""
        from gaissa_web.adapters.public_addresses import is_allowed  # noqa: PLC0415  6 MB for this form

        if not all("!" <= character <= "~" or character == " " for character in field.data or ""):
            raise ValidationError("A token has plain letters, digits and signs only.")
        plain = field.data and not self.address.errors and urlsplit(self.address.data).scheme == "http"
        if plain and not is_allowed(self.address.data, settings().allowed_hosts):
            raise ValidationError("Over http anybody on the way could read the token; use an https address.")

    def validate_token_header(self, field: Field) -> None:
        """Refuse what is no header, or one of those that make up the request itself."""
        name = field.data or ""
        plain = name.casefold()
        if not _HEADER.fullmatch(name) or plain in _REFUSED_HEADERS or plain.startswith(_REFUSED_BEGINNINGS):
            raise ValidationError("Give the name of a header, such as Authorization or X-API-Key.")

    def validate_power(self, field: NumberField) -> None:
        """Ask for it where no device of the list was chosen, and refuse what no device draws."""
        if field.errors or (not field.data and self.hardware.data != OWN_POWER):
            return
        if not (field.number and field.number <= MOST_WATTS):
            listed = self.hardware.data not in {"", OWN_POWER}
            otherwise = ", or nothing to take that of the list" if listed else ""
            raise ValidationError(
                f"Give the power of one device in watts, from above 0 up to {MOST_WATTS:,}{otherwise}."
            )

    def validate_pue(self, field: NumberField) -> None:
        """Refuse a data centre that makes energy."""
        if field.number is None or not 1 <= field.number <= 5:
            raise ValidationError("Give a PUE from 1 to 5.")

    def validate_hardware(self, field: Field) -> None:
        """Ask for a choice, unless the power alone is given."""
        if not field.data and not self.power.data:
            raise ValidationError("Choose what it runs on, or give the power of one device in watts.")

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and that the request can be made of them."""
        valid = bool(super().validate(extra_validators))
        if not KEY.fullmatch(self.key.data or ""):
            self.key.data = new_key()
        needed = {Protocol.OPENAI: self.model, Protocol.OPEN_INFERENCE: self.tensor}.get(self.protocol.data)
        if needed is not None and not needed.data and not needed.errors:
            valid = fail(needed, f"Please give the {needed.label.text[0].lower()}{needed.label.text[1:]}.")
        if valid:
            try:
                for example in self.example_lines:
                    self.manner.body(example)
            except InvalidInputError as error:
                template = self.protocol.data == Protocol.JSON and "template" in str(error)
                valid = fail(self.template if template else self.examples, str(error))
        return valid

    def measurement(self, sender: str) -> NewMeasurement:
        """Return what a valid form asks for."""
        unlisted = self.hardware.data in {"", OWN_POWER}
        token, header = (self.token.data or "").strip(), self.token_header.data or ""
        if token and header.casefold() == "authorization" and " " not in token:
            token = f"Bearer {token}"
        return NewMeasurement(
            key=self.key.data or "",
            sender=sender,
            address=self.address.data or "",
            manner=self.manner,
            examples=self.example_lines,
            requests=self.requests.data or FEWEST,
            token_header=header,
            token=token,
            hardware_id=None if unlisted else int(self.hardware.data),
            power_w=self.power.number,
            devices=self.devices.data or 1,
            pue=self.pue.number or 1.0,
            iso3=self.country.data,
        )


def measure_form(
    hardware: Sequence[tuple[str, str]],
    countries: Sequence[tuple[str, str]],
    earlier: Request | None = None,
    **options: Any,
) -> MeasureForm:
    """Make the form, bound to the request unless `options` say otherwise, or filled in as `earlier`."""
    form = MeasureForm(**options)
    own = (OWN_POWER, "other: I give its power in watts")
    form.hardware.choices = choices([("", "choose …"), *hardware, own])
    form.country.choices = choices(countries)
    if not form.is_submitted():
        _begin(form)
        if earlier:
            _fill(form, earlier, hardware, countries)
    return form


def new_key() -> str:
    """Return an address for a measurement that nobody can guess."""
    return secrets.token_urlsafe(16)


def _begin(form: MeasureForm) -> None:
    plain = Manner(Protocol.JSON)
    form.key.data = new_key()
    form.protocol.data, form.template.data = plain.protocol.value, plain.template
    form.tensor.data, form.datatype.data = plain.tensor, plain.datatype
    form.requests.data, form.devices.data, form.pue.data = 20, 1, exact(AVERAGE_PUE)
    form.token_header.data, form.country.data = "Authorization", WORLD


def _fill(
    form: MeasureForm,
    earlier: Request,
    hardware: Sequence[tuple[str, str]],
    countries: Sequence[tuple[str, str]],
) -> None:
    manner = earlier.manner
    form.address.data, form.protocol.data = earlier.address, manner.protocol.value
    form.template.data, form.model.data = manner.template, manner.model
    form.max_tokens.data = manner.max_tokens
    form.tensor.data, form.datatype.data = manner.tensor, manner.datatype
    form.examples.data = "\n".join(earlier.examples)
    form.requests.data, form.pue.data = earlier.requests, exact(earlier.supply.pue)
    form.token_header.data = earlier.token_header or "Authorization"
    form.devices.data = earlier.devices
    form.country.data = next((code for code, name in countries if name == earlier.country), WORLD)
    named = (key for key, name in hardware if name.rpartition(",")[0] == earlier.device)
    form.hardware.data = next(named, OWN_POWER)
    if earlier.gave_power or form.hardware.data == OWN_POWER:
        form.power.data = exact(earlier.watts_each)
