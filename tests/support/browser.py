"""A real Chromium for the tests, and the watch that is kept on every page it opens.

``python -m tests.support.browser`` sees to it that there is one: root gets Debian's, others a sentence that says how.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request
from pytest_playwright import CreateContextCallback

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",  # root has no sandbox, and the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PACKAGES = ("chromium", "fonts-liberation")
HOW = "The browser tests need Chromium: install it (on Debian: apt-get install chromium) and run make again."


def chromium() -> str | None:
    """The browser's program, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> int:
    """Install Chromium if it is missing and can be installed; returns the exit code."""
    if chromium():
        return 0
    apt = shutil.which("apt-get")
    if os.geteuid() == 0 and apt:
        print("Installing Chromium for the browser tests.")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (("update",), ("install", "--yes", "--no-install-recommends", *PACKAGES)):
            done = subprocess.run([apt, "-q", *arguments], env=environment, capture_output=True, check=False)
        if done.returncode == 0 and chromium():
            return 0
        sys.stderr.write(done.stderr.decode(errors="replace"))
    print(HOW, file=sys.stderr)
    return 1


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the machine's Chromium: the one that playwright would fetch is not to be had offline."""
    program = chromium()
    if program is None:
        pytest.fail(HOW)
    return {**browser_type_launch_args, "executable_path": program, "args": list(FLAGS)}


class Watch:
    """Notes what no page may do: ask another host, break the content security policy, raise an error in a script."""

    def __init__(self) -> None:
        """Nothing has been seen yet."""
        self.complaints: list[str] = []

    def over(self, page: Page) -> None:
        """Watch a page from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error in a script: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium reports an answer of 404 or 422 as an error too; tests of refusals cause those on purpose.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob", "about"} and address.hostname not in {"127.0.0.1", "localhost"}:
            self.complaints.append(f"request to another host: {request.url}")


@pytest.fixture
def new_context(new_context: CreateContextCallback) -> Iterator[Callable[..., BrowserContext]]:
    """Makes contexts of the browser; the test fails if any page in them did what ``Watch`` notes."""
    watch = Watch()

    def watched(**options: Any) -> BrowserContext:  # noqa: ANN401 - playwright's own options
        context = new_context(**options)
        context.on("page", watch.over)
        return context

    yield watched
    assert watch.complaints == []


if __name__ == "__main__":
    sys.exit(main())
