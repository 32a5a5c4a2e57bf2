"""A stand-in for the Hugging Face hub: speaks its protocol over real HTTP, with all its moods."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from tests.serving import Handler

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
ALWAYS = {"id", "_id", "modelId"}
Fault = Callable[[Handler], None]


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def model(number: int, **more: Any) -> dict[str, Any]:
    """Return a model as the hub's list has it, with everything a card may state."""
    card = {
        "license": "apache-2.0",
        "datasets": ["glue"] if number % 3 else [],
        "co2_eq_emissions": {
            "emissions": 0.5 + number % 400,
            "source": "CodeCarbon",
            "training_type": "fine-tuning",
            "geographical_location": "Spain",
            "hardware_used": "1 x NVIDIA T4",
        },
    }
    return {
        "_id": f"{number:024x}",
        "id": f"lab-{number % 7}/model-{number}",
        "modelId": f"lab-{number % 7}/model-{number}",
        "cardData": card,
        "downloads": number % 50,
        "likes": number % 5,
        "lastModified": stamp(FIRST + timedelta(minutes=number)),
        "library_name": "transformers",
        "pipeline_tag": "text-classification",
        "tags": ["transformers", "co2_eq_emissions", "license:apache-2.0"],
        "safetensors": {"parameters": {"F32": 1_000_000 + number}, "total": 1_000_000 + number},
        "model-index": [
            {"name": "m", "results": [{"task": {}, "dataset": {"name": "glue", "config": "sst2"},
             "metrics": [{"type": "accuracy", "value": 0.9}, {"type": "f1", "value": 88.0}]}]}
        ],
        **more,
    }  # fmt: skip


@dataclass
class StandInHub:
    """The hub. `models` are what it has, `files` their weights, `cards` the texts of README.md files.

    `faults` are done instead of an answer, one for each request whose address has the word, in turn.
    """

    models: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    datasets: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[tuple[str, Fault]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    address: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, handler: Handler) -> None:
        with self.lock:
            self.asked.append(handler.path)
            fault = next((f for f in self.faults if f[0] in handler.path), None)
            if fault:
                self.faults.remove(fault)
        if fault:
            fault[1](handler)
            return
        parts = urlsplit(handler.path)
        path, asked = unquote(parts.path), parse_qs(parts.query)
        if path == "/api/models":
            self._list(handler, asked)
        elif path.startswith("/api/models/"):
            self._info(handler, path.removeprefix("/api/models/"), asked)
        elif path.startswith("/api/datasets/"):
            self._one(handler, self.datasets.get(path.removeprefix("/api/datasets/")))
        elif path.endswith("/resolve/main/README.md"):
            self._card(handler, path.removesuffix("/resolve/main/README.md")[1:])
        else:
            self._one(handler, None)

    def _list(self, handler: Handler, asked: dict[str, list[str]]) -> None:
        assert asked["sort"] == ["lastModified"]
        [tag] = asked["filter"]
        size, start = int(asked["limit"][0]), int(asked.get("cursor", ["0"])[0])
        properties = ALWAYS | set(asked["expand"])
        newest = sorted(self.models, key=lambda m: str(m.get("lastModified")), reverse=True)
        found = [m for m in newest if tag in m.get("tags", [])]
        page = [{k: v for k, v in m.items() if k in properties} for m in found[start : start + size]]
        headers = {}
        if start + size < len(found):
            following = urlencode({**asked, "cursor": [start + size]}, doseq=True)
            headers["Link"] = f'<{self.address}/api/models?{following}>; rel="next"'
        handler.answer(json.dumps(page).encode(), "application/json; charset=utf-8", **headers)

    def _info(self, handler: Handler, name: str, asked: dict[str, list[str]]) -> None:
        found = next((m for m in self.models if m["id"] == name), None)
        siblings = self.files.get(name, [])
        assert asked.get("blobs") in (["true"], ["True"])
        self._one(handler, {**found, "siblings": siblings} if found else None)

    def _card(self, handler: Handler, name: str) -> None:
        if name not in self.cards:
            self._one(handler, None)
            return
        handler.answer(
            self.cards[name].encode(), "text/plain; charset=utf-8", ETag='"1"', X_Repo_Commit="0" * 40
        )

    def _one(self, handler: Handler, found: Any) -> None:
        if found is None:
            body = b'{"error": "Repository not found"}'
            handler.answer(body, "application/json", 404, X_Error_Code="RepoNotFound")
            return
        handler.answer(json.dumps(found).encode(), "application/json; charset=utf-8")


def busy(seconds: str = "3", status: int = 429, **headers: str) -> Fault:
    """Answer that too many ask, and when to come back."""
    return lambda handler: handler.answer(
        b'{"error": "busy"}', "application/json", status, Retry_After=seconds, **headers
    )


def limited(handler: Handler) -> None:
    """Answer as the hub does: with the draft's RateLimit header and without Retry-After."""
    headers = {"RateLimit": '"api";r=0;t=41', "RateLimit_Policy": '"fixed window";"api";q=500;w=300'}
    handler.answer(b'{"error": "rate limited"}', "application/json", 429, **headers)


def broken(handler: Handler) -> None:
    """Promise more than is sent, and break off."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'[{"id": "lab/half')
    handler.close_connection = True


def half(handler: Handler) -> None:
    """Send half of the JSON as if it were all."""
    handler.answer(b'[{"id": "lab/half', "application/json")


def silent(handler: Handler) -> None:
    """Close without a word."""
    handler.close_connection = True


def slow(seconds: float) -> Fault:
    """Say nothing for a while, and then close."""

    def wait(handler: Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return wait


def leading_on(address: str) -> Fault:
    """Lead on to another server."""
    return lambda handler: handler.answer(b"", status=302, Location=address)
