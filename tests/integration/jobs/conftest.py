"""Accounts for the pages of jobs, and the jobs that they show."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.services import create_user, grant
from app.kernel import clock
from tests.support.visiting import signed_in


@pytest.fixture
def visit(app: Flask, session: Session) -> Callable[..., FlaskClient]:
    """A client signed in with a role: ``visit(Role.AUDITOR, lang="kk")``."""

    def client(role: Role, *, lang: str = "en") -> FlaskClient:
        email, now = f"{role.value}@example.org", clock.now()
        user = create_user(session, email=email, display_name="Reader", password="a long password", now=now)
        grant(session, user=user, role=role, now=now)
        session.flush()
        return signed_in(app, user.id, user.session_version, lang=lang)

    return client
