"""Decisions about jobs: no database, no web."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from app.accounts.enums import Role
from app.accounts.rules import permission
from app.jobs.enums import JobState, Missed, Standing
from app.jobs.kinds import Times

VIEW_JOBS = permission("jobs.view", Role.ADMINISTRATOR, Role.AUDITOR)
MANAGE_JOBS = permission("jobs.manage", Role.ADMINISTRATOR)

LEASE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)  # moments are no finer
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=30)
LONGEST_DOUBT = 8  # attempts after which the wait grows no more
MOST_FIRES = 1000  # jobs that a trigger makes at once: a week of one that fires every ten minutes
IN_TIME = timedelta(minutes=1)  # a moment that nobody looked at for longer was missed


def wait_before(attempt: int, *, chance: Callable[[], float] = random.random) -> timedelta:
    """How long to wait after the n-th failed attempt (from 1): 5 s, 20 s, 80 s …, at most half an hour, by some chance.

    The chance keeps many jobs that failed together from coming back together.
    """
    return min(FIRST_WAIT * float(4 ** min(attempt - 1, LONGEST_DOUBT)), LONGEST_WAIT) * (0.75 + chance() / 2)


def fires(times: Times, missed: Missed, *, after: datetime, until: datetime) -> tuple[list[datetime], datetime]:
    """The moments of a trigger that are to become jobs now, oldest first; and up to which moment it was looked at.

    Args:
        after: up to which moment it was looked at before.
        until: now. When the clock was turned back behind ``after``, nothing is found, and it goes on from here.

    """
    start = min(after, until)
    if missed is Missed.NONE:
        start = max(start, until - IN_TIME)
    elif missed is Missed.LATEST:
        start = _before_the_latest(times, start, until)
    found: list[datetime] = []
    for moment in _moments(times, start, until):
        if missed is Missed.LATEST:
            found.clear()
        found.append(moment)
        if len(found) == MOST_FIRES:  # the others at the next look
            return found, moment
    return found, until


def _before_the_latest(times: Times, after: datetime, until: datetime) -> datetime:
    """A moment shortly before the last one that fires: a year of minutes is not counted through for it."""
    span = IN_TIME
    while until - span > after:
        if next(_moments(times, until - span, until), None) is not None:
            return until - span
        span *= 4
    return after


def _moments(times: Times, after: datetime, until: datetime) -> Iterator[datetime]:
    at = times.get_next_fire_time(None, after + TICK)
    while at is not None and at <= until:
        yield at.astimezone(UTC)
        following = times.get_next_fire_time(at, at + TICK)
        at = following if following is not None and following > at else None  # a trigger that stands still is left


def standing(*, workers: int, failed: int) -> Standing:
    """What is to be said first of the jobs."""
    if not workers:
        return Standing.NO_WORKER
    return Standing.FAILED if failed else Standing.FINE


def is_orphaned(state: JobState, lease_until: datetime | None, *, now: datetime) -> bool:
    """Whether a job's worker shows no life any more."""
    return state is JobState.RUNNING and lease_until is not None and lease_until < now


def may_call_off(seen: str, state: JobState) -> bool:
    """Whether a job may be called off by somebody who saw it in a state: one that began meanwhile is still the same."""
    begun = seen == JobState.WAITING and state is JobState.RUNNING
    return state in {JobState.WAITING, JobState.RUNNING, JobState.FAILED} and (begun or seen == state)
