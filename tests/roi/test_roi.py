"""The ROI Analyzer as people use it: form, page, data, report, lists, comparison, ranking."""

import csv
import io
import json
import random
from decimal import Decimal, getcontext
from fractions import Fraction

import pikepdf
import pytest
from sqlalchemy import delete, func, select, update

from gaissa_web.storage.analyses import Analysis, AnalysisValue
from gaissa_web.storage.catalogue import ExpectedReduction, TacticOption
from gaissa_web.storage.countries import CarbonIntensity
from gaissa_web.storage.db import db
from tests.printed import page_texts
from tests.roi.analysing import GIVEN, NEW, add_energy_figure, analyse, choice, data, form

getcontext().prec = 50


def test_the_selects_lead_step_by_step_to_what_has_figures(app, browse):
    page = browse.get(NEW)
    offered = page.tree.xpath("//select[@name='stage']/option/text()")
    assert offered == ["choose …", "Model training", "Model optimisation", "Deployment and management"]
    chosen = choice(app, "BERT-base", "int8")
    page = browse.send(page, NEW, button="choose", stage=chosen["stage"])
    assert "Knowledge distillation" in page.tree.xpath("//select[@name='tactic']/option/text()")
    page = browse.send(page, NEW, button="choose", tactic=chosen["tactic"])
    assert page.value("option") == chosen["option"], "a single option is taken by itself"
    assert page.tree.xpath("//input[@name='metric-file_size']")
    assert not page.tree.xpath("//input[@name='metric-energy']")


def test_a_choice_that_no_longer_fits_is_dropped(app, browse):
    chosen = choice(app) | {"tactic": choice(app, "BERT-base", "int8")["tactic"]}
    page = browse.get(NEW, query_string=chosen)
    assert page.status == 200
    assert page.value("stage") == chosen["stage"]


@pytest.mark.parametrize("value", ["x", "-1", "0", "9" * 40, "²", "1 OR 1=1"])
def test_odd_choices_are_no_choice(browse, value):
    for name in ("stage", "tactic", "architecture", "option"):
        assert browse.get(NEW, query_string={name: value}).status == 200


def test_the_price_of_a_country_is_filled_in_with_its_source(app, browse):
    page = browse.send(form(app, browse), NEW, button="choose", country="IRL")
    assert page.value("price") == "0.2552"
    assert "Eurostat nrg_pc_205" in page.text
    page = browse.send(page, NEW, button="choose", country="FIN")
    assert page.value("price") == "0.0748"
    page = browse.send(page, NEW, button="choose", country="FIN", price="0.2")
    page = browse.send(page, NEW, button="choose", country="IRL")
    assert page.value("price") == "0.2", "what was typed stays"
    page = browse.send(form(app, browse), NEW, button="choose", country="USA")
    assert "No price is known" in page.text


def test_an_analysis_is_saved_and_says_when_it_pays_back(app, browse):
    page = analyse(app, browse, uses_per_day="50000", title="Ours")
    assert page.status == 200
    assert page.tree.findtext(".//h1") == "Ours"
    assert "Pays back after 416 million inferences, about 23 years at your traffic." in page.text
    assert "costs €1,898.73 more than it saves" in page.text
    assert "−67 %, better" in page.text
    assert page.tree.xpath("count(//svg | //*[local-name()='svg'])") >= 3


