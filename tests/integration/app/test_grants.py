"""Giving roles."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.services import create_user, grant
from app.kernel import clock


def test_a_role_in_force_is_not_given_twice_and_an_expired_one_is_given_anew(session: Session) -> None:
    now = clock.now()
    user = create_user(session, email="a@example.org", display_name="A", password="a long password", now=now)
    grant(session, user=user, role=Role.AUDITOR, now=now, valid_to=clock.day_of(now))
    version = user.session_version
    grant(session, user=user, role=Role.AUDITOR, now=now)
    assert (len(user.grants), user.session_version) == (1, version)
    grant(session, user=user, role=Role.AUDITOR, now=now + timedelta(days=2))
    assert [held.valid_to for held in user.grants] == [clock.day_of(now), None]
