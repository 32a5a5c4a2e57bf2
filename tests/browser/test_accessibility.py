"""Pages for everybody: axe finds nothing, the keyboard reaches all, nothing runs off the screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.unit.importing.test_files import FILES

PAGES = {
    "home": "/",
    "about": "/about",
    "labels": "/labels/",
    "nothing found": "/labels/?q=nothing+like+this",
    "training label": "/labels/1",
    "inference label": "/labels/41",
    "embedded label": "/labels/1/embed",
    "form": "/labels/training/new",
    "form with a model": "/labels/inference/new?model_id=1",
    "upload": "/labels/inference/import",
    "compare": "/labels/compare?id=1&id=2&id=41",
    "compare nothing": "/labels/compare",
    "model": "/models/1",
    "not found": "/nope",
}

SHAPES = [
    (320, "dark"),
    *(
        pytest.param(width, scheme, marks=pytest.mark.thorough)
        for width in (360, 1280)
        for scheme in ("light", "dark")
    ),
]
"""The widths and colours in which pages are looked at; one of them with every change."""

WIDE = [pytest.param(width, marks=pytest.mark.thorough) for width in (360, 1280, 1920)]


def violations(page):
    found = Axe().run(page).response["violations"]
    return [(v["id"], [node["html"][:150] for node in v["nodes"][:2]]) for v in found]


@pytest.mark.parametrize(("width", "scheme"), SHAPES)
def test_axe_finds_no_violation_on_any_page(visitor, width, scheme):
    page = visitor.page(width=width, scheme=scheme)
    found = {}
    for name, address in PAGES.items():
        page.goto(address)
        found[name] = violations(page)
    page.goto("/labels/training/new")
    page.get_by_label("Downloads").fill("many")
    page.get_by_role("button", name="Register the label").click()
    found["form with errors"] = violations(page)
    page.goto("/labels/training/import")
    page.get_by_label("Files").set_input_files([FILES / "eco2ai.csv"])
    page.get_by_role("button", name="Read the files").click()
    found["what was read"] = violations(page)
    assert {name: problems for name, problems in found.items() if problems} == {}


@pytest.mark.parametrize("width", [320, 768, *WIDE])
def test_no_page_is_wider_than_its_screen(visitor, width):
    page = visitor.page(width=width, scripts=True)
    wide = {}
    for name, address in PAGES.items():
        page.goto(address)
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            wide[name] = needed
    assert wide == {}


def test_the_keyboard_alone_registers_a_label(visitor):
    page = visitor.page()
    page.goto("/labels/training/new")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")  # the link to the upload
    page.keyboard.press("Tab")
    expect(page.get_by_label("Model", exact=True)).to_be_focused()
    page.keyboard.type("by keyboard")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "metric-downloads":
            break
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("by keyboard")


@pytest.mark.parametrize("address", ["/labels/1", "/labels/", "/labels/training/new"])
def test_tab_reaches_every_control_and_shows_where_it_is(visitor, address):
    page = visitor.page()
    page.goto(address)
    wanted = page.evaluate(
        """() => [...document.querySelectorAll(
                'a[href], button, input:not([type=hidden]), select, textarea, summary')]
              .filter(e => e.tabIndex >= 0 && e.checkVisibility()
                && !(e.type === 'radio' && !e.checked)).length"""
    )
    for _ in range(wanted + 20):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => { const e = document.activeElement; const s = getComputedStyle(e); e.dataset.reached = 1;
                return e === document.body || e.matches('[role=region]')
                    || (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) }"""
        )
        assert shown, page.evaluate("document.activeElement.outerHTML")
    reached = page.locator(":is(a, button, input, select, textarea, summary)[data-reached]").count()
    assert reached == wanted


def test_targets_are_large_enough_to_touch(visitor):
    page = visitor.page(width=360)
    small = {}
    for name, address in PAGES.items():
        page.goto(address)
        small[name] = page.evaluate(
            """() => [...document.querySelectorAll('button, select, summary, input:not([type=hidden])')]
                .filter(e => e.tabIndex >= 0 && e.checkVisibility())
                .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
                .filter(([_, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
        )
    assert {name: found for name, found in small.items() if found} == {}
