"""The protocols that inference endpoints speak: how an example is asked, and what an answer tells.

Sources: Hugging Face Inference API and Text Generation Inference (their documentation), Open
Inference Protocol v2 (kserve/open-inference-protocol), OpenAI's chat completions.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.reported_energy import read_energy
from gaissa_web.core.text import one_line

TEXT, VALUE = "{input}", "{json}"
"""What a template has where the example belongs: as text, or as the JSON value that it is."""
DATATYPES = ("BYTES", "FP32", "FP64", "INT64", "INT32", "BOOL")


class Protocol(StrEnum):
    """How an endpoint wants to be asked."""

    JSON = "json"
    HUGGING_FACE = "huggingface"
    OPEN_INFERENCE = "open-inference"
    OPENAI = "openai"
    TGI = "tgi"

    @property
    def words(self) -> str:
        """What readers know it as."""
        return _WORDS[self]


_WORDS = {
    Protocol.JSON: "JSON with a template",
    Protocol.HUGGING_FACE: "Hugging Face inference",
    Protocol.OPEN_INFERENCE: "Open Inference Protocol v2",
    Protocol.OPENAI: "OpenAI-compatible chat completions",
    Protocol.TGI: "Text Generation Inference, /generate",
}


@dataclass(frozen=True, slots=True)
class Manner:
    """A protocol with what it needs to know; fields of other protocols are ignored.

    `template` is JSON with `{input}` or `{json}` in it; `model` and `max_tokens` (None for the
    server's default) are for text generation; `tensor` and `datatype` for the Open Inference Protocol.
    """

    protocol: Protocol
    template: str = '{"input": "{input}"}'
    model: str = ""
    max_tokens: int | None = None
    tensor: str = "input"
    datatype: str = "BYTES"

    def body(self, example: str) -> bytes:
        """Return the request that asks for `example`, as JSON.

        Raises:
            InvalidInputError: The template is no JSON or has no place for the example, or the
                example is not what the template or the tensor's datatype takes.
        """
        try:
            return json.dumps(_BODIES[self.protocol](self, example)).encode()
        except RecursionError as error:
            raise InvalidInputError("That is nested too deeply.") from error


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer tells: why it is none (empty if it is one), and what it reports of itself.

    `tokens` is how many were generated; `energy_j` what the endpoint says that this request took,
    and `energy_from` where it said so, in words.
    """

    failure: str = ""
    tokens: int | None = None
    energy_j: float | None = None
    energy_from: str = ""


def read_answer(protocol: Protocol, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """Return what an HTTP answer tells, in the manner of its protocol; it raises at nothing."""
    if not 200 <= status < 300:
        return Answer(f"It answered {status}{_phrase(status)}.")
    plain = {name.casefold(): value for name, value in headers.items()}
    is_json = "json" in plain.get("content-type", "").casefold()
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        if is_json or protocol not in {Protocol.JSON, Protocol.HUGGING_FACE}:
            return Answer("It answered something that is not JSON.")
        content = None  # a picture, a sound: as good an answer as any
    found: dict[str, Any] = {}
    if isinstance(content, dict):
        found = content
    elif isinstance(content, list) and content and isinstance(content[0], dict):
        found = content[0]
    if found.get("error"):
        return Answer("It answered with an error message.")
    needed = _NEEDED.get(protocol)
    if needed and needed not in found:
        return Answer(f"Its answer has no “{needed}”; is this the right protocol?")
    energy_j, energy_from = read_energy(found, plain)
    return Answer(tokens=_tokens(protocol, found, plain), energy_j=energy_j, energy_from=energy_from)


def _template_body(manner: Manner, example: str) -> Any:
    try:
        template = json.loads(manner.template)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("The template is not valid JSON.") from error
    if TEXT not in manner.template and VALUE not in manner.template:
        raise InvalidInputError(f"The template needs {TEXT} or {VALUE} where the example belongs.")
    return _filled(template, example)


def _filled(part: Any, example: str) -> Any:
    if isinstance(part, dict):
        return {name: _filled(value, example) for name, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, example) for value in part]
    if part == VALUE:
        return _value(example)
    return part.replace(TEXT, example) if isinstance(part, str) else part


def _hugging_face_body(_manner: Manner, example: str) -> Any:
    return {"inputs": example}


def _open_inference_body(manner: Manner, example: str) -> Any:
    data = [example] if manner.datatype == "BYTES" else _value(example)
    shape = _shape(data)
    return {"inputs": [{"name": manner.tensor, "shape": shape, "datatype": manner.datatype, "data": data}]}


def _openai_body(manner: Manner, example: str) -> Any:
    body: dict[str, Any] = {"model": manner.model, "messages": [{"role": "user", "content": example}]}
    return body | ({"max_tokens": manner.max_tokens} if manner.max_tokens else {})


def _tgi_body(manner: Manner, example: str) -> Any:
    parameters: dict[str, Any] = {"details": True}
    if manner.max_tokens:
        parameters["max_new_tokens"] = manner.max_tokens
    return {"inputs": example, "parameters": parameters}


_BODIES = {
    Protocol.JSON: _template_body,
    Protocol.HUGGING_FACE: _hugging_face_body,
    Protocol.OPEN_INFERENCE: _open_inference_body,
    Protocol.OPENAI: _openai_body,
    Protocol.TGI: _tgi_body,
}
_NEEDED = {Protocol.OPEN_INFERENCE: "outputs", Protocol.OPENAI: "choices", Protocol.TGI: "generated_text"}


def _value(example: str) -> Any:
    try:
        return json.loads(example)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"“{one_line(example)[:40]}” is not a JSON value.") from error


def _shape(data: Any) -> list[int]:
    """Return the lengths of nested lists, which must be even."""
    if not isinstance(data, list) or not data:
        raise InvalidInputError("A tensor is a list of numbers, such as [[1, 2], [3, 4]].")
    if not any(isinstance(part, list) for part in data):
        return [len(data)]
    shapes = [_shape(part) for part in data]
    if any(shape != shapes[0] for shape in shapes):
        raise InvalidInputError("The lists of a tensor must all have the same length.")
    return [len(data), *shapes[0]]


def _tokens(protocol: Protocol, found: Mapping[str, Any], headers: Mapping[str, str]) -> int | None:
    if protocol is Protocol.OPENAI:
        return _count(_inside(found, "usage").get("completion_tokens"))
    if protocol is Protocol.TGI:
        reported = _count(_inside(found, "details").get("generated_tokens"))
        return reported if reported is not None else _count(headers.get("x-generated-tokens"))
    return None


def _inside(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}


def _count(reported: Any) -> int | None:
    text = str(reported)[:10]
    return int(text) if text.isascii() and text.isdigit() else None


def _phrase(status: int) -> str:
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""
