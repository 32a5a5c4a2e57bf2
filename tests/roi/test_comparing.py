"""Two to four analyses side by side: everything their pages state, no praise of a loss, nothing lost."""

import pytest

from tests.roi.analysing import NEW, analyse, choice, form


def number(page):
    return page.address.rpartition("/")[2]


def compared(page):
    """The table as {row: [cells]}."""
    rows = page.tree.xpath("//table[caption='Analyses side by side']/tbody/tr")
    return {
        row.findtext("th"): [" ".join(td.text_content().split()) for td in row.iter("td")] for row in rows
    }


def ticked(page):
    boxes = page.tree.xpath("//main//input[@type='checkbox'][@name='id']")
    return [box.get("value") for box in boxes if box.get("checked") is not None]


def test_two_to_four_are_compared_with_the_differences_in_words(app, browse):
    a = number(analyse(app, browse, title="cheap", implementation_cost="10"))
    b = number(analyse(app, browse, title="dear"))
    page = browse.get(f"/roi/compare?id={a}&id={b}&id=1")
    assert "“cheap” pays back soonest" in page.text
    assert page.status == 200
    assert ticked(page) == [a, b, "1"]


def test_every_figure_of_the_pages_is_there(app, browse):
    a = number(analyse(app, browse, title="here", uses_per_day="50000"))
    b = number(analyse(app, browse, title="there", country="FIN", price="0.0939", implementation_cost="0"))
    page = browse.get(f"/roi/compare?id={a}&id={b}")
    rows = compared(page)
    assert rows["Country"] == ["Spain (ESP)", "Finland (FIN)"]
    assert rows["Energy price"] == ["0.1899 EUR/kWh", "0.0939 EUR/kWh"]
    assert rows["Energy per inference"][0] == "170 J → 56 J (−67 %, better)"
    assert rows["Cost in use, before"] == ["€8.97 per 1 million inferences", "€4.43 per 1 million inferences"]
    assert rows["Total before"] == ["€896.75", "€443.42"]
    assert rows["Savings"][0] == "−€1,898.73"
    assert rows["Pays back after"] == ["416 million inferences", "at once (best)"]
    assert rows["ROI"][0].startswith("−67.9")
    assert {"Savings in a year", "Uses a day", "Total after", "Emissions saved", "Carbon intensity"} <= set(
        rows
    )
    assert "They run in different places (Spain, Finland)" in page.text
    assert "They pay different prices (0.0939 to 0.1899 EUR/kWh)" in page.text


def test_where_both_lose_none_is_praised(app, browse):
    a = number(analyse(app, browse, title="dear", implementation_cost="9000"))
    b = number(analyse(app, browse, title="less dear"))
    page = browse.get(f"/roi/compare?id={a}&id={b}")
    assert "None of these saves money: “less dear” loses the least, €1,898.73" in page.text
    assert "saves the most money" not in page.text
    assert "(best)" not in " ".join(compared(page)["Savings"] + compared(page)["Pays back after"])


def without_energy(app, browse, option, **metrics):
    page = form(app, browse, architecture="BERT-base", option=option)
    return number(browse.send(page, NEW, button="save", country="ESP", price="0.2", **metrics))


def test_analyses_without_energy_show_their_metrics(app, browse):
    a = without_energy(app, browse, "DistilBERT student", metric__inference_time="668000")
    b = without_energy(app, browse, "int8", metric__file_size="438", metric__quality="0.9")
    page = browse.get(f"/roi/compare?id={a}&id={b}")
    rows = compared(page)
    assert page.status == 200
    assert not {"Total before", "Savings", "Pays back after", "Emissions saved"} & set(rows)
    assert rows["Inference time"] == ["11.1 min → 6.83 min (−38.6 %, better)", "–"]
    assert rows["Model file size"][1] == "438 MB → 182 MB (−58.6 %, better)"
    assert rows["Quality score"][1] == "0.9 → 0.9 (0 %, the same)"
    assert all(set(cells) != {"–"} for cells in rows.values())


def test_one_with_and_one_without_energy_say_what_each_has(app, browse):
    a = without_energy(app, browse, "int8", metric__file_size="438")
    b = number(analyse(app, browse))
    rows = compared(browse.get(f"/roi/compare?id={a}&id={b}"))
    assert rows["Total before"] == ["–", "€896.75"]
    assert rows["Model file size"][1] == "–"


@pytest.mark.parametrize("count", [1, 5, 8])
def test_too_few_or_too_many_are_shown_to_be_changed(app, browse, count):
    ids = [number(analyse(app, browse, title=f"analysis {n}")) for n in range(count)]
    page = browse.get("/roi/compare?" + "&".join(f"id={i}" for i in ids))
    assert page.status == 422
    assert ticked(page) == ids
    assert f"{count} {'is' if count == 1 else 'are'} chosen" in page.text
    assert all(f"analysis {n}" in page.text for n in range(count))
    unticked = page.tree.xpath("//main//input[@type='checkbox'][not(@checked)]/@value")
    assert set(unticked).isdisjoint(ids)
    assert "1" in unticked, "others can be added"


def test_what_does_not_exist_is_said_and_the_rest_is_kept(app, browse):
    a = number(analyse(app, browse, title="kept"))
    page = browse.get(f"/roi/compare?id={a}&id=999999&id=1")
    assert page.status == 422
    assert "does not exist" in page.text
    assert ticked(page) == [a, "1"]


@pytest.mark.parametrize("query", ["", "id=x&id=y", "id=0", "id=" + "9" * 30, "id=1&id=1"])
def test_odd_addresses_show_what_can_be_compared(browse, query):
    page = browse.get(f"/roi/compare?{query}")
    assert page.status == 422
    assert "Two to four analyses can be compared" in page.text


def test_an_analysis_of_the_same_tactic_is_a_click_away(app, browse):
    page = analyse(app, browse)
    links = page.tree.xpath("//section[@id='siblings']//a/@href")
    sibling = choice(app, option="OpenVINO on CPU")
    assert any(f"option={sibling['option']}" in link and "/new" in link for link in links)
    assert not any(f"option={choice(app)['option']}" in link for link in links)
    assert all(browse.get(link).status == 200 for link in links)
