"""Analyses side by side as rows of a table: everything that their own pages state."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gaissa_web.core.analysis import Analysis, count_of, duration, plural
from gaissa_web.core.contrasts import Contrast
from gaissa_web.core.roi import MetricEffect, Scenario
from gaissa_web.core.units import exact, money, readable, share_percent, uses_to_price

NOTHING = "–"
Cell = Callable[[Analysis, Scenario], str | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it is about, a text for each analysis, and which of them are the best."""

    title: str
    cells: tuple[str, ...]
    best: frozenset[int] = frozenset()


def compared_rows(contrast: Contrast) -> list[Row]:
    """Return the rows of a comparison; one that says nothing about any of them is left out."""
    rows = [*_about(contrast), *_metrics(contrast), *_money(contrast), *_emissions(contrast)]
    return [row for row in rows if set(row.cells) != {NOTHING}]


def _about(contrast: Contrast) -> Iterator[Row]:
    texts: dict[str, Callable[[Analysis], str]] = {
        "Kind": lambda a: "From research" if a.kind == "research" else "Calculated",
        "Pipeline stage": lambda a: a.stage,
        "Tactic": lambda a: f"{a.tactic} ({a.option})",
        "Architecture": lambda a: a.architecture,
        "Country": lambda a: f"{a.electricity.country} ({a.electricity.iso3})",
        "Paper": lambda a: a.source.title if a.source else NOTHING,
    }
    for title, text in texts.items():
        yield Row(title, tuple(text(analysis) for analysis in contrast.analyses))


def _metrics(contrast: Contrast) -> Iterator[Row]:
    for metric in contrast.metrics:
        yield Row(metric.name, tuple(_effect(effect) for effect in metric.effects))


def _effect(effect: MetricEffect | None) -> str:
    if effect is None:
        return NOTHING
    before, after = (readable(value, effect.unit) for value in (effect.baseline, effect.expected))
    change = share_percent(-effect.reduction.expected).replace("-", "−")
    sign = "+" if effect.reduction.expected < 0 else ""
    return f"{before} → {after} ({sign}{change}, {effect.change})"


def _money(contrast: Contrast) -> Iterator[Row]:
    yield _row(contrast, "Energy price", lambda a, s: f"{exact(s.price)} EUR/kWh")
    yield _row(contrast, "Number of uses", lambda a, s: f"{readable(a.uses)} {plural(a.per)}")
    yield _row(contrast, "Uses a day", lambda a, s: readable(a.uses_per_day) if a.uses_per_day else None)
    yield _row(contrast, "Cost in use, before", lambda a, s: _cost(a, s, s.cost_before))
    yield _row(contrast, "Cost in use, after", lambda a, s: _cost(a, s, s.cost_after))
    yield _row(contrast, "Implementation, once", lambda a, s: money(s.implementation))
    yield _row(contrast, "Total before", lambda a, s: money(s.total_before(a.uses)))
    yield _row(contrast, "Total after", lambda a, s: money(s.total_after(a.uses)))
    yield _row(contrast, "Savings", lambda a, s: money(s.savings(a.uses)), contrast.best_savings)
    yield _row(contrast, "Savings in a year", lambda a, s: _optional(a.yearly_savings, money))
    yield _row(contrast, "ROI", lambda a, s: _optional(s.roi(a.uses), share_percent))
    yield _row(contrast, "ROI with ever more uses", lambda a, s: _optional(s.roi_limit, share_percent))
    yield _row(contrast, "Pays back after", _pays_back, contrast.best_break_even)
    yield _row(contrast, "Pays back in", lambda a, s: _optional(a.payback_days, duration))


def _emissions(contrast: Contrast) -> Iterator[Row]:
    yield _row(contrast, "Carbon intensity", _intensity)
    yield _row(contrast, "Emissions before", lambda a, s: _kg(s.emissions_before_kg(a.uses)))
    yield _row(contrast, "Emissions after", lambda a, s: _kg(s.emissions_after_kg(a.uses)))
    saved = _row(contrast, "Emissions saved", lambda a, s: _kg(s.emissions_saved_kg(a.uses)))
    yield Row(saved.title, saved.cells, contrast.best_emissions)


def _kg(emissions: float) -> str:
    return readable(emissions, "kg CO2eq")


def _intensity(analysis: Analysis, scenario: Scenario) -> str:
    place = analysis.electricity
    return f"{readable(scenario.intensity, '', 5)} g CO₂eq/kWh ({place.region}, {place.year})"


def _row(contrast: Contrast, title: str, cell: Cell, best: frozenset[int] = frozenset()) -> Row:
    texts = (cell(a, a.scenario) if a.scenario else None for a in contrast.analyses)
    return Row(title, tuple(text or NOTHING for text in texts), best)


def _cost(analysis: Analysis, scenario: Scenario, cost: float) -> str:
    """Say a cost of one use for so many that the cost before has cents."""
    count = uses_to_price(scenario.cost_before)
    of_uses = analysis.per if count == 1 else f"{readable(count)} {plural(analysis.per)}"
    return f"{money(cost * count)} per {of_uses}"


def _optional(value: float | None, text: Callable[[float], str]) -> str | None:
    return None if value is None else text(value)


def _pays_back(analysis: Analysis, scenario: Scenario) -> str:
    uses = scenario.pays_back_at
    if uses is None:
        return "never"
    return count_of(uses, analysis.per) if uses else "at once"
