"""Carbon intensities: lists, history, and imports that show what they change first."""

import pytest
from sqlalchemy import select

from gaissa_web.storage.audit import AuditEvent
from gaissa_web.storage.countries import CarbonIntensity, Country
from gaissa_web.storage.db import db

TABLE = (
    b"Entity,Code,Year,co2_intensity__gco2_kwh\nSpain,ESP,2022,190.5\nSpain,ESP,2023,174.05\n"
    b"France,FRA,2023,57\nKosovo,OWID_KOS,2023,900\nEurope,,2023,300\nNowhere,NOWHERE,2023,1\n"
)
IMPORT = "/admin/carbon/import"


def read(admin, content=TABLE, name="owid.csv"):
    return admin.send(admin.get(IMPORT), IMPORT, button="file", files=[(name, content)])


def plan_address(page):
    return next(f.get("action") for f in page.tree.forms if "/carbon/import/" in f.get("action"))


def figure(app, iso3, year):
    with app.app_context():
        row = db.session.get(CarbonIntensity, (iso3, year))
        return row.intensity_g_per_kwh if row else None


def test_the_list_and_the_history_show_what_is_stored(admin):
    page = admin.get("/admin/carbon/?q=spa")
    assert "1 country for “spa”" in page.text
    assert page.cells()[-5:] == ["Spain", "ESP", "2023", "174.05", "1"]
    assert "2023" in admin.get("/admin/carbon/countries/ESP").text
    assert admin.get("/admin/carbon/countries/XXX").status == 404


def test_an_upload_shows_what_would_change_and_changes_nothing(app, admin):
    page = read(admin)
    assert "2 figures to add, 1 figure to change, 1 figure stays the same" in page.text
    assert "New countries: Kosovo" in page.text
    assert "1 row could not be read" in page.text
    assert "Europe" in page.text
    assert figure(app, "FRA", 2023) == 56.039


def test_confirming_imports_all_of_it_once(app, admin):
    page = read(admin)
    address = plan_address(page)
    done = admin.send(page, address)
    assert "2 figures added, 1 changed" in done.text
    assert figure(app, "FRA", 2023) == 57
    assert figure(app, "XKX", 2023) == 900
    assert figure(app, "ESP", 2022) == 190.5
    assert admin.send(page, address).status == 404
    history = admin.get("/admin/carbon/countries/ESP").cells()
    assert history == ["Year", "g CO₂eq per kWh", "2023", "174.05", "2022", "190.5"]
    with app.app_context():
        event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert (event.action, event.subject) == ("import", "owid.csv")
        assert event.before == {"FRA 2023": 56.039}
        assert event.after["FRA 2023"] == 57
        assert event.after["figures added"] == 2


def test_importing_the_same_again_has_nothing_to_do(admin):
    page = read(admin)
    admin.send(page, plan_address(page))
    assert "There is nothing to import" in read(admin).text


def test_figures_changed_in_between_are_shown_before_they_are_replaced(app, admin):
    page = read(admin)
    address = plan_address(page)
    with app.app_context():
        db.session.get(CarbonIntensity, ("FRA", 2023)).intensity_g_per_kwh = 60
        db.session.commit()
    again = admin.send(page, address)
    assert again.status == 409
    assert figure(app, "FRA", 2023) == 60
    assert "figures added" in admin.send(again, address).text
    assert figure(app, "FRA", 2023) == 57


def test_the_shipped_table_can_be_read_again(app, admin):
    with app.app_context():
        db.session.delete(db.session.get(CarbonIntensity, ("ESP", 2023)))
        db.session.commit()
    page = admin.send(admin.get(IMPORT), IMPORT, button="shipped")
    assert "1 figure to add" in page.text
    admin.send(page, page.address)
    assert figure(app, "ESP", 2023) == 174.05


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"a,b\n1,2\n", "lacks a column"),
        ("a.csv", b"Entity,Code,Year,co2_intensity__gco2_kwh\nSpain,ESP,2023,-4\n", "below 0"),
        ("a.csv", b"Entity,Code,Year,co2_intensity__gco2_kwh\nEurope,,2023,4\n", "no figure of any country"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0", "a.png"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_words(admin, name, content, message):
    page = read(admin, content, name)
    assert page.status == 422
    assert message in page.text


def test_nothing_chosen_is_said_so(admin):
    assert "Choose a CSV file" in admin.send(admin.get(IMPORT), IMPORT, button="file").text
    assert "Type the web address" in admin.send(admin.get(IMPORT), IMPORT, button="address").text


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/x.csv",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "http://u:p@example.com/",
    ],
)
def test_addresses_that_are_not_public_are_refused_and_kept_in_the_form(admin, address):
    page = admin.send(admin.get(IMPORT), IMPORT, button="address", address=address)
    assert page.status == 422
    assert page.value("address") == address


def test_a_table_is_fetched_from_an_address_that_the_operator_allows(app, admin, serve, monkeypatch):
    address = serve(lambda handler: handler.answer(TABLE, "text/csv"))
    host = address.split("/")[2]
    settings = app.config["SETTINGS"]
    monkeypatch.setitem(
        app.config, "SETTINGS", type(settings)(**{**fields_of(settings), "allowed_hosts": {host}})
    )
    page = admin.send(admin.get(IMPORT), IMPORT, button="address", address=f"{address}/owid.csv")
    assert "2 figures to add" in page.text


def fields_of(settings):
    from dataclasses import fields

    return {field.name: getattr(settings, field.name) for field in fields(settings)}


def test_a_country_keeps_its_name_whatever_the_table_calls_it(app, admin):
    page = read(admin, TABLE.replace(b"Spain", b"Espana"))
    admin.send(page, plan_address(page))
    with app.app_context():
        assert db.session.get(Country, "ESP").name == "Spain"
