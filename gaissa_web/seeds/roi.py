"""Putting the shipped ROI catalogue into a database: stages, tactics, figures with their sources."""

import csv
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from gaissa_web.core.roi import DEFAULT_USES
from gaissa_web.storage.analyses import Analysis, AnalysisKind, AnalysisValue
from gaissa_web.storage.catalogue import (
    Architecture,
    ExpectedReduction,
    PipelineStage,
    RoiMetric,
    Source,
    Tactic,
    TacticOption,
)
from gaissa_web.storage.countries import EnergyPrice
from gaissa_web.storage.db import db

FOLDER = Path(__file__).parent
ENERGY = "energy"
PRICE = Decimal("0.1899")
"""EUR/kWh, mean of the EU for non-household consumers, second half of 2024 (Eurostat nrg_pc_205)."""


def seed_prices() -> int:
    """Add the shipped energy prices, unless there are any; return how many."""
    if db.session.scalar(select(EnergyPrice.id).limit(1)) is not None:
        return 0
    with (FOLDER / "energy_prices.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            EnergyPrice(**{**row, "year": int(row["year"]), "eur_per_kwh": Decimal(row["eur_per_kwh"])})
            for row in csv.DictReader(file)
        ]
    db.session.add_all(rows)
    db.session.flush()
    return len(rows)


def seed_catalogue() -> int:
    """Add the shipped catalogue, unless there is one; return how many expected reductions."""
    if db.session.scalar(select(PipelineStage.id).limit(1)) is not None:
        return 0
    data = yaml.safe_load((FOLDER / "roi.yaml").read_text("utf-8"))
    stages = {row["name"]: PipelineStage(**row) for row in data["stages"]}
    sources = {key: Source(**row) for key, row in data["sources"].items()}
    metrics = {slug: RoiMetric(slug=slug, **row) for slug, row in data["metrics"].items()}
    architectures = {key: Architecture(**row) for key, row in data["architectures"].items()}
    architectures |= {name: Architecture(name=name, description="Code language model") for name in _models()}
    db.session.add_all([*stages.values(), *sources.values(), *metrics.values(), *architectures.values()])
    db.session.flush()
    options: dict[tuple[str, str], TacticOption] = {}
    reductions: list[ExpectedReduction] = []
    for row in data["tactics"]:
        tactic = Tactic(stage=stages[row["stage"]], name=row["name"], description=row["description"])
        for entry in row["options"] if "options" in row else _measured_options():
            option = options[tactic.name, entry["name"]] = TacticOption(tactic=tactic, name=entry["name"])
            db.session.add(option)
            db.session.flush()
            for figure in entry["reductions"]:
                reductions.append(
                    ExpectedReduction(
                        option_id=option.id,
                        architecture_id=architectures[figure["architecture"]].id,
                        metric_id=metrics[figure["metric"]].id,
                        source_id=sources[figure["source"]].id,
                        note=figure["note"],
                        **_shares(figure),
                    )
                )
        db.session.add(tactic)
    db.session.add_all(reductions)
    db.session.flush()
    known = {(r.option_id, r.architecture_id, r.metric_id): r for r in reductions}
    for row in data["research"]:
        option, architecture = options[row["tactic"], row["option"]], architectures[row["architecture"]]
        db.session.add(
            Analysis(
                kind=AnalysisKind.RESEARCH,
                title=row["title"],
                option_id=option.id,
                architecture_id=architecture.id,
                iso3=row["country"],
                price=PRICE,
                inferences=DEFAULT_USES,
                source_id=sources[row["source"]].id,
                values=[
                    _value(known[option.id, architecture.id, metrics[slug].id], baseline)
                    for slug, baseline in row["values"].items()
                ],
            )
        )
    db.session.flush()
    return len(reductions)


def _shares(figure: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the reduction as a share, from before and after where that is what the source says."""
    if "reduction" in figure:
        expected = float(figure["reduction"])
        return {
            "reduction": expected,
            "low": expected if "high" in figure else None,
            "high": figure.get("high"),
        }
    return {"reduction": 1 - figure["after"] / figure["before"], "low": None, "high": None}


def _value(figure: ExpectedReduction, baseline: float) -> AnalysisValue:
    return AnalysisValue(
        metric_id=figure.metric_id,
        baseline=baseline,
        reduction=figure.reduction,
        low=figure.low,
        high=figure.high,
        source_id=figure.source_id,
    )


def _rows() -> list[dict[str, str]]:
    """The measurements of Durán et al.: energy of one workload per model, engine and provider."""
    with (FOLDER / "code-slm-serving-energy.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _models() -> list[str]:
    return sorted({row["model"] for row in _rows()})


def _measured_options() -> Iterator[dict[str, Any]]:
    """Yield engines and providers with the share of energy each saves against PyTorch on CPU."""
    joules = {
        (row["model"], row["runtime_engine"], row["execution_provider"]): float(row["total_energy_j"])
        for row in _rows()
    }
    settings = sorted({(engine, provider) for _, engine, provider in joules} - {("PyTorch", "CPU")})
    for engine, provider in settings:
        yield {
            "name": f"{engine} on {provider}",
            "reductions": [
                {
                    "architecture": model,
                    "metric": ENERGY,
                    "before": joules[model, "PyTorch", "CPU"],
                    "after": joules[model, engine, provider],
                    "source": "duran",
                    "note": "Energy of one and the same workload, against PyTorch on CPU",
                }
                for model in _models()
                if (model, engine, provider) in joules
            ],
        }
