"""The arithmetic and the provenance of every shipped figure."""

import csv
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

import gaissa_web.seeds

SEEDS = Path(gaissa_web.seeds.__file__).parent

MIB_AND_GMAC = {
    "ResNet-18": (44.661, 1.814),
    "ResNet-50": (97.781, 4.089),
    "ResNet-152": (230.434, 11.514),
    "MobileNetV2": (13.555, 0.301),
    "MobileNetV3 Small": (9.829, 0.057),
    "SqueezeNet 1.1": (4.729, 0.349),
    "EfficientNet-B0": (20.451, 0.386),
    "EfficientNet-B7": (254.675, 37.746),
    "VGG-16": (527.796, 15.47),
    "ViT-B/16": (330.285, 17.564),
    "ViT-H/14": (2416.643, 1016.717),
    "ConvNeXt Tiny": (109.119, 4.456),
    "Swin-T": (108.19, 4.491),
    "RegNetY-128GF": (2461.564, 374.57),
}
"""`_file_size` and `_ops` of the weights in torchvision 0.29.1.

torchvision divides the size by 1024 twice and counts only multiplications, so these are MiB and
billions of multiply-adds: `get_weight_size_mb` and `conv_flop_count` in
https://github.com/pytorch/vision/blob/main/test/common_extended_utils.py.
"""

DATASET_SIZES = {"STS-B": 1500, "MRPC": 408}
"""Pairs of sentences in the development sets.

STS-B: its own table, http://ixa2.si.ehu.eus/stswiki/index.php/STSbenchmark; MRPC: the PyTorch tutorial,
https://docs.pytorch.org/tutorials/intermediate/dynamic_quantization_bert_tutorial.html.
"""

WHOLE_PASS = re.compile(r"([\d.]+) to ([\d.]+) s for the ([\d,]+) pairs of (\S+)’s development set")

PER_USE = {"energy", "inference_time"}
"""The metrics of the ROI catalogue that are of one inference."""


def load(name: str) -> Any:
    return yaml.safe_load((SEEDS / name).read_text("utf-8"))


def rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROI = load("roi.yaml")
MODELS = load("models.yaml")
EXPERIMENTS = [
    pytest.param(entry["model"], experiment, id=entry["model"]["name"])
    for entry in MODELS
    for experiment in entry["experiments"]
]
PRICES = [pytest.param(row, id=row["iso3"]) for row in rows("energy_prices.csv")]
SCHEMES = [
    pytest.param(metric, id=f"{scheme['phase']}-{scheme['version']}-{metric['slug']}")
    for scheme in (load(path.name) for path in sorted(SEEDS.glob("scheme-*.yaml")))
    for metric in scheme["metrics"]
]


def _figures() -> Iterator[Any]:
    for tactic in ROI["tactics"]:
        for option in tactic.get("options", []):
            for figure in option["reductions"]:
                name = f"{option['name']}-{figure['architecture']}-{figure['metric']}"
                yield pytest.param(figure, id=name.replace(" ", "-"))


FIGURES = list(_figures())


def is_web_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme == "https" and "." in parts.netloc


@pytest.mark.parametrize(("name", "published"), MIB_AND_GMAC.items())
def test_a_torchvision_size_is_in_megabytes_and_a_multiply_add_is_two_operations(
    name: str, published: tuple[float, float]
) -> None:
    mebibytes, multiply_adds = published
    (entry,) = (entry for entry in MODELS if entry["model"]["name"] == name)
    (experiment,) = entry["experiments"]
    assert experiment["metrics"]["file_size"] == round(mebibytes * 1.048576, 3)
    assert experiment["metrics"]["flops"] == pytest.approx(2 * multiply_adds, abs=1e-9)
    assert "MiB" in experiment["origin_detail"]
    assert "multiply-add" in experiment["origin_detail"]


def test_every_torchvision_demonstration_is_in_the_table() -> None:
    shipped = {entry["model"]["name"] for entry in MODELS if entry["model"]["author"] == "torchvision"}
    assert shipped == set(MIB_AND_GMAC)