def test_results_agree_with_exact_arithmetic_on_what_was_typed(app, browse):
    """Twelve significant digits, against fractions worked out here from the formulas."""
    chance = random.Random(7)
    with app.app_context():
        share = db.session.scalar(
            select(ExpectedReduction.reduction).where(
                ExpectedReduction.option_id == int(choice(app)["option"]),
                ExpectedReduction.architecture_id == int(choice(app)["architecture"]),
            )
        )
    for _ in range(4):
        joules, price = chance.uniform(1, 1e5), round(chance.uniform(0.01, 2), 6)
        cost, uses = round(chance.uniform(0, 1e6), 2), chance.randrange(1, 10**12)
        page = analyse(
            app,
            browse,
            metric__energy=repr(joules),
            price=str(price),
            implementation_cost=str(cost),
            uses=str(uses),
        )
        found = data(browse, page)
        c0 = Fraction(joules) / 3_600_000 * Fraction(str(price))
        c1 = c0 * (1 - Fraction(share))
        before, after = c0 * uses, c1 * uses + Fraction(str(cost))
        expected = {
            "baseline_per_inference": c0,
            "optimised_per_inference": c1,
            "implementation": Fraction(str(cost)),
            "baseline_total": before,
            "optimised_total": after,
            "savings": before - after,
        }
        for name, value in expected.items():
            scale = max(abs(value), abs(before) + abs(after)) if name == "savings" else abs(value)
            assert abs(Fraction(found["costs"][name]) - value) <= scale / 10**12, name
        assert abs(Fraction(found["roi"]) - (before - after) / after) <= (before + after) / after / 10**12
        assert found["roi_limit"] == pytest.approx(float((c0 - c1) / c1), rel=1e-12)
        exact_uses = Fraction(str(cost)) / (c0 - c1)
        assert abs(found["break_even_inferences"] - int(exact_uses)) <= max(1, exact_uses / 10**12)
        kwh = Fraction(joules) / 3_600_000 * uses
        assert found["emissions"]["baseline_kg"] == pytest.approx(
            float(kwh * Fraction("174.05") / 1000), rel=1e-12
        )
        assert found["emissions"]["region"] == "Spain"


def test_the_data_has_what_others_rely_on(app, browse):
    found = data(browse, analyse(app, browse))
    assert found["kind"] == "calculation"
    assert found["tactic"] == "Runtime engine and execution provider"
    assert found["architecture"] == "codeparrot-small"
    assert found["option"] == "PyTorch on CUDA"
    assert found["country"] == "Spain"
    assert found["inferences"] == 100_000_000
    [metric] = found["metrics"]
    assert (metric["name"], metric["unit"], metric["baseline"]) == ("Energy per inference", "J", 170)
    assert metric["expected"] == pytest.approx(170 * (1 - metric["reduction_percent"] / 100))
    assert isinstance(found["break_even_inferences"], int)
    assert (found["emissions"]["intensity_g_per_kwh"], found["emissions"]["year"]) == (174.05, 2023)


def test_a_tactic_that_makes_it_worse_is_said_so(app, browse):
    page = analyse(app, browse, {"architecture": "bloomz-1b1", "option": "ONNX Runtime on CUDA"})
    assert "Never pays back: each inference takes more energy than before." in page.text
    assert "+88.6 %, worse" in page.text
    found = data(browse, page)
    assert found["break_even_inferences"] is None
    assert found["costs"]["savings"] < 0


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"implementation_cost": "0"}, "Pays back at once."),
        ({"implementation_cost": ""}, "Pays back at once."),
        ({"price": "0"}, "Never pays back: each inference costs as much as before."),
        ({"metric__energy": "0"}, "Never pays back: each inference costs as much as before."),
    ],
)
def test_zero_is_an_ordinary_case(app, browse, fields, sentence):
    page = analyse(app, browse, **fields)
    assert sentence in page.text
    assert browse.client.get(f"{page.address}.pdf").status_code == 200
    assert json.loads(browse.client.get(f"{page.address}.json").data)


def test_hours_times_rate_are_the_cost_unless_it_is_given(app, browse):
    page = analyse(app, browse, implementation_cost="", hours="40", rate="62.5")
    assert data(browse, page)["costs"]["implementation"] == 2500
    page = analyse(app, browse, implementation_cost="100", hours="40", rate="62.5")
    assert data(browse, page)["costs"]["implementation"] == 100


def test_money_is_exact_to_the_millionth(app, browse):
    page = analyse(app, browse, price="0.123457", implementation_cost="1234567.89")
    with app.app_context():
        row = db.session.get(Analysis, int(page.address.rpartition("/")[2]))
        assert (row.price, row.implementation_cost) == (Decimal("0.123457"), Decimal("1234567.89"))


