"""An empty database of each kind for a benchmark, and the product on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from psycopg import connect

from tests.support.database import application, settings_for
from tests.support.postgres import start


@contextmanager
def databases(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The addresses of two empty databases of this name, by their kind; the server of PostgreSQL ends with this."""
    server = start()
    try:
        with connect(server.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        yield {
            "sqlite": f"sqlite:///{folder}/{name}.sqlite",
            "postgresql": f"{server.url.removesuffix('/postgres')}/{name}",
        }
    finally:
        server.stop()


@contextmanager
def fresh(address: str, folder: Path, **changes: Any) -> Iterator[Flask]:  # noqa: ANN401 - those of the settings
    """The product on an empty database, migrated."""
    with application(settings_for(address, folder, **changes)) as app:
        with app.app_context():
            upgrade()
        yield app
