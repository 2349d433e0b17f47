"""Databases for the tests, on SQLite and on PostgreSQL alike, and an application on one of them.

Each worker migrates an empty database once on each backend: its template. ``app`` and what stands on it work inside a
transaction that is rolled back after the test. ``own_app`` has a copy of the template to itself, where commits are
real: for tests with threads, commands in processes of their own, migrations, and browsers.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import Result
from flask import Flask, has_app_context
from flask.testing import FlaskClient, FlaskCliRunner
from flask_migrate import upgrade
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.factory import create_app
from app.kernel.database import configure_engine, db
from app.settings import Settings
from tests.support.once import TEMPLATES, routes_kept

BACKENDS = ("sqlite", "postgresql")
BASE_URL = "http://localhost"


class Databases:
    """The databases of one worker on one backend."""

    def __init__(self, folder: Path, server: str | None) -> None:
        """``server`` is the address of PostgreSQL's maintenance database, None for SQLite in files under ``folder``."""
        self._folder, self._server = folder, server
        self.template = self.empty()
        with application(settings_for(self.template, folder)) as app, app.app_context():
            upgrade()

    def empty(self) -> str:
        """A new database without a table; returns its address."""
        return self._create("template0")

    def copy(self, source: str | None = None) -> str:
        """A new database with what is in another (by default: migrated, nothing more); returns its address.

        Nobody may have the other one open.
        """
        origin = make_url(source or self.template).database or ""
        if self._server is None:
            address = self._create("")
            shutil.copyfile(origin, make_url(address).database or "")
            return address
        return self._create(origin)

    def _create(self, template: str) -> str:
        name = f"jetekshi_{secrets.token_hex(6)}"
        if self._server is None:
            return f"sqlite:///{self._folder / name}.sqlite"
        with psycopg.connect(self._server.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return make_url(self._server).set(database=name).render_as_string(hide_password=False)


def settings_for(address: str, folder: Path, **changes: Any) -> Settings:  # noqa: ANN401 - the settings' own types
    """The settings of a test: nothing from the environment."""
    given: dict[str, Any] = {
        "SECRET_KEY": "a key for the tests alone, of no worth",
        "BASE_URL": BASE_URL,
        "DATABASE_URL": address,
        "DATA_DIR": folder,
        "MAIL_URL": "files:",
        "MAIL_FROM": "jetekshi@example.kz",
        **changes,
    }
    return Settings.model_validate(given)


@contextmanager
def application(settings: Settings) -> Iterator[Flask]:
    """An application whose connections are closed at the end, else they would be reported as leaks."""
    with routes_kept():
        app = create_app(settings, testing=True)
    app.jinja_env.bytecode_cache = TEMPLATES
    app.test_client_class = Client
    app.test_cli_runner_class = CommandRunner
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


class Client(FlaskClient):
    """A client whose every request has a database session of its own, as in production.

    What the test's session holds is committed before (to the test's transaction) and read anew after.
    What the request did not commit is gone.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:  # noqa: ANN401 - as in werkzeug
        """Send a request and read the whole answer."""
        if has_app_context():
            db.session.commit()
        kwargs["buffered"] = True
        with self.application.app_context():
            return super().open(*args, **kwargs)


class CommandRunner(FlaskCliRunner):
    """Commands with a database session of their own: see ``Client``."""

    def invoke(self, cli: Any = None, args: Any = None, **kwargs: Any) -> Result:  # type: ignore[override]  # noqa: ANN401 - as in flask
        """Run a command of the application."""
        if has_app_context():
            db.session.commit()
        with self.app.app_context():
            return super().invoke(cli, args, **kwargs)


class _BoundSession(FlaskSession):
    """A session on the test's connection, whatever engine the application has."""

    def get_bind(self, *_args: Any, **_kwargs: Any) -> Connection:  # noqa: ANN401 - as in SQLAlchemy
        assert isinstance(self.bind, Connection)
        return self.bind


class Worker:
    """What a worker makes once and lends to its tests: databases and an engine for each backend."""

    def __init__(self, request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> None:
        """Nothing is made before it is asked for."""
        self._request, self._folders = request, folders
        self._databases: dict[str, Databases] = {}
        self._engines: dict[str, Engine] = {}

    def databases(self, backend: str) -> Databases:
        """The databases on a backend."""
        if backend not in self._databases:
            server = self._request.getfixturevalue("postgres_url") if backend == "postgresql" else None
            self._databases[backend] = Databases(self._folders.mktemp(backend), server)
        return self._databases[backend]

    def engine(self, backend: str) -> Engine:
        """An engine on the database that the rolled-back tests share."""
        if backend not in self._engines:
            engine = create_engine(self.databases(backend).copy())
            configure_engine(engine)
            self._engines[backend] = engine
        return self._engines[backend]

    def close(self) -> None:
        """Close all connections."""
        for engine in self._engines.values():
            engine.dispose()


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """What this worker keeps for its tests."""
    kept = Worker(request, tmp_path_factory)
    yield kept
    kept.close()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database: a test that uses it, or anything that stands on it, runs once on each."""
    kind: str = request.param
    return kind


@pytest.fixture
def databases(worker: Worker, backend: str) -> Databases:
    """Makes empty or migrated databases, where commits are real."""
    return worker.databases(backend)


@pytest.fixture
def connection(worker: Worker, backend: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """The test's connection, in a transaction that is rolled back at the end; ``db.session`` joins it by savepoints."""
    factory = db.session.session_factory
    with worker.engine(backend).connect() as connection:
        transaction = connection.begin()
        monkeypatch.setattr(factory, "class_", _BoundSession)
        monkeypatch.setitem(factory.kw, "bind", connection)
        monkeypatch.setitem(factory.kw, "join_transaction_mode", "create_savepoint")
        yield connection
        transaction.rollback()


@pytest.fixture
def settings(worker: Worker, backend: str, tmp_path: Path) -> Settings:
    """The settings of ``app``; a test module may override this fixture."""
    address = worker.engine(backend).url.render_as_string(hide_password=False)
    return settings_for(address, tmp_path / "data")


@pytest.fixture
def app(connection: Connection, settings: Settings) -> Iterator[Flask]:
    """An application on a migrated database, as empty for each test as after the migrations."""
    assert connection.in_transaction()
    with application(settings) as app:
        yield app


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The test's own database session, inside an application context."""
    with app.app_context():
        yield db.session()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor who is not signed in."""
    return app.test_client()


@pytest.fixture
def cli(app: Flask) -> FlaskCliRunner:
    """Runs commands: ``cli.invoke(args=["programmes", "schema"])``."""
    return app.test_cli_runner()


@pytest.fixture
def own_app(databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """An application with a database to itself, where commits are real."""
    with application(settings_for(databases.copy(), tmp_path / "data")) as app:
        yield app
