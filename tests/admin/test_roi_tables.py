"""The tables of the ROI catalogue: searched by what rows are about, and nothing entered that does not fit."""

import pytest
from sqlalchemy import func, select

from gaissa_web.admin.tables.registry import TABLES
from gaissa_web.admin.tables.table import Entry
from gaissa_web.storage.analyses import Analysis, AnalysisValue
from gaissa_web.storage.audit import AuditEvent
from gaissa_web.storage.catalogue import (
    Architecture,
    ExpectedReduction,
    RoiMetric,
    Tactic,
    TacticOption,
)
from gaissa_web.storage.db import db
from tests.roi.analysing import analyse, choice

RESEARCH, VALUES = "/admin/catalogue/research/new", "/admin/catalogue/research-values/new"
SAVED = "/admin/catalogue/saved-analyses/"


def number(page):
    return page.address.rpartition("/")[2]


def rows(page):
    return len(page.tree.xpath("//main//tbody/tr"))


def key(app, row, **named):
    with app.app_context():
        return str(db.session.scalars(select(row.id).filter_by(**named)).one())


def count(app, row):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(row))


def new_research(app, admin, **fields):
    ids = choice(app, "BERT-base", "int8")
    given = {
        "title": "From a paper", "option_id": ids["option"], "architecture_id": ids["architecture"],
        "iso3": "ESP", "source_id": "1", "price": "0.2", "implementation_cost": "10", "inferences": "1000000",
    }  # fmt: skip
    return admin.send(admin.get(RESEARCH), RESEARCH, **{**given, **fields})


def new_value(app, admin, analysis, metric, **fields):
    given = {"analysis_id": analysis, "metric_id": key(app, RoiMetric, slug=metric), "source_id": "1"}
    given |= {"baseline": "100", "reduction": "0.5"}
    return admin.send(admin.get(VALUES), VALUES, **{**given, **fields})


RELATIONS = [
    (table.slug, column)
    for table in TABLES.values()
    for column in table.columns
    if table.changeable and column.entry in {Entry.RELATION, Entry.CHOICE} and not column.default
]


@pytest.mark.parametrize(("table", "column"), RELATIONS, ids=lambda v: getattr(v, "name", v))
def test_a_new_row_begins_with_nothing_chosen_and_has_to_choose(admin, table, column):
    address = f"/admin/catalogue/{table}/new"
    page = admin.get(address)
    assert page.value(column.name) == ""
    assert page.tree.xpath(f"//select[@name='{column.name}']/option[1]/text()") == ["choose …"]
    refused = admin.send(page, address)
    assert refused.status == 422
    assert f"Choose one of the options for {column.label}." in refused.text


def test_every_select_of_options_names_the_tactic(app, admin, browse):
    with app.app_context():
        two = db.session.scalars(select(Tactic.id).order_by(Tactic.name).limit(2)).all()
        for tactic in two:
            db.session.add(TacticOption(tactic_id=tactic, name="25 %"))
        db.session.commit()
    selects = [(admin, f"/admin/catalogue/{t}/new", "option_id") for t in ("reductions", "research")]
    selects += [(browse, f"/roi/{which}/", "option") for which in ("analyses", "research")]
    selects += [
        (admin, "/admin/catalogue/research/1", "option_id"),
        (admin, "/admin/catalogue/reductions/1", "option_id"),
    ]
    for visitor, address, name in selects:
        texts = visitor.get(address).tree.xpath(f"//select[@name='{name}']/option[@value!='']/text()")
        assert len(texts) == count(app, TacticOption) == len(set(texts)), address
        assert all(": " in text for text in texts)
        assert len([text for text in texts if text.endswith(": 25 %")]) == 2
    for table in ("reductions", "research"):
        page = admin.get(f"/admin/catalogue/{table}/")
        place = page.tree.xpath("//thead//th[contains(., 'Option')]/preceding-sibling::th")
        cells = page.tree.xpath(f"//tbody/tr/td[{len(place) + 1}]/text()")
        assert cells
        assert all(": " in cell for cell in cells)


def test_a_saved_analysis_is_found_by_what_it_is_about_and_deleted(app, admin, browse):
    spam = number(analyse(app, browse, title="spam of <b>Spain</b>"))
    number(analyse(app, browse, title="", country="FIN"))
    words = ("spam", "SPAIN", "runtime engine", "PyTorch on CUDA", "codeparrot", "Durán", "insights spam")
    for word in words:
        page = admin.get(SAVED, query_string={"q": word})
        assert "spam of" in page.text, word
    assert rows(admin.get(f"{SAVED}?q=spain")) == rows(admin.get(f"{SAVED}?q=finland")) == 1
    assert rows(admin.get(f"{SAVED}?q=nothing")) == 0
    assert rows(admin.get(SAVED)) == 2
    assert f"/roi/analyses/{spam}" in admin.get(SAVED).links()
    address = f"{SAVED}{spam}/delete"
    ask = admin.get(address)
    assert "Delete the saved analysis “spam of <b>Spain</b>”?" in ask.text
    assert "1 value of an analysis" in ask.text
    assert browse.get(f"/roi/analyses/{spam}").status == 200
    assert "was deleted" in admin.send(ask, address).text
    assert browse.get(f"/roi/analyses/{spam}").status == 404
    with app.app_context():
        event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert (event.action, event.kind, event.subject) == (
            "delete",
            "saved analysis",
            "spam of <b>Spain</b>",
        )
        assert (
            db.session.scalar(select(AnalysisValue.id).where(AnalysisValue.analysis_id == int(spam))) is None
        )


