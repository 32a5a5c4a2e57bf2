"""Documents that are printed for the first who asks, and kept for all others."""

from collections.abc import Callable
from hashlib import sha256

from gaissa_web.adapters import documents
from gaissa_web.adapters.cache import DocumentCache
from gaissa_web.web import limits
from gaissa_web.web.settings import settings


def kept(content: str, kind: str, render: Callable[[], bytes]) -> bytes:
    """Return the document of that kind for `content`, which differs whenever the document would.

    Printing counts as a download of the visitor's; the design and our address are part of its key.

    Raises:
        TooManyTriesError: The visitor had enough printed for this hour.
        BusyError: Too much is being printed.
    """
    ours = settings()
    key = sha256(f"{content} {ours.public_url} {documents.design()}".encode()).hexdigest()

    def printed() -> bytes:
        limits.spend("downloads")
        with limits.COSTLY.one():
            return render()

    return DocumentCache(ours.documents_dir, ours.documents_mb * 1_000_000).get(key, kind, printed)
