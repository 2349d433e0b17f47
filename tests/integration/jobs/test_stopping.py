"""Jobs that are called off, fail, are begun again, and workers that die or go home: what was done stays."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.rules import Actor
from app.accounts.services import create_user
from app.jobs import ledger
from app.jobs.bell import bell
from app.jobs.enums import JobState
from app.jobs.kinds import JobKind
from app.jobs.models import Job
from app.jobs.services import cancel, run_again
from app.jobs.work import Work
from app.kernel.database import db
from app.kernel.errors import StorageError
from app.kernel.unit import unit_of_work
from app.kernel.words import Message
from app.people.models import Person
from tests.integration.jobs.own import MARK, NOON, Clock, kind, leave_mark, put, worker
from tests.integration.jobs.test_ledger import marks, only

LEASE = timedelta(minutes=1)


@pytest.fixture
def admin(own_app: Flask) -> Actor:
    """Whoever looks after the jobs."""
    with own_app.app_context(), unit_of_work() as session:
        user = create_user(session, email="a@example.org", display_name="A", password="a long password", now=NOON)
        session.flush()
        return Actor(user_id=user.id, email=user.email, display_name="A", session_version=1)


def call_off(app: Flask, admin: Actor, seen: JobState, *, now: datetime = NOON) -> None:
    with app.app_context(), unit_of_work() as session:
        number = session.scalars(select(Job.id).order_by(Job.id)).first()
        assert number is not None
        cancel(session, number=number, seen=seen, actor=admin, now=now)


def begin_again(app: Flask, admin: Actor, clock: Clock) -> None:
    with app.app_context(), unit_of_work() as session:
        run_again(session, number=session.scalars(select(Job.id)).one(), actor=admin, now=clock())


def three_steps(between: Callable[[int], None]) -> JobKind:
    """A job that leaves a mark at each of three steps and goes on where it was; between them something happens."""

    def run(work: Work, *, mark: str) -> None:
        with work.step() as session:
            done = session.scalars(select(Job.progress).where(Job.id == work.claim.id)).one()
        for number in range(done + 1, 4):
            said = Message("%(n)s of %(total)s", n=number, total=3)
            with work.step(progress=number, total=3, said=said) as session:
                session.add(Person(search_key=f"{mark}{number}", sort_key=mark))
            between(number)

    return kind(run, attempts=3)


def test_a_job_that_waits_is_called_off_at_once(own_app: Flask, admin: Actor) -> None:
    put(own_app, MARK, "a")
    call_off(own_app, admin, JobState.WAITING)
    assert worker(own_app, MARK, now=Clock()).run_due() == 0
    assert (only(own_app).state, marks(own_app)) == (JobState.CANCELLED, [])


def test_a_job_that_runs_stops_at_its_next_step_and_what_it_did_stays(own_app: Flask, admin: Actor) -> None:
    steps = three_steps(lambda number: call_off(own_app, admin, JobState.RUNNING) if number == 2 else None)
    put(own_app, steps, "a")
    worker(own_app, steps, now=Clock()).run_due()
    job = only(own_app)
    assert (job.state, job.progress, job.stop_asked, job.token) == (JobState.CANCELLED, 2, False, None)
    assert marks(own_app) == ["a1", "a2"]


def test_a_job_that_was_called_off_goes_on_where_it_was_when_it_is_begun_again(own_app: Flask, admin: Actor) -> None:
    clock, asked = Clock(), [2]

    def once(number: int) -> None:
        if asked == [number]:
            asked.clear()
            call_off(own_app, admin, JobState.RUNNING)

    steps = three_steps(once)
    put(own_app, steps, "a")
    man = worker(own_app, steps, now=clock)
    man.run_due()
    begin_again(own_app, admin, clock)
    man.run_due()
    assert (only(own_app).state, marks(own_app)) == (JobState.DONE, ["a1", "a2", "a3"])


def test_a_job_that_is_called_off_while_it_fails_is_not_tried_again(own_app: Flask, admin: Actor) -> None:
    def fail(_work: Work, *, mark: str) -> None:
        call_off(own_app, admin, JobState.RUNNING)
        raise ValueError(mark)

    put(own_app, kind(fail), "a")
    worker(own_app, kind(fail), now=Clock()).run_due()
    assert only(own_app).state == JobState.CANCELLED


def test_a_job_that_is_called_off_while_its_worker_is_dead_does_not_run(own_app: Flask, admin: Actor) -> None:
    clock = Clock()
    put(own_app, MARK, "a")
    claim(own_app, MARK, clock)
    call_off(own_app, admin, JobState.RUNNING)
    clock.on(minutes=2)
    worker(own_app, MARK, now=clock).run_due()
    assert (only(own_app).state, marks(own_app)) == (JobState.CANCELLED, [])


@pytest.mark.parametrize("asked_before", [False, True])
def test_a_job_of_another_release_whose_worker_died_leaves_its_turn_when_it_is_called_off(
    own_app: Flask, admin: Actor, *, asked_before: bool
) -> None:
    clock, newer = Clock(), JobKind("tests.newer", Message("Of another release"), leave_mark, turn="mail")
    mine = kind(leave_mark, turn="mail")
    put(own_app, newer, "a")
    claim(own_app, newer, clock)
    if asked_before:
        call_off(own_app, admin, JobState.RUNNING)
    put(own_app, mine, "b")
    clock.on(minutes=2)
    man = worker(own_app, mine, now=clock)
    assert man.run_due() == 0  # the turn is taken
    before = bell.heard()
    call_off(own_app, admin, JobState.RUNNING, now=clock())
    assert bell.heard() > before
    assert man.run_due() == 1
    with own_app.app_context():
        job = db.session.scalars(select(Job).where(Job.kind == newer.name)).one()
    assert (job.state, job.ended_at, job.stop_asked) == (JobState.CANCELLED, clock(), False)
    assert (job.token, job.lease_until) == (None, None)
    assert marks(own_app) == ["b"]


def claim(app: Flask, of: JobKind, clock: Clock) -> None:
    """Take a job as a worker that dies before it does anything."""
    with app.app_context(), unit_of_work() as session:
        assert ledger.claim(session, kinds=[of.name], now=clock(), lease=LEASE) is not None


def test_a_job_that_kills_its_workers_is_left_for_a_person(own_app: Flask, admin: Actor) -> None:
    clock, deadly = Clock(), kind(lambda _work, *, mark: mark, attempts=3)
    put(own_app, deadly, "a")
    for _ in range(3):
        claim(own_app, deadly, clock)
        clock.on(minutes=2)
    man = worker(own_app, deadly, now=clock)
    man.run_due()
    job = only(own_app)
    assert (job.state, job.attempts, job.token) == (JobState.FAILED, 3, None)
    assert str(Message.from_dict(job.problem or {})).startswith("It was begun 3 times, and the last time its worker")
    begin_again(own_app, admin, clock)
    man.run_due()
    assert only(own_app).state == JobState.DONE


def test_a_worker_that_goes_home_gives_its_job_back_as_if_it_had_not_been_begun(own_app: Flask) -> None:
    begun, told = Event(), Event()

    def wait(number: int) -> None:
        if number == 1 and not told.is_set():
            begun.set()
            assert told.wait(30)

    steps = three_steps(wait)
    put(own_app, steps, "a")
    man = worker(own_app, steps, now=Clock())
    man.start()
    assert begun.wait(30)
    man._stop.set()  # noqa: SLF001 - stop() would wait for the step that waits for us
    told.set()
    man.stop()
    job = only(own_app)
    assert (job.state, job.attempts, job.progress, job.token) == (JobState.WAITING, 0, 1, None)
    worker(own_app, steps, now=Clock()).run_due()
    assert (only(own_app).state, marks(own_app)) == (JobState.DONE, ["a1", "a2", "a3"])


def test_a_full_disk_is_waited_for(own_app: Flask) -> None:
    clock, full = Clock(), [True]

    def write(work: Work, *, mark: str) -> None:
        if full.pop():
            raise StorageError(Message("The file was not kept: the disk is full."))
        with work.finish() as session:
            session.add(Person(search_key=mark, sort_key=mark))

    writing = kind(write)
    put(own_app, writing, "a")
    man = worker(own_app, writing, now=clock)
    man.run_due()
    assert only(own_app).state == JobState.WAITING
    full.append(False)
    clock.on(minutes=1)
    man.run_due()
    assert (only(own_app).state, only(own_app).problem, marks(own_app)) == (JobState.DONE, None, ["a"])


def test_a_job_that_ends_the_program_ends_itself_only(own_app: Flask) -> None:
    def leave(_work: Work, *, mark: str) -> None:
        raise SystemExit(mark)

    put(own_app, kind(leave), "a")
    assert worker(own_app, kind(leave), now=Clock()).run_due() == 1
    assert only(own_app).state == JobState.WAITING


def test_moments_are_utc_whatever_the_zone_of_the_server(own_app: Flask, backend: str) -> None:
    if backend == "postgresql":
        with own_app.app_context(), unit_of_work() as session:
            name = db.engine.url.database
            session.connection().exec_driver_sql(f"ALTER DATABASE \"{name}\" SET timezone TO 'Asia/Almaty'")
        with own_app.app_context():
            db.engine.dispose()
    put(own_app, MARK, "a")
    worker(own_app, MARK, now=Clock()).run_due()
    job = only(own_app)
    assert (job.created_at, job.started_at, job.ended_at) == (NOON, NOON, NOON)
