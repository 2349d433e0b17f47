"""Decisions about jobs: no database, no web."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from app.accounts.enums import Role
from app.accounts.rules import permission
from app.jobs.enums import Missed
from app.jobs.kinds import Times

VIEW_JOBS = permission("jobs.view", Role.ADMINISTRATOR, Role.AUDITOR)
MANAGE_JOBS = permission("jobs.manage", Role.ADMINISTRATOR)

LEASE = timedelta(minutes=1)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=30)
MOST_FIRES = 1000  # that are made up for at once: a week of a trigger that fires every ten minutes


def wait_before(attempt: int, *, chance: Callable[[], float] = random.random) -> timedelta:
    """How long to wait after the n-th failed attempt (from 1): 5 s, 20 s, 80 s …, at most half an hour, by some chance.

    The chance keeps many jobs that failed together from coming back together.
    """
    return min(FIRST_WAIT * float(4 ** (attempt - 1)), LONGEST_WAIT) * (0.75 + chance() / 2)


def fires(times: Times, missed: Missed, *, after: datetime, until: datetime, alive_since: datetime) -> list[datetime]:
    """The moments of a trigger that are to become jobs now, oldest first.

    Args:
        after: up to which moment they were looked at before.
        until: now. When the clock was turned back behind ``after``, only this moment is looked at.
        alive_since: since when this worker runs; earlier moments were missed.

    """
    start = min(after, until)
    found: list[datetime] = []
    at = times.get_next_fire_time(None, start + timedelta(microseconds=1))
    while at is not None and at <= until and len(found) < MOST_FIRES:
        found.append(at.astimezone(UTC))
        following = times.get_next_fire_time(at, at + timedelta(microseconds=1))
        at = following if following is not None and following > at else None  # a trigger that stands still is left
    if missed is Missed.ALL:
        return found
    late = [moment for moment in found if moment < alive_since]
    return [*(late[-1:] if missed is Missed.LATEST else []), *(moment for moment in found if moment >= alive_since)]
