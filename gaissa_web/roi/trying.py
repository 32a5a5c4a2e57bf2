"""An analysis with other numbers than those saved, as an address asks for; nothing of it is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from gaissa_web.core.analysis import Analysis, Candidate
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.roi import catalogue
from gaissa_web.roi.forms import TryForm, euros
from gaissa_web.storage.countries import find_intensity
from gaissa_web.storage.keyset import LARGEST_ID
from gaissa_web.web.forms import fail

NO_OPTION = -1


@dataclass(frozen=True, slots=True)
class OtherTactic:
    """Another tactic with its options, each with the share of energy that it saves."""

    id: int
    name: str
    options: tuple[Candidate, ...]


def try_out(saved: Analysis, form: TryForm, options: Sequence[str]) -> Analysis:
    """Return the analysis with what `form` and the further `options` ask; as saved where that is wrong.

    What is wrong is then among the problems of the form.
    """
    electricity, country = saved.electricity, form.country.data or saved.electricity.iso3
    valid = form.validate()
    if country != electricity.iso3:
        try:
            place = find_intensity(country)
        except LookupError:
            valid = fail(form.country, "There is no such country here.")
        else:
            known = catalogue.find_price(country)
            electricity = place.at(known.eur_per_kwh if known else electricity.price)
    slug = saved.energy.slug if saved.energy else ""
    ids = list(dict.fromkeys(_option_id(text) for text in options if text.strip()))
    try:
        further = catalogue.further(saved.architecture_id, slug, saved.tactic_id, ids) if ids else ()
    except InvalidInputError as error:
        form.refuse(str(error))
        valid = False
    if not valid:
        return saved
    if form.price.number is not None:
        electricity = replace(electricity, price=euros(form.price.number))
    extra = euros(form.extra_cost.number) if form.extra_cost.number is not None else Decimal(0)
    return replace(
        saved,
        electricity=electricity,
        uses=saved.uses if form.inferences.number is None else int(form.inferences.number),
        uses_per_day=saved.uses_per_day if form.per_day.number is None else form.per_day.number,
        implementation_cost=saved.implementation_cost + extra,
        further=further,
    )


def other_tactics(analysis: Analysis) -> list[OtherTactic]:
    """Return the tactics besides its own that have a figure for an analysis' energy."""
    known = catalogue.candidates(analysis.architecture_id, analysis.energy.slug) if analysis.energy else ()
    found: dict[int, list[Candidate]] = {}
    for candidate in known:
        if candidate.tactic_id != analysis.tactic_id:
            found.setdefault(candidate.tactic_id, []).append(candidate)
    return [OtherTactic(key, options[0].tactic, tuple(options)) for key, options in found.items()]


def _option_id(text: str) -> int:
    """Return the id that an address names; one that no option has where it is none."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else NO_OPTION
    return number if number <= LARGEST_ID else NO_OPTION