def test_a_tactic_without_a_figure_for_energy_shows_its_metrics_and_says_why_no_money(app, browse):
    page = form(app, browse, architecture="BERT-base", option="int8")
    page = browse.send(page, NEW, button="save", metric__file_size="438", country="ESP", price="0.2")
    assert "no figure for energy" in page.text
    found = data(browse, page)
    assert found["roi"] is found["break_even_inferences"] is found["costs"]["savings"] is None
    assert browse.client.get(f"{page.address}.pdf").status_code == 200
    assert browse.client.get(f"{page.address}.csv").status_code == 200


def test_training_runs_are_counted_where_the_tactic_is_about_training(app, browse):
    names = {"architecture": "Deep neural networks in training on GPUs", "option": "Zeus"}
    page = form(app, browse, **names)
    page = browse.send(
        page, NEW, button="save", metric__training_energy="3.6e9", uses="200", uses_per_day="1",
        country="ESP", price="0.2", implementation_cost="1000",
    )  # fmt: skip
    assert "training runs" in page.text
    assert "The source gives a range: break-even" in page.text
    assert page.tree.xpath("//*[local-name()='path'][contains(@class, 'chart__band')]")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"metric__energy": ""}, "Give the energy that one takes at present"),
        ({"metric__energy": "lots"}, "not a number"),
        ({"metric__energy": "-5"}, "below 0"),
        ({"metric__energy": "1e300"}, "It lies between 0 J and"),
        ({"metric__energy": "NaN"}, "not a number"),
        ({"metric__energy": "inf"}, "not a number"),
        ({"price": ""}, "Give the price of a kilowatt-hour"),
        ({"price": "-0.1"}, "below 0"),
        ({"price": "11"}, "It lies between"),
        ({"implementation_cost": "1e15"}, "It lies between"),
        ({"uses": "0"}, "It lies between"),
        ({"uses": "1.5"}, "whole number"),
        ({"uses": "1e16"}, "It lies between"),
        ({"uses_per_day": "-1"}, "below 0"),
        ({"title": "x" * 201}, "at most 200"),
        ({"hours": "many"}, "not a number"),
    ],
)
def test_wrong_input_is_said_and_what_was_typed_is_kept(app, browse, fields, message):
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(Analysis))
    page = analyse(app, browse, **{"title": "kept <b>", **fields})
    assert page.status == 422
    assert message in page.text
    assert page.value("implementation_cost") == fields.get("implementation_cost", "2500")
    if "title" not in fields:
        assert page.value("title") == "kept <b>"
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Analysis)) == before


def test_an_unknown_country_is_not_saved(app, browse):
    page = analyse(app, browse, country="XXX")
    assert page.status == 422
    assert "Choose one of the options" in page.text


def test_nothing_chosen_is_said_at_the_first_step(browse):
    page = browse.get(NEW)
    answer = browse.send(page, NEW, button="save")
    assert answer.status == 422
    assert "Choose the pipeline stage" in answer.text


def test_sending_twice_saves_once(app, browse):
    page = form(app, browse)
    first = browse.send(page, NEW, button="save", **GIVEN)
    second = browse.send(page, NEW, button="save", **GIVEN)
    assert first.address == second.address


def test_a_form_older_than_its_session_comes_back_filled_in(app, browse):
    data = {"csrf_token": "old", "action": "save", **choice(app), "title": "typed long ago", "price": "0.3"}
    answer = browse.client.post(NEW, data=data)
    assert answer.status_code == 400
    assert "typed long ago" in answer.get_data(as_text=True)


def test_a_later_change_of_the_catalogue_changes_no_saved_analysis(app, browse):
    page = analyse(app, browse)
    before = data(browse, page)
    with app.app_context():
        db.session.execute(update(ExpectedReduction).values(reduction=0.01, low=None, high=None))
        db.session.commit()
    assert data(browse, page) == before


