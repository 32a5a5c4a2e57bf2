"""Who gets in: every management address refuses strangers, every change needs its token."""

import pytest

from gaissa_web.app import create_app
from gaissa_web.config import read_settings
from gaissa_web.web.auth import OPEN

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
VALUES = {
    "table": "models",
    "key": "1",
    "scheme_id": 1,
    "slug": "flops",
    "what": "up",
    "account_id": 1,
    "tool_id": 1,
    "import_id": 1,
    "job_id": 1,
    "iso3": "ESP",
    "phase": "training",
    "label_id": 1,
    "model_id": 1,
    "version": 1,
    "analysis_id": 1,
    "which": "research",
    "kind": "labels",
    "block": 0,
}


def routes(tmp_path_factory):
    """Every route of the application with an address of it."""
    app = create_app(read_settings({"GAISSA_DATA_DIR": str(tmp_path_factory.mktemp("routes"))}))
    adapter = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        values = {name: VALUES.get(name, "x") for name in rule.arguments} | dict(rule.defaults or {})
        if rule.endpoint != "static":
            found.append((rule, adapter.build(rule.endpoint, values, method=min(rule.methods))))
    return found


@pytest.fixture(scope="module")
def all_routes(tmp_path_factory):
    return routes(tmp_path_factory)


def test_every_management_route_asks_strangers_to_sign_in(app, all_routes):
    client = app.test_client()
    checked = 0
    for rule, address in all_routes:
        if not address.startswith("/admin") or rule.endpoint in OPEN:
            continue
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            page = client.open(address, method=method)
            assert page.status_code == 303, (method, address)
            assert page.location.startswith("/admin/login?next="), page.location
            fragment = client.open(address, method=method, headers={"HX-Request": "true"})
            assert fragment.status_code == 401, (method, address)
            assert fragment.headers["HX-Redirect"].startswith("/admin/login")
            checked += 1
    assert checked > 50


def test_addresses_under_management_that_do_not_exist_tell_strangers_nothing(app):
    client = app.test_client()
    assert client.get("/admin/nothing/here").status_code == 303
    assert client.get("/admin/users/1/../../x").status_code in {303, 404}


def test_every_changing_route_refuses_a_missing_token(app, admin, all_routes):
    checked = 0
    for rule, address in all_routes:
        for method in rule.methods & CHANGING:
            for client in (app.test_client(), admin.client):
                answer = client.open(address, method=method, data={"name": "x"})
                refused = answer.status_code == 400 or "/admin/login" in (answer.location or "")
                assert refused, (method, address, answer.status_code)
            checked += 1
    assert checked > 20


def test_no_changing_route_answers_get(all_routes):
    for rule, _ in all_routes:
        if rule.methods & CHANGING:
            assert "GET" not in rule.methods, rule


def test_every_page_for_signed_in_users_answers(admin, all_routes):
    """With ids that exist or not: never a failure of ours."""
    for rule, address in all_routes:
        if "GET" in rule.methods and address.startswith("/admin"):
            assert admin.get(address).status in {200, 303, 308, 404, 422}, address