def test_saved_and_research_analyses_are_not_mixed(app, admin, browse):
    saved = number(analyse(app, browse))
    assert admin.get(f"{SAVED}1/delete").status == 404
    assert admin.get(f"/admin/catalogue/research/{saved}/delete").status == 404
    assert admin.get(f"{SAVED}{saved}").status == 404, "not edited here"
    assert admin.get(f"{SAVED}new").status == 404


def test_research_analyses_are_found_and_deleted_too(app, admin):
    for word in ("DistilBERT", "Knowledge distillation", "World", "Sanh", "BERT-base student"):
        assert (
            "DistilBERT instead of BERT-base"
            in admin.get("/admin/catalogue/research/", query_string={"q": word}).text
        )
    with app.app_context():
        values = len(db.session.get(Analysis, 1).values)
    before = count(app, AnalysisValue)
    address = "/admin/catalogue/research/1/delete"
    assert "was deleted" in admin.send(admin.get(address), address).text
    assert count(app, AnalysisValue) == before - values


def test_expected_reductions_and_values_are_searched(app, admin):
    new_research(app, admin)
    new_value(app, admin, key(app, Analysis, title="From a paper"), "file_size")
    searches = {
        "reductions": (
            "Zeus",
            "codeparrot",
            "Durán phi2",
            "MRPC",
            "search workloads",
            "zeus 15.3",
            "training run",
        ),
        "research-values": ("file size", "From a paper", "distilbert", "paper model"),
    }
    for table, words in searches.items():
        everything = rows(admin.get(f"/admin/catalogue/{table}/"))
        for word in words:
            found = rows(admin.get(f"/admin/catalogue/{table}/", query_string={"q": word}))
            assert 0 < found < everything, word
        assert rows(admin.get(f"/admin/catalogue/{table}/?q=nothing+such")) == 0


def test_a_research_analysis_without_figures_is_refused(app, admin):
    before = count(app, Analysis)
    other = key(app, Architecture, name="phi2")
    page = new_research(app, admin, architecture_id=other)
    assert page.status == 422
    assert "no expected reduction of this option for this architecture" in page.text
    assert page.value("title") == "From a paper"
    assert count(app, Analysis) == before
    assert "was added" in new_research(app, admin).text


def test_every_option_and_architecture_without_figures_is_refused_for_research(app, admin):
    with app.app_context():
        options, architectures = (
            db.session.scalars(select(row.id)).all() for row in (TacticOption, Architecture)
        )
        pairs = select(ExpectedReduction.option_id, ExpectedReduction.architecture_id).distinct()
        known = {tuple(row) for row in db.session.execute(pairs)}
    agree, before = TABLES["research"].agree, count(app, Analysis)
    for option in options:
        for architecture in architectures:
            with app.app_context():
                values = {"option_id": option, "architecture_id": architecture}
                if (option, architecture) in known:
                    agree(values, None)
                else:
                    with pytest.raises(ValueError, match="no expected reduction"):
                        agree(values, None)
    assert count(app, Analysis) == before


def test_an_analysis_keeps_an_option_that_its_values_fit(app, admin):
    new_research(app, admin)
    analysis = key(app, Analysis, title="From a paper")
    assert "was added" in new_value(app, admin, analysis, "file_size").text
    distilled = choice(app, "BERT-base", "DistilBERT student")
    address = f"/admin/catalogue/research/{analysis}"
    refused = admin.send(admin.get(address), address, option_id=distilled["option"])
    assert refused.status == 422
    assert "values of metrics without an expected reduction" in refused.text
    assert "was saved" in admin.send(admin.get(address), address, title="another title").text


@pytest.mark.parametrize(
    ("metric", "baseline", "message"),
    [
        ("energy", "100", "no expected reduction of “Energy per inference”"),
        ("parameters", "1e8", "no expected reduction of “Parameters”"),
        ("quality", "500", "lies between 0 and 100 for “Quality score”"),
        ("quality", "100.1", "lies between 0 and 100"),
        ("file_size", "1e12", "lies between"),
        ("quality", "-1", "from 0 up"),
        ("quality", "", "give the before"),
    ],
)
def test_a_value_that_cannot_be_is_refused(app, admin, metric, baseline, message):
    new_research(app, admin)
    analysis = key(app, Analysis, title="From a paper")
    before = count(app, AnalysisValue)
    page = new_value(app, admin, analysis, metric, baseline=baseline)
    assert page.status == 422
    assert message in page.text
    assert page.value("reduction") == "0.5"
    assert count(app, AnalysisValue) == before
    assert "was added" in new_value(app, admin, analysis, "quality", baseline="90.2").text
    with app.app_context():
        value = db.session.scalars(select(AnalysisValue.id).order_by(AnalysisValue.id.desc())).first()
    address = f"/admin/catalogue/research-values/{value}"
    assert "lies between 0 and 100" in admin.send(admin.get(address), address, baseline="500").text


def test_what_was_deleted_meanwhile_is_said(app, admin):
    with app.app_context(), pytest.raises(ValueError, match="deleted meanwhile"):
        TABLES["research-values"].agree({"analysis_id": 10**9, "metric_id": 1, "baseline": 1.0}, None)
