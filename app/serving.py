"""Serving from one process: the site, and a worker beside it."""

import logging
import signal
from types import FrameType
from typing import NoReturn

from flask import Flask
from waitress import serve as answer

from app.jobs.worker import Worker

THREADS = 8


def serve(app: Flask, *, host: str, port: int) -> None:
    """Answer on an address and carry out jobs until stopped: all that an installation on one machine needs."""
    signal.signal(signal.SIGTERM, _end)
    logging.getLogger("waitress").setLevel(logging.WARNING)
    worker = Worker(app)
    worker.start()
    try:
        answer(app, host=host, port=port, threads=THREADS, ident=None)
    finally:
        worker.stop()


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit  # as Ctrl+C does: the server closes, and the worker gives back what it has in its hands