def test_other_numbers_are_tried_without_saving_them(app, browse):
    page = analyse(app, browse)
    saved = data(browse, page)
    tried = data(browse, page, "?inferences=1000000000&per_day=1e6")
    assert tried["inferences"] == 10**9
    assert tried["costs"]["savings"] > 0
    assert tried["payback_days"] == pytest.approx(tried["break_even_inferences"] / 1e6)
    text = browse.get(f"{page.address}?inferences=1000000000").text
    assert "with the numbers you try" in text
    assert data(browse, page) == saved


def test_another_country_brings_its_carbon_intensity_and_price(app, browse):
    page = analyse(app, browse)
    found = data(browse, page, "?country=FIN")
    assert found["country"] == found["emissions"]["region"] == "Finland"
    assert found["costs"]["energy_price_eur_per_kwh"] == 0.0748
    assert data(browse, page, "?country=USA")["costs"]["energy_price_eur_per_kwh"] == 0.1899
    assert data(browse, page, "?country=FIN&price=0.5")["costs"]["energy_price_eur_per_kwh"] == 0.5


def test_a_country_without_a_figure_uses_the_worlds_mean_and_says_so(app, browse):
    with app.app_context():
        db.session.execute(delete(CarbonIntensity).where(CarbonIntensity.iso3 == "ESP"))
        db.session.commit()
    page = analyse(app, browse)
    found = data(browse, page)["emissions"]
    assert (found["region"], found["intensity_g_per_kwh"], found["year"]) == ("World", 473.0065, 2024)
    assert "Spain has no figure, so the world’s mean stands in" in page.text


def test_tactics_are_combined_one_after_the_other_with_a_warning(app, browse):
    other = add_energy_figure(app, "int8", 0.25)
    page = analyse(app, browse)
    single, both = data(browse, page), data(browse, page, f"?with={other}&extra_cost=500")
    assert both["combined_with"] == ["Dynamic quantization (int8)"]
    r1 = single["metrics"][0]["reduction_percent"] / 100
    c0, c1 = both["costs"]["baseline_per_inference"], both["costs"]["optimised_per_inference"]
    assert c1 / c0 == pytest.approx((1 - r1) * 0.75)
    assert both["costs"]["implementation"] == 3000
    combined = browse.get(f"{page.address}?with={other}")
    assert "may not add up" in combined.text
    assert combined.tree.xpath("//select[@name='with']")[0].value == str(other)
    assert data(browse, page, "?with=&with=")["combined_with"] == []


def test_options_of_one_tactic_are_neither_offered_nor_accepted_together(app, browse):
    int8, deep = add_energy_figure(app, "int8"), add_energy_figure(app, "Deep Compression")
    with app.app_context():
        tactic = db.session.get(TacticOption, int8).tactic_id
        twin = TacticOption(tactic_id=tactic, name="int4")
        db.session.add(twin)
        db.session.commit()
    twin = add_energy_figure(app, "int4")
    page = analyse(app, browse)
    selects = page.tree.xpath("//select[@name='with']")
    offered = [{option.get("value") for option in select.iter("option")} for select in selects]
    assert offered == [{"", str(int8), str(twin)}, {"", str(deep)}]
    own = choice(app)["option"]
    sibling = choice(app, option="OpenVINO on CPU")["option"]
    for options in ((own,), (sibling,), (sibling, int8), (int8, twin), (deep, twin, int8)):
        query = "?" + "&".join(f"with={option}" for option in options)
        refused = browse.get(page.address + query)
        assert refused.status == 422
        assert refused.text.count("Options of one tactic exclude each other") == 1
        fragment = browse.get(page.address + query, headers={"HX-Request": "true"})
        assert "Options of one tactic exclude each other" in fragment.text
        for kind in ("json", "csv"):
            assert browse.client.get(f"{page.address}.{kind}{query}").status_code == 422
    assert data(browse, page, f"?with={int8}&with={deep}&with={int8}")["combined_with"] == [
        "Dynamic quantization (int8)",
        "Pruning, quantization and coding (Deep Compression)",
    ]


