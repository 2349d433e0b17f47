"""The demonstration on each database, made once; tests read one copy together, or change one of their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.database import db
from cohorts.models import Cohort
from demo.seed import seed
from tests.support.database import BACKENDS, Worker, application
from tests.support.demonstration import demo_settings

TODAY = date(2026, 11, 25)


def make(app: Flask, today: date) -> Session:
    """Seed the demonstration, and read it anew."""
    seed(app.extensions["settings"], today=today)
    session: Session = db.session()
    session.expire_all()
    return session


@dataclass
class Made:
    """A demonstration that nobody changes."""

    app: Flask
    session: Session

    def cohort(self, code: str) -> Cohort:
        """One of its cohorts."""
        return self.session.scalars(select(Cohort).where(Cohort.code == code)).one()


class Originals:
    """The demonstration of a Wednesday on each database, made when it is first asked for."""

    def __init__(self, worker: Worker, folder: Path) -> None:
        self._worker, self._folder = worker, folder
        self._made: dict[str, str] = {}

    def copy(self, backend: str) -> str:
        """The address of a copy on this kind of database."""
        databases = self._worker.databases(backend)
        if backend not in self._made:
            address = databases.copy()
            with application(demo_settings(self._folder / backend, DATABASE_URL=address)) as app, app.app_context():
                make(app, TODAY)
                db.session.remove()
            self._made[backend] = address
        return databases.copy(self._made[backend])


@pytest.fixture(scope="session")
def originals(worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> Originals:
    """One demonstration for each kind of database."""
    return Originals(worker, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module", params=BACKENDS)
def made(
    request: pytest.FixtureRequest, originals: Originals, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    """The demonstration, for tests that only read it."""
    settings = demo_settings(tmp_path_factory.mktemp("read"), DATABASE_URL=originals.copy(request.param))
    with application(settings) as app, app.app_context():
        yield Made(app, db.session())
        db.session.remove()


@pytest.fixture
def copied(originals: Originals, backend: str, tmp_path: Path) -> Iterator[Flask]:
    """A demonstration of the test's own, where commits are real."""
    with application(demo_settings(tmp_path / "demo", DATABASE_URL=originals.copy(backend))) as app:
        yield app
