"""Finding, comparing and exporting labels."""

import csv
import io

import pytest
from sqlalchemy import select

from gaissa_web.core.rating import Phase
from gaissa_web.labels.services import NewExperiment, NewModel, add_labels
from gaissa_web.storage.db import db
from gaissa_web.storage.ml_models import MLModel


def names(page):
    return [element.text_content() for element in page.tree.xpath("//*[@id='results']//th[@scope='row']")]


def test_search_finds_by_any_words_of_name_or_author(browse):
    assert names(browse.get("/labels/?q=RESNET")) == ["ResNet-152", "ResNet-50", "ResNet-18"]
    assert names(browse.get("/labels/?q=torchvision+vit")) == ["ViT-H/14", "ViT-B/16"]


def test_wildcards_are_taken_literally(browse):
    assert names(browse.get("/labels/?q=%25")) == []
    assert names(browse.get("/labels/?q=res_et-50")) == []


@pytest.mark.parametrize(
    "query", ["resnet50", "ResNet-50", "RESNET 50", "resnet_50", "res-net-50", "ResNet－50"]
)
def test_a_name_is_found_however_its_signs_are_written(browse, query):
    assert names(browse.get("/labels/", query_string={"q": query})) == ["ResNet-50"]
    token = browse.get("/labels/training/new").token
    fields = {"csrf_token": token, "action": "find", "model_name": query}
    found = browse.client.post("/labels/training/new", data=fields).text
    assert "ResNet-50" in found.split("Is it one of these?")[1]


@pytest.mark.parametrize("name", ["ResNet-50", "ViT-B/16", "BERT-Banking77"])
def test_every_name_is_found_without_its_signs(browse, name):
    plain = "".join(filter(str.isalnum, name))
    assert name in names(browse.get("/labels/", query_string={"q": plain}))


@pytest.mark.parametrize(
    ("query", "check"),
    [
        ("phase=inference", lambda label: label["phase"] == "inference"),
        ("grade=E", lambda label: label["grade"] == "E"),
        ("source=publication", lambda label: label["source"] == "publication"),
        ("metric=flops", lambda label: label["phase"] == "inference"),
        ("phase=training&grade=A", lambda label: (label["phase"], label["grade"]) == ("training", "A")),
    ],
)
def test_filters_keep_just_what_they_say(browse, query, check):
    everything = browse.client.get("/labels/export.json").json
    found = browse.client.get(f"/labels/export.json?{query}").json
    assert found
    assert {label["id"] for label in found} == {label["id"] for label in everything if check(label)}


@pytest.mark.parametrize("sort", ["newest", "grade", "name"])
@pytest.mark.parametrize("query", ["", "&phase=training"])
def test_pages_follow_each_other_without_gap_or_repeat(browse, sort, query):
    page = browse.get(f"/labels/?sort={sort}{query}")
    seen: list[str] = []
    for _ in range(4):
        seen += page.tree.xpath("//*[@id='results']//th[@scope='row']/a/@href")
        following = page.tree.xpath("//a[@rel='next']/@href")
        if not following:
            break
        page = browse.get(following[0])
    expected = browse.client.get(f"/labels/export.json?{query}").json
    assert len(seen) == len(set(seen)) == len(expected)
    assert "Back to the first page" in page.text or len(expected) <= 25


def test_best_grade_comes_first_and_names_are_in_order(browse):
    grades = [
        e.text_content()[-1] for e in browse.get("/labels/?sort=grade").tree.xpath("//td[2]//span[@class]")
    ]
    assert [g for g in grades if g in "ABCDE"] == sorted(g for g in grades if g in "ABCDE")


@pytest.mark.parametrize("cursor", ["x", "eyJ9", "WzFd", "bnVsbA", "WyIyMDI2IiwgMV0", "%00", "a" * 5000])
def test_a_broken_cursor_starts_from_the_beginning(browse, cursor):
    assert names(browse.get(f"/labels/?after={cursor}")) == names(browse.get("/labels/"))


def test_an_empty_result_helps(browse):
    page = browse.get("/labels/?q=nothing+like+this")
    assert "0 labels for “nothing like this”" in page.text
    assert "Show all labels" in page.text


def test_the_csv_export_holds_what_the_filter_shows(browse):
    text = browse.client.get("/labels/export.csv?q=resnet").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["model"] for row in rows] == ["ResNet-152", "ResNet-50", "ResNet-18"]
    assert rows[0]["grade"] == "C"


def test_an_export_without_labels_is_still_valid(browse):
    assert browse.client.get("/labels/export.json?q=nothing+like+this").json == []
    assert browse.client.get("/labels/export.csv?q=nothing+like+this").get_data(as_text=True).count("\n") == 1


def test_labels_are_compared_side_by_side_and_in_words(browse):
    ids = [label["id"] for label in browse.client.get("/labels/export.json?q=resnet").json]
    page = browse.get("/labels/compare?" + "&".join(f"id={n}" for n in ids))
    assert page.status == 200
    assert "ResNet-18 has the best grade, B." in page.text
    assert "Best: ResNet-18 with 3.63 GFLOP. The highest is 23 GFLOP" in page.text


@pytest.mark.parametrize(
    "query", ["", "id=1", "id=1&id=1", "id=x", "id=1&id=999999", "&".join(f"id={n}" for n in range(1, 9))]
)
def test_too_few_too_many_or_missing_labels_are_explained(browse, query):
    page = browse.get(f"/labels/compare?{query}")
    assert page.status == 422
    assert "Two to six labels can be compared" in page.text or "does not exist" in page.text
    wanted = [n for n in dict.fromkeys(query.replace("id=", "").split("&")) if n.isdigit() and int(n) < 9999]
    assert page.tree.xpath("//main//input[@name='id'][@checked]/@value") == wanted
    unticked = page.tree.xpath("//main//input[@name='id'][not(@checked)]/@value")
    assert unticked
    assert set(unticked).isdisjoint(wanted)


def test_a_comparison_can_be_changed(browse):
    page = browse.get("/labels/compare?id=1&id=2&id=3")
    assert page.tree.xpath("//main//input[@name='id'][@checked]/@value") == ["1", "2", "3"]


def test_a_model_shows_its_labels_over_time(browse):
    page = browse.get("/models/1")
    assert "distilgpt2" in page.text
    assert "1 label" in page.text


def test_a_model_with_very_many_labels_shows_them_in_pages(app, browse, statements):
    with app.app_context():
        model = NewModel("busy")
        for start in range(0, 1_200, 400):
            values = range(start, start + 400)
            add_labels([NewExperiment(Phase.TRAINING, model, {"downloads": n}) for n in values])
        db.session.commit()
        address = f"/models/{db.session.scalar(select(MLModel.id).where(MLModel.name == 'busy'))}"
    statements.clear()
    page = browse.get(address)
    assert len(statements) <= 7
    assert "More than 1,000 labels" in page.text
    seen = []
    while page:
        links = page.tree.xpath("//main//tbody//th/a/@href")
        assert len(links) <= 25
        seen += links
        older = page.tree.xpath("//a[@rel='next']/@href")
        page = browse.get(older[0]) if older and len(seen) < 100 else None
    assert len(seen) == len(set(seen)) == 100
    last = browse.get(f"{address}?after=nonsense")
    assert last.tree.xpath("//main//tbody//th/a/@href") == seen[:25]


def test_better_labels_of_the_same_domain_are_offered(browse):
    [found] = browse.client.get("/labels/export.json?q=ClaimBuster").json
    page = browse.get(f"/labels/{found['id']}")
    assert "Similar models with a better grade" in page.text
