"""Calculation tools: editing their mappings, and trying them on a real file before saving."""

import pytest
from sqlalchemy import select

from gaissa_web.core.importing import parse_quantity
from gaissa_web.storage.audit import AuditEvent
from gaissa_web.storage.db import db
from gaissa_web.storage.tools import CalculationTool
from tests.signed_in import sign_in
from tests.unit.importing.test_files import FILES

EMISSIONS = FILES / "codecarbon-3.3.2-emissions.csv"
NEW = {
    "name": "Our tracker", "slug": "our-tracker", "signature": "joules, run\n",
    "mappings__0__column": "joules", "mappings__0__unit": "J",
    "mappings__0__target": "inference metric-energy_per_inference", "mappings__0__aggregation": "mean",
}  # fmt: skip


def tool_id(app, slug="codecarbon"):
    with app.app_context():
        return db.session.scalar(select(CalculationTool.id).where(CalculationTool.slug == slug))


def mappings(app, slug):
    with app.app_context():
        tool = db.session.scalars(select(CalculationTool).where(CalculationTool.slug == slug)).one()
        return [(m.phase, m.column, m.unit, str(m.target), m.aggregation, m.per) for m in tool.mappings]


def test_saving_without_a_change_changes_nothing(app, admin):
    before = mappings(app, "codecarbon")
    address = f"/admin/tools/{tool_id(app)}"
    page = admin.send(admin.get(address), address, button="save")
    assert "was saved" in page.text
    assert mappings(app, "codecarbon") == before


def test_a_new_tool_reads_files_once_it_is_saved(app, admin, browse):
    page = admin.send(admin.get("/admin/tools/new"), "/admin/tools/new", button="save", **NEW)
    assert "“Our tracker” was saved" in page.text
    assert mappings(app, "our-tracker") == [
        ("inference", "joules", "J", "metric energy_per_inference", "mean", "")
    ]
    form = browse.get("/labels/inference/import")
    read = browse.send(form, "/labels/inference/import", files=[("t.csv", b"run,joules\n1,4\n2,6\n")])
    assert read.value("metric-energy_per_inference") == "5"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "give a name"),
        ({"slug": "codecarbon"}, "another calculation tool with the same slug"),
        ({"slug": "Our tool"}, "small letters"),
        ({"mappings__0__target": ""}, "Choose where the column “joules” goes"),
        ({"mappings__0__target": "inference metric-nothing"}, "Choose one of the options"),
        ({"mappings__0__unit": "kg CO2eq"}, "cannot be converted to J"),
        ({"mappings__0__unit": ""}, "cannot be converted to J"),
        ({"mappings__0__target": "inference info-hardware"}, "leave the unit empty"),
        ({"mappings__0__aggregation": "product"}, "Choose one of the options"),
        ({"url": "ftp://x"}, "starts with https://"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(app, admin, fields, message):
    page = admin.send(admin.get("/admin/tools/new"), "/admin/tools/new", button="save", **{**NEW, **fields})
    assert page.status == 422
    assert message in page.text
    assert page.value("mappings-0-column") == "joules"
    assert tool_id(app, "our-tracker") is None


def test_more_lines_are_offered_and_nothing_is_lost(admin):
    page = admin.send(admin.get("/admin/tools/new"), "/admin/tools/new", button="more", **NEW)
    assert page.status == 200
    assert page.value("mappings-0-column") == "joules"
    assert page.value("mappings-4-column") == ""


def test_an_unsaved_mapping_is_tried_on_a_file(app, admin):
    address = f"/admin/tools/{tool_id(app)}"
    page = admin.get(address)
    content = [(EMISSIONS.name, EMISSIONS.read_bytes())]
    tried = admin.send(page, address, button="try", files=content, mappings__0__unit="g CO2eq")
    assert tried.status == 200
    assert "It is recognised as a file of this tool" in tried.text
    before = admin.send(page, address, button="try", files=content)
    cells = {
        name: p.cells()[p.cells().index("emissions") :][:4] for name, p in (("g", tried), ("kg", before))
    }
    grams = {name: parse_quantity(row[3], "g CO2eq") for name, row in cells.items()}
    assert grams["kg"] == pytest.approx(1000 * grams["g"])
    assert mappings(app, "codecarbon")[0][2] == "kg CO2eq"


def test_trying_says_why_a_file_is_not_recognised(app, admin):
    address = f"/admin/tools/{tool_id(app)}"
    files = [("t.csv", b"run_id,emissions\n1,2\n")]
    page = admin.send(admin.get(address), address, button="try", files=files)
    assert "not recognised" in page.text
    assert "it has no column" in page.text
    assert "energy_consumed" in page.text
    assert "2 kg CO₂eq" in page.text


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ((), "Choose a file"),
        ((("empty.csv", b""),), "empty"),
        ((("x.xlsx", b"PK\x03\x04rubbish"),), "x.xlsx"),
    ],
)
def test_trying_without_a_readable_file_says_so(app, admin, files, message):
    address = f"/admin/tools/{tool_id(app)}"
    page = admin.send(admin.get(address), address, button="try", files=files)
    assert message in page.text


def test_a_trial_answers_as_a_fragment_of_the_page(app, admin):
    address = f"/admin/tools/{tool_id(app)}"
    page = admin.get(address)
    data = dict(page.form(address).form_values())
    data |= {"action": "try", "files": (EMISSIONS.open("rb"), EMISSIONS.name)}
    answer = admin.client.post(address, data=data, headers={"HX-Request": "true"})
    assert answer.get_data(as_text=True).lstrip().startswith('<div id="trial"')


def test_a_second_editor_gets_a_conflict(app, admin):
    address = f"/admin/tools/{tool_id(app)}"
    ben = sign_in(app, "ben")
    seen = ben.get(address)
    admin.send(admin.get(address), address, button="save", description="ana’s")
    page = ben.send(seen, address, button="save", description="ben’s")
    assert page.status == 409
    assert "ana’s" in page.text
    assert page.value("description") == "ben’s"
    assert "was saved" in ben.send(page, address, button="save").text


def test_deleting_says_what_goes_with_it(app, admin):
    address = f"/admin/tools/{tool_id(app)}/delete"
    ask = admin.get(address)
    assert "its 14 mappings" in ask.text
    assert "was deleted" in admin.send(ask, address).text
    assert tool_id(app) is None
    with app.app_context():
        event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert (event.action, event.kind, event.subject) == ("delete", "calculation tool", "CodeCarbon")
        assert len(event.before["mappings"]) == 14
