"""Putting the shipped catalogue into a database, once: what is there already is left as it is."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from gaissa_web.core.grades import Grade
from gaissa_web.core.importing import TargetKind
from gaissa_web.core.label import Origin
from gaissa_web.core.rating import Phase
from gaissa_web.labels.services import NewExperiment, NewModel, add_labels
from gaissa_web.seeds import roi
from gaissa_web.storage.countries import SHIPPED_TABLE, CarbonIntensity, Country
from gaissa_web.storage.db import db, now
from gaissa_web.storage.experiments import Experiment
from gaissa_web.storage.hardware import Hardware
from gaissa_web.storage.information import InformationFieldRow
from gaissa_web.storage.schemes import GradeRow, MetricRow, SchemeMetricRow, SchemeRow
from gaissa_web.storage.tools import CalculationTool, ColumnMappingRow

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class SeedResult:
    """How many rows of each kind were added; all zero when everything was there."""

    grades: int
    schemes: int
    information_fields: int
    tools: int
    countries: int
    hardware: int
    energy_prices: int
    expected_reductions: int
    labels: int


def seed() -> SeedResult:
    """Add what is missing of the catalogue, all in one transaction."""
    steps: tuple[Callable[[], int], ...] = (
        _grades,
        _schemes,
        _information,
        _tools,
        _countries,
        _hardware,
        roi.seed_prices,
        roi.seed_catalogue,
        _labels,
    )
    try:
        result = SeedResult(*(step() for step in steps))
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    return result


def _grades() -> int:
    known = set(db.session.scalars(select(GradeRow.letter)))
    new = [
        GradeRow(letter=g.letter, position=g.position, word=g.word, colour=g.colour, ink=g.ink)
        for g in Grade
        if g.letter not in known
    ]
    return _add(new)


def _schemes() -> int:
    known = {tuple(row) for row in db.session.execute(select(SchemeRow.phase, SchemeRow.version))}
    shipped = [_load(path.name) for path in sorted(FOLDER.glob("scheme-*.yaml"))]
    return _add([_scheme(data) for data in shipped if (data["phase"], data["version"]) not in known])


def _scheme(data: dict[str, Any]) -> SchemeRow:
    return SchemeRow(
        phase=data["phase"],
        version=data["version"],
        title=data["title"],
        description=data["description"],
        published_at=now(),
        metrics=[_scheme_metric(data["phase"], metric) for metric in data["metrics"]],
    )


def _scheme_metric(phase: str, data: dict[str, Any]) -> SchemeMetricRow:
    thresholds = dict(
        zip(("threshold_1", "threshold_2", "threshold_3", "threshold_4"), data["thresholds"], strict=True)
    )
    copied = ("name", "direction", "weight", "description", "how_to_measure", "recommendations")
    usual_low, usual_high = data.get("usual", (0.0, None))
    return SchemeMetricRow(
        metric=MetricRow(
            phase=phase,
            slug=data["slug"],
            unit=data["unit"],
            aliases=data.get("aliases", []),
            largest=data.get("largest"),
            usual_low=usual_low,
            usual_high=usual_high,
        ),
        thresholds_source=data["thresholds_source"],
        thresholds_source_url=data["thresholds_source_url"],
        **thresholds,
        **{name: data[name] for name in copied},
    )


def _information() -> int:
    table = InformationFieldRow
    known = {tuple(row) for row in db.session.execute(select(table.phase, table.slug))}
    return _add(
        [
            table(phase=phase, position=position, **field)
            for phase, fields in _load("information.yaml").items()
            for position, field in enumerate(fields)
            if (phase, field["slug"]) not in known
        ]
    )


def _tools() -> int:
    known = set(db.session.scalars(select(CalculationTool.slug)))
    return _add([tool for tool in shipped_tools() if tool.slug not in known])


def shipped_tools() -> list[CalculationTool]:
    """Return the calculation tools that ship, not yet in any database."""
    return [_tool(data) for data in _load("tools.yaml")]


def _tool(data: dict[str, Any]) -> CalculationTool:
    mappings = [_mapping(position, mapping) for position, mapping in enumerate(data["mappings"])]
    no_runs: dict[str, Any] = {"run_key": "", "rows": "snapshots", "run_time": "", "run_facts": []}
    return CalculationTool(**{**no_runs, **data, "mappings": mappings})


def _mapping(position: int, data: dict[str, str]) -> ColumnMappingRow:
    [kind] = {kind for kind in TargetKind if kind in data}
    plain = {"unit": "", "per": "", **data}
    return ColumnMappingRow(position=position, target_kind=kind, target_slug=plain.pop(kind), **plain)


def _countries() -> int:
    known = set(db.session.scalars(select(Country.iso3)))
    with SHIPPED_TABLE.open(encoding="utf-8", newline="") as file:
        new = [row for row in csv.DictReader(file) if row["iso3"] not in known]
    _add([Country(iso3=row["iso3"], name=row["name"]) for row in new])
    intensities = [
        CarbonIntensity(
            iso3=row["iso3"], year=int(row["year"]), intensity_g_per_kwh=float(row["intensity_g_per_kwh"])
        )
        for row in new
    ]
    _add(intensities)
    return len(new)


def _hardware() -> int:
    known = set(db.session.scalars(select(Hardware.name)))
    with (FOLDER / "hardware.csv").open(encoding="utf-8", newline="") as file:
        return _add([Hardware(**_numbers(row)) for row in csv.DictReader(file) if row["name"] not in known])


def _numbers(row: dict[str, str]) -> dict[str, Any]:
    return {name: float(text) if name.endswith("_w") else text for name, text in row.items()}


def _labels() -> int:
    """Add the demonstration labels, unless labels of any kind are there: they may have been removed."""
    if db.session.scalar(select(Experiment.id).limit(1)) is not None:
        return 0
    experiments = list(_experiments(_load("models.yaml")))
    add_labels(sorted(experiments, key=lambda new: new.registered_at or now()))
    return len(experiments)


def _experiments(models: list[dict[str, Any]]) -> Iterator[NewExperiment]:
    for entry in models:
        for data in entry["experiments"]:
            yield NewExperiment(
                phase=Phase(data["phase"]),
                model=NewModel(**entry["model"]),
                values={slug: float(value) for slug, value in data["metrics"].items()},
                information={slug: str(value) for slug, value in data.get("information", {}).items()},
                origin=Origin(data["origin"]),
                origin_detail=data["origin_detail"],
                origin_url=data["origin_url"],
                registered_at=datetime.combine(data["registered_at"], time(), UTC),
            )


def _add(rows: list[Any]) -> int:
    db.session.add_all(rows)
    db.session.flush()
    return len(rows)


def _load(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text("utf-8"))
