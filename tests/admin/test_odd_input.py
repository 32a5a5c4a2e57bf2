"""Whatever is sent to the management pages: an answer, never a failure of ours."""

import pytest

from gaissa_web.admin.tools.forms import MOST_MAPPINGS
from tests.admin.test_schemes import begin_draft, draft_id
from tests.signed_in import add_account

HUGE = ["0" * 19 + "1" + "9" * 30, "9" * 400, "9" * 5000]


@pytest.mark.parametrize("key", HUGE)
@pytest.mark.parametrize("table", ["models", "labels", "countries", "information"])
def test_a_huge_key_is_one_that_no_row_has(admin, table, key):
    for rest in ("", "/delete"):
        assert admin.get(f"/admin/catalogue/{table}/{key}{rest}", follow_redirects=True).status == 404


@pytest.mark.parametrize("address", ["/admin/catalogue/countries/E%00", "/admin/carbon/countries/E%00"])
def test_a_code_that_no_database_holds_is_no_country(admin, address):
    assert admin.get(address).status == 404


@pytest.mark.parametrize("what", ["discard", "publish", "metrics/flops/up"])
def test_a_huge_number_is_no_draft(admin, what):
    page = admin.get("/admin/schemes/")
    assert admin.post(page, f"/admin/schemes/{'9' * 30}/{what}", revision="1").status == 404


@pytest.mark.parametrize("number", [*HUGE, "many", "1.5", "-1", "²"])
def test_what_is_no_whole_number_is_said_once(admin, number):
    page = admin.get("/admin/information/new")
    fields = {"name": "x", "slug": "x", "phase": "training", "kind": "text", "position": number}
    answer = admin.post(page, "/admin/information/new", **fields)
    assert answer.status == 422
    assert answer.text.count("Give a whole number from 0") == 2  # in the summary and beside the field
    assert "Not a valid" not in answer.text
    assert answer.value("position") == number


@pytest.mark.parametrize("number", HUGE)
def test_a_huge_number_in_a_form_for_everybody_is_refused(browse, number):
    upload = browse.get("/labels/inference/import")
    assert browse.send(upload, "/labels/inference/import", inferences=number).status == 422
    form = browse.get("/labels/training/new")
    answer = browse.send(form, "/labels/training/new", model_id=number, metric__downloads="1")
    assert answer.status == 422


@pytest.mark.parametrize("line", ["²", "9" * 5000, "x", ""])
def test_a_field_of_no_line_of_a_tool_is_passed_over(admin, line):
    page = admin.get("/admin/tools/new")
    fields = {"csrf_token": page.token, "action": "save", "name": "Odd", "slug": "odd", "signature": "a"}
    answer = admin.client.post("/admin/tools/new", data={**fields, f"mappings-{line}-column": "a"})
    assert answer.status_code == 303


def test_as_many_mappings_as_a_tool_may_have_can_be_sent(admin):
    page = admin.get("/admin/tools/new")
    fields = {"name": "Large", "slug": "large", "url": "", "description": "", "signature": "a, b",
              "row_key": "", "seen": "", "inferences": "", "action": "save"}  # fmt: skip
    line = {"unit": "J", "target": "inference metric-energy_per_inference", "aggregation": "mean", "per": ""}
    for n in range(MOST_MAPPINGS):
        fields |= {f"mappings-{n}-{name}": value for name, value in {"column": f"c{n}", **line}.items()}
    sent = {"csrf_token": page.token, **fields}
    answer = admin.client.post("/admin/tools/new", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303


def test_a_metric_is_not_called_like_the_address_of_the_form(admin):
    address = f"/admin/schemes/{draft_id(begin_draft(admin))}/metrics/new"
    fields = {"slug": "new", "name": "N", "weight": "1"} | {f"threshold_{n}": str(n) for n in range(1, 5)}
    page = admin.send(admin.get(address), address, **fields)
    assert page.status == 422
    assert "“new” is no slug" in page.text


def test_activating_oneself_changes_nothing(app, admin):
    ana = add_account(app, "ana")
    assert admin.post(admin.get("/admin/users/"), f"/admin/users/{ana}/activate").status == 200
