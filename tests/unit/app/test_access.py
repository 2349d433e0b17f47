"""Decisions about access."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.accounts.enums import Role, ScopeKind
from app.accounts.rules import TRIES, WINDOW, Actor, Held, check_new_password, in_force, permission, wait_after
from app.kernel.errors import DomainError

READ = permission("tests.read", Role.COORDINATOR, Role.AUDITOR)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def actor(*grants: Held) -> Actor:
    return Actor(user_id=1, email="a@example.org", display_name="A", session_version=1, grants=grants)


def test_reach_gathers_scopes_of_the_roles_that_hold_the_permission() -> None:
    someone = actor(
        Held(Role.COORDINATOR, ScopeKind.PROGRAMME, 7),
        Held(Role.COORDINATOR, ScopeKind.COHORT, 3),
        Held(Role.PARTICIPANT, ScopeKind.COHORT, 9),
    )
    reach = someone.reach(READ)
    assert (reach.everywhere, reach.programmes, reach.cohorts) == (False, frozenset({7}), frozenset({3}))


def test_no_grant_is_no_reach() -> None:
    assert not actor().may(READ)
    assert not actor(Held(Role.OFFICIAL, ScopeKind.EVERYWHERE)).may(READ)


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        (None, None, True),
        (date(2026, 3, 2), None, True),
        (date(2026, 3, 3), None, False),
        (None, date(2026, 3, 2), True),
        (None, date(2026, 3, 1), False),
    ],
)
def test_a_grant_holds_from_its_first_to_its_last_day(first: date | None, last: date | None, holds: bool) -> None:
    held = Held(Role.AUDITOR, ScopeKind.EVERYWHERE, None, first, last)
    assert bool(in_force([held], date(2026, 3, 2))) is holds


def test_the_throttle_opens_again_when_the_oldest_of_the_last_failures_is_old() -> None:
    failures = [NOW - timedelta(minutes=minutes) for minutes in (14, 13, 12, 11, 10)]
    assert len(failures) == TRIES
    assert wait_after(failures, now=NOW) == timedelta(minutes=1)
    assert wait_after(failures, now=NOW + timedelta(minutes=1)) == timedelta(0)
    assert wait_after(failures[:4], now=NOW) == timedelta(0)
    assert wait_after([NOW - WINDOW] * 20, now=NOW) == timedelta(0)


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaa", "someone@example.org"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(DomainError) as refusal:
        check_new_password(password, email="someone@example.org")
    assert refusal.value.field == "new"


def test_a_long_password_needs_no_special_characters() -> None:
    check_new_password("қыс ұзақ, жаз қысқа", email="someone@example.org")
