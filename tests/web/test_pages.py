"""Every page, as anybody sees it."""

import pytest

PAGES = {
    "/": 3,
    "/about": 6,
    "/about/training/1": 4,
    "/labels/": 5,
    "/labels/?q=resnet&phase=inference&grade=B&source=publication&metric=flops&sort=grade": 5,
    "/labels/1": 6,
    "/labels/1.json": 5,
    "/labels/1.svg": 5,
    "/labels/1/embed": 5,
    "/labels/1/badge.svg": 5,
    "/labels/1/model-card.yaml": 5,
    "/labels/compare?id=1&id=2&id=3": 5,
    "/labels/training/new": 3,
    "/labels/inference/new?model_id=1": 4,
    "/inference/measure": 3,
    "/labels/training/import": 3,
    "/labels/inference/import": 3,
    "/models/1": 6,
    "/healthz": 0,
    "/readyz": 4,
}


@pytest.mark.parametrize("address", PAGES)
def test_page_answers_within_its_number_of_queries(browse, statements, address):
    browse.get(address)
    statements.clear()
    assert browse.get(address).status == 200
    assert len(statements) <= PAGES[address], statements


def test_a_first_visit_is_small(browse):
    """The page, its stylesheet and icon, compressed; HTMX is 17 kB from its own host."""
    own = ["/labels/1", "/static/site.css", "/static/icons/favicon.svg"]
    sizes = [len(browse.get(address, headers={"Accept-Encoding": "br"}).response.data) for address in own]
    assert sum(sizes) + 17_000 < 60_000
    tree = browse.get("/labels/1").tree
    loaded = tree.xpath("//script/@src | //link[@rel='stylesheet' or @rel='icon']/@href | //img/@src")
    assert len(set(loaded)) + 1 <= 5


@pytest.mark.any_database
def test_every_link_of_every_page_leads_somewhere(browse):
    seen = set()
    waiting = ["/"]
    while waiting and len(seen) < 150:
        address = waiting.pop(0).split("#")[0]
        if address in seen:
            continue
        seen.add(address)
        page = browse.get(address)
        assert page.status == (303 if address == "/admin/" else 200), address
        if page.tree is not None:
            waiting += page.links()
    assert len(seen) > 60


@pytest.mark.parametrize(
    "address",
    [
        "/nope",
        "/labels/999999",
        "/labels/999999.pdf",
        "/labels/99999999999999999999",
        "/models/0",
        "/labels/-1",
    ],
)
def test_what_is_not_there_is_a_404_with_a_search_box(browse, address):
    page = browse.get(address)
    assert page.status == 404
    assert page.tree.xpath("//main//input[@type='search']")


def test_the_wrong_method_is_refused(browse):
    response = browse.client.post("/labels/1")
    assert response.status_code in {400, 405}
    assert browse.client.delete("/labels/1").status_code in {400, 405}


def test_a_failure_shows_a_reference_that_stands_in_the_log(app, browse, monkeypatch, log):
    def fail(*_args):
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr("gaissa_web.labels.queries.find_model", fail)
    page = browse.get("/models/1")
    assert page.status == 500
    reference = page.tree.xpath("//main//strong")[0].text
    assert page.response.headers["X-Request-Id"] == reference
    failed = log.getvalue().partition("Exception on /models/1 [GET]")
    assert f" {reference} gaissa_web " in failed[0]
    assert "RuntimeError: the disk is on fire" in failed[2]
    assert "on fire" not in page.text


@pytest.mark.parametrize("address", ["/", "/labels/1", "/nope", "/labels/1.pdf", "/static/site.css"])
def test_security_headers_are_on_every_answer(browse, address):
    headers = browse.client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"]


def test_only_what_is_meant_to_be_framed_may_be(browse):
    assert "frame-ancestors *" in browse.client.get("/labels/1/embed").headers["Content-Security-Policy"]
    assert "frame-ancestors *" in browse.client.get("/labels/1/badge.svg").headers["Content-Security-Policy"]


def test_pages_that_only_show_set_no_cookie(browse):
    for address in ("/", "/labels/", "/labels/1", "/models/1", "/about"):
        assert "Set-Cookie" not in browse.client.get(address).headers


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(browse):
    cookie = browse.client.get("/labels/training/new").headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}


def test_the_name_a_client_calls_us_by_is_never_believed(browse):
    page = browse.client.get("/labels/1", headers={"Host": "evil.example"}).get_data(as_text=True)
    assert "evil.example" not in page
    assert "https://gaissa.example/labels/1" in page


@pytest.mark.parametrize("address", ["/labels/?q=resnet"])
def test_a_fragment_is_part_of_the_page_and_says_that_answers_vary(browse, address):
    whole = browse.client.get(address)
    part = browse.client.get(address, headers={"HX-Request": "true"})
    assert "HX-Request" in whole.vary
    assert "HX-Request" in part.vary
    assert "<html" not in part.get_data(as_text=True)
    assert part.get_data(as_text=True).strip() in whole.get_data(as_text=True)


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_boosted_visits_and_restored_history_get_the_whole_page(browse, header):
    assert b"<html" in browse.client.get("/labels/", headers={"HX-Request": "true", header: "true"}).data
