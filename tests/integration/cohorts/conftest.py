"""A small world for every test of this folder, and a clock that stands."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
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


@pytest.fixture
def statements() -> Callable[[], AbstractContextManager[list[str]]]:
    """Hear what is sent to the database while a block runs; the block gets the list."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        sent: list[str] = []

        def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
                sent.append(statement)

        event.listen(Engine, "before_cursor_execute", hear)
        try:
            yield sent
        finally:
            event.remove(Engine, "before_cursor_execute", hear)

    return counting
