"""Registering a label by the form, as people do, without scripts."""

import pytest

NEW = "/labels/training/new"


def register(browse, **fields):
    return browse.send(browse.get(NEW), NEW, **fields)


def data(browse, page):
    return browse.client.get(page.response.request.path + ".json").json


def test_a_typed_label_is_stored_rated_and_shown(browse):
    page = register(
        browse,
        model_name="my-model",
        model_author="my lab",
        metric__co2_eq_emissions="1.2",
        metric__performance_score="0,93",
        info__model_size="150000000",
        info__domain="Computer vision",
    )
    assert page.status == 200
    assert "The energy efficiency of this training is good." in page.text
    found = data(browse, page)
    assert (found["grade"], found["phase"], found["scheme"]) == ("B", "training", 1)
    assert found["metrics"]["performance_score"]["value"] == 0.93
    # 150 MB / 1.2 g = 125 MB/g is derived, and is a C
    assert found["metrics"]["size_efficiency"] == {
        **found["metrics"]["size_efficiency"],
        "value": 125000000.0,
        "grade": "C",
        "counted": True,
    }
    assert found["information"] == {"domain": "Computer vision", "model_size": "150000000"}
    assert found["metrics"]["downloads"]["value"] is None


def test_a_zero_is_a_value_with_a_hint(browse):
    page = register(browse, model_name="zero", metric__co2_eq_emissions="0", metric__downloads="0")
    metrics = data(browse, page)["metrics"]
    assert (metrics["co2_eq_emissions"]["value"], metrics["co2_eq_emissions"]["grade"]) == (0, "A")
    assert (metrics["downloads"]["value"], metrics["downloads"]["grade"]) == (0, "E")
    assert "A measured 0 is usually below what the tool can resolve" in page.text


@pytest.mark.parametrize(
    ("fields", "message", "field"),
    [
        ({"metric__co2_eq_emissions": "1"}, "Say which model", "model_name"),
        ({"model_name": "x"}, "at least one metric", "metric-co2_eq_emissions"),
        ({"model_name": "x", "metric__downloads": "many"}, "“many” is not a number", "metric-downloads"),
        ({"model_name": "x", "metric__downloads": "1", "info__duration": "-1"}, "below 0", "info-duration"),
        ({"model_name": "x", "metric__downloads": "1", "model_url": "javascript:1"}, "https://", "model_url"),
        (
            {"model_name": "x", "metric__downloads": "1", "model_url": "https://u:p@a.example"},
            "leave the name and password out",
            "model_url",
        ),
        (
            {"model_name": "x", "metric__downloads": "1", "info__domain": "Magic"},
            "Choose one of",
            "info-domain",
        ),
        ({"model_name": "x" * 201, "metric__downloads": "1"}, "at most 200 characters", "model_name"),
        ({"model_name": "x", "metric__downloads": "1", "model_id": "999999"}, "no longer there", None),
    ],
)
def test_a_wrong_field_keeps_what_was_typed_and_says_what_to_do(browse, fields, message, field):
    before = browse.client.get("/labels/export.json").data
    page = register(browse, **fields)
    assert page.status == 422
    summary = page.tree.get_element_by_id("problems")
    assert message in summary.text_content()
    if field:
        assert summary.xpath(f".//a[@href='#{field}']")
        assert page.tree.get_element_by_id(field).get("aria-invalid") == "true"
    for name, typed in fields.items():
        if name not in {"model_id", "info__domain"}:
            assert page.value(name.replace("__", "-")) == typed
    assert browse.client.get("/labels/export.json").data == before


def test_a_corrected_form_goes_through(browse):
    wrong = register(browse, model_name="x", metric__downloads="many")
    assert browse.send(wrong, NEW, metric__downloads="12").status == 200


def test_the_button_previews_grades_without_storing(browse):
    page = browse.send(
        browse.get(NEW), NEW, button="preview", metric__co2_eq_emissions="1.2", info__model_size="150000000"
    )
    preview = page.tree.get_element_by_id("preview").text_content()
    assert page.status == 200
    assert "good" in preview
    assert "(derived)" in preview
    assert page.value("metric-co2_eq_emissions") == "1.2"
    assert not page.tree.xpath("//*[@id='problems']")


