"""What people come for, start to end, with scripts and without."""

import re

import pytest
from playwright.sync_api import expect

from gaissa_web.web import htmx
from tests.browser.conftest import HTMX
from tests.printed import page_texts
from tests.unit.importing.test_files import FILES

both = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


def choose_files(page, *names):
    page.get_by_label("Files").set_input_files([FILES / name for name in names])


@both
def test_from_a_tracker_file_to_a_printed_label(visitor, scripts):
    page = visitor.page(scripts=scripts)
    page.goto("/")
    page.get_by_role("link", name="Upload a training file").click()
    choose_files(page, "codecarbon-2.8.3-emissions.csv")
    page.get_by_role("button", name="Read the files").click()
    expect(page.get_by_role("heading", name="What was read (CodeCarbon)")).to_be_visible()
    page.get_by_label("Use Geographical location").uncheck()
    page.get_by_label("Model", exact=True).fill(f"journey {scripts}")
    page.get_by_role("button", name="Register the label").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"journey {scripts}")
    expect(page.get_by_text("very good.")).to_be_visible()
    assert page.get_by_text("France").count() == 0
    address = page.get_by_role("link", name="Printable PDF").get_attribute("href")
    pdf = page.context.request.get(address).body()
    [text] = page_texts(pdf)
    assert f"journey {scripts}" in text
    assert "Grade A" in text
    assert visitor.complaints == []


@both
def test_a_wrong_form_is_explained_and_then_corrected(visitor, scripts):
    page = visitor.page(scripts=scripts)
    page.goto("/labels/training/new")
    page.get_by_label("CO₂ emissions").fill("lots")
    page.get_by_label("Downloads").fill("12")
    page.get_by_role("button", name="Register the label").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("“lots” is not a number.")
    expect(page.get_by_label("Downloads")).to_have_value("12")
    summary.get_by_role("link", name="“lots” is not a number.").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("0,5")
    expect(page.get_by_label("CO₂ emissions")).to_have_value("0,5")
    page.get_by_label("Model", exact=True).fill(f"corrected {scripts}")
    page.get_by_role("button", name="Register the label").click()
    expect(page).to_have_url(re.compile(r"/labels/\d+$"))


@both
def test_a_deployment_from_two_files(visitor, scripts):
    page = visitor.page(scripts=scripts)
    page.goto("/labels/inference/import")
    choose_files(page, "codecarbon-3.3.2-emissions.csv", "gaissalabel-plugin-resnet50.csv")
    page.get_by_role("button", name="Read the files").click()
    page.get_by_label("How many inferences").fill("1000")
    page.get_by_label("They were answered one at a time").check()
    page.get_by_label("Model", exact=True).fill(f"two files {scripts}")
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_label("Model", exact=True)).to_have_value(f"two files {scripts}")
    page.get_by_role("button", name="Register the label").click()
    expect(page.get_by_text("100 % of the rating’s weight")).to_be_visible()


@both
def test_a_known_model_is_found_and_the_grades_are_previewed(visitor, scripts):
    page = visitor.page(scripts=scripts)
    page.goto("/labels/inference/new")
    page.get_by_label("Model", exact=True).press_sequentially("resnet-5")
    if not scripts:
        page.get_by_role("button", name="Find the model").click()
    page.get_by_label("ResNet-50 by torchvision").check()
    page.get_by_label("Latency, mean").press_sequentially("120")
    if not scripts:
        page.get_by_role("button", name="Preview the grades").click()
    expect(page.get_by_role("complementary", name="Preview")).to_contain_text("good")
    expect(page.get_by_label("ResNet-50 by torchvision")).to_be_checked()
    page.get_by_role("button", name="Register the label").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ResNet-50")


@both
def test_labels_are_searched_filtered_and_compared(visitor, scripts):
    page = visitor.page(scripts=scripts)
    page.goto("/labels/")
    page.get_by_label("Model or author").press_sequentially("meta")
    if not scripts:
        page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("status")).to_contain_text("6 labels for “meta”")
    assert "q=meta" in page.url
    for grade, count in (("A", "0 labels"), ("E", "6 labels")):
        page.get_by_label("Grade", exact=True).select_option(grade)
        if not scripts:
            page.get_by_role("button", name="Show").click()
        expect(page.get_by_role("status")).to_contain_text(count)
    for box in page.get_by_role("checkbox").all()[:2]:
        box.check()
    page.get_by_role("button", name="Compare the ticked ones").click()
    expect(page.get_by_text("All have the same grade, E.")).to_be_visible()


@both
def test_the_list_goes_on_and_comes_back(visitor, scripts):
    page = visitor.page(scripts=scripts)
    page.goto("/labels/?sort=name")
    first = page.locator("#results tbody th").first.inner_text()
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("link", name="Back to the first page")).to_be_visible()
    assert page.locator("#results tbody th").first.inner_text() != first
    page.wait_for_load_state()
    page.go_back()
    expect(page.locator("#results tbody th").first).to_have_text(first)


def test_going_back_and_sending_again_registers_nothing_twice(visitor):
    page = visitor.page()
    page.goto("/labels/training/new")
    page.get_by_label("Model", exact=True).fill("once only")
    page.get_by_label("Downloads").fill("12")
    page.get_by_role("button", name="Register the label").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("once only")
    label = page.url
    page.reload()
    assert page.url == label
    page.go_back()
    page.get_by_label("Model", exact=True).fill("once only")
    page.get_by_label("Downloads").fill("12")
    page.get_by_role("button", name="Register the label").click()
    expect(page).to_have_url(label)


def test_the_script_runs_only_if_it_is_the_one_we_pinned(visitor):
    page = visitor.page()
    page.goto("/labels/")
    assert page.evaluate("typeof htmx") == "object"
    changed = visitor.page(cdn=HTMX.read_bytes() + b" ")
    changed.goto("/labels/")
    assert changed.evaluate("typeof htmx") == "undefined"
    assert any("integrity" in complaint for complaint in visitor.complaints)


def test_no_page_asks_anybody_else_for_anything_or_breaks_our_policy(visitor):
    page = visitor.page()
    for address in (
        "/",
        "/about",
        "/labels/",
        "/labels/1",
        "/labels/training/new",
        "/labels/inference/import",
    ):
        page.goto(address, wait_until="networkidle")
    assert visitor.outside == {htmx.SCRIPT["src"]}
    assert visitor.complaints == []
