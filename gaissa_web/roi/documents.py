"""What an analysis can be taken away as: report, data, table; and the charts of page and report."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import render_template

from gaissa_web.adapters import documents, qr
from gaissa_web.core.analysis import Analysis, plural
from gaissa_web.core.curves import cost_curves, milestones, roi_curve
from gaissa_web.core.equivalents import EQUIVALENTS
from gaissa_web.core.exporting import csv_lines
from gaissa_web.core.roi import Scenario
from gaissa_web.core.units import at_least, money, readable, share_percent
from gaissa_web.web import charts
from gaissa_web.web.addresses import public_address
from gaissa_web.web.filters import iso

SHARE = 100
COST_UNITS = {"energy_price_eur_per_kwh": "EUR/kWh"}
EMISSION_UNITS = {
    "baseline_kg": "kg CO2eq",
    "optimised_kg": "kg CO2eq",
    "saved_kg": "kg CO2eq",
    "intensity_g_per_kwh": "g CO2eq/kWh",
    "region": "",
    "year": "year",
}


@dataclass(frozen=True, slots=True)
class Charts:
    """The charts of one analysis, None where there is nothing to draw; `milestones` are for their table."""

    roi: charts.Plot | None
    costs: charts.Plot | None
    radar: charts.Radar | None
    tornado: charts.Tornado | None
    milestones: tuple[int, ...] = ()


@lru_cache(maxsize=256)
def draw(analysis: Analysis) -> Charts:
    """Lay the charts of an analysis out; the same analysis has the same ones, so they are kept a while."""
    ratios = [
        (s.effect.name, s.effect.expected / s.effect.baseline) for s in analysis.effects if s.effect.baseline
    ]
    spoken = ", ".join(f"{name} {share_percent(ratio)}" for name, ratio in ratios)
    radar = charts.radar("After, as a share of before", f"Before is 100 %. After: {spoken}.", ratios)
    scenario = analysis.scenario
    if scenario is None:
        return Charts(None, None, radar, None)
    lines = _roi_chart(analysis, scenario), _cost_chart(analysis, scenario)
    return Charts(*lines, radar, _tornado(analysis, scenario), milestones(scenario))


def pdf(analysis: Analysis) -> bytes:
    """Print the report; its data is attached."""
    address = public_address("roi.detail", analysis_id=analysis.id)
    html = render_template(
        "documents/roi_report.html",
        analysis=analysis,
        charts=draw(analysis),
        equivalents=EQUIVALENTS,
        address=address,
        qr=qr.encode(address),
    )
    attachment = (f"analysis-{analysis.id}.json", as_json(analysis).encode())
    return documents.print_pdf(html, attachment, analysis.created_at)


def as_json(analysis: Analysis) -> str:
    """Return all that the analysis states; what cannot be calculated is null."""
    return json.dumps(_content(analysis), ensure_ascii=False, indent=2) + "\n"


def as_csv(analysis: Analysis) -> str:
    """Return the same as a table of name, value and unit; every number has its unit."""
    content = _content(analysis)
    about = ("id", "kind", "title", "stage", "tactic", "option", "architecture", "country")
    rows: list[tuple[str, Any, str]] = [(name, content[name], "") for name in about]
    rows += [("inferences", content["inferences"], plural(analysis.per))]
    rows += [("inferences_per_day", content["inferences_per_day"], f"{plural(analysis.per)}/d")]
    for metric in content["metrics"]:
        rows += [
            (f"{metric['name']}, before", metric["baseline"], metric["unit"]),
            (f"{metric['name']}, reduction", metric["reduction_percent"], "%"),
            (f"{metric['name']}, expected", metric["expected"], metric["unit"]),
        ]
    rows += [
        (f"cost, {name}", value, COST_UNITS.get(name, "EUR")) for name, value in content["costs"].items()
    ]
    rows += [(name, content[name], "EUR/EUR") for name in ("roi", "roi_limit")]
    rows += [
        (name, content[name], plural(analysis.per)) for name in ("break_even_inferences", "pays_back_at")
    ]
    rows += [("payback_days", content["payback_days"], "d")]
    rows += [
        (f"emissions, {name}", value, EMISSION_UNITS[name]) for name, value in content["emissions"].items()
    ]
    return "".join(csv_lines(("name", "value", "unit"), rows))


def _content(analysis: Analysis) -> dict[str, Any]:
    scenario, uses, place = analysis.scenario, analysis.uses, analysis.electricity
    links = {
        kind: public_address(f"roi.{endpoint}", analysis_id=analysis.id)
        for kind, endpoint in {"self": "detail", "pdf": "pdf", "json": "data", "csv": "table"}.items()
    }
    return {
        "id": analysis.id,
        "kind": analysis.kind,
        "title": analysis.title,
        "stage": analysis.stage,
        "tactic": analysis.tactic,
        "architecture": analysis.architecture,
        "option": analysis.option,
        "country": place.country,
        "inferences": uses,
        "per": analysis.per,
        "inferences_per_day": analysis.uses_per_day or None,
        "created_at": iso(analysis.created_at),
        "combined_with": [further.name for further in analysis.further],
        "metrics": [
            {
                "slug": effect.slug,
                "name": effect.name,
                "unit": effect.unit,
                "baseline": effect.baseline,
                "reduction_percent": effect.reduction.expected * SHARE,
                "reduction_percent_range": None
                if effect.range is None
                else [
                    SHARE * (effect.reduction.expected if end is None else end)
                    for end in (effect.reduction.low, effect.reduction.high)
                ],
                "expected": effect.expected,
                "change": effect.change,
                "source": sourced.source.url,
            }
            for sourced in analysis.effects
            for effect in (sourced.effect,)
        ],
        "costs": {
            "energy_price_eur_per_kwh": float(place.price),
            "baseline_per_inference": scenario.cost_before if scenario else None,
            "optimised_per_inference": scenario.cost_after if scenario else None,
            "implementation": float(analysis.implementation_cost),
            "baseline_total": scenario.total_before(uses) if scenario else None,
            "optimised_total": scenario.total_after(uses) if scenario else None,
            "savings": scenario.savings(uses) if scenario else None,
        },
        "roi": scenario.roi(uses) if scenario else None,
        "roi_limit": scenario.roi_limit if scenario else None,
        "break_even_inferences": scenario.break_even if scenario else None,
        "pays_back_at": scenario.pays_back_at if scenario else None,
        "payback_days": analysis.payback_days,
        "emissions": {
            "baseline_kg": scenario.emissions_before_kg(uses) if scenario else None,
            "optimised_kg": scenario.emissions_after_kg(uses) if scenario else None,
            "saved_kg": scenario.emissions_saved_kg(uses) if scenario else None,
            "intensity_g_per_kwh": place.intensity_g_per_kwh,
            "region": place.region,
            "year": place.year,
        },
        "sources": [
            {"title": source.title, "authors": source.authors, "year": source.year, "url": source.url}
            for source in analysis.sources
        ],
        "links": links,
    }


def _roi_chart(analysis: Analysis, scenario: Scenario) -> charts.Plot | None:
    points = roi_curve(scenario).points
    if not points:
        return None
    span, band = points[-1][0], None
    if analysis.range:
        steps = [span * k / 40 for k in range(41)]
        low, high = ([(x, y) for x in steps if (y := s.roi(x)) is not None] for s in analysis.range)
        band = (low, high)
    last = f"{share_percent(points[-1][1])} after {readable(span)}"
    return charts.plot(
        f"ROI with ever more {plural(analysis.per)}",
        f"The ROI begins at {share_percent(points[0][1])} and is {last}.",
        [("ROI", points)],
        (_x_title(analysis), "ROI"),
        readable,
        share_percent,
        _mark(scenario),
        band,
    )


def _cost_chart(analysis: Analysis, scenario: Scenario) -> charts.Plot:
    curves = cost_curves(scenario)
    end = curves[0].points[-1][0]
    ends = " and ".join(f"{curve.name} {money(curve.points[-1][1])}" for curve in curves)
    return charts.plot(
        f"Total costs with ever more {plural(analysis.per)}",
        f"After {readable(end)} {plural(analysis.per)} the totals are: {ends}.",
        [(curve.name, curve.points) for curve in curves],
        (_x_title(analysis), "Total cost"),
        readable,
        lambda amount: f"{'−' if amount < 0 else ''}€{readable(abs(amount))}",
        _mark(scenario),
    )


def _tornado(analysis: Analysis, scenario: Scenario) -> charts.Tornado:
    middle = scenario.savings(scenario.uses)
    swings = analysis.swings
    spoken = "; ".join(
        f"{s.name} from {s.low_label} to {s.high_label}: {money(s.at_low)} to {money(s.at_high)}"
        for s in swings
    )
    return charts.tornado(
        "What the savings depend on most",
        f"Savings are {money(middle)} as entered. {spoken}.",
        [(s.name, s.low_label, s.high_label, s.at_low, s.at_high) for s in swings],
        middle,
        money,
    )


def _x_title(analysis: Analysis) -> str:
    return f"Number of {plural(analysis.per)}"


def _mark(scenario: Scenario) -> tuple[float, str] | None:
    uses = scenario.pays_back_at
    return None if uses is None else (float(uses), f"break-even {at_least(uses)}")
