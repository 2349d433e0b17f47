"""A small world for every test of this folder, and a clock that stands."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.kernel import clock
from tests.integration.cohorts.world import NOW, World, make_world, sign_in


@pytest.fixture
def world(session: Session, monkeypatch: pytest.MonkeyPatch) -> World:
    """The programmes, the cohorts and the accounts."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return make_world(session)


@pytest.fixture
def visit(app: Flask, world: World) -> Callable[..., FlaskClient]:
    """Sign in as an account of the world: ``visit("coordinator", lang="kk")``."""
    return lambda name, **options: sign_in(app, world.users[name], **options)
