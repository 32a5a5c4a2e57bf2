"""Pages on paper: all of their content, and grades in their colours."""

import pypdfium2
import pytest

from gaissa_web.core.grades import Grade
from tests.browser.test_accessibility import PAGES
from tests.printed import page_texts

CONTENT = """() => [...document.querySelectorAll(
        'main h1, main h2, main h3, main p, main th, main td, main li, main dd')]
    .filter(e => e.innerText.trim())
    .filter(e => !e.closest('.hidden-text, button, .button, .no-print, nav, form.filters'))
    .filter(e => !e.querySelector('button, .button, input, .hidden-text'))
    .filter(e => e.getClientRects().length || e.closest('details:not([open])'))"""
VISIBLE = f"() => ({CONTENT})().map(e => e.innerText.trim().slice(0, 80))"
MARKED = f"() => ({CONTENT})().forEach(e => e.dataset.seen = 'yes')"
LOST = """() => [...document.querySelectorAll('[data-seen]')].filter(e => !e.getClientRects().length)
    .map(e => e.innerText.trim().slice(0, 80))"""


@pytest.mark.parametrize("name", [name for name in PAGES if name != "embedded label"])
def test_nothing_that_a_page_says_is_lost_on_paper(visitor, name):
    page = visitor.page()
    page.goto(PAGES[name])
    assert len(page.evaluate(VISIBLE)) > 1
    page.evaluate(MARKED)
    page.emulate_media(media="print")
    assert page.evaluate(LOST) == []


def colours(pdf):
    """The colours of all pages, as (red, green, blue)."""
    document = pypdfium2.PdfDocument(pdf)
    found = set()
    for page in document:
        image = page.render(scale=1.5).to_pil().convert("RGB")
        found |= {colour for _, colour in image.getcolors(image.width * image.height)}
    document.close()
    return found


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.thorough), "dark"])
@pytest.mark.parametrize("address", ["/labels/", "/labels/1", "/labels/compare?id=1&id=2&id=41"])
def test_grades_keep_their_colours_on_white_paper(visitor, address, scheme):
    page = visitor.page(scheme=scheme)
    page.goto(address)
    chips = page.evaluate(
        "[...document.querySelectorAll('main .grade')].map(e => e.innerText.trim().slice(-1))"
    )
    shown = {letter for letter in chips if letter in "ABCDE"}
    assert shown
    pdf = page.pdf(format="A4")
    printed = colours(pdf)
    for letter in shown:
        wanted = tuple(bytes.fromhex(Grade(letter).colour[1:]))
        assert any(max(abs(a - b) for a, b in zip(wanted, c, strict=True)) <= 2 for c in printed), letter
    assert (255, 255, 255) in printed
    assert any(max(colour) < 90 for colour in printed)
    assert page_texts(pdf)[0]
