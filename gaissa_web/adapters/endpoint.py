"""Asking an inference endpoint over HTTP, as core's measuring wants it done."""

from collections.abc import Mapping

from gaissa_web.adapters.safe_http import FetchFailedError, Outbound
from gaissa_web.core.endpoints import Answer, Manner, read_answer
from gaissa_web.core.measuring import Sample

TIMEOUT_S = 60.0
LARGEST_ANSWER = 5_000_000


class Endpoint:
    """One endpoint, asked in one manner; `headers` may hold a token and are shown to nobody."""

    def __init__(
        self, outbound: Outbound, manner: Manner, headers: Mapping[str, str], timeout_s: float = TIMEOUT_S
    ) -> None:
        self._outbound = outbound
        self._manner = manner
        self._headers = {"Content-Type": "application/json", "Accept": "application/json", **headers}
        self._timeout_s = timeout_s

    def ask(self, example: str) -> Sample:
        """Send one example and return how it went; what is no answer is a failure, not an error.

        Raises:
            RefusedAddressError: The address is not a public one.
        """
        body = self._manner.body(example)
        try:
            got = self._outbound.fetch(
                method="POST",
                headers=self._headers,
                body=body,
                max_bytes=LARGEST_ANSWER,
                timeout_s=self._timeout_s,
            )
        except FetchFailedError as error:
            return Sample(0.0, Answer(str(error)))
        answer = read_answer(self._manner.protocol, got.status, got.headers, got.body)
        return Sample(
            latency_s=got.elapsed_s,
            answer=answer,
            response_bytes=len(got.body),
            status=got.status,
            connect_s=got.connect_s,
            round_trip_s=got.round_trip_s,
            retry_after_s=_seconds(got.headers.get("Retry-After", "")),
        )


def _seconds(text: str) -> float | None:
    text = text.strip()[:6]
    return float(text) if text.isascii() and text.isdigit() else None
