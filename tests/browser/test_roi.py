"""The ROI journeys in a real browser, with scripts and without."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import SHAPES, violations

WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


def choose(page, scripts, **steps):
    """Choose step by step; without scripts, the button shows the next step."""
    page.goto("/roi/analyses/new")
    for name, label in steps.items():
        page.locator(f"#{name}").select_option(label=label)
        if not scripts:
            page.locator("button[name=action][value=choose]").last.click()
        following = {"stage": "tactic", "tactic": "architecture", "architecture": "option"}.get(name)
        if following:
            expect(page.locator(f"#{following}")).to_be_visible()
        expect(page.locator(".htmx-request, .htmx-settling, .htmx-added")).to_have_count(0)
    expect(page.get_by_role("button", name="Analyse")).to_be_visible()


STEPS = {
    "stage": "Deployment and management",
    "architecture": "codeparrot-small",
    "option": "PyTorch on CUDA",
}


def analyse(page, scripts=True, title="In the browser"):
    choose(page, scripts, **STEPS)
    page.get_by_label("Energy per inference").fill("170")
    page.get_by_label("Where it runs").select_option(label="Ireland")
    if not scripts:
        page.locator("button[name=action][value=choose]").last.click()
    expect(page.get_by_label("Energy price")).to_have_value("0.2552")
    expect(page.get_by_label("Energy per inference")).to_have_value("170")
    page.get_by_label("Implementation cost").fill("2500")
    page.get_by_label("Per day").fill("50000")
    page.get_by_label("Name of the analysis").fill(title)
    page.get_by_role("button", name="Analyse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


@WITH_AND_WITHOUT
def test_a_tactic_is_chosen_analysed_and_tried_with_other_numbers(visitor, scripts):
    page = visitor.page(scripts=scripts)
    analyse(page, scripts)
    expect(page.locator("#results .lead")).to_contain_text("Pays back after 310 million inferences")
    page.locator("#inferences").fill("1000000000")
    if not scripts:
        page.get_by_role("button", name="Recalculate").click()
    expect(page.locator("#results")).to_contain_text("With 1 billion inferences it saves")
    page.locator("#country").select_option(label="Finland")
    if not scripts:
        page.get_by_role("button", name="Recalculate").click()
    expect(page.locator("#results")).to_contain_text("electricity of Finland")
    expect(page.locator("#results")).to_contain_text("0.0748 EUR/kWh")
    page.get_by_role("link", name="As it was saved").click()
    expect(page.locator("#results")).to_contain_text("electricity of Ireland")
    assert visitor.complaints == []


@WITH_AND_WITHOUT
def test_a_mistake_is_shown_and_mended_without_typing_all_again(visitor, scripts):
    page = visitor.page(scripts=scripts)
    choose(page, scripts, **STEPS)
    page.get_by_label("Energy per inference").fill("a lot")
    page.get_by_label("Energy price").fill("0.2")
    page.get_by_role("button", name="Analyse").click()
    expect(page.get_by_role("alert")).to_contain_text("is not a number")
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.get_by_label("Energy per inference")).to_be_focused()
    expect(page.get_by_label("Energy price")).to_have_value("0.2")
    page.get_by_label("Energy per inference").fill("10")
    page.get_by_role("button", name="Analyse").click()
    expect(page.locator("#results .lead")).to_contain_text("Pays back at once")


@WITH_AND_WITHOUT
def test_tactics_are_ranked_and_two_analyses_compared(visitor, scripts):
    page = visitor.page(scripts=scripts)
    analyse(page, scripts, "one")
    analyse(page, scripts, "two")
    page.goto("/roi/analyses/")
    for box in page.get_by_role("checkbox").all()[:2]:
        box.check()
    page.get_by_role("button", name="Compare the ticked ones").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Analyses compared")
    page.goto("/roi/ranking")
    page.get_by_label("Architecture").select_option(label="bloomz-560m")
    page.get_by_role("button", name="Rank the tactics").click()
    expect(page.locator("#ranking tbody tr")).to_have_count(4)


@pytest.mark.thorough
@pytest.mark.parametrize(("width", "scheme"), SHAPES)
def test_axe_finds_no_violation_on_any_roi_page(visitor, width, scheme):
    page = visitor.page(width=width, scheme=scheme)
    analyse(page)
    pages = {
        "analysis": page.url,
        "home": "/roi/",
        "form": "/roi/analyses/new",
        "research analysis": "/roi/analyses/1",
        "tried": f"{page.url}?inferences=abc",
        "lists": "/roi/analyses/",
        "research": "/roi/research/",
        "ranking": "/roi/ranking?architecture=6",
        "compare": "/roi/compare?id=1&id=2",
    }
    found, wide = {}, {}
    for name, address in pages.items():
        page.goto(address)
        found[name] = violations(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide[name] = page.evaluate("document.documentElement.scrollWidth")
    choose(page, True, **STEPS)
    found["form, chosen"] = violations(page)
    assert {name: problems for name, problems in found.items() if problems} == {}
    assert wide == {}
