"""What endpoints are sent, and what their answers tell."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.core.endpoints import Manner, Protocol, read_answer
from gaissa_web.core.errors import InvalidInputError

JSON = {"Content-Type": "application/json"}


def body(protocol, example="hello", **more):
    return json.loads(Manner(protocol, **more).body(example))


def read(protocol, content, status=200, **headers):
    encoded = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_answer(protocol, status, JSON | headers, encoded)


def test_every_protocol_has_words_for_readers():
    assert len({protocol.words for protocol in Protocol}) == len(Protocol)


def test_a_template_takes_the_example_as_text_wherever_it_stands():
    template = '{"a": ["{input}", {"b": "say: {input}!"}], "n": 1, "{input}": null}'
    assert body(Protocol.JSON, 'x "y"', template=template) == {
        "a": ['x "y"', {"b": 'say: x "y"!'}], "n": 1, "{input}": None}  # fmt: skip


def test_a_template_takes_the_example_as_a_value():
    assert body(Protocol.JSON, "[1, 2]", template='{"x": "{json}"}') == {"x": [1, 2]}


@pytest.mark.parametrize(
    ("template", "example", "message"),
    [
        ("{", "x", "not valid JSON"),
        ('{"x": 1}', "x", "needs {input} or {json}"),
        ('"{json}"', "{", "“{” is not a JSON value"),
        ("[" * 200 + '"{input}"' + "]" * 200, "x", ""),
        ("[" * 5000 + '"{input}"' + "]" * 5000, "x", "not valid JSON|nested too deeply"),
    ],
)
def test_a_template_that_cannot_be_used_is_said(template, example, message):
    manner = Manner(Protocol.JSON, template=template)
    if message:
        with pytest.raises(InvalidInputError, match=message):
            manner.body(example)
    else:
        assert json.loads(manner.body(example))


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="newer Pythons write it")
def test_what_is_nested_too_deeply_to_be_written_is_said():
    deep = "[" * 400 + '"{input}"' + "]" * 400
    with pytest.raises(InvalidInputError, match="nested too deeply"):
        nested(lambda: Manner(Protocol.JSON, template=deep).body("x"), 200)


def nested(call, depth):
    """Call from so many frames down, where little room is left."""
    return call() if depth == 0 else nested(call, depth - 1)


@given(st.text())
def test_any_text_can_be_asked(example):
    for protocol in (Protocol.HUGGING_FACE, Protocol.TGI, Protocol.OPENAI, Protocol.OPEN_INFERENCE):
        assert json.loads(Manner(protocol).body(example))


def test_hugging_face_is_sent_inputs():
    assert body(Protocol.HUGGING_FACE) == {"inputs": "hello"}


def test_tgi_is_asked_for_details_and_a_length_if_one_is_given():
    assert body(Protocol.TGI) == {"inputs": "hello", "parameters": {"details": True}}
    assert body(Protocol.TGI, max_tokens=5)["parameters"]["max_new_tokens"] == 5


def test_openai_is_sent_a_message():
    sent = body(Protocol.OPENAI, model="m", max_tokens=7)
    assert sent == {"model": "m", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 7}
    assert "max_tokens" not in body(Protocol.OPENAI, model="m")


@pytest.mark.parametrize(
    ("example", "datatype", "shape", "data"),
    [
        ("hello", "BYTES", [1], ["hello"]),
        ("[1, 2, 3]", "FP32", [3], [1, 2, 3]),
        ("[[1, 2], [3, 4], [5, 6]]", "INT64", [3, 2], [[1, 2], [3, 4], [5, 6]]),
    ],
)
def test_the_open_inference_protocol_is_sent_a_tensor_with_its_shape(example, datatype, shape, data):
    [tensor] = body(Protocol.OPEN_INFERENCE, example, tensor="x", datatype=datatype)["inputs"]
    assert tensor == {"name": "x", "shape": shape, "datatype": datatype, "data": data}


@pytest.mark.parametrize("example", ["7", "[]", '{"a": 1}', "[[1], [2, 3]]", "[[1], 2]", "[[]]"])
def test_what_is_no_tensor_is_said(example):
    with pytest.raises(InvalidInputError, match="tensor"):
        Manner(Protocol.OPEN_INFERENCE, datatype="FP32").body(example)


@pytest.mark.parametrize(
    ("status", "failure"), [(404, "It answered 404 (Not Found)."), (299, ""), (799, "It answered 799.")]
)
def test_other_than_success_is_a_failure(status, failure):
    assert read(Protocol.HUGGING_FACE, [], status).failure == failure


@pytest.mark.parametrize(
    ("protocol", "content", "ok"),
    [
        (Protocol.OPENAI, {"choices": []}, True),
        (Protocol.OPENAI, {"outputs": []}, False),
        (Protocol.OPEN_INFERENCE, {"outputs": []}, True),
        (Protocol.TGI, {"generated_text": ""}, True),
        (Protocol.TGI, [{"generated_text": ""}], True),
        (Protocol.TGI, [], False),
        (Protocol.HUGGING_FACE, {"error": "loading"}, False),
        (Protocol.HUGGING_FACE, [1, 2], True),
        (Protocol.JSON, "text", True),
        (Protocol.OPENAI, b"", False),
        (Protocol.HUGGING_FACE, b"[" * 100_000, False),
        (Protocol.HUGGING_FACE, b"\xff", False),
    ],
)
def test_an_answer_must_be_one_of_its_protocol(protocol, content, ok):
    assert (not read(protocol, content).failure) is ok


def test_a_picture_is_an_answer_where_the_protocol_has_pictures():
    picture = {"Content-Type": "image/png"}
    assert not read_answer(Protocol.HUGGING_FACE, 200, picture, b"\x89PNG").failure
    assert read_answer(Protocol.OPENAI, 200, picture, b"\x89PNG").failure


@pytest.mark.parametrize(
    ("protocol", "content", "headers", "tokens"),
    [
        (Protocol.OPENAI, {"choices": [], "usage": {"completion_tokens": 12}}, {}, 12),
        (Protocol.OPENAI, {"choices": [], "usage": None}, {}, None),
        (Protocol.OPENAI, {"choices": [], "usage": {"completion_tokens": -1}}, {}, None),
        (Protocol.OPENAI, {"choices": [], "usage": {"completion_tokens": 10**400}}, {}, 1_000_000_000),
        (Protocol.TGI, {"generated_text": "", "details": {"generated_tokens": 3}}, {}, 3),
        (Protocol.TGI, {"generated_text": ""}, {"X-Generated-Tokens": "4"}, 4),
        (Protocol.HUGGING_FACE, [], {}, None),
    ],
)
def test_generated_tokens_are_counted_where_the_protocol_reports_them(protocol, content, headers, tokens):
    assert read(protocol, content, **headers).tokens == tokens


HEADER, PLAIN, USAGE = "X-Energy-Joules", "energy_joules", "usage.energy_joules"
NEURALWATT, GREENPT, TGI = "energy.energy_joules", "impact.energy", "details.energy_mj"


@pytest.mark.parametrize(
    ("content", "headers", "energy", "place"),
    [
        ({}, {"X-Energy-Joules": "2.5"}, 2.5, HEADER),
        ({}, {"x-energy-joules": "2.5"}, 2.5, HEADER),
        ({"energy_joules": 3}, {}, 3.0, PLAIN),
        ([{"energy_joules": 5}], {}, 5.0, PLAIN),
        ({"usage": {"energy_joules": 4.5}}, {}, 4.5, USAGE),
        ({"energy": {"energy_joules": 12.5, "energy_kwh": 3.5e-6}}, {}, 12.5, NEURALWATT),
        ({"impact": {"energy": {"total": 1800, "unit": "Wms"}}}, {}, 1.8, GREENPT),
        ({"details": {"energy_mj": 2500}}, {}, 2.5, TGI),
        ({"energy_joules": 3}, {"X-Energy-Joules": "9"}, 9.0, HEADER),
        ({"energy": {"energy_joules": 2}}, {"X-Energy-Joules": "much"}, 2.0, NEURALWATT),
    ],
)
def test_energy_is_read_in_joules_in_every_dialect_that_is_known(content, headers, energy, place):
    answer = read(Protocol.JSON, content, **headers)
    assert answer.energy_j == pytest.approx(energy)
    assert place in answer.energy_from


NONSENSE = ["nan", "inf", -1, 1e300, 10**400, True, None, [1], {}, "much", ""]


@pytest.mark.parametrize("value", NONSENSE)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda value: {"energy_joules": value},
        lambda value: {"usage": {"energy_joules": value}},
        lambda value: {"energy": {"energy_joules": value}},
        lambda value: {"energy": value},
        lambda value: {"impact": {"energy": {"total": value, "unit": "Wms"}}},
        lambda value: {"impact": {"energy": value}},
        lambda value: {"impact": value},
        lambda value: {"details": {"energy_mj": value}},
        lambda value: {"details": value},
    ],
)
def test_nonsense_is_no_energy_in_any_dialect(wrap, value):
    answer = read(Protocol.JSON, wrap(value))
    assert (answer.energy_j, answer.energy_from) == (None, "")


@pytest.mark.parametrize("unit", ["Wh", "kWh", "", None, 5, ["Wms"]])
def test_an_energy_in_a_unit_that_its_dialect_does_not_have_is_not_read(unit):
    assert read(Protocol.JSON, {"impact": {"energy": {"total": 5, "unit": unit}}}).energy_j is None
    assert read(Protocol.JSON, {"impact": {"energy": {"total": 5}}}).energy_j is None


@pytest.mark.parametrize("protocol", [Protocol.OPENAI, Protocol.TGI, Protocol.OPEN_INFERENCE])
def test_every_protocol_may_report_energy(protocol):
    content = {"choices": [], "generated_text": "", "outputs": [], "energy": {"energy_joules": 2}}
    assert read(protocol, content).energy_j == 2.0
