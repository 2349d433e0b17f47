"""The demonstration, served on a real port, and visitors to it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page

from tests.support.database import application
from tests.support.demonstration import PASSWORD, Demonstration, demo_settings
from tests.support.site import serve

SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1366, "height": 768}}
LOCALES = {"kk": "kk-KZ", "ru": "ru-RU", "en": "en-GB"}


class Site:
    """The demonstration on an address, and the application behind it."""

    def __init__(self, address: str, app: Flask) -> None:
        """``address`` is such as ``http://127.0.0.1:40123``."""
        self.address, self.app = address, app


def _served(demonstration: Demonstration, folder: str, paths: pytest.TempPathFactory) -> Iterator[Site]:
    built: list[Flask] = []
    with ExitStack() as open_until_the_end:

        def build(address: str) -> Flask:
            settings = demo_settings(demonstration.copy(paths.mktemp(folder) / "demo"), BASE_URL=address)
            built.append(open_until_the_end.enter_context(application(settings)))
            return built[0]

        with serve(build) as address:
            yield Site(address, built[0])


@pytest.fixture(scope="session")
def shown(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A demonstration that is only looked at."""
    yield from _served(demonstration, "shown", tmp_path_factory)


@pytest.fixture
def site(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A demonstration of the test's own, to be changed."""
    yield from _served(demonstration, "site", tmp_path_factory)


@pytest.fixture
def visit(new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Opens the site as a role, in a size and a language, with or without JavaScript."""

    def opened(
        site: Site, role: str = "", *, size: str = "desk", lang: str = "en", script: bool = True, theme: str = "light"
    ) -> Page:
        context = new_context(
            base_url=site.address,
            viewport=SIZES[size],
            locale=LOCALES[lang],
            java_script_enabled=script,
            color_scheme=theme,
            accept_downloads=True,
        )
        context.add_cookies([{"name": "lang", "value": lang, "url": site.address}])
        page = context.new_page()
        if role:
            page.goto("/login")
            page.fill("#email", f"{role}@demo.example")
            page.fill("#password", PASSWORD)
            page.click("main button.btn")
            page.wait_for_url(lambda url: "/login" not in url)
        return page

    return opened
