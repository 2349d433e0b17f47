"""An application that answers on a real port, for browsers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002, ANN401 - as in werkzeug
        """Say nothing of each request."""


@contextmanager
def serve(build: Callable[[str], Flask]) -> Iterator[str]:
    """Serve what ``build`` makes for an address, such as ``http://127.0.0.1:40123``; gives that address."""
    server = make_server("127.0.0.1", 0, Flask(__name__), threaded=True, request_handler=_Silent)
    address = f"http://127.0.0.1:{server.server_port}"
    server.app = build(address)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
