"""The engine and the request's session, set up alike for SQLite and PostgreSQL."""

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event

from app.kernel.base import Base

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Base", "configure_engine", "db", "engine_options", "init_database", "reading"]

db = SQLAlchemy()  # the session and the engines; tables hang on our own Base

BUSY_TIMEOUT_MS = 15_000  # the longest act, a roster of 5,000 people, holds the lock for a third of that
CONNECT_SECONDS = 5
_reading: ContextVar[bool] = ContextVar("reading", default=False)


@contextmanager
def reading() -> "Iterator[None]":
    """Transactions begun inside take no write lock on SQLite (PostgreSQL needs no such hint)."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def engine_options(address: str) -> dict[str, Any]:
    """How to connect: values stay out of messages, a server that is away or was restarted is noticed soon."""
    options: dict[str, Any] = {"hide_parameters": True}
    if address.startswith("postgresql"):
        options |= {"pool_pre_ping": True, "connect_args": {"connect_timeout": CONNECT_SECONDS}}
    return options


def init_database(app: Flask) -> None:
    """Bind the session to the application's database and set the engine up."""
    db.init_app(app)
    with app.app_context():
        configure_engine(db.engine)


def configure_engine(engine: Engine) -> None:
    """On SQLite: WAL, synchronous FULL, foreign keys, and BEGIN IMMEDIATE for every transaction that may write.

    A deferred BEGIN that later writes fails with "database is locked" under load; IMMEDIATE waits its turn.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own types
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")
