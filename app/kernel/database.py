"""The engine and the request's session, set up alike for SQLite and PostgreSQL."""

import sqlite3
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.exc import OperationalError

from app.kernel.base import Base
from app.kernel.writers import WriterConnection, line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Base",
    "configure_engine",
    "db",
    "engine_options",
    "init_database",
    "read_from_now_on",
    "reading",
    "writing",
]

db = SQLAlchemy()  # the session and the engines; tables hang on our own Base

BUSY_TIMEOUT_MS = 15_000  # the longest act, a roster of 5,000 people, holds the lock for a third of that
WRITE = "BEGIN IMMEDIATE"
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


@contextmanager
def writing() -> "Iterator[None]":
    """Transactions begun inside may write, until :func:`read_from_now_on` says otherwise."""
    token = _reading.set(False)
    try:
        yield
    finally:
        _reading.reset(token)


def read_from_now_on() -> None:
    """What is asked from here to the end of the present :func:`writing` or :func:`reading` holds no writer up."""
    _reading.set(True)


def engine_options(address: str) -> dict[str, Any]:
    """How to connect: values stay out of messages, a server that is away or was restarted is noticed soon."""
    options: dict[str, Any] = {"hide_parameters": True}
    if address.startswith("postgresql"):
        options |= {"pool_pre_ping": True, "connect_args": {"connect_timeout": CONNECT_SECONDS}}
    elif make_url(address).database not in {None, "", ":memory:"}:
        options["pool_size"] = 0  # as many as there are threads: who only reads waits for no writer in line
    return options


def init_database(app: Flask) -> None:
    """Bind the session to the application's database and set the engine up."""
    db.init_app(app)
    with app.app_context():
        configure_engine(db.engine)


def configure_engine(engine: Engine) -> None:
    """On SQLite: WAL, synchronous FULL, foreign keys, and a place in line for every transaction that may write.

    A deferred BEGIN that later writes fails with "database is locked" under load; IMMEDIATE waits its turn: behind
    the writers of this process who came before, then, if it must, for another process.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> None:  # noqa: ANN401 - what SQLAlchemy gives
        options["factory"] = WriterConnection

    @event.listens_for(engine, "connect")
    def set_up(connection: WriterConnection, _record: Any) -> None:  # noqa: ANN401 - what SQLAlchemy gives
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        connection.line = line_of(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if _reading.get():
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_writing(connection)


def _begin_writing(connection: Connection) -> None:
    """Take the write lock in turn; a turn that does not come is the error that SQLite itself would raise."""
    writer = cast("WriterConnection", connection.connection.dbapi_connection)
    if not writer.queue_up(BUSY_TIMEOUT_MS / 1000):
        raise OperationalError(WRITE, None, sqlite3.OperationalError("database is locked"))
    try:
        connection.exec_driver_sql(WRITE)
    except BaseException:
        writer.step_aside()
        raise
