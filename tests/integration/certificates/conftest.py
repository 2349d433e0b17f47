"""What the tests of certificates stand on."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.integration.certificates.making import World
from tests.integration.certificates.teams import Teams


@pytest.fixture
def app(app: Flask) -> Flask:
    """Forms without tokens: the tokens are tested with the platform."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def world(session: Session) -> World:
    """A programme with a cohort of nobody."""
    return World(session)


@pytest.fixture
def teams(world: World) -> Teams:
    """Twelve universities with twenty-five people; nobody has defended yet."""
    return Teams(world)
