"""The demonstration, served on a real port, and visitors to it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page

from app.accounts.queries import find_user
from app.kernel.database import db
from tests.support.database import application
from tests.support.demonstration import Demonstration, demo_settings
from tests.support.site import serve
from tests.support.visiting import signed_in

SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1366, "height": 768}}
LOCALES = {"kk": "kk-KZ", "ru": "ru-RU", "en": "en-GB"}


class Site:
    """The demonstration on an address, and the application behind it."""

    def __init__(self, address: str, app: Flask) -> None:
        """``address`` is such as ``http://127.0.0.1:40123``."""
        self.address, self.app = address, app

    def session_of(self, role: str) -> str:
        """The cookie of somebody who has signed in."""
        with self.app.app_context():
            user = find_user(db.session(), f"{role}@demo.example")
            assert user is not None
            cookie = signed_in(self.app, user.id, user.session_version).get_cookie("jetekshi")
            assert cookie is not None
            return cookie.value


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
    """Opens the site in a size and a language, with or without JavaScript; a role is signed in already."""

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
        if role:
            cookie = {"name": "jetekshi", "value": site.session_of(role), "url": site.address, "httpOnly": True}
            context.add_cookies([cookie])  # type: ignore[list-item]  # a SetCookieParam
        return context.new_page()

    return opened
