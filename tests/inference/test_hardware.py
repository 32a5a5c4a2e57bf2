"""The list of hardware that ships: each figure follows the rule that its source names."""

import csv
import re

import pytest

from gaissa_web.seeds.loader import FOLDER
from gaissa_web.storage.hardware import HARDWARE_LENGTH, MOST_WATTS

with (FOLDER / "hardware.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
BY_NAME = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
RATED = re.compile(r"rated ([\d,]+) W")
SHARES = re.compile(r"Typical (0\.\d+) and lowest (0\.\d+) of the rated")
HOST = re.compile(r"highest: an eighth of (DGX [A-Z]\d+)’s ([\d.]+) kW")


def rated(row):
    return float(RATED.search(row["source"])[1].replace(",", ""))


@BY_NAME
def test_every_device_has_a_source_with_an_address_and_power_in_order(row):
    low, typical, high = (float(row[name]) for name in ("low_w", "typical_w", "high_w"))
    assert 0 < low < typical < high <= MOST_WATTS
    assert 20 < len(row["source"]) <= 300
    assert re.fullmatch(r"https://[\w.-]+/\S*", row["source_url"])
    assert len(row["source_url"]) <= 500
    assert len(row["name"]) <= HARDWARE_LENGTH
    assert row["kind"] in {"accelerator", "processor"}


def test_no_device_is_there_twice():
    names = [row["name"].casefold() for row in ROWS]
    assert len(names) == len(set(names))


@BY_NAME
def test_half_of_the_rated_power_is_said_of_processors_only(row):
    """It is the assumption that CodeCarbon makes for processors."""
    if row["kind"] == "processor":
        assert "half of the rated" in row["source"].casefold()
        assert float(row["typical_w"]) == rated(row) / 2
        assert float(row["high_w"]) == rated(row)
    else:
        assert "half of the rated" not in row["source"].casefold()


@BY_NAME
def test_an_accelerator_draws_what_accelerators_were_measured_to_draw(row):
    shares = SHARES.match(row["source"])
    if row["kind"] == "processor" or row["name"].startswith("Google TPU"):
        assert not shares
        return
    typical, lowest = (float(share) * rated(row) for share in shares.groups())
    assert "ML.ENERGY" in row["source"]
    assert float(row["typical_w"]) == round(typical)
    assert float(row["low_w"]) == round(lowest)
    assert typical > rated(row) / 2


@BY_NAME
def test_the_highest_power_of_an_accelerator_has_its_host_in_it(row):
    if row["kind"] == "processor":
        return
    host = HOST.search(row["source"])
    if host:
        assert float(row["high_w"]) == round(float(host[2]) * 1000 / 8 + 1e-9)
    elif "twice the rated" in row["source"]:
        assert float(row["high_w"]) == 2 * rated(row)
    else:
        assert "host is in it" in row["source"]
    assert float(row["high_w"]) > 1.3 * float(row["typical_w"])


def test_what_could_not_be_verified_says_so():
    assert {row["name"] for row in ROWS if "not verified" in row["source"]} == {"NVIDIA A10"}


def test_ml_energys_figures_are_those_of_the_h100():
    [h100] = [row for row in ROWS if row["name"] == "NVIDIA H100 SXM"]
    assert [float(h100[name]) for name in ("low_w", "typical_w", "high_w")] == [294, 532, 1275]
