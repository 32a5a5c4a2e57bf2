"""The generic management: search, sort, pages, create, edit, delete, with what depends on what."""

import pytest
from sqlalchemy import select

from gaissa_web.admin.tables.registry import TABLES
from gaissa_web.storage.audit import AuditEvent
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import Experiment, MetricValue
from gaissa_web.storage.information import InformationFieldRow
from gaissa_web.storage.ml_models import MLModel
from tests.signed_in import sign_in

FIELD = {"name": "Cooling", "phase": "training", "slug": "cooling", "kind": "choice", "options": "air\nwater"}


def add(admin, table="information", **fields):
    address = "/admin/information/new" if table == "information" else f"/admin/catalogue/{table}/new"
    return admin.send(admin.get(address), address, **fields)


def save(admin, address, **fields):
    return admin.send(admin.get(address), address, **fields)


def key_of(app, slug):
    with app.app_context():
        return db.session.scalars(
            select(InformationFieldRow.id)
            .where(InformationFieldRow.slug == slug)
            .order_by(InformationFieldRow.id)
        ).first()


def names(page):
    return [link.text_content() for link in page.tree.xpath("//tbody/tr/td[1]/a")]


@pytest.mark.parametrize("table", TABLES)
def test_every_table_can_be_listed_searched_and_sorted(admin, table):
    page = admin.get(f"/admin/catalogue/{table}/", follow_redirects=True)
    assert page.status == 200
    for link in page.links():
        if "sort=" in link:
            assert admin.get(link).status == 200
            assert admin.get(link.replace("sort=", "sort=-")).status == 200
    for text in ("e", "%", "' OR 1=1 --", "\0", "ü" * 300):
        assert admin.get(page.address, query_string={"q": text}).status == 200
    assert admin.get(page.address, query_string={"sort": "password_hash"}).status == 200
    assert admin.get(page.address, query_string={"after": "WyJ4Il0"}).status == 200


def test_the_pages_of_a_table_show_each_row_once(admin):
    seen, address = [], "/admin/catalogue/countries/?sort=name"
    while address:
        page = admin.get(address)
        seen += names(page)
        address = next(iter(page.tree.xpath("//a[@rel='next']/@href")), None)
    assert len(seen) == len(set(seen)) == 214
    turned = admin.get("/admin/catalogue/countries/?sort=-name")
    assert names(turned)[0] == max(seen)


def test_search_finds_part_of_a_name_in_any_letter_case(admin):
    assert names(admin.get("/admin/information/?q=HARDW")) == ["Hardware used", "Hardware"]
    page = admin.get("/admin/information/?q=nothing+such", headers={"HX-Request": "true"})
    assert "No information field matches" in page.text


