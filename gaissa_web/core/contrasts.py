"""ROI analyses side by side: the differences in words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from gaissa_web.core.analysis import Analysis, plural
from gaissa_web.core.units import cents, readable

Choose = Callable[[Iterable[float]], float]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Analyses side by side; `best_*` hold the places of the best, empty where there is nothing to tell."""

    analyses: tuple[Analysis, ...]
    best_break_even: frozenset[int]
    best_savings: frozenset[int]
    best_emissions: frozenset[int]
    sentences: tuple[str, ...]


def contrast(analyses: Sequence[Analysis]) -> Contrast:
    """Compare analyses, each with its own number of uses."""
    scenarios = {place: a.scenario for place, a in enumerate(analyses) if a.scenario}
    soonest = {p: float(s.break_even) for p, s in scenarios.items() if s.break_even is not None}
    savings = {p: s.savings(s.uses) for p, s in scenarios.items()}
    emissions = {p: s.emissions_saved_kg(s.uses) for p, s in scenarios.items()}
    never = [analyses[place].name for place in scenarios if place not in soonest]
    sentences = [
        _sentence(analyses, soonest, "pays back soonest", _after, min),
        _sentence(analyses, savings, "saves the most money", lambda v, _: cents(v), max),
        _sentence(analyses, emissions, "saves the most emissions", lambda v, _: readable(v, "kg CO2eq"), max),
        f"Never pays back: {', '.join(f'“{name}”' for name in never)}." if never else "",
        _different_uses(analyses),
    ]
    return Contrast(
        tuple(analyses),
        _best(soonest, min),
        _best(savings, max),
        _best(emissions, max),
        tuple(filter(None, sentences)),
    )


def _best(values: Mapping[int, float], choose: Choose) -> frozenset[int]:
    if len(values) < 2 or len(set(values.values())) < 2:
        return frozenset()
    best = choose(values.values())
    return frozenset(place for place, value in values.items() if value == best)


def _sentence(
    analyses: Sequence[Analysis],
    values: Mapping[int, float],
    verb: str,
    text: Callable[[float, Analysis], str],
    choose: Choose,
) -> str:
    best = _best(values, choose)
    if len(best) != 1:
        return ""
    [place] = best
    others = sorted((v for p, v in values.items() if p != place), reverse=choose is max)
    first = analyses[place]
    return f"“{first.name}” {verb}: {text(values[place], first)}, the next {text(others[0], first)}."


def _after(uses: float, analysis: Analysis) -> str:
    return f"after {readable(uses)} {plural(analysis.per)}"


def _different_uses(analyses: Sequence[Analysis]) -> str:
    if len({(a.uses, a.per) for a in analyses}) < 2:
        return ""
    return "They count different numbers or kinds of uses, so totals are not of the same work."
