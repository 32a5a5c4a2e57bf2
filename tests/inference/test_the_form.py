"""What can be typed into the form for a measurement, in all its combinations, and what comes of it."""

import dataclasses

import pytest
from sqlalchemy import func, select

from gaissa_web.core.measuring import request_from
from gaissa_web.storage.db import db
from gaissa_web.storage.hardware import Hardware
from gaissa_web.storage.measurements import Measurement
from tests.addresses import FORBIDDEN, PRIVATE_NAMES, PUBLIC

pytestmark = pytest.mark.any_database

DEVICE, LISTED_W = "NVIDIA L4", 53
ADDRESS = "https://models.example/x"
WATTS = {
    "": None,
    "80": 80.0,
    "0.5": 0.5,
    "0": "from above 0",
    "-5": "below 0",
    "abc": "abc",
    "1e9": "up to 100,000",
    "nan": "nan",
}
"""What is typed, with the watts that it means, or a part of what is said of it."""
COUNTS = {"1": 1, "3": 3, "0": None, "": None, "two": None}


def ask(app, browse, **fields):
    given = {"address": ADDRESS, "protocol": "huggingface", "examples": "a text", **fields}
    return browse.send(browse.get("/inference/measure"), "/inference/measure", **given)


def stored(app):
    with app.app_context():
        row = db.session.scalar(select(Measurement).order_by(Measurement.id.desc()))
        return request_from(row.request) if row else None


@pytest.fixture
def device(app):
    with app.app_context():
        return str(db.session.scalar(select(Hardware.id).where(Hardware.name == DEVICE)))


@pytest.mark.parametrize("typed", WATTS)
@pytest.mark.parametrize("choice", ["", "own", "device"])
def test_whatever_is_chosen_and_typed_the_power_is_clear_or_asked_for(app, browse, device, choice, typed):
    chosen = device if choice == "device" else choice
    watts = WATTS[typed]
    for count, devices in COUNTS.items():
        page = ask(app, browse, hardware=chosen, power=typed, devices=count)
        problems = page.tree.xpath("//div[@id='problems']//a/@href")
        expected = []
        if isinstance(watts, str):
            expected.append("#power")
        elif watts is None and choice != "device":
            expected.append("#power" if choice == "own" else "#hardware")
        if devices is None:
            expected.append("#devices")
        assert problems == expected, (choice, typed, count)
        if expected:
            assert page.status == 422
            kept = [page.value(name) for name in ("hardware", "power", "devices")]
            assert kept == [chosen, typed, count]
            continue
        asked = stored(app)
        one = LISTED_W if watts is None else watts
        assert asked.supply.power_w.expected == one * devices
        assert asked.device == (DEVICE if choice == "device" else "")
        assert asked.gave_power is (watts is not None)
        assert ("given by whoever measured" in asked.source) is (watts is not None)


@pytest.mark.parametrize(
    ("choice", "typed", "sentence"),
    [
        ("", "", "Choose what it runs on, or give the power of one device in watts."),
        ("own", "", "Give the power of one device in watts, from above 0 up to 100,000."),
        ("own", "0", "Give the power of one device in watts, from above 0 up to 100,000."),
        ("", "0", "Give the power of one device in watts, from above 0 up to 100,000."),
        ("device", "0", "from above 0 up to 100,000, or nothing to take that of the list."),
        ("device", "1e9", "from above 0 up to 100,000, or nothing to take that of the list."),
    ],
)
def test_what_to_do_about_the_power_is_said_in_one_sentence(app, browse, device, choice, typed, sentence):
    page = ask(app, browse, hardware=device if choice == "device" else choice, power=typed)
    [problem] = page.tree.xpath("//div[@id='problems']//a")
    assert problem.text_content().endswith(sentence)


def test_one_thing_wrong_with_the_power_is_said_once(app, browse):
    page = ask(app, browse, hardware="own", power="-5")
    assert len(page.tree.xpath("//div[@id='problems']//a")) == 1


@pytest.mark.parametrize("count", ["1", "4"])
@pytest.mark.parametrize(("choice", "typed"), [("device", ""), ("device", "80"), ("own", "80"), ("", "80")])
def test_measuring_again_begins_with_what_was_typed(app, browse, device, choice, typed, count):
    page = ask(app, browse, hardware=device if choice == "device" else choice, power=typed, devices=count)
    again = browse.get(f"/inference/measure?again={page.address.rpartition('/')[2]}")
    assert again.value("hardware") == (device if choice == "device" else "own")
    assert [again.value("power"), again.value("devices")] == [typed, count]


def test_measuring_again_keeps_the_power_of_a_device_that_left_the_list(app, browse, device):
    page = ask(app, browse, hardware=device, power="", devices="2")
    with app.app_context():
        db.session.delete(db.session.get(Hardware, int(device)))
        db.session.commit()
    again = browse.get(f"/inference/measure?again={page.address.rpartition('/')[2]}")
    assert (again.value("hardware"), again.value("power"), again.value("devices")) == ("own", "53", "2")


def test_a_result_says_whose_power_it_takes(app, browse, device):
    page = ask(app, browse, hardware=device, power="80", devices="2")
    assert "160 W for 2 × NVIDIA L4 (80 W each), given by whoever measured" in page.text


def test_a_result_names_the_source_of_the_lists_power_with_both_its_addresses(app, browse, device):
    page = ask(app, browse, hardware=device)
    assert "Typical 0.74 and lowest 0.38 of the rated 72 W" in page.text
    assert page.tree.xpath("//a[text()='www.nvidia.com']/@href") == [
        "https://www.nvidia.com/en-us/data-center/l4/"
    ]
    assert page.tree.xpath("//a[text()='ML.ENERGY']/@href") == ["https://ml.energy/leaderboard"]


@pytest.mark.parametrize("address", [*FORBIDDEN, *PRIVATE_NAMES])
def test_an_address_that_is_not_public_in_writing_is_refused_at_its_field(app, browse, device, address):
    page = ask(app, browse, address=address, hardware=device)
    assert page.status == 422
    [problem] = page.tree.xpath("//div[@id='problems']//a")
    assert problem.get("href") == "#address"
    assert "not public" in problem.text_content()
    assert page.value("address") == address
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Measurement)) == 0


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_that_may_be_public_is_taken(app, browse, device, address):
    assert ask(app, browse, address=address, hardware=device).status == 200
    assert stored(app).address == address


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8000/x", "http://LOCALHOST:8000/", "http://gpu.internal:8000/"]
)
def test_an_address_that_the_operator_allows_is_taken_with_a_token_too(
    app, browse, device, address, monkeypatch
):
    hosts = frozenset({"127.0.0.1:8000", "localhost", "gpu.internal"})
    settings = dataclasses.replace(app.config["SETTINGS"], allowed_hosts=hosts)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    assert ask(app, browse, address=address, hardware=device, token="secret").status == 200
    assert (
        ask(app, browse, address="http://127.0.0.1:8001/", hardware=device).status == 422
        or "localhost" in address
    )
