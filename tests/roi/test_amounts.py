"""Amounts and break-evens as readers see them: never zero where there is something, never too early."""

import csv
import io
import re

import pytest

from gaissa_web.core.units import UNITS
from tests.printed import page_texts
from tests.roi.analysing import analyse, choice, data, form

pytestmark = pytest.mark.any_database

TINY = {"metric__energy": "0.001", "price": "0.0001", "implementation_cost": "0.000001", "uses": "7"}
ZERO = re.compile(r"€0(?:\.0*)?(?![.\d])|\b0 (?:kg|g|mg|µg) CO")
UNIT_OF_NUMBERS = {
    "energy_price_eur_per_kwh": "EUR/kWh", "roi": "EUR/EUR", "roi_limit": "EUR/EUR", "payback_days": "d",
    "saved_kg": "kg CO2eq", "baseline_kg": "kg CO2eq", "optimised_kg": "kg CO2eq",
    "intensity_g_per_kwh": "g CO2eq/kWh", "year": "year", "reduction": "%", "inferences": "inferences",
    "break_even_inferences": "inferences", "pays_back_at": "inferences", "inferences_per_day": "inferences/d",
    "baseline_per_inference": "EUR", "optimised_per_inference": "EUR", "implementation": "EUR",
    "baseline_total": "EUR", "optimised_total": "EUR", "savings": "EUR",
}  # fmt: skip


def pdf_text(browse, page):
    return " ".join(page_texts(browse.client.get(f"{page.address}.pdf").data))


def table(browse, page):
    return list(csv.DictReader(io.StringIO(browse.client.get(f"{page.address}.csv").text)))


@pytest.mark.parametrize("cost", ["0.000001", "0.004", "3"])
def test_what_is_not_zero_never_reads_as_zero(app, browse, cost):
    """All amounts of this analysis are something, most of them far below a cent; only an axis begins at 0."""
    page = analyse(app, browse, **{**TINY, "implementation_cost": cost})
    other = analyse(app, browse, **{**TINY, "implementation_cost": cost, "metric__energy": "0.002"})
    ids = [p.address.rpartition("/")[2] for p in (page, other)]
    architecture = choice(app)["architecture"]
    ranking = f"/roi/ranking?architecture={architecture}&energy=0.001&price=0.0001&inferences=7"
    compared = browse.get(f"/roi/compare?id={ids[0]}&id={ids[1]}")
    for shown in (page, compared, browse.get(f"{ranking}&implementation_cost={cost}")):
        for tick in shown.tree.xpath("//*[local-name()='svg']/*[local-name()='text'][@font-size='11']"):
            tick.text = "" if tick.text == "€0" else tick.text
        assert not ZERO.findall(shown.text), ZERO.findall(shown.text)
        assert shown.tree.xpath("//td[contains(., '€')]")
    assert ZERO.findall(pdf_text(browse, page)) == ["€0"]  # the axis


def test_nothing_is_still_said_as_nothing(app, browse):
    page = analyse(app, browse, price="0")
    assert "€0.00" in page.text


@pytest.mark.parametrize(("cost", "first"), [("0", 0), ("0.5", 1), ("1", 1), ("100", 100), ("100.01", 101)])
def test_what_is_told_to_have_paid_back_has(app, browse, cost, first):
    """A training run saves 1 EUR: 10 kWh at 1 EUR/kWh, of which a tenth."""
    names = {"architecture": "BERT-like language models on V100 GPUs", "option": "150 W of 250 W"}
    page = browse.send(
        form(app, browse, **names), "/roi/analyses/new", button="save", implementation_cost=cost,
        metric__training_energy=str(3_600_000 / 0.137), country="ESP", price="1", uses=str(first or 1),
    )  # fmt: skip
    found = data(browse, page)
    assert found["pays_back_at"] == first
    assert found["break_even_inferences"] == int(float(cost))
    assert found["costs"]["savings"] >= 0
    sentence = f"Pays back after {first} training run{'' if first == 1 else 's'}."
    assert (sentence if first else "Pays back at once.") in page.text
    assert ("Pays back at once" in page.text) == (first == 0)
    if first > 1:
        assert data(browse, page, f"?inferences={first - 1}")["costs"]["savings"] < 0
    [*_, row] = [r for r in table(browse, page) if r["name"] == "pays_back_at"]
    assert (row["value"], row["unit"]) == (str(first), "training runs")


