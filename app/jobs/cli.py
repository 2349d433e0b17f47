"""``flask worker``."""

import signal
from threading import Event
from types import FrameType

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.jobs.worker import Worker


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Carry out jobs until stopped (SIGTERM, Ctrl+C). Run any number, on any machine that reaches the database."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - as Flask's manual says
    ended = Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    worker = Worker(app)
    worker.start()
    click.echo(f"Worker {worker.name} is running. Stop it with Ctrl+C.")
    while not ended.wait(60):  # a wait without end would not hear signals on every system
        pass
    worker.stop()