@pytest.mark.parametrize("option", ["999999", "x", "-1", "9" * 40, "²", "int8"])
def test_what_has_no_figure_is_refused_and_not_left_out(app, browse, option):
    page = analyse(app, browse)
    if option == "int8":
        option = choice(app, "BERT-base", "int8")["option"]
    refused = browse.get(f"{page.address}?with={option}")
    assert refused.status == 422
    assert "has no published figure for the energy of this architecture" in refused.text


@pytest.mark.parametrize(
    "query", ["inferences=0", "inferences=abc", "inferences=-1", "inferences=1e99", "price=-1", "price=nan",
              "country=XXX", "per_day=x", "extra_cost=-1"]
)  # fmt: skip
def test_what_cannot_be_tried_is_said_and_the_saved_numbers_are_shown(app, browse, query):
    page = analyse(app, browse)
    answer = browse.get(f"{page.address}?{query}")
    assert answer.status == 422
    assert "Something needs another look" in answer.text
    assert "Pays back after 416 million" in answer.text
    assert browse.client.get(f"{page.address}.json?{query}").status_code == 422


def test_recalculating_answers_with_a_fragment_of_the_page(app, browse):
    page = analyse(app, browse)
    fragment = browse.get(f"{page.address}?inferences=5", headers={"HX-Request": "true"})
    assert fragment.response.get_data(as_text=True).lstrip().startswith('<div id="results"')
    assert fragment.text in browse.get(f"{page.address}?inferences=5").text


def test_the_table_holds_the_same_numbers(app, browse):
    page = analyse(app, browse)
    rows = {
        r["name"]: r["value"]
        for r in csv.DictReader(io.StringIO(browse.client.get(f"{page.address}.csv").text))
    }
    found = data(browse, page)
    assert float(rows["cost, savings"].removeprefix("'")) == found["costs"]["savings"]
    assert int(rows["break_even_inferences"]) == found["break_even_inferences"]


@pytest.fixture
def report(app, browse):
    page = analyse(app, browse, title="Report & <title> of Zürich", uses_per_day="50000")
    return browse.client.get(f"{page.address}.pdf").data


def test_the_report_is_valid_tagged_small_and_vector(report):
    assert len(report) < 150_000
    with pikepdf.open(io.BytesIO(report)) as document:
        assert document.check_pdf_syntax() == []
        assert document.Root.MarkInfo.Marked
        assert document.Root.Lang == "en"
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert "Report & <title> of Zürich" in metadata["dc:title"]
        assert not any(page.get_images() for page in document.pages)
        names = [str(name) for name in document.attachments]
        assert any(name.endswith(".json") for name in names)


def test_the_text_of_the_report_can_be_read_with_sources_and_page_numbers(report):
    pages = page_texts(report)
    text = " ".join(pages)
    for expected in (
        "Report & <title> of Zürich", "Pays back after 416 million inferences", "€2,500.00",
        "Durán et al. 2024", "https://arxiv.org/abs/2412.15441", "break-even", "174.05",
        "European Environment Agency",
    ):  # fmt: skip
        assert expected in text or expected in text.lower(), expected
    assert f"Page 1 of {len(pages)}" in text


