"""The management journeys in a real browser, with scripts and without."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from gaissa_web.storage.db import db
from gaissa_web.storage.ml_models import MLModel
from tests.browser.test_accessibility import SHAPES, violations
from tests.signed_in import PASSWORD, add_account
from tests.unit.importing.test_files import FILES
from tests.working import work

WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
PAGES = {
    "overview": "/admin/",
    "schemes": "/admin/schemes/",
    "published scheme": "/admin/schemes/1",
    "information": "/admin/information/",
    "new field": "/admin/information/new",
    "field": "/admin/information/1",
    "delete a field": "/admin/information/1/delete",
    "tools": "/admin/tools/",
    "tool": "/admin/tools/1",
    "carbon": "/admin/carbon/",
    "country": "/admin/carbon/countries/ESP",
    "carbon import": "/admin/carbon/import",
    "catalogue": "/admin/catalogue/",
    "labels": "/admin/catalogue/labels/",
    "settings": "/admin/settings",
    "users": "/admin/users/",
    "password": "/admin/password",
    "audit": "/admin/audit/",
    "patterns": "/admin/patterns",
}


@pytest.fixture
def manager(site_app, visitor):
    """Open a page with a QA manager signed in."""
    add_account(site_app, "ana")

    def open_page(**options):
        page = visitor.page(**options)
        page.goto("/admin/login")
        page.get_by_label("Name").fill("ana")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Management")
        return page

    return open_page


def open_draft(page, phase):
    page.goto("/admin/schemes/")
    section = page.locator(f"section[aria-labelledby=phase-{phase}]")
    section.get_by_role("button", name="draft").click()
    return page.url


@WITH_AND_WITHOUT
def test_a_version_is_drafted_looked_at_published_and_applied(site_app, manager, scripts):
    page = manager(scripts=scripts)
    draft = open_draft(page, "inference")
    page.get_by_role("link", name="Operations per inference", exact=True).click()
    page.get_by_label("Weight").fill("0.9")
    page.get_by_label("Boundary between A and B").fill("0.001" if scripts else "0.002")
    page.get_by_label("Source of the thresholds").fill(f"This journey, {scripts}")
    page.get_by_role("button", name="Save in the draft").click()
    expect(page.get_by_role("status")).to_have_text("Operations per inference was saved.")
    if scripts:
        expect(page.locator("#effect strong").first).to_contain_text("labels would change")
    else:
        page.get_by_role("link", name="See how many labels would change").click()
        expect(page.locator("#effect strong").first).to_contain_text("labels would change")
        page.goto(draft)
    page.get_by_role("link", name="Look at the effect and publish").click()
    page.get_by_role("button", name="Publish version").click()
    expect(page.get_by_role("status")).to_contain_text("Published")
    page.get_by_role("link", name="anew").click()
    page.get_by_role("button", name="anew").click()
    expect(page.get_by_role("status")).to_contain_text("Waiting for the worker")
    work(site_app)
    if not scripts:
        page.get_by_role("link", name="Look again").click()
    expect(page.locator("#job [role=status]")).to_contain_text("rated anew")
    page.goto("/labels/41")
    expect(page.get_by_text("Rated earlier").first).to_be_visible()


@WITH_AND_WITHOUT
def test_a_mapping_is_tried_on_a_file_before_it_is_saved(manager, scripts):
    page = manager(scripts=scripts)
    page.goto("/admin/tools/1")
    page.get_by_label("A file of this tool").set_input_files([FILES / "codecarbon-3.3.2-emissions.csv"])
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#trial")).to_contain_text("It is recognised as a file of this tool")
    expect(page.locator("#trial table").first).to_contain_text("mg CO₂eq")


@WITH_AND_WITHOUT
def test_a_search_among_models_and_a_rename(site_app, manager, scripts):
    page = manager(scripts=scripts)
    with site_app.app_context():
        name = db.session.scalars(select(MLModel.name).order_by(MLModel.id)).first()
    page.goto("/admin/catalogue/models/")
    page.get_by_label("Search", exact=True).fill(name)
    if not scripts:
        page.get_by_role("button", name="Show").click()
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    page.get_by_role("link", name=name, exact=True).first.click()
    page.get_by_label("Web page").fill("no address")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("https://")
    expect(page.get_by_label("Web page")).to_have_value("no address")
    page.get_by_label("Web page").fill("https://example.org/model")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("was saved")


@WITH_AND_WITHOUT
def test_carbon_intensities_are_imported_after_a_look(manager, scripts):
    page = manager(scripts=scripts)
    page.goto("/admin/carbon/import")
    year = 2031 if scripts else 2032
    table = f"Entity,Code,Year,co2_intensity__gco2_kwh\nSpain,ESP,{year},100\n".encode()
    page.get_by_label("A CSV file").set_input_files(
        [{"name": "owid.csv", "mimeType": "text/csv", "buffer": table}]
    )
    page.get_by_role("button", name="Read the file").click()
    expect(page.locator(".lead")).to_contain_text("1 figure to add")
    page.get_by_role("button", name="Import them").click()
    expect(page.get_by_role("status").first).to_contain_text("1 figures added")


def test_an_ended_session_gives_back_what_was_typed(site_app, manager):
    page = manager()
    page.goto("/admin/information/2")
    page.get_by_label("Description").fill("typed for an hour")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    page.get_by_label("Name").fill("ana")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("typed for an hour")).to_be_visible()
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("status")).to_contain_text("was saved")


def test_the_back_button_shows_nothing_after_signing_out(manager):
    page = manager()
    page.goto("/admin/users/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("/")  # going back in the middle of going forward is an error of the browser's
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


@pytest.mark.thorough
@pytest.mark.parametrize(("width", "scheme"), SHAPES)
def test_axe_finds_no_violation_on_any_management_page(manager, width, scheme):
    page = manager(width=width, scheme=scheme)
    draft = open_draft(page, "training")
    pages = PAGES | {
        "draft": draft,
        "metric": f"{draft}/metrics/co2_eq_emissions?propose=1",
        "new metric": f"{draft}/metrics/new",
        "publish": f"{draft}/publish",
        "discard": f"{draft}/discard",
    }
    found, wide = {}, {}
    for name, address in pages.items():
        page.goto(address, wait_until="networkidle")
        found[name] = violations(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide[name] = page.evaluate("document.documentElement.scrollWidth")
    page.goto("/admin/information/new")
    page.get_by_role("button", name="Add", exact=True).click()
    found["field with errors"] = violations(page)
    assert {name: problems for name, problems in found.items() if problems} == {}
    assert wide == {}


@pytest.mark.thorough
def test_management_pages_break_no_policy_and_ask_nobody_else(manager, visitor):
    page = manager()
    for address in PAGES.values():
        page.goto(address, wait_until="networkidle")
    assert visitor.complaints == []
    assert len(visitor.outside) == 1
