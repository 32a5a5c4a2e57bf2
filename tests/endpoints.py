"""Inference endpoints that stand in for real ones: each speaks its protocol, over real HTTP."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.serving import Handler

Reply = tuple[Any, dict[str, str]]


SEARCH = """
import pathlib, sys
secret = bytes.fromhex(sys.argv[1])
files = (path for path in pathlib.Path(sys.argv[2]).rglob("*") if path.is_file())
print(*sorted(str(path) for path in files if secret in path.read_bytes()))
"""


def on_disk(secret: str | bytes, folder: Path) -> str:
    """Return which files of a folder hold the secret.

    Another process looks: one that closes a file of SQLite's loses the locks that it has on it.
    """
    sought = (secret.encode() if isinstance(secret, str) else secret).hex()
    return subprocess.check_output([sys.executable, "-c", SEARCH, sought, folder], text=True).strip()


def words(text: str) -> list[str]:
    return text.split()


def speak_json(body: dict[str, Any]) -> Reply:
    return {"label": "positive", "length": len(body["document"]["text"])}, {}


def speak_huggingface(body: dict[str, Any]) -> Reply:
    assert isinstance(body["inputs"], str)
    return [{"label": "POSITIVE", "score": 0.99}], {}


def speak_open_inference(body: dict[str, Any]) -> Reply:
    [tensor] = body["inputs"]
    flat = str(tensor["data"]).count(",") + 1
    size = 1
    for length in tensor["shape"]:
        size *= length
    assert size == flat, "the shape is that of the data"
    return {
        "model_name": "m",
        "outputs": [{"name": "y", "shape": [1], "datatype": "FP32", "data": [0.5]}],
    }, {}


def speak_openai(body: dict[str, Any]) -> Reply:
    assert body["model"] == "tiny"
    said = words(body["messages"][0]["content"])[: body.get("max_tokens", 100)]
    usage = {"prompt_tokens": 3, "completion_tokens": len(said), "total_tokens": 3 + len(said)}
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": " ".join(said)},
        "finish_reason": "stop",
    }
    return {"object": "chat.completion", "choices": [choice], "usage": usage}, {}


def speak_tgi(body: dict[str, Any]) -> Reply:
    said = words(body["inputs"])
    details = {"finish_reason": "length", "generated_tokens": len(said)}
    return {"generated_text": " ".join(said), "details": details}, {"x-compute-time": "0.01"}


SPEAKERS = {
    "json": speak_json,
    "huggingface": speak_huggingface,
    "open-inference": speak_open_inference,
    "openai": speak_openai,
    "tgi": speak_tgi,
}


@dataclass
class StandIn:
    """An endpoint. `requests` are the bodies it got, `headers` what came with them.

    `before` may answer instead, or wait; it gets the handler and the number of the request, from 0.
    """

    speak: Callable[[dict[str, Any]], Reply] = speak_huggingface
    before: Callable[[Handler, int], bool] = lambda _handler, _number: False
    pause_s: float = 0.0
    extra: dict[str, str] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, handler: Handler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.requests.append(body)
        self.headers.append(dict(handler.headers))
        if self.before(handler, len(self.requests) - 1):
            return
        time.sleep(self.pause_s)
        content, headers = self.speak(body)
        named = {name.replace("-", "_"): value for name, value in {**headers, **self.extra}.items()}
        handler.answer(json.dumps(content).encode(), "application/json", **named)