def test_a_row_is_added_and_used_by_the_forms(admin, browse):
    assert "was added" in add(admin, **FIELD).text
    options = browse.get("/labels/training/new").tree.xpath("//select[@name='info-cooling']/option/text()")
    assert options == ["not given", "air", "water"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "give the name"),
        ({"name": "x" * 101}, "at most 100"),
        ({"slug": "Cool ing"}, "small letters"),
        ({"slug": "hardware"}, "another information field with the same phase and slug"),
        ({"kind": "poem"}, "Choose one of the options"),
        ({"options": "air"}, "at least two options"),
        ({"kind": "text"}, "Only a choice has options"),
        ({"unit": "h"}, "Only a number has a unit"),
        ({"position": "-1"}, "whole number from 0"),
        ({"position": "many"}, ""),
        ({"position": "9" * 30}, "whole number from 0"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(app, admin, fields, message):
    typed = {**FIELD, "description": "kept <i>as typed</i>", **fields}
    page = add(admin, **typed)
    assert page.status == 422
    assert message in page.text
    assert page.value("description") == "kept <i>as typed</i>"
    assert key_of(app, "cooling") is None


def test_a_second_editor_sees_what_is_stored_before_replacing_it(app, admin):
    add(admin, **FIELD)
    address = f"/admin/information/{key_of(app, 'cooling')}"
    ben = sign_in(app, "ben")
    seen = ben.get(address)
    save(admin, address, name="Cooling by ana")
    page = ben.send(seen, address, name="Cooling by ben")
    assert page.status == 409
    assert "Cooling by ana" in page.text
    assert page.value("name") == "Cooling by ben"
    assert "was saved" in ben.send(page, address).text
    assert "Cooling by ben" in admin.get("/admin/information/").text


def test_what_labels_use_can_no_longer_change_its_meaning(app, admin):
    address = f"/admin/information/{key_of(app, 'training_type')}"
    page = admin.get(address)
    assert "Kindchoice (cannot be changed any more)" in page.text
    data = {**dict(page.form(address).form_values()), "kind": "number", "options": ""}
    data.pop("csrf_token")
    answer = admin.post(page, address, **data)
    assert answer.status in {200, 422}
    with app.app_context():
        assert db.session.get(InformationFieldRow, key_of(app, "training_type")).kind == "choice"


def test_a_used_row_is_not_deleted_and_the_reason_is_given(app, admin):
    address = f"/admin/information/{key_of(app, 'hardware')}/delete"
    page = admin.get(address)
    assert "cannot be deleted" in page.text
    assert "recorded facts" in page.text
    assert "the calculation tool CodeCarbon" in page.text
    assert admin.post(page, address).status == 422
    assert key_of(app, "hardware") is not None


def test_deleting_asks_first_and_is_in_the_trail(app, admin):
    add(admin, **FIELD)
    address = f"/admin/information/{key_of(app, 'cooling')}/delete"
    ask = admin.get(address)
    assert "Delete the information field “Cooling”?" in ask.text
    page = admin.send(ask, address)
    assert "was deleted" in page.text
    with app.app_context():
        event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert (event.action, event.subject, event.after) == ("delete", "Cooling", None)
        assert event.before["Options"] == ["air", "water"]
    assert admin.get(address).status == 404
    assert admin.post(page, address).status == 404


def test_a_label_is_deleted_with_its_values(app, admin, browse):
    form = browse.get("/labels/training/new")
    label = browse.send(form, "/labels/training/new", model_name="spam", metric__downloads="1")
    label_id = int(label.address.rpartition("/")[2])
    address = f"/admin/catalogue/labels/{label_id}/delete"
    ask = admin.get(address)
    assert "1 measured value" in ask.text
    assert "was deleted" in admin.send(ask, address).text
    assert browse.get(f"/labels/{label_id}").status == 404
    with app.app_context():
        assert db.session.scalar(select(MetricValue).where(MetricValue.experiment_id == label_id)) is None
        model = db.session.scalars(select(MLModel.id).where(MLModel.name == "spam")).one()
    address = f"/admin/catalogue/models/{model}/delete"
    assert "was deleted" in admin.send(admin.get(address), address).text


def test_a_model_with_labels_stays(app, admin):
    page = admin.get("/admin/catalogue/models/1/delete")
    assert "cannot be deleted" in page.text
    with app.app_context():
        assert db.session.scalar(select(Experiment.id).where(Experiment.model_id == 1)) is not None


def test_labels_are_not_edited_here(admin):
    assert admin.get("/admin/catalogue/labels/1").status == 404
    assert admin.get("/admin/catalogue/labels/new").status == 404


def test_a_renamed_model_is_found_by_its_new_name_and_its_documents_follow(admin, browse):
    old = browse.client.get("/labels/1.svg").data
    model = browse.client.get("/labels/1.json").json["model"]["id"]
    save(admin, f"/admin/catalogue/models/{model}", name="renamed model")
    assert "renamed model" in browse.get("/labels/?q=RENAMED").text
    assert browse.client.get("/labels/1.svg").data != old


def test_a_renamed_field_shows_in_the_kept_pdf(app, admin, browse):
    before = browse.client.get("/labels/1.pdf").headers["ETag"]
    save(admin, f"/admin/information/{key_of(app, 'training_type')}", name="Kind of training")
    assert browse.client.get("/labels/1.pdf").headers["ETag"] != before


def test_the_other_address_of_a_table_leads_to_its_own(admin):
    answer = admin.client.get("/admin/catalogue/information/")
    assert answer.status_code == 308
    assert answer.location.endswith("/admin/information/")


@pytest.mark.parametrize("key", ["0", "-1", "x", "9" * 30, "1.0", "%00", "²"])
def test_keys_that_are_none_are_404(admin, key):
    for rest in ("", "/delete"):
        assert admin.get(f"/admin/catalogue/models/{key}{rest}").status == 404


def test_names_with_markup_are_shown_as_text(app, admin):
    add(admin, "models", name="<script>alert(1)</script>", author="'\"><b>")
    page = admin.get("/admin/catalogue/models/?q=script")
    assert "<script>alert(1)</script>" in page.text
    assert not page.tree.xpath("//main//script | //main//b")


def test_a_country_can_be_added_under_a_code_of_its_own(admin):
    assert "was added" in add(admin, "countries", name="Kosovo", iso3="XKX").text
    assert "another country with the same code" in add(admin, "countries", name="Other", iso3="XKX").text
    assert "three capital letters" in add(admin, "countries", name="Other", iso3="xk").text
    assert "was saved" in save(admin, "/admin/catalogue/countries/XKX", name="Kosova").text
