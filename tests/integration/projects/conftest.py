"""A cohort that is ready to defend projects, for every test of this folder."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.kernel import clock
from tests.integration.modules.world import NOW, sign_in
from tests.integration.projects.world import Stage, make_stage


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock of the application; it stands at NOW otherwise."""

    def stand(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    stand(NOW)
    return stand


@pytest.fixture
def stage(session: Session, at: Callable[[datetime], None]) -> Stage:  # noqa: ARG001 - the clock stands
    """The cohort kel-1 with nine people of three organisations."""
    return make_stage(session)


@pytest.fixture
def visit(app: Flask, stage: Stage) -> Callable[..., FlaskClient]:
    """A client signed in as an account of the cohort: ``visit("participant", lang="kk")``."""
    return lambda name, **options: sign_in(app, stage.world, name, **options)
