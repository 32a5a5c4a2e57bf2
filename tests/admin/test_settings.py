"""Switching the tools off and on: pages say so, data is gone for strangers, menus follow."""

import pytest

pytestmark = pytest.mark.any_database

ADDRESSES = ["/labels/", "/labels/1", "/labels/1.json", "/labels/1.pdf", "/labels/training/new", "/models/1"]


def switch(admin, on):
    page = admin.get("/admin/settings")
    return admin.post(page, "/admin/settings", on=on)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_tool_that_is_off_is_a_404_that_says_so_for_all_but_signed_in_users(admin, browse, address):
    switch(admin, ["roi"])
    page = browse.get(address)
    assert page.status == 404
    assert "GAISSALabel is switched off" in page.text
    seen = admin.get(address)
    assert seen.status == 200
    if seen.tree is not None and seen.tree.xpath("//h1"):
        assert "only signed-in users see this page" in seen.text


def test_home_and_menu_follow_the_switch(admin, browse):
    assert browse.get("/").tree.xpath("//nav//a[@href='/labels/']")
    switch(admin, ["roi"])
    page = browse.get("/")
    assert page.status == 200
    assert "GAISSALabel is switched off" in page.text
    assert not [link for link in page.links() if link.startswith("/labels")]
    assert not [link for link in browse.get("/nope").links() if link.startswith("/labels")]
    switch(admin, ["labels", "roi"])
    assert browse.get("/labels/1").status == 200


def test_each_tool_is_switched_by_itself_and_the_trail_knows(admin, browse):
    switch(admin, ["labels"])
    assert browse.get("/labels/1").status == 200
    text = admin.get("/admin/audit/?kind=settings").text
    assert "tools that are switched on" in text
    assert "GAISSA ROI Analyzer" in text
    assert "GAISSALabel" not in admin.get("/admin/audit/?kind=settings").tree.xpath("string(//dl)")


def test_unknown_tools_are_ignored(admin, browse):
    assert switch(admin, ["labels", "roi", "everything"]).status == 200
    assert browse.get("/labels/").status == 200


def test_sending_the_settings_twice_is_one_event(admin):
    switch(admin, ["labels"])
    switch(admin, ["labels"])
    assert len(admin.get("/admin/audit/?kind=settings").tree.xpath("//li[@class='event']")) == 1
