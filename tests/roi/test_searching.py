"""Lists of analyses: found by every word of what they are about, filtered by paper."""

import csv
import io

import pytest
from sqlalchemy import select

from gaissa_web.storage.catalogue import Source
from gaissa_web.storage.db import db
from tests.roi.analysing import analyse


def names(page):
    return page.tree.xpath("//tbody/tr/th/a/text()")


@pytest.mark.parametrize(
    "words",
    [
        "Spain",
        "ESP",
        "spain ours",
        "Durán",
        "insights 2024",
        "deployment",
        "runtime engine",
        "codeparrot",
        "CUDA",
    ],
)
def test_a_saved_analysis_is_found_by_what_it_is_about(app, browse, words):
    analyse(app, browse, title="ours")
    analyse(app, browse, {"architecture": "phi2", "option": "OpenVINO on CPU"}, title="other", country="FIN")
    for address in ("/roi/analyses/", "/roi/analyses/export.json"):
        answer = browse.client.get(address, query_string={"q": words})
        assert "ours" in answer.text
    assert browse.client.get("/roi/analyses/export.json?q=spain").json[0]["name"] == "ours"
    assert [row["name"] for row in browse.client.get("/roi/analyses/export.json?q=phi2").json] == ["other"]
    assert browse.client.get("/roi/analyses/export.json?q=spain+finland").json == []


@pytest.mark.parametrize(
    "words", ["World", "Sanh", "smaller faster 2019", "distillation", "DISTILBERT optimisation"]
)
def test_a_research_analysis_is_found_by_country_and_paper(browse, words):
    page = browse.get("/roi/research/", query_string={"q": words})
    assert "DistilBERT instead of BERT-base" in names(page)
    assert len(names(page)) < len(names(browse.get("/roi/research/"))) or words == "World"


def test_research_shows_its_papers_and_is_filtered_by_them(app, browse):
    page = browse.get("/roi/research/")
    titles = page.tree.xpath("//select[@name='source']/option[@value!='']/text()")
    assert len(titles) > 1
    assert titles == sorted(titles)
    for title in titles:
        assert title in page.tree.xpath("//tbody//td/text()")
        with app.app_context():
            source = db.session.scalars(select(Source.id).where(Source.title == title)).one()
        found = browse.get(f"/roi/research/?source={source}")
        assert title in found.cells()
        assert 0 < len(names(found)) < len(names(page)) + 1
        exported = list(
            csv.DictReader(io.StringIO(browse.client.get(f"/roi/research/export.csv?source={source}").text))
        )
        assert len(exported) == len(names(found))
        assert title in {row["paper"] for row in exported}
    assert names(browse.get("/roi/research/?source=999999")) == []
    assert names(browse.get("/roi/research/?source=x")) == names(page)
