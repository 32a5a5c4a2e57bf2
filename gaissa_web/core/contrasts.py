"""ROI analyses side by side: the differences in words, and never a praise of what loses."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from gaissa_web.core.analysis import Analysis, count_of
from gaissa_web.core.roi import MetricEffect, Scenario
from gaissa_web.core.units import exact, money, readable

Choose = Callable[[Iterable[float]], float]
Text = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class ComparedMetric:
    """One metric with what each analysis says of it, None where one says nothing."""

    name: str
    effects: tuple[MetricEffect | None, ...]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Analyses side by side; `best_*` hold the places of the best, empty where nothing is to be praised.

    `warnings` say what makes the figures not alike.
    """

    analyses: tuple[Analysis, ...]
    metrics: tuple[ComparedMetric, ...]
    best_break_even: frozenset[int]
    best_savings: frozenset[int]
    best_emissions: frozenset[int]
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]


def contrast(analyses: Sequence[Analysis]) -> Contrast:
    """Compare analyses, each with its own number of uses; training runs and inferences have no best."""
    scenarios = {place: a.scenario for place, a in enumerate(analyses) if a.scenario}
    names = [f"“{analysis.name}”" for analysis in analyses]
    alike = scenarios if len({analyses[place].per for place in scenarios}) == 1 else {}
    best_break_even, soonest = _break_even(analyses, alike)
    best_savings, saving = _gains(
        names,
        {p: s.savings(s.uses) for p, s in alike.items()},
        ("saves the most money", "saves money", "loses"),
        money,
    )
    best_emissions, cleaner = _gains(
        names,
        {p: s.emissions_saved_kg(s.uses) for p, s in alike.items()},
        ("saves the most emissions", "saves emissions", "adds"),
        lambda kg: readable(kg, "kg CO2eq"),
    )
    never = [names[place] for place, scenario in scenarios.items() if scenario.pays_back_at is None]
    sentences = (soonest, saving, cleaner, f"Never pays back: {', '.join(never)}." if never else "")
    return Contrast(
        tuple(analyses),
        _metrics(analyses),
        best_break_even,
        best_savings,
        best_emissions,
        tuple(filter(None, sentences)),
        tuple(filter(None, (_uses(analyses), *_surroundings([analyses[p] for p in scenarios])))),
    )


def _break_even(
    analyses: Sequence[Analysis], scenarios: Mapping[int, Scenario]
) -> tuple[frozenset[int], str]:
    """Return which pays back soonest, if within the uses it counts, and a sentence about it."""
    needed = {p: s.pays_back_at for p, s in scenarios.items() if s.pays_back_at is not None}
    best = _best(needed, min)
    within = frozenset(place for place in best if needed[place] <= scenarios[place].uses)
    if len(best) != 1:
        return within, ""
    [place] = best
    per = analyses[place].per
    following = min(uses for p, uses in needed.items() if p != place)
    first, then = count_of(needed[place], per), count_of(following, per)
    if within:
        return within, f"“{analyses[place].name}” pays back soonest: after {first}, the next after {then}."
    return within, (
        f"“{analyses[place].name}” would pay back soonest, after {first}, the next after {then}; "
        "but not within the uses it counts."
    )


def _gains(
    names: Sequence[str], values: Mapping[int, float], verbs: tuple[str, str, str], text: Text
) -> tuple[frozenset[int], str]:
    """Return which gains most, none where none gains, and a sentence about it.

    The verbs are of the one that gains most, of any that gains, and of one that loses.
    """
    most, gains, loses = verbs
    if len(values) < 2:
        return frozenset(), ""
    best = _best(values, max)
    top = max(values.values())
    following = max((v for p, v in values.items() if p not in best), default=top)
    named = names[next(iter(best))] if len(best) == 1 else ""
    if top <= 0:
        none = f"None of these {gains}"
        if not named:
            return frozenset(), f"{none}."
        least = "nothing" if top == 0 else text(-top)
        return frozenset(), f"{none}: {named} {loses} the least, {least}, the next {text(-following)}."
    if not named:
        return best, ""
    then = f"the next {text(following)}" if following > 0 else f"the next {loses} {text(-following)}"
    return best, f"{named} {most}: {text(top)}, {then if following else 'the next nothing'}."


def _best(values: Mapping[int, float], choose: Choose) -> frozenset[int]:
    """Return the places of the best, none where all are alike."""
    if len(set(values.values())) < 2:
        return frozenset()
    best = choose(values.values())
    return frozenset(place for place, value in values.items() if value == best)


def _metrics(analyses: Sequence[Analysis]) -> tuple[ComparedMetric, ...]:
    """Return every metric that any of them has, in the order in which they come."""
    by_slug = [{s.effect.slug: s.effect for s in analysis.effects} for analysis in analyses]
    names = {slug: effect.name for slug, effect in chain.from_iterable(d.items() for d in by_slug)}
    return tuple(
        ComparedMetric(name, tuple(effects.get(slug) for effects in by_slug)) for slug, name in names.items()
    )


def _uses(analyses: Sequence[Analysis]) -> str:
    if len({(a.uses, a.per) for a in analyses}) < 2:
        return ""
    return "They count different numbers or kinds of uses, so totals are not of the same work."


def _surroundings(analyses: Sequence[Analysis]) -> tuple[str, str]:
    """Return what is to be said where electricity is not the same for those with money."""
    countries = dict.fromkeys(a.electricity.country for a in analyses)
    prices = sorted({a.electricity.price for a in analyses})
    where = (
        f"They run in different places ({', '.join(countries)}), "
        "so emissions differ by the electricity there too."
    )
    price = ""
    if len(prices) > 1:
        low, high = (exact(float(end)) for end in (prices[0], prices[-1]))
        price = f"They pay different prices ({low} to {high} EUR/kWh), so money differs by the price too."
    return where if len(countries) > 1 else "", price
