"""Files that were sent, travelling with the page until the label is registered; nothing of them is stored.

They are signed, so that what comes back is what we sent, and packed; what is too large to travel has
to be chosen once more to be read otherwise.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

File = tuple[str, bytes]
"""A file's name and content."""

LARGEST = 500_000
"""How many characters may travel with a page."""
LARGEST_UNPACKED = 5_000_000


def pack(files: Sequence[File]) -> str:
    """Return the files as a text for a hidden field; empty where they are too large for that."""
    if sum(len(content) for _, content in files) > LARGEST_UNPACKED:
        return ""
    text = _serializer().dumps([[name, b64encode(content).decode()] for name, content in files])
    packed = text if isinstance(text, str) else text.decode()
    return packed if len(packed) <= LARGEST else ""


def unpack(text: str) -> list[File]:
    """Return the files of a text that `pack` gave; none where it is not such a text."""
    if not text:
        return []
    try:
        return [(name, b64decode(content)) for name, content in _serializer().loads(text)]
    except BadData:
        return []


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="files that travel with a page")
