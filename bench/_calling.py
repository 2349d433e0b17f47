"""Whole requests into an application without a server or a client, and what they cost."""

import sys
import time
from collections.abc import Callable
from io import BytesIO
from statistics import median
from typing import Any

from flask import Flask

REPEATS = 60


class Caller:
    """Sends whole requests into an application and reads the whole answer."""

    def __init__(self, app: Flask, path: str, cookie: str = "") -> None:
        """``path`` may have a query; ``cookie`` is what a browser would send."""
        path, _, query = path.partition("?")
        self.app, self.body, self.status = app, b"", ""
        self.environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": cookie,
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

    def __call__(self) -> None:
        """One request."""
        answer = self.app.wsgi_app({**self.environ, "wsgi.input": BytesIO()}, self._start)
        self.body = b"".join(answer)
        close = getattr(answer, "close", None)
        if close:
            close()

    def _start(self, status: str, _headers: list[tuple[str, str]], _info: object = None) -> Callable[[bytes], object]:
        self.status = status
        return lambda _data: None


def cookie_of(app: Flask, name: str, values: dict[str, Any]) -> str:
    """A signed session as a browser would send it back."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # Flask's own
    return f"{name}={serializer.dumps(values)}"


def cpu(act: Callable[[], None], repeats: int = REPEATS) -> float:
    """CPU milliseconds of one call: the median of many."""
    spent = []
    for _ in range(repeats):
        begin = time.process_time_ns()
        act()
        spent.append(time.process_time_ns() - begin)
    return median(spent) / 1e6
