"""Addresses that answer data answer their errors as data, too (RFC 9457)."""

import pytest

from gaissa_web.storage.db import db
from gaissa_web.storage.switches import Product, ProductSwitch
from tests.admin.test_guard import VALUES

pytestmark = pytest.mark.any_database

PROBLEM = "application/problem+json"


def data_addresses(app):
    """Every public address that ends in .json, with values of things that are there."""
    adapter = app.url_map.bind("localhost")
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.endswith(".json")]
    built = [adapter.build(r.endpoint, {name: VALUES[name] for name in r.arguments}) for r in rules]
    return [address for address in built if not address.startswith("/admin/")]


def check_problem(answer, status):
    assert (answer.status_code, answer.mimetype) == (status, PROBLEM), answer.text[:200]
    content = answer.json
    assert content["status"] == status
    assert content["type"] == "about:blank"
    assert content["title"]
    assert content["request_id"] == answer.headers["X-Request-Id"]
    assert content["detail"].endswith(".")
    assert "<" not in answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "address",
    [
        "/labels/0.json",
        "/labels/999999.json",
        "/roi/analyses/999999.json",
        "/nope.json",
        "/labels/1/nope.json",
        "/api/",
        "/api/v9/nothing",
        "/labels/99999999999999999999.json",
        "/models/1.json",
    ],
)
def test_what_is_not_there_is_said_as_data(browse, address):
    check_problem(browse.client.get(address), 404)


def test_wrong_methods_are_said_as_data_and_with_those_that_are_right(app, browse):
    addresses = data_addresses(app)
    assert len(addresses) >= 4
    for address in addresses:
        answer = browse.client.delete(address)
        check_problem(answer, answer.status_code)
        assert answer.status_code in {400, 405}


def test_what_cannot_be_calculated_is_said_as_data(browse):
    answer = browse.client.get("/roi/analyses/1.json?inferences=many")
    check_problem(answer, 422)


def test_a_tool_that_is_off_is_said_as_data(app, browse):
    addresses = data_addresses(app)
    with app.app_context():
        db.session.add_all([ProductSwitch(product=product, on=False) for product in Product])
        db.session.commit()
    for address in addresses:
        check_problem(browse.client.get(address), 404)


def test_a_failure_is_said_as_data_with_its_reference(browse, monkeypatch, log):
    def fail(*_args):
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr("gaissa_web.labels.queries.find_labels", fail)
    answer = browse.client.get("/labels/1.json")
    check_problem(answer, 500)
    assert answer.json["request_id"] in answer.json["detail"]
    assert f" {answer.json['request_id']} gaissa_web Exception on " in log.getvalue()
    assert "on fire" not in answer.text


def test_pages_still_answer_pages(browse):
    for address in ("/labels/999999", "/labels/999999.pdf", "/json", "/nope"):
        assert browse.client.get(address).mimetype == "text/html"