def test_the_report_is_kept_until_what_it_says_changes(app, browse):
    page = analyse(app, browse)
    first = browse.client.get(f"{page.address}.pdf")
    again = browse.client.get(f"{page.address}.pdf", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    with app.app_context():
        db.session.execute(update(AnalysisValue).values(baseline=500.0))
        db.session.commit()
    assert browse.client.get(f"{page.address}.pdf").data != first.data


def test_lists_are_filtered_searched_and_exported(app, browse):
    analyse(app, browse, title="first of Spain")
    chosen = choice(app)
    for query, found in (
        ("q=FIRST+spain", True),
        ("q=nothing", False),
        (f"stage={chosen['stage']}", True),
        (f"tactic={chosen['tactic']}&option={chosen['option']}", True),
        (f"architecture={chosen['architecture']}", True),
        ("country=ESP", True),
        ("country=FRA", False),
        ("stage=999", False),
        ("stage=x", True),
        ("since=2000-01-01&until=2999-01-01", True),
        ("since=2999-01-01", False),
        ("until=2000-01-01", False),
        ("since=yesterday", True),
    ):
        assert ("first of Spain" in browse.get(f"/roi/analyses/?{query}").text) is found, query
        exported = browse.client.get(f"/roi/analyses/export.json?{query}").json
        assert bool(exported) is found, query
    assert "DistilBERT instead of BERT-base" in browse.get("/roi/research/").text
    assert "first of Spain" not in browse.get("/roi/research/").text
    assert browse.client.get("/roi/research/export.csv").text.count("\n") == 4


def test_pages_of_a_list_show_each_analysis_once(app, browse):
    with app.app_context():
        source = db.session.get(Analysis, 1)
        same = {
            c: getattr(source, c) for c in ("option_id", "architecture_id", "iso3", "price", "inferences")
        }
        db.session.add_all([Analysis(title=f"number {n}", **same) for n in range(60)])
        db.session.commit()
    seen, address = [], "/roi/analyses/"
    while address:
        page = browse.get(address)
        seen += page.tree.xpath("//tbody/tr/th/a/text()")
        address = next(iter(page.tree.xpath("//a[@rel='next']/@href")), None)
    assert len(seen) == len(set(seen)) == 60


def test_tactics_are_ranked_for_an_architecture(app, browse):
    architecture = choice(app)["architecture"]
    page = browse.get(
        f"/roi/ranking?architecture={architecture}&energy=170&price=0.2&implementation_cost=100"
    )
    names = [row.xpath("string(th)") for row in page.tree.xpath("//div[@id='ranking']//tbody/tr")]
    assert names[0].endswith("(PyTorch on CUDA)")
    assert len(names) == 4
    link = page.tree.xpath("//div[@id='ranking']//tbody/tr[1]//a[contains(@href, '/new')]/@href")[0]
    assert browse.get(link).tree.xpath("//input[@name='metric-energy']")
    assert browse.get("/roi/ranking").status == 200
    assert browse.get("/roi/ranking?architecture=x").status == 200
    wrong = browse.get(f"/roi/ranking?architecture={architecture}&energy=-1")
    assert wrong.status == 422
    assert "below 0" in wrong.text


def test_every_figure_of_the_catalogue_names_its_source(app):
    with app.app_context():
        rows = db.session.scalars(select(ExpectedReduction)).all()
        assert len(rows) == 63
        assert all(row.source_id and row.note for row in rows)


@pytest.mark.parametrize(
    "address", ["/roi/analyses/0", "/roi/analyses/999999", "/roi/analyses/99999999999999999999"]
)
def test_what_is_not_there_is_a_404(browse, address):
    for kind in ("", ".json", ".csv", ".pdf"):
        assert browse.get(address + kind).status == 404


PAGES = {
    "/roi/": 4, "/roi/analyses/": 8, "/roi/research/": 8, "/roi/analyses/1": 8, "/roi/analyses/1.json": 6,
    "/roi/analyses/1.csv": 6, "/roi/analyses/new": 5, "/roi/ranking": 3, "/roi/compare?id=1&id=2": 6,
}  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_page_answers_within_its_number_of_queries(browse, statements, address):
    browse.get(address)
    statements.clear()
    assert browse.get(address).status == 200
    assert len(statements) <= PAGES[address], statements


def test_the_switched_off_analyzer_is_gone_for_strangers(admin, browse):
    admin.post(admin.get("/admin/settings"), "/admin/settings", on=["labels"])
    for address in ("/roi/", "/roi/analyses/1", "/roi/analyses/1.json", "/roi/analyses/new"):
        page = browse.get(address)
        assert page.status == 404
        assert "ROI Analyzer is switched off" in page.text
        assert admin.get(address).status == 200
    home = browse.get("/")
    assert not [link for link in home.links() if link.startswith("/roi")]


def test_the_catalogue_is_managed_and_what_is_used_stays(app, admin, browse):
    add = "/admin/catalogue/reductions/new"
    ids = choice(app, "BERT-base", "int8")
    with app.app_context():
        energy = db.session.scalar(select(ExpectedReduction.metric_id).where(ExpectedReduction.reduction < 0))
    fields = {"option_id": ids["option"], "architecture_id": ids["architecture"], "metric_id": str(energy)}
    page = admin.send(admin.get(add), add, reduction="−0.25", source_id="1", note="n", **fields)
    assert "was added" in page.text
    assert form(app, browse, architecture="BERT-base", option="int8").tree.xpath(
        "//input[@name='metric-energy']"
    )
    twin = admin.send(admin.get(add), add, reduction="0.1", source_id="1", **fields)
    assert "another expected reduction with the same" in twin.text
    for wrong, message in (("1.5", "at most 100 %"), ("much", "not a number"), ("", "give the reduction")):
        assert message in admin.send(admin.get(add), add, reduction=wrong, source_id="1", **fields).text
    blocked = admin.get(f"/admin/catalogue/options/{ids['option']}/delete")
    assert "expected reduction" in blocked.text
    assert "cannot be deleted" in blocked.text


def test_a_research_analysis_is_entered_with_its_values(app, admin, browse):
    ids = choice(app)
    add = "/admin/catalogue/research/new"
    page = admin.send(
        admin.get(add), add, title="From a paper", option_id=ids["option"],
        architecture_id=ids["architecture"], iso3="ESP", source_id="1",
        price="0.2", implementation_cost="10", inferences="1000000",
    )  # fmt: skip
    assert "was added" in page.text
    with app.app_context():
        row = db.session.scalars(select(Analysis).where(Analysis.title == "From a paper")).one()
        metric = db.session.scalar(select(ExpectedReduction.metric_id).where(ExpectedReduction.reduction < 0))
        analysis_id = row.id
    add = "/admin/catalogue/research-values/new"
    admin.send(
        admin.get(add), add, analysis_id=str(analysis_id), metric_id=str(metric), baseline="100",
        reduction="0.5", source_id="1",
    )  # fmt: skip
    page = browse.get(f"/roi/analyses/{analysis_id}")
    assert "From research" in page.text
    assert "Pays back after" in page.text
    price = "/admin/catalogue/energy-prices/new"
    assert (
        "was added"
        in admin.send(
            admin.get(price), price, iso3="USA", year="2025", eur_per_kwh="0.12", source="a bill"
        ).text
    )
    assert admin.get("/admin/catalogue/research/").status == 200
    with app.app_context():
        calculation = Analysis(
            **{
                c: getattr(db.session.get(Analysis, 1), c)
                for c in ("option_id", "architecture_id", "iso3", "price", "inferences")
            }
        )
        db.session.add(calculation)
        db.session.commit()
        assert admin.get(f"/admin/catalogue/research/{calculation.id}").status == 404


@pytest.mark.parametrize(
    "extreme",
    [
        {"metric__energy": "1e-300", "implementation_cost": "0.000001"},
        {"metric__energy": "1e9", "price": "10", "uses": "1000000000000000"},
        {"metric__energy": "1e-6", "price": "0.000001", "implementation_cost": "1000000000", "uses": "1"},
        {"uses_per_day": "5e-324"},
        {"uses_per_day": "1e12", "implementation_cost": "0.000001"},
    ],
)
def test_extreme_numbers_are_calculated_and_shown_without_infinities(app, browse, extreme):
    page = analyse(app, browse, **extreme)
    assert page.status == 200
    for query in ("", "?inferences=1000000000000000", "?per_day=1e-9"):
        text = browse.client.get(f"{page.address}.json{query}").text
        assert "Infinity" not in text
        assert "NaN" not in text
        shown = browse.get(page.address + query).text.lower().split()
        assert not {"inf", "nan", "-inf"} & set(shown)
    assert browse.client.get(f"{page.address}.pdf").status_code == 200
