"""A cohort with people, accounts and an assistant, for every test of this folder, and a clock that stands."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.enums import DelegatedArea
from app.accounts.models import Delegation
from app.kernel import clock
from tests.integration.modules.world import NOW, World, make_world, sign_in


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock of the application; it stands at NOW otherwise."""

    def stand(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    stand(NOW)
    return stand


@pytest.fixture
def world(session: Session, at: Callable[[datetime], None]) -> World:  # noqa: ARG001 - the clock stands
    """The cohort kel-1; the assistant reads the participant's notices."""
    world = make_world(session)
    person_id, user_id = world.users["participant"].person_id, world.users["assistant"].id
    session.add(Delegation(person_id=person_id, user_id=user_id, area=DelegatedArea.NOTICES))
    session.flush()
    return world


@pytest.fixture
def visit(app: Flask, world: World) -> Callable[..., FlaskClient]:
    """A client signed in as an account of the world: ``visit("participant", lang="kk")``."""
    return lambda name, **options: sign_in(app, world, name, **options)
