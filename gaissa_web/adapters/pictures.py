"""Pictures of documents, for where a PDF cannot be shown."""

from io import BytesIO

import pypdfium2

COLOURS = 128


def first_page_png(pdf: bytes, width: int) -> bytes:
    """Return the first page of `pdf` as PNG, `width` pixels wide, in a palette that keeps it small."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        image = page.render(scale=width / page.get_width()).to_pil()
    finally:
        document.close()
    target = BytesIO()
    image.quantize(COLOURS).save(target, "PNG", optimize=True)
    return target.getvalue()
