"""Jobs for the tests, in an application whose commits are real."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.jobs.enums import JobState
from app.jobs.kinds import JobKind, Registry, Trigger
from app.jobs.models import Job
from app.jobs.services import enqueue
from app.jobs.work import Work
from app.jobs.worker import Worker
from app.kernel.unit import unit_of_work
from app.kernel.words import Message
from app.people.models import Person

PATIENCE = 60.0  # seconds
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


class Clock:
    """A clock that a test turns."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        """What it shows."""
        return self.moment

    def on(self, **much: float) -> None:
        """Turn it on, or back when negative."""
        self.moment += timedelta(**much)


def leave_mark(work: Work, *, mark: str) -> None:
    """A job with an effect that can be counted: somebody of this name."""
    with work.finish() as session:
        session.add(Person(search_key=mark, sort_key=mark))


MARK = JobKind("tests.mark", Message("Leave a mark"), leave_mark)


def kind(run: Callable[..., None], **options: Any) -> JobKind:  # noqa: ANN401 - those of the kind
    """A kind of job that a test needs once."""
    return JobKind("tests.own", Message("A job of a test"), run, **options)


def worker(app: Flask, *kinds: JobKind, triggers: Iterable[Trigger] = (), **options: Any) -> Worker:  # noqa: ANN401 - those of the worker
    """A worker that knows these kinds only."""
    app.extensions["jobs"] = Registry(kinds, triggers)
    return Worker(app, **options)


def put(app: Flask, kind: JobKind, *keys: str, now: datetime = NOON, **arguments: Any) -> None:  # noqa: ANN401 - whatever JSON holds
    """Put jobs into the ledger and commit."""
    with app.app_context(), unit_of_work() as session:
        for key in keys:
            enqueue(session, kind=kind, key=key, now=now, arguments=arguments or {"mark": key})


def until(true: Callable[[], object]) -> None:
    """Wait until something is so; a test that waits too long fails."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def pass_a_night(app: Flask, trigger: Trigger, clock: Clock) -> None:
    """What a trigger of each night does, and nothing else; the clock goes on by a day."""
    hand = worker(app, triggers=[trigger], now=clock)
    hand.tick()
    clock.on(days=1)
    hand.tick()
    assert hand.run_due() == 1
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(Job.state).where(Job.kind == trigger.kind.name)).all() == [JobState.DONE]
