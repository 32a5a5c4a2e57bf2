"""The figures as the database holds them once they are seeded."""

import csv
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from gaissa_web.seeds.roi import FOLDER
from gaissa_web.storage.analyses import Analysis
from gaissa_web.storage.catalogue import (
    Architecture,
    ExpectedReduction,
    RoiMetric,
    Source,
    Tactic,
    TacticOption,
)
from gaissa_web.storage.countries import CarbonIntensity, Country, EnergyPrice
from gaissa_web.storage.db import db

TABLE = "Runtime engine and execution provider"


@pytest.fixture(scope="module")
def joules() -> dict[tuple[str, str], float]:
    """Energy of one workload by model and by engine and provider, as Durán et al. published it."""
    with (FOLDER / "code-slm-serving-energy.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["model"], f"{row['runtime_engine']} on {row['execution_provider']}"): float(
                row["total_energy_j"]
            )
            for row in csv.DictReader(file)
        }


def test_a_reduction_of_the_code_models_is_against_pytorch_on_the_cpu(app, joules):
    with app.app_context():
        query = (
            select(Architecture.name, TacticOption.name, ExpectedReduction.reduction)
            .join(ExpectedReduction, ExpectedReduction.architecture_id == Architecture.id)
            .join(TacticOption, TacticOption.id == ExpectedReduction.option_id)
            .join(Tactic, Tactic.id == TacticOption.tactic_id)
            .where(Tactic.name == TABLE)
        )
        seeded = {(model, option): share for model, option, share in db.session.execute(query)}
    expected = {
        (model, option): 1 - energy / joules[model, "PyTorch on CPU"]
        for (model, option), energy in joules.items()
        if option != "PyTorch on CPU"
    }
    assert seeded == pytest.approx(expected)


@pytest.mark.parametrize(
    ("model", "worse", "better", "percent"),
    [
        ("stablecode-3b", "ONNX Runtime on CUDA", "PyTorch on CUDA", 37.99),
        ("bloomz-1b1", "ONNX Runtime on CUDA", "PyTorch on CUDA", 89.16),
        ("stablecode-3b", "PyTorch on CPU", "OpenVINO on CPU", 72.04),
    ],
)
def test_the_table_of_the_code_models_gives_the_savings_of_its_abstract(
    joules, model, worse, better, percent
):
    """https://arxiv.org/abs/2412.15441"""
    assert 100 * (1 - joules[model, better] / joules[model, worse]) == pytest.approx(percent, abs=0.005)


def test_every_expected_reduction_links_to_its_publication(app):
    with app.app_context():
        query = select(Source.url).join(ExpectedReduction, ExpectedReduction.source_id == Source.id)
        addresses = set(db.session.scalars(query))
    assert {urlsplit(address).scheme for address in addresses} == {"https"}


def test_a_research_analysis_has_values_that_its_metrics_allow(app):
    with app.app_context():
        analyses = db.session.scalars(select(Analysis)).all()
        assert analyses
        metrics = {metric.id: metric for metric in db.session.scalars(select(RoiMetric))}
        for value in (value for analysis in analyses for value in analysis.values):
            metric = metrics[value.metric_id]
            assert metric.smallest <= value.baseline <= metric.largest
            assert metric.slug != "inference_time" or value.baseline < 10_000, "slower than ten seconds"


def test_a_country_with_a_price_has_a_carbon_intensity_too(app):
    with app.app_context():
        known = set(db.session.scalars(select(CarbonIntensity.iso3)))
        assert set(db.session.scalars(select(EnergyPrice.iso3))) <= known
        assert set(db.session.scalars(select(Country.iso3))) == known
