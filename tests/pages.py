"""A browser for tests that fills in real forms, and checks each page as a strict reader would."""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from lxml import html
from tinyhtml5.parser import HTMLParser
from werkzeug.test import TestResponse

NAMED = ("label", "aria-label", "aria-labelledby")


@dataclass
class Page:
    """One answer, parsed; `status` is its HTTP status."""

    response: TestResponse
    status: int
    tree: Any
    address: str

    @property
    def text(self) -> str:
        """What a reader sees, with single blanks; of data all that stands there."""
        whole = self.response.get_data(as_text=True) if self.tree is None else self.tree.text_content()
        return " ".join(whole.split())

    def form(self, action: str) -> Any:
        """Return the form that is sent to `action`."""
        return next(f for f in self.tree.forms if urlsplit(f.get("action") or self.address).path == action)

    def value(self, name: str) -> str:
        """Return what the page's field of that name holds."""
        [element] = self.tree.xpath(f'//*[self::input or self::select or self::textarea][@name="{name}"]')
        return element.value or ""

    def values_outside(self, form: Any) -> list[tuple[str, str]]:
        """Return what the fields hold that belong to `form` and stand elsewhere on the page."""
        fields = self.tree.xpath(f"//*[@form='{form.get('id')}'][@name]") if form.get("id") else []
        ticked = (
            f for f in fields if f.get("type") not in {"checkbox", "radio"} or f.get("checked") is not None
        )
        return [(f.get("name"), (f.value if f.tag == "select" else f.get("value")) or "") for f in ticked]

    def cells(self) -> list[str]:
        """Return the texts of all table cells."""
        return [" ".join(cell.text_content().split()) for cell in self.tree.xpath("//td | //th")]

    @property
    def token(self) -> str:
        """What every form of the page proves itself with."""
        return str(self.tree.xpath('//input[@name="csrf_token"]/@value')[0])

    def links(self) -> list[str]:
        """Return the addresses that the page leads to on this site."""
        return [href for href in self.tree.xpath("//a/@href") if href.startswith("/")]


class Browse:
    """Visits pages and sends forms through a test client."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, address: str, **options: Any) -> Page:
        """Visit a page."""
        return self._page(self.client.get(address, **options), address)

    def send(
        self, page: Page, action: str, button: str = "register", follow: bool = True, **fields: Any
    ) -> Page:
        """Fill in the page's form for `action` as given (hyphens as two underscores) and send it."""
        form = page.form(action)
        data: dict[str, Any] = {}
        for name, value in [*form.form_values(), *page.values_outside(form)]:
            blank = value == "on" and form.xpath(f".//input[@name='{name}'][@value='']")  # lxml's own default
            data.setdefault(name, []).append("" if blank else value)
        for name, value in fields.items():
            data[name.replace("__", "-")] = value
        if form.get("enctype") == "multipart/form-data":
            data["files"] = [(BytesIO(content), name) for name, content in fields.get("files", ())]
        data["action"] = button
        response = self.client.post(action, data=data, follow_redirects=follow)
        return self._page(response, action)

    def post(self, page: Page, action: str, follow: bool = True, **data: Any) -> Page:
        """Send `data` with the page's token, as a button with an address of its own does."""
        sent = {"csrf_token": page.token, **data}
        return self._page(self.client.post(action, data=sent, follow_redirects=follow), action)

    def _page(self, response: TestResponse, address: str) -> Page:
        response.get_data()
        response.close()
        assert not {"None", ""} & set(response.headers.values()), response.headers
        if response.mimetype != "text/html" or response.content_encoding:
            return Page(response, response.status_code, None, address)
        tree = html.document_fromstring(response.get_data(as_text=True))
        if "HX-Request" not in response.request.headers and response.status_code != 303:
            check_page(response.get_data(as_text=True), tree)
        return Page(response, response.status_code, tree, urljoin(address, response.request.path))


_TAGS, _VALUES = re.compile(r"<[^>]*>"), re.compile(r"=\"[^\"]*\"")
_valid: set[int] = set()
"""The markup, without its texts and values, that was found to be valid HTML; parsing takes a while."""


def check_page(source: str, tree: Any) -> None:
    """Assert what holds for every page: valid HTML, one heading, unique ids, named fields."""
    markup = hash(_VALUES.sub("=", "".join(_TAGS.findall(source))))
    if markup not in _valid:
        parser = HTMLParser()
        parser.parse(source)
        assert not parser.errors, [(place, code) for place, code, *_ in parser.errors][:3]
        _valid.add(markup)
    assert tree.get("lang") == "en"
    assert len(tree.xpath("//h1")) == 1
    assert tree.findtext(".//title").strip()
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids)), sorted(i for i in set(ids) if ids.count(i) > 1)
    for reference in (
        tree.xpath("//@for | //@aria-labelledby") + " ".join(tree.xpath("//@aria-describedby")).split()
    ):
        assert reference in ids, reference
    labelled = set(tree.xpath("//label/@for"))
    for field in tree.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        assert field.get("id") in labelled or field.get("aria-label"), html.tostring(field)
    for form in tree.forms:
        assert form.get("action"), html.tostring(form)[:200]
    assert not tree.xpath("//@style | //style | //@onclick | //script[not(@src)]")
    for image in tree.xpath("//img"):
        assert image.get("alt") is not None
