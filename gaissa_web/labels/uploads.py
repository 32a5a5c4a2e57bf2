"""Files that were sent, and what they gave, travelling with the page until the label is registered.

Nothing of them is stored. They are signed, so that what comes back is what we sent, and packed; files
too large to travel have to be chosen once more to be read otherwise.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from gaissa_web.core.label import are_from

File = tuple[str, bytes]
"""A file's name and content."""

LARGEST = 500_000
"""How many characters may travel with a page."""
LARGEST_UNPACKED = 5_000_000
FILES, GIVEN = "files that travel with a page", "what files gave"
"""What is signed, so that one is not taken for the other."""
OTHERS_TYPED = "other values were typed in"


def pack(files: Sequence[File]) -> str:
    """Return the files as a text for a hidden field; empty where they are too large for that."""
    if sum(len(content) for _, content in files) > LARGEST_UNPACKED:
        return ""
    packed = _signed(FILES, [[name, b64encode(content).decode()] for name, content in files])
    return packed if len(packed) <= LARGEST else ""


def unpack(text: str) -> list[File]:
    """Return the files of a text that `pack` gave; none where it is not such a text."""
    if not text:
        return []
    try:
        return [(name, b64decode(content)) for name, content in _serializer(FILES).loads(text)]
    except BadData:
        return []


@dataclass(frozen=True, slots=True)
class Provenance:
    """What files gave a label: the names of their tools, and metric values by slug."""

    tools: str
    values: Mapping[str, float]

    def sign(self) -> str:
        """Return it as a text for a hidden field."""
        return _signed(GIVEN, [self.tools, dict(self.values)])

    def detail(self, values: Mapping[str, float]) -> str:
        """Return in words where `values` are from; empty if some are no more what files gave, or all."""
        if not are_from(self.values, values):
            return ""
        return self.tools if set(values) <= set(self.values) else f"{self.tools}; {OTHERS_TYPED}"


def provenance(text: str) -> Provenance | None:
    """Return what `Provenance.sign` was given; None where the text is not one of ours."""
    try:
        return Provenance(*_serializer(GIVEN).loads(text)) if text else None
    except BadData:
        return None


def _signed(salt: str, content: list[Any]) -> str:
    text = _serializer(salt).dumps(content)
    return text if isinstance(text, str) else text.decode()


def _serializer(salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=salt)
