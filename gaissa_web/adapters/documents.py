"""Printing HTML to PDF with WeasyPrint, closed off from files and network.

The printer is loaded on first use: a worker that only serves pages stays light.
"""

from datetime import datetime
from functools import cache
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any

from gaissa_web.config import PROJECT

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

STYLESHEET = PROJECT / "static" / "css" / "document.css"
FONTS = {f"gaissa:{file.name}": file for file in (PROJECT / "static" / "fonts").glob("*.ttf")}


def print_pdf(
    html: str, attachment: tuple[str, bytes] | None = None, created: datetime | None = None
) -> bytes:
    """Print `html` as a tagged PDF (PDF/UA-1) with embedded fonts.

    The same input gives the same bytes. `attachment` is a file name with its content, which then
    carries the moment `created`.
    """
    from weasyprint import HTML, Attachment  # noqa: PLC0415  slow to load, see above

    attached = []
    if attachment:
        name, content = attachment
        dates = {"created": created, "modified": created}
        attached = [Attachment(file_obj=BytesIO(content), name=name, relationship="Data", **dates)]
    stylesheet, fonts = _style()
    document = HTML(string=html, base_url="gaissa:", url_fetcher=_fetcher())
    result: bytes = document.write_pdf(
        stylesheets=[stylesheet],
        font_config=fonts,
        attachments=attached,
        pdf_variant="pdf/ua-1",
        pdf_identifier=sha256(html.encode()).digest()[:16],
    )
    return result


@cache
def design() -> str:
    """Return a digest of everything that decides how documents look."""
    files = sorted((PROJECT / "templates" / "documents").iterdir())
    files += sorted((PROJECT / "templates" / "components").iterdir())
    contents = [file.read_bytes() for file in (*files, STYLESHEET)]
    return sha256(b"".join(contents)).hexdigest()[:16]


@cache
def _style() -> "tuple[CSS, FontConfiguration]":
    """The stylesheet of all documents and its fonts, parsed once: both are costly."""
    from weasyprint import CSS  # noqa: PLC0415
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    fonts = FontConfiguration()
    css = CSS(
        string=STYLESHEET.read_text("utf-8"), url_fetcher=_fetcher(), font_config=fonts, base_url="gaissa:"
    )
    return css, fonts


@cache
def _fetcher() -> "URLFetcher":
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415

    class ClosedFetcher(URLFetcher):  # type: ignore[misc]
        """Gives out our fonts and nothing else, whatever a document asks for."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in FONTS:
                raise ValueError(f"documents may not load {url}")
            return URLFetcherResponse(url, FONTS[url].read_bytes(), {"Content-Type": "font/ttf"})

    return ClosedFetcher()
