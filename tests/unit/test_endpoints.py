"""What endpoints are sent, and what their answers tell."""

import json

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
        ("[" * 5000 + '"{input}"' + "]" * 5000, "x", "not valid JSON"),
    ],
)
def test_a_template_that_cannot_be_used_is_said(template, example, message):
    manner = Manner(Protocol.JSON, template=template)
    if message:
        with pytest.raises(InvalidInputError, match=message):
            manner.body(example)
    else:
        assert json.loads(manner.body(example))


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


@pytest.mark.parametrize(
    ("content", "headers", "energy"),
    [
        ({}, {"X-Energy-Joules": "2.5"}, 2.5),
        ({}, {"x-energy-joules": "0"}, 0.0),
        ({"energy_joules": 3}, {}, 3.0),
        ({"usage": {"energy_joules": 4.5}}, {}, 4.5),
        ([{"energy_joules": 5}], {}, 5.0),
        ({"energy_joules": 3}, {"X-Energy-Joules": "9"}, 9.0),
        ({"energy_joules": "nan"}, {}, None),
        ({"energy_joules": -1}, {}, None),
        ({"energy_joules": 1e300}, {}, None),
        ({"energy_joules": 10**400}, {}, None),
        ({"energy_joules": True}, {}, None),
        ({"energy_joules": [1]}, {}, None),
        ({}, {"X-Energy-Joules": "much"}, None),
    ],
)
def test_energy_that_is_reported_is_read_and_nonsense_is_not(content, headers, energy):
    assert read(Protocol.JSON, content, **headers).energy_j == energy
