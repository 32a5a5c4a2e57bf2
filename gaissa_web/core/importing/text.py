"""From bytes to text: encodings, and telling text from everything else."""

import codecs

from gaissa_web.core.errors import UnreadableFileError

ACCEPTED = "CSV, TSV, XLSX, XLS, ODS, JSON, YAML, a carbontracker log or a model card"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KNOWN = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip archive; please unpack it"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
)


def decode(name: str, data: bytes) -> str:
    """Return the text in `data`, whatever its encoding: UTF-8, UTF-16, UTF-32 or Windows-1252.

    Raises:
        UnreadableFileError: It is not text.
    """
    for magic, what in _KNOWN:
        if data.startswith(magic):
            raise UnreadableFileError(f"{name} is {what}. What can be read: {ACCEPTED}.")
    encodings = [encoding for bom, encoding in _BOMS if data.startswith(bom)][:1]
    for encoding in encodings or [_unmarked_utf16(data) or "utf-8", "cp1252"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _looks_binary(text):
            return text
    raise UnreadableFileError(f"{name} is not text. What can be read: {ACCEPTED}.")


def _unmarked_utf16(data: bytes) -> str | None:
    """Latin text in UTF-16 without a mark has a zero in every other byte."""
    sample = data[:1000]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > len(sample) * 0.4 and not even:
        return "utf-16-le"
    return "utf-16-be" if even > len(sample) * 0.4 and not odd else None


def _looks_binary(text: str) -> bool:
    return any((ord(c) < 32 and c not in "\t\n\r\f\v") or c == "\x7f" for c in text[:100_000]) or "\0" in text