@pytest.mark.parametrize(("model", "experiment"), EXPERIMENTS)
def test_a_file_of_32_bit_weights_has_about_four_bytes_a_parameter(
    model: dict[str, Any], experiment: dict[str, Any]
) -> None:
    metrics = experiment["metrics"]
    if {"file_size", "model_size"} <= set(metrics):
        assert metrics["file_size"] * 1e6 / metrics["model_size"] == pytest.approx(4, rel=0.02)


@pytest.mark.parametrize(("model", "experiment"), EXPERIMENTS)
def test_a_demonstration_names_where_its_values_are_from(
    model: dict[str, Any], experiment: dict[str, Any]
) -> None:
    assert experiment["origin_detail"]
    assert is_web_address(experiment["origin_url"])
    assert not model["url"] or is_web_address(model["url"])


@pytest.mark.parametrize(("model", "experiment"), EXPERIMENTS)
def test_a_demonstration_has_values_that_can_be(model: dict[str, Any], experiment: dict[str, Any]) -> None:
    assert all(value >= 0 for value in experiment["metrics"].values())
    assert 0 <= experiment["metrics"].get("performance_score", 0) <= 1


@pytest.mark.parametrize(("model", "experiment"), EXPERIMENTS)
def test_the_source_of_emissions_fits_the_time_they_were_measured(
    model: dict[str, Any], experiment: dict[str, Any]
) -> None:
    """AutoTrain, called AutoNLP at first, began in 2021."""
    if experiment["information"].get("emissions_source") == "AutoTrain":
        assert experiment["registered_at"].year >= 2021


@pytest.mark.parametrize(("model", "experiment"), EXPERIMENTS)
def test_emissions_of_large_models_say_what_they_cover(
    model: dict[str, Any], experiment: dict[str, Any]
) -> None:
    """Tonnes of different boundaries must not be compared blindly."""
    if experiment["metrics"].get("co2_eq_emissions", 0) >= 1e6:
        assert re.search(r"\b(PUE|dynamic power)\b", experiment["origin_detail"])


@pytest.mark.parametrize(("model", "experiment"), EXPERIMENTS)
def test_a_model_links_to_a_page_of_its_own_size(model: dict[str, Any], experiment: dict[str, Any]) -> None:
    """A link to a sibling of another size would show the reader another model."""
    sizes = re.findall(r"\b(\d+(?:\.\d+)?)B\b", model["name"], re.IGNORECASE)
    linked = re.findall(r"(?<![\w.])(\d+(?:\.\d+)?)b(?![a-z])", urlsplit(model["url"]).path, re.IGNORECASE)
    if sizes and linked:
        assert linked == sizes