def test_what_never_pays_back_has_no_number(app, browse):
    page = analyse(app, browse, {"architecture": "bloomz-1b1", "option": "ONNX Runtime on CUDA"})
    assert data(browse, page)["pays_back_at"] is data(browse, page)["break_even_inferences"] is None


@pytest.mark.parametrize(
    "names",
    [
        {},
        {"architecture": "bloomz-1b1", "option": "ONNX Runtime on CUDA"},
        {"architecture": "BERT-base", "option": "int8"},
    ],
)  # fmt: skip
def test_every_number_of_the_table_has_its_unit(app, browse, names):
    if names.get("option") == "int8":
        fields = {"metric__file_size": "438", "metric__quality": "0.9", "country": "ESP", "price": "0.2"}
        page = browse.send(form(app, browse, **names), "/roi/analyses/new", button="save", **fields)
    else:
        page = analyse(app, browse, names, uses_per_day="50")
    rows = table(browse, page)
    units = {metric["name"]: metric["unit"] for metric in data(browse, page)["metrics"]}
    seen = 0
    for row in rows:
        what, _, name = row["name"].rpartition(", ")
        try:
            float(row["value"].removeprefix("'"))
        except ValueError:
            assert row["unit"] == "" or row["value"] == ""
            continue
        if row["name"] == "id":
            continue
        seen += 1
        expected = units[what] if name in {"before", "expected"} else UNIT_OF_NUMBERS[name]
        assert row["unit"] == expected, row
        assert row["unit"] in UNITS or row["unit"] in UNIT_OF_NUMBERS.values()
    assert seen >= 10


def test_the_ranges_of_the_inputs_stand_with_their_reasons_and_results(app, browse):
    page = analyse(app, browse)
    rows = page.tree.xpath("//table[caption='Savings with one input changed']/tbody/tr")
    cells = {row.findtext("th"): [td.text_content() for td in row.iter("td")] for row in rows}
    assert set(cells) == {
        "Reduction", "Energy before", "Energy price", "Number of inferences", "Implementation cost"
    }  # fmt: skip
    assert cells["Energy before"][0::2][:2] == ["128 J", "212 J"]
    assert cells["Number of inferences"][0::2][:2] == ["50 million", "200 million"]
    assert len({row[-1] for row in cells.values()}) == 5
    chart = page.tree.xpath("//*[local-name()='desc'][@id='tornado-description']")[0].text
    drawn = " ".join(
        page.tree.xpath("//*[local-name()='svg'][.//*[@id='tornado-title']]//*[local-name()='text']/text()")
    )
    report = " ".join(pdf_text(browse, page).split())
    for name, (low, at_low, high, at_high, reason) in cells.items():
        assert f"{name} from {low} to {high}: {at_low} to {at_high}" in chart
        assert low in drawn
        assert high in drawn
        assert at_low in drawn
        assert at_high in drawn
        assert reason.split(":")[0][:40] in report


def test_the_page_explains_itself(app, browse):
    page = analyse(app, browse, uses_per_day="50000")
    facts = dict(zip(*(page.tree.xpath(f"//dl[1]/{tag}/text()") for tag in ("dt", "dd")), strict=True))
    assert facts["Country"] == "Spain (ESP)"
    assert facts["Analysis"].startswith(f"Calculated, number {page.address.rpartition('/')[2]}")
    assert facts["Pipeline stage"] == "Deployment and management"
    assert "Below 0 it has not paid back yet" in page.text
    for chart, titles in (("roi", {"ROI"}), ("costs", {"Total cost"})):
        texts = page.tree.xpath(
            f"//*[local-name()='svg'][.//*[@id='{chart}-title']]//*[local-name()='text']/text()"
        )
        assert titles | {"Number of inferences"} <= set(texts)
    rows = page.tree.xpath("//table[caption='Metrics before and after']/tbody/tr")
    assert [row.findtext("th") for row in rows] == ["Energy per inference", "Cost of 1 million inferences"]
    assert [td.text for td in rows[1].iter("td")][:2] == ["€8.97", "€2.95"]
    report = pdf_text(browse, page)
    for text in ("Below 0 it has not paid back", "Number of inferences", "Metrics before and after", "(ESP)"):
        assert text in report
