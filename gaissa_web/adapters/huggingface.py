"""The Hugging Face hub, asked through its own library: patiently, boundedly, and of no other server.

The library builds headers and knows the hub's errors. Under it lies a transport of ours that
waits as the hub asks, can be interrupted while it waits and reads, asks again when an answer breaks
off, and reads no more than it should. Lists are read raw: the library's own classes refuse a
whole page for one odd card.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, Self
from urllib.parse import quote

import httpx2
from huggingface_hub import close_session, set_client_factory
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils import (
    build_hf_headers,
    hf_raise_for_status,
    http_backoff,
    parse_ratelimit_headers,
)

from gaissa_web.core.hub import HubUnavailableError, UnknownToHubError
from gaissa_web.core.hub_cards import LONG_AGO, read_moment

FILTER = "co2_eq_emissions"
LIST = "/api/models"
DATASETS = "/api/datasets/"
PROPERTIES = ("cardData", "downloads", "lastModified", "library_name", "likes", "model-index", "pipeline_tag",
              "safetensors", "tags")  # fmt: skip
BATCH = 200
COUNTED_AT_ONCE = 1_000
MOST_MODELS = 1_000_000
TRIES = 5
LONGEST_WAIT_S = 900.0
ANSWER_WITHIN_S = 60.0
READ_TIMEOUT_S = 30.0
LARGEST_ANSWER = 50_000_000
LARGEST_CARD = 1_000_000
BUSY = {408, 425, 429}
"""So are all answers from 500 up: those of the servers in front of the hub have numbers of their own."""


class _UnfitAnswerError(HubUnavailableError):
    """There is an answer, but none that we take; asking again would not help."""


class Hub:
    """The hub at `url`.

    `pause` waits some seconds; `alive` is called whenever something came. Both may raise to interrupt.
    """

    def __init__(
        self,
        url: str,
        pause: Callable[[float], None] = time.sleep,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        self._headers = build_hf_headers(token=False, library_name="gaissa-tools")
        self._pause = pause
        self._alive = alive
        self._url = url

    def __enter__(self) -> Self:
        """Let the library use our transport."""
        set_client_factory(self._client)
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        close_session()

    def count(self, since: datetime | None, most: int | None) -> int:
        """Count the models that `models` will give."""
        found = self._items(("lastModified",), COUNTED_AT_ONCE)
        return sum(1 for _ in islice(_newer(found, since), most))

    def models(self, since: datetime | None, most: int | None) -> Iterator[list[Mapping[str, Any]]]:
        """Yield the models whose cards state emissions, the last changed first, in batches.

        Those last changed before `since` are left out; at most `most` are given.

        Raises:
            HubUnavailableError: The hub does not answer.
        """
        items = islice(_newer(self._items(PROPERTIES, BATCH), since), most)
        while batch := list(islice(items, BATCH)):
            yield batch

    def files(self, hub_id: str) -> list[Mapping[str, Any]]:
        """Return a model's files, each with `rfilename` and `size` in bytes.

        Raises:
            UnknownToHubError: The hub does not say.
            HubUnavailableError: The hub does not answer.
        """
        found = self._get(f"{self._url}{LIST}/{quote(hub_id)}?blobs=true")
        files = found.get("siblings")
        return [file for file in files if isinstance(file, dict)] if isinstance(files, list) else []

    def dataset(self, name: str) -> Mapping[str, Any]:
        """Return what the hub says of a dataset, with its card's metadata.

        Raises:
            UnknownToHubError: The hub does not say.
            HubUnavailableError: The hub does not answer.
        """
        return self._get(f"{self._url}{DATASETS}{quote(name)}?expand=cardData")

    def card(self, hub_id: str) -> str:
        """Return the text of a model's card.

        Raises:
            UnknownToHubError: The hub does not give it.
            HubUnavailableError: The hub does not answer.
        """
        answer = self._answer(f"{self._url}/{quote(hub_id)}/resolve/main/README.md")
        if len(answer.content) > LARGEST_CARD:
            raise UnknownToHubError("Its card is too large.")
        return answer.text

    def _items(self, properties: Iterable[str], page: int) -> Iterator[Mapping[str, Any]]:
        asked = httpx2.QueryParams(filter=FILTER, sort="lastModified", expand=list(properties), limit=page)
        address = f"{self._url}{LIST}?{asked}"
        # Pages are counted, not models: empty ones could lead on for ever.
        for _page in range(MOST_MODELS // page):
            try:
                answer = self._ask(address)
                found, following = answer.json(), answer.links.get("next", {}).get("url")
            except HubUnavailableError:
                raise
            except (HfHubHTTPError, httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
                raise HubUnavailableError(_reason(error)) from error
            yield from (item if isinstance(item, dict) else {} for item in found)
            if not following:
                return
            address = following
        raise HubUnavailableError("The hub’s list of models does not end.")

    def _get(self, address: str) -> Mapping[str, Any]:
        answer = self._answer(address)
        try:
            found = answer.json()
        except ValueError as error:
            raise UnknownToHubError(_reason(error)) from error
        return found if isinstance(found, dict) else {}

    def _answer(self, address: str) -> httpx2.Response:
        """Return what the hub says of one thing; whatever is odd about it is no reason to give up."""
        try:
            return self._ask(address)
        except (HfHubHTTPError, httpx2.HTTPError) as error:
            raise UnknownToHubError(_reason(error)) from error
        except _UnfitAnswerError as error:
            raise UnknownToHubError(str(error)) from error

    def _ask(self, address: str) -> httpx2.Response:
        answer = http_backoff("GET", address, headers=self._headers, max_retries=0)
        hf_raise_for_status(answer)
        return answer

    def _client(self) -> httpx2.Client:
        transport = _Patient(httpx2.HTTPTransport(), self._url, self._pause, self._alive)
        return httpx2.Client(transport=transport, follow_redirects=True, timeout=READ_TIMEOUT_S)


class _Patient(httpx2.BaseTransport):
    """Asks again when the hub is busy or its answer breaks off, and waits as long as it is told to."""

    def __init__(
        self,
        inner: httpx2.BaseTransport,
        url: str,
        pause: Callable[[float], None],
        alive: Callable[[], None],
    ) -> None:
        self._inner = inner
        self._hub = httpx2.URL(url)
        self._list = self._hub.path.rstrip("/") + LIST
        self._datasets = self._hub.path.rstrip("/") + DATASETS
        self._pause = pause
        self._alive = alive

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return an answer that is whole, and not that of a busy server.

        Raises:
            HubUnavailableError: After several tries there is none.
        """
        if request.url.netloc != self._hub.netloc or request.url.scheme not in {self._hub.scheme, "https"}:
            raise _UnfitAnswerError(f"The hub leads on to another server, {request.url.host}.")
        for attempt in range(TRIES):
            self._alive()
            wait, why = float(2**attempt), ""
            try:
                answer = self._read(request)
            except (httpx2.TransportError, httpx2.DecodingError) as error:
                why = f"The hub’s answer broke off or did not come ({type(error).__name__})."
            else:
                if answer.status_code not in BUSY and answer.status_code < 500:
                    return answer
                why = f"The hub answers {answer.status_code}."
                asked = _asked_to_wait(answer.headers)
                if asked is not None and asked > LONGEST_WAIT_S:
                    raise HubUnavailableError(f"The hub asks us to come back in {asked / 60:.0f} minutes.")
                wait = wait if asked is None else asked
            if attempt < TRIES - 1:
                self._pause(wait)
        raise HubUnavailableError(f"{why} Tried {TRIES} times.")

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def _read(self, request: httpx2.Request) -> httpx2.Response:
        """Return the whole answer, unpacked; one that is not what it says it is counts as broken off."""
        until = time.monotonic() + ANSWER_WITHIN_S
        answer = self._inner.handle_request(request)
        content = bytearray()
        try:
            for piece in answer.iter_bytes():
                self._alive()
                content += piece
                if len(content) > LARGEST_ANSWER:
                    raise _UnfitAnswerError(f"The hub sends more than {LARGEST_ANSWER / 1e6:g} MB at once.")
                if time.monotonic() > until:
                    raise httpx2.ReadTimeout("the answer drips in", request=request)
        finally:
            answer.close()
        about_one = request.url.path.startswith((f"{self._list}/", self._datasets))
        if answer.is_success and (request.url.path == self._list or about_one):
            try:
                found = json.loads(content)
            except RecursionError as error:
                raise _UnfitAnswerError("The hub’s answer is nested too deeply.") from error
            except ValueError as error:
                raise httpx2.RemoteProtocolError("not JSON", request=request) from error
            if not about_one and not isinstance(found, list):  # or it would look like the end
                raise httpx2.RemoteProtocolError("not a list", request=request)
        unpacked = {"content-encoding", "content-length", "transfer-encoding"}
        headers = [(name, value) for name, value in answer.headers.multi_items() if name not in unpacked]
        return httpx2.Response(answer.status_code, headers=headers, content=bytes(content), request=request)


def _newer(items: Iterable[Mapping[str, Any]], since: datetime | None) -> Iterator[Mapping[str, Any]]:
    """Yield items until one was changed before `since`; one without a readable date counts as new."""
    for item in items:
        moment = read_moment(item.get("lastModified"))
        if since and moment != LONG_AGO and moment < since:
            return
        yield item


def _asked_to_wait(headers: httpx2.Headers) -> float | None:
    """Return how many seconds the hub asks us to wait, by Retry-After or the draft RateLimit header."""
    stated = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,15}(\.\d*)?", stated, re.ASCII):
        return float(stated)
    try:
        moment = parsedate_to_datetime(stated)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        limit = parse_ratelimit_headers(headers)
        return float(limit.reset_in_seconds) if limit and not limit.remaining else None


def _reason(error: Exception) -> str:
    answer = getattr(error, "response", None)
    if answer is not None:
        return f"The hub answers {answer.status_code}."
    return f"The hub’s answer cannot be read ({type(error).__name__})."
