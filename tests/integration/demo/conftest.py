"""The demonstration on each database, made once for the tests that only read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

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


@pytest.fixture(scope="module", params=BACKENDS)
def made(request: pytest.FixtureRequest, worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """The demonstration of a Wednesday."""
    folder = tmp_path_factory.mktemp("demo")
    settings = demo_settings(folder, DATABASE_URL=worker.databases(request.param).copy())
    with application(settings) as app, app.app_context():
        yield Made(app, make(app, TODAY))
        db.session.remove()
