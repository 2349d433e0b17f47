"""A cohort with people and accounts for every test of this folder, and a clock that stands."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

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
    """The cohort kel-1."""
    return make_world(session)


@pytest.fixture
def visit(app: Flask, world: World) -> Callable[..., FlaskClient]:
    """A client signed in as an account of the world: ``visit("participant", lang="kk")``."""
    return lambda name, **options: sign_in(app, world, name, **options)


@pytest.fixture
def statements(session: Session) -> Callable[[], AbstractContextManager[list[str]]]:
    """A context that collects what is sent to the database."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        sent: list[str] = []
        session.commit()

        def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.lstrip().upper().startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")):
                sent.append(statement)

        event.listen(Engine, "before_cursor_execute", hear)
        try:
            yield sent
        finally:
            event.remove(Engine, "before_cursor_execute", hear)

    return counting
