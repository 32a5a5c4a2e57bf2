"""What robots and browsers ask every site for: icon, rules, and the list of all pages."""

from urllib.parse import urlsplit

import pytest
from lxml import etree

from gaissa_web.home import sitemap
from gaissa_web.storage.db import db
from gaissa_web.storage.switches import Product, ProductSwitch

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def locations(browse, address):
    answer = browse.client.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "application/xml"
    return etree.fromstring(answer.data).xpath("//s:loc/text()", namespaces=NAMES)


def all_pages(browse):
    files = locations(browse, "/sitemap.xml")
    assert all(file.startswith("https://gaissa.example/sitemaps/") for file in files)
    return [page for file in files for page in locations(browse, urlsplit(file).path)]


def test_every_page_of_the_sitemap_is_there(browse):
    pages = all_pages(browse)
    assert len(pages) == len(set(pages)) > 90
    for page in pages:
        assert page.startswith("https://gaissa.example/")
        assert browse.client.get(urlsplit(page).path).status_code == 200, page


def test_the_sitemap_has_every_label_model_and_analysis(browse):
    pages = {urlsplit(page).path for page in all_pages(browse)}
    labels = {f"/labels/{label['id']}" for label in browse.client.get("/labels/export.json").json}
    assert labels <= pages
    assert {"/", "/about", "/labels/", "/roi/", "/models/1", "/roi/analyses/1", "/about/training/1"} <= pages
    assert not any(path.startswith("/admin") for path in pages)


def test_a_file_of_the_sitemap_is_of_bounded_size(browse, monkeypatch):
    monkeypatch.setattr(sitemap, "BLOCK", 10)
    files = [file for file in locations(browse, "/sitemap.xml") if "/labels-" in file]
    assert len(files) == 5
    assert [len(locations(browse, urlsplit(file).path)) for file in files] == [10, 10, 10, 10, 1]


@pytest.mark.parametrize(
    "address", ["/sitemaps/labels-99.xml", "/sitemaps/users-0.xml", "/sitemaps/labels--1.xml"]
)
def test_a_file_that_is_not_there_is_a_404(browse, address):
    assert browse.client.get(address).status_code == 404


def test_a_tool_that_is_off_is_not_listed(app, browse):
    with app.app_context():
        db.session.add(ProductSwitch(product=Product.LABELS, on=False))
        db.session.commit()
    pages = {urlsplit(page).path for page in all_pages(browse)}
    assert not any(path.startswith(("/labels", "/models", "/inference")) for path in pages)
    assert "/roi/" in pages


def test_robots_are_kept_from_what_is_not_for_them(browse):
    answer = browse.client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert "Sitemap: https://gaissa.example/sitemap.xml" in answer.text
    assert "Disallow: /admin/" in answer.text


def test_the_icon_is_where_browsers_look_for_it(browse):
    answer = browse.client.get("/favicon.ico")
    assert (answer.status_code, answer.mimetype) == (200, "image/x-icon")
    assert answer.data[:4] == b"\0\0\1\0"
    answer.close()
