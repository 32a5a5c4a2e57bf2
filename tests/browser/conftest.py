"""A real browser against a real server; the CDN's file comes from the package of the same version."""

import shutil
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright
from werkzeug.serving import make_server

from gaissa_web.app import create_app
from gaissa_web.config import PROJECT, read_settings
from gaissa_web.seeds import seed
from gaissa_web.storage import migrations
from gaissa_web.web import htmx
from tests.limits import UNLIMITED

HTMX = PROJECT / "tests" / "data" / f"htmx-{htmx.VERSION}.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def site_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application on a database of its own, which the journeys fill."""
    environ = UNLIMITED | {
        "GAISSA_DATA_DIR": str(tmp_path_factory.mktemp("site")),
        "GAISSA_PUBLIC_URL": "http://site.example",
    }
    app = create_app(read_settings(environ))
    with app.app_context():
        migrations.upgrade()
        seed()
    return app


@pytest.fixture(scope="session")
def site(site_app: Flask) -> Iterator[str]:
    """The address of the running site."""
    server = make_server("127.0.0.1", 0, site_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, "the browser tests need Chromium; on Debian and Ubuntu: apt install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """Opens contexts whose every request is watched; `complaints` is what the browser objected to."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.browser = browser
        self.site = site
        self.outside: set[str] = set()
        self.complaints: list[str] = []
        self.contexts: list[BrowserContext] = []

    def page(
        self, *, scripts: bool = True, width: int = 1280, scheme: str = "light", cdn: bytes | None = None
    ) -> Page:
        """Open a page; `cdn` is what the CDN answers instead of the true file."""
        context = self.browser.new_context(
            base_url=self.site,
            java_script_enabled=scripts,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        self.contexts.append(context)
        page = context.new_page()

        def answer(route: Route) -> None:
            address = route.request.url
            if address.startswith((self.site, "data:")):
                route.continue_()
                return
            self.outside.add(address)
            route.fulfill(
                body=cdn or HTMX.read_bytes(),
                content_type="text/javascript",
                headers={"Access-Control-Allow-Origin": "*"},
            )

        page.route("**/*", answer)
        page.on(
            "console", lambda m: self.complaints.append(m.text) if m.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page


@pytest.fixture
def visitor(chromium: Browser, site: str) -> Iterator[Visitor]:
    """Somebody with a browser."""
    visitor = Visitor(chromium, site)
    yield visitor
    for context in visitor.contexts:
        context.close()