def test_the_preview_says_what_is_no_number(browse):
    page = browse.send(browse.get(NEW), NEW, button="preview", metric__downloads="many")
    assert "is not a number" in page.tree.get_element_by_id("preview").text_content()


@pytest.mark.parametrize(("button", "part"), [("preview", "preview"), ("find", "matches")])
def test_what_htmx_gets_is_what_the_page_holds(browse, button, part):
    form = browse.get(NEW)
    fields = {"model_name": "resnet", "metric-downloads": "9", "action": button}
    fields |= {"csrf_token": form.value("csrf_token"), "provenance": ""}
    fragment = (
        browse.client.post(NEW, data=fields, headers={"HX-Request": "true"}).get_data(as_text=True).strip()
    )
    page = browse.client.post(NEW, data=fields).get_data(as_text=True)
    assert f'id="{part}"' in fragment
    assert "<html" not in fragment
    assert fragment in page


def test_a_known_model_is_found_and_chosen(browse):
    found = browse.send(browse.get(NEW), NEW, button="find", model_name="LLAMA 2")
    names = found.tree.get_element_by_id("matches").text_content()
    assert "Llama 2 7B" in names
    assert "by Meta" in names
    [radio] = found.tree.xpath("//label[contains(., 'Llama 2 13B')]/preceding-sibling::input")
    page = browse.send(found, NEW, model_id=radio.get("value"), metric__downloads="9")
    assert "Llama 2 13B" in page.text
    assert data(browse, page)["model"]["author"] == "Meta"


def test_a_model_page_offers_a_label_for_that_model(browse):
    address = next(link for link in browse.get("/models/1").links() if link.startswith(f"{NEW}?"))
    page = browse.send(browse.get(address), NEW, metric__downloads="9")
    assert data(browse, page)["model"]["id"] == 1


@pytest.mark.parametrize("other", ["resnet 50 X", "RESNET_50-x", "Ｒesnet‑50‑X", "Res\u200bNet-50-\u202ex"])
def test_another_spelling_is_the_same_model(browse, other):
    first = register(browse, model_name="ResNet-50-X", model_author="A. Lab", metric__downloads="1")
    second = register(browse, model_name=other, model_author="another lab", metric__downloads="2")
    assert data(browse, second)["model"] != data(browse, first)["model"]
    third = register(browse, model_name=other, model_author="a. LAB", metric__downloads="3")
    assert data(browse, third)["model"] == data(browse, first)["model"]
    assert data(browse, third)["model"]["name"] == "ResNet-50-X"


def test_the_same_name_and_author_is_the_same_model(browse):
    first = register(browse, model_name="twice", model_author="me", metric__downloads="1")
    second = register(browse, model_name=" twice ", model_author="me", metric__downloads="2")
    assert data(browse, first)["model"]["id"] == data(browse, second)["model"]["id"]
    assert data(browse, first)["id"] != data(browse, second)["id"]
    assert "2 labels" in browse.get(f"/models/{data(browse, first)['model']['id']}").text


def test_sending_the_same_form_twice_registers_once(browse):
    form = browse.get(NEW)
    first = browse.send(form, NEW, model_name="once", metric__downloads="1", follow=False)
    again = browse.send(form, NEW, model_name="once", metric__downloads="1", follow=False)
    other = browse.send(form, NEW, model_name="once", metric__downloads="2", follow=False)
    assert (first.status, again.status, other.status) == (303, 303, 303)
    assert first.response.location == again.response.location != other.response.location


def test_a_form_whose_session_is_gone_comes_back_with_all_that_was_typed(browse):
    form = browse.get(NEW)
    browse.client.delete_cookie("session")
    page = browse.send(form, NEW, model_name="patient", metric__downloads="12")
    assert page.status == 400
    assert "Nothing was lost" in page.text
    assert page.value("metric-downloads") == "12"
    assert browse.send(page, NEW).status == 200


def test_one_measured_metric_is_enough_and_its_share_is_told(browse):
    page = browse.send(
        browse.get("/labels/inference/new"), "/labels/inference/new", model_name="x", metric__latency="120"
    )
    found = data(browse, page)
    assert found["grade"] == "B"
    assert found["coverage"] == 0.2
