"""Clients that are signed in, and what is sent to the database while they ask."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

READS_AND_WRITES = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")

Statements = Callable[[], AbstractContextManager[list[str]]]


def signed_in(app: Flask, user_id: int, session_version: int, *, lang: str | None = None) -> FlaskClient:
    """A client with a session of an account, without the cost of a password; ``lang`` None: nothing chosen."""
    client = app.test_client()
    with client.session_transaction() as cookies:
        cookies["_user_id"] = f"{user_id}:{session_version}"
        cookies["_fresh"] = True
    if lang:
        client.set_cookie("lang", lang)
    return client


@pytest.fixture
def statements(session: Session) -> Statements:
    """A context that collects what is sent to the database; what the test wrote is sent before."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        sent: list[str] = []
        session.commit()

        def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if statement.lstrip().upper().startswith(READS_AND_WRITES):
                sent.append(statement)

        event.listen(Engine, "before_cursor_execute", hear)
        try:
            yield sent
        finally:
            event.remove(Engine, "before_cursor_execute", hear)

    return counting