@pytest.mark.parametrize("figure", FIGURES)
def test_a_reduction_names_its_publication_and_says_what_was_found(figure: dict[str, Any]) -> None:
    source = ROI["sources"][figure["source"]]
    assert is_web_address(source["url"])
    assert source["year"] >= 2000
    assert figure["note"]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_reduction_recomputes_from_what_its_note_states(figure: dict[str, Any]) -> None:
    """The numbers before and after stand in the note, as the publication has them."""
    if "before" not in figure:
        shares = [float(share) / 100 for share in re.findall(r"([\d.]+)(?= %| to)", figure["note"])]
        stated = [*shares, *(1 - share for share in shares)]
        for given in (figure["reduction"], figure.get("high", 0)):
            assert given == 0 or any(given == pytest.approx(share) for share in stated)
        return
    numbers = [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", figure["note"])]
    ratio = figure["after"] / figure["before"]
    ratios = [after / before for before, after in pairwise(numbers) if before]
    times = [1 / number for number in numbers if number]
    assert any(ratio == pytest.approx(found, rel=1e-3) for found in [*ratios, *times])


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_of_one_inference_is_not_that_of_a_whole_test_set(figure: dict[str, Any]) -> None:
    if figure["metric"] not in PER_USE or not re.search(r"pass|set\b|evaluation", figure["note"], re.I):
        return
    found = WHOLE_PASS.search(figure["note"])
    assert found, f"a whole pass without the number of its inputs: {figure['note']}"
    before, after, pairs = (float(number.replace(",", "")) for number in found.groups()[:3])
    assert pairs == DATASET_SIZES[found[4]]
    assert figure["before"] == pytest.approx(before * 1000 / pairs, abs=0.05)
    assert figure["after"] == pytest.approx(after * 1000 / pairs, abs=0.05)


@pytest.mark.parametrize("figure", FIGURES)
def test_no_figure_of_a_single_layer_stands_for_a_network(figure: dict[str, Any]) -> None:
    assert "layer" not in figure["note"]


@pytest.mark.parametrize("figure", FIGURES)
def test_less_energy_in_training_says_what_it_does_to_time(figure: dict[str, Any]) -> None:
    if figure["metric"] == "training_energy":
        assert re.search(r"\btime\b|\blonger\b", figure["note"])


@pytest.mark.parametrize("analysis", ROI["research"], ids=lambda analysis: str(analysis["title"]))
def test_a_research_analysis_starts_from_what_its_figures_start_from(analysis: dict[str, Any]) -> None:
    scale = {"parameters": 1e6}
    options = {(t["name"], o["name"]): o for t in ROI["tactics"] for o in t.get("options", [])}
    option = options[analysis["tactic"], analysis["option"]]
    known = {
        figure["metric"]: figure
        for figure in option["reductions"]
        if figure["architecture"] == analysis["architecture"]
    }
    for metric, baseline in analysis["values"].items():
        assert known[metric]["source"] == analysis["source"]
        if "before" in known[metric]:
            assert baseline == pytest.approx(known[metric]["before"] * scale.get(metric, 1))


@pytest.mark.parametrize("row", PRICES)
def test_a_price_is_of_its_own_country_and_names_its_half_year(row: dict[str, str]) -> None:
    assert 0.02 < float(row["eur_per_kwh"]) < 1
    assert is_web_address(row["source_url"])
    assert re.search(rf"half of {row['year']}$", row["source"])
    assert "mean of the eu" not in row["source"].casefold()


def test_no_one_price_stands_for_several_countries() -> None:
    prices = [(row["year"], row["eur_per_kwh"]) for row in rows("energy_prices.csv")]
    assert len(set(prices)) == len(prices)


@pytest.mark.parametrize("metric", SCHEMES)
def test_thresholds_say_whose_they_are_and_link_to_what_they_were_taken_from(
    metric: dict[str, Any],
) -> None:
    assert is_web_address(metric["thresholds_source_url"])
    assert metric["thresholds_source"]
    rising = sorted(metric["thresholds"], reverse=metric["direction"] == "higher")
    assert metric["thresholds"] == rising


def test_training_thresholds_name_the_number_of_models_of_each_metric() -> None:
    """Zeros of downloads and scores were dropped, and few models state the size of their data."""
    models = {
        "co2_eq_emissions": "1,418",
        "downloads": "1,280",
        "performance_score": "1,043",
        "size_efficiency": "1,305",
        "dataset_size_efficiency": "64",
    }
    metrics = load("scheme-training-1.yaml")["metrics"]
    stated = {metric["slug"]: metric["thresholds_source"] for metric in metrics}
    assert stated.keys() == models.keys()
    for slug, count in models.items():
        assert re.findall(r"(\d[\d,]*) Hugging Face models", stated[slug]) == [count], slug
        assert stated[slug].startswith("Ours")


def test_thresholds_of_co2_are_those_of_energy_at_the_mean_intensity_of_the_world() -> None:
    thresholds = {m["slug"]: m["thresholds"] for m in load("scheme-inference-1.yaml")["metrics"]}
    (world,) = (float(r["intensity_g_per_kwh"]) for r in rows("countries.csv") if r["iso3"] == "WORLD")
    worked_out = [joules / 3.6e6 * 1000 * world for joules in thresholds["energy_per_inference"]]
    assert thresholds["co2_per_1000_inferences"] == pytest.approx(worked_out, rel=5e-3)


@pytest.mark.parametrize("row", rows("countries.csv"), ids=lambda row: str(row["iso3"]))
def test_a_carbon_intensity_has_its_year(row: dict[str, str]) -> None:
    assert 2000 <= int(row["year"]) <= 2026
    assert 0 <= float(row["intensity_g_per_kwh"]) < 1500
