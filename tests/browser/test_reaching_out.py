"""Measuring an endpoint and synchronising with the hub, in a real browser, with scripts and without."""

import dataclasses
import threading

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import SHAPES, violations
from tests.browser.test_management import WITH_AND_WITHOUT, manager  # noqa: F401  a fixture
from tests.endpoints import StandIn, speak_openai
from tests.hub import StandInHub, model
from tests.working import work


@pytest.fixture
def outside(site_app, serve, monkeypatch):
    """An endpoint and a hub that the site may ask, and a worker that begins when told to."""
    endpoint = StandIn(speak_openai, pause_s=0.25)
    hub = StandInHub()
    hub.address = serve(hub, keep_alive=True)
    endpoint.address = f"{serve(endpoint, keep_alive=True)}/v1/chat/completions"
    settings = dataclasses.replace(
        site_app.config["SETTINGS"], allowed_hosts=frozenset({"127.0.0.1"}), hub_url=hub.address
    )
    monkeypatch.setitem(site_app.config, "SETTINGS", settings)
    return endpoint, hub


@pytest.fixture
def worker(site_app):
    """Start the waiting jobs in a thread; waits for it at the end."""
    threads = []

    def start():
        threads.append(threading.Thread(target=work, args=[site_app]))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join()


def fill_in(page, endpoint):
    page.goto("/labels/inference/new")
    page.get_by_role("link", name="Measure a running endpoint").click()
    page.get_by_label("Address of the endpoint").fill(endpoint.address)
    expect(page.get_by_label("Name of the model")).to_be_hidden()
    page.get_by_label("OpenAI-compatible chat completions").check()
    page.get_by_label("Name of the model").fill("tiny")
    expect(page.get_by_label("Template", exact=True)).to_be_hidden()
    page.get_by_label("Example inputs").fill("one two three four\nfive six")
    page.get_by_label("Number of requests").fill("6")
    page.get_by_text("It needs a token").click()
    page.get_by_label("Token", exact=True).fill("hf_secret")


@WITH_AND_WITHOUT
def test_an_endpoint_is_measured_and_becomes_a_label(outside, worker, visitor, scripts):
    endpoint, _ = outside
    page = visitor.page(scripts=scripts)
    fill_in(page, endpoint)
    page.get_by_role("button", name="Measure").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose what it runs on")
    expect(page.get_by_label("Example inputs")).to_have_value("one two three four\nfive six")
    page.get_by_label("Hardware").select_option(label="NVIDIA L4, 53 W")
    page.get_by_label("Where it runs").select_option(label="Spain")
    page.get_by_text("It needs a token").click()
    page.get_by_label("Token", exact=True).fill("hf_secret")
    page.get_by_role("button", name="Measure").click()
    status = page.locator("#measurement [role=status]")
    expect(status).to_contain_text("Waiting for the worker")
    worker()
    if scripts:
        expect(page.locator("#measurement progress")).to_be_visible()
        expect(status).to_contain_text("6 of 6 requests were answered", timeout=15_000)
    else:
        while "Done" not in status.inner_text():
            page.get_by_role("link", name="Look again").or_(page.locator("h1")).first.click()
            page.reload()
    assert {headers["Authorization"] for headers in endpoint.headers} == {"Bearer hf_secret"}
    expect(page.get_by_role("heading", name="Energy, an estimate")).to_be_visible()
    page.get_by_role("link", name="Make a label of it").click()
    page.get_by_label("Model", exact=True).fill(f"served {scripts}")
    page.get_by_role("button", name="Register the label").click()
    expect(page.get_by_text("measured at a running endpoint")).to_be_visible()
    assert [said for said in visitor.complaints if "422" not in said] == []


@WITH_AND_WITHOUT
def test_a_measurement_is_stopped(outside, worker, visitor, scripts):
    endpoint, _ = outside
    page = visitor.page(scripts=scripts)
    fill_in(page, endpoint)
    page.get_by_label("Number of requests").fill("100")
    page.get_by_label("Hardware").select_option(label="NVIDIA L4, 53 W")
    page.get_by_role("button", name="Measure").click()
    worker()
    page.get_by_role("button", name="Stop it").click()
    status = page.locator("#measurement [role=status]")
    if not scripts:
        while "Cancelled" not in status.inner_text():
            page.reload()
    expect(status).to_contain_text("Cancelled", timeout=10_000)
    page.get_by_role("link", name="Change it and try again").click()
    expect(page.get_by_label("Name of the model")).to_have_value("tiny")
    expect(page.get_by_label("Number of requests")).to_have_value("100")


@WITH_AND_WITHOUT
def test_the_hub_is_synchronised_and_its_results_looked_at(outside, worker, manager, scripts):  # noqa: F811
    _, hub = outside
    first = 1_000 if scripts else 5_000
    hub.models = [model(n) for n in range(first, first + 450)]
    hub.models[0]["cardData"] = {"co2_eq_emissions": "unknown"}
    page = manager(scripts=scripts)
    page.get_by_role("link", name="Synchronisation").first.click()
    page.get_by_label("Which cards?").select_option(label="all")
    page.get_by_role("button", name="Synchronise").click()
    status = page.locator("#run [role=status]")
    expect(status).to_contain_text("Waiting for the worker")
    worker()
    if not scripts:
        while "Done" not in status.inner_text():
            page.reload()
    expect(status).to_contain_text("449 created, 0 updated, 0 unchanged, 1 skipped.", timeout=20_000)
    page.get_by_role("link", name="skipped", exact=True).click()
    expect(page.locator("#run tbody tr")).to_have_count(1)
    expect(page.locator("#run tbody")).to_contain_text("“unknown”: “unknown” is not a number")
    page.get_by_role("link", name="All runs").click()
    expect(page.locator("main tbody tr").first).to_contain_text("449")


@pytest.mark.thorough
@pytest.mark.parametrize(("width", "scheme"), SHAPES)
def test_axe_finds_no_violation_and_nothing_runs_off(outside, worker, visitor, manager, width, scheme):  # noqa: F811
    endpoint, _ = outside
    endpoint.pause_s = 0
    found = {}

    def look(page, name):
        found[name] = violations(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found[name].append("too wide")

    page = visitor.page(width=width, scheme=scheme)
    page.goto("/inference/measure")
    look(page, "form")
    page.get_by_role("button", name="Measure").click()
    look(page, "form with errors")
    fill_in(page, endpoint)
    page.get_by_label("Hardware").select_option(label="NVIDIA L4, 53 W")
    page.get_by_role("button", name="Measure").click()
    look(page, "waiting")
    worker()
    expect(page.get_by_role("link", name="Make a label of it")).to_be_visible(timeout=15_000)
    look(page, "measured")
    page.get_by_role("link", name="Make a label of it").click()
    look(page, "label form")
    page = manager(width=width, scheme=scheme)
    page.goto("/admin/connectors/")
    look(page, "synchronisation")
    links = page.locator("main tbody a")
    if links.count():
        links.first.click()
        look(page, "run")
    assert {name: problems for name, problems in found.items() if problems} == {}
