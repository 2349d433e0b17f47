"""The watch on the browser's pages sees what no page may do."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext

from tests.support.browser import Watch
from tests.support.site import serve

pytestmark = pytest.mark.xdist_group("browser")


def site(body: str, policy: str = "default-src * 'unsafe-inline'") -> Callable[[str], Flask]:
    """An application of one page."""

    def build(_address: str) -> Flask:
        app = Flask(__name__)
        app.add_url_rule("/", view_func=lambda: (f"<!doctype html>{body}", {"Content-Security-Policy": policy}))
        app.add_url_rule("/favicon.ico", view_func=lambda: ("", 204), endpoint="icon")
        return app

    return build


@pytest.mark.parametrize(
    ("body", "policy", "complaint"),
    [
        ("<script>nothing.at.all()</script>", "default-src 'unsafe-inline'", "error in a script"),
        ("<p style='color: red'>", "default-src 'self'", "violates"),
        ("<img src='http://192.0.2.1/x.png'>", "default-src *", "request to another host: http://192.0.2.1/x.png"),
    ],
)
def test_a_trespass_is_seen(browser: Browser, body: str, policy: str, complaint: str) -> None:
    watch = Watch()
    with serve(site(body, policy)) as address:
        page = browser.new_page()
        watch.over(page)
        page.goto(address, wait_until="commit")
        page.wait_for_timeout(300)  # milliseconds
        page.close()

    assert [seen for seen in watch.complaints if complaint in seen]


def test_a_page_that_keeps_the_rules_passes(new_context: Callable[..., BrowserContext]) -> None:
    with serve(site("<title>Right</title><img src='/missing.png' alt=''>")) as address:
        page = new_context(viewport={"width": 390, "height": 844}).new_page()
        page.goto(address)

        assert page.title() == "Right"
        assert page.viewport_size == {"width": 390, "height": 844}
