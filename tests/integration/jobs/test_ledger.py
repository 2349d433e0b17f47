"""What becomes of a job, on both databases, with real commits."""

from collections.abc import Sequence
from datetime import timedelta
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.jobs import ledger
from app.jobs.enums import JobState, Lane
from app.jobs.kinds import JobKind
from app.jobs.models import Job
from app.jobs.services import enqueue
from app.jobs.work import Work
from app.kernel.database import db
from app.kernel.errors import DomainError
from app.kernel.unit import unit_of_work
from app.kernel.words import Message
from app.people.models import Person
from tests.integration.jobs.own import MARK, NOON, Clock, kind, leave_mark, put, until, worker
from tests.support.together import together
from tests.support.visiting import Statements


def marks(app: Flask) -> Sequence[str]:
    with app.app_context():
        return db.session.scalars(select(Person.search_key).order_by(Person.search_key)).all()


def states(app: Flask) -> dict[str, JobState]:
    with app.app_context():
        return {job.key.partition(":")[2]: job.state for job in db.session.scalars(select(Job))}


def only(app: Flask) -> Job:
    with app.app_context():
        return db.session.scalars(select(Job)).one()


def test_the_effect_and_done_come_together(own_app: Flask) -> None:
    clock = Clock()
    put(own_app, MARK, "a", "b")
    assert worker(own_app, MARK, now=clock).run_due() == 2
    assert (marks(own_app), states(own_app)) == (["a", "b"], {"a": JobState.DONE, "b": JobState.DONE})


def test_a_job_exists_once_for_its_key(own_app: Flask) -> None:
    put(own_app, MARK, "a", "a")
    put(own_app, MARK, "a")
    worker(own_app, MARK, now=Clock()).run_due()
    put(own_app, MARK, "a")
    worker(own_app, MARK, now=Clock()).run_due()
    assert marks(own_app) == ["a"]


def test_what_is_rolled_back_leaves_no_job(own_app: Flask) -> None:
    with own_app.app_context(), pytest.raises(RuntimeError), unit_of_work() as session:  # noqa: PT012 - the rollback is the point
        enqueue(session, kind=MARK, key="a", now=NOON, arguments={"mark": "a"})
        raise RuntimeError
    assert states(own_app) == {}


def test_two_workers_share_the_jobs(own_app: Flask) -> None:
    put(own_app, MARK, *(f"{number:02}" for number in range(20)))
    pair = [worker(own_app, MARK, now=Clock()) for _ in range(2)]
    assert sum(together(*(each.run_due for each in pair))) == 20
    assert marks(own_app) == [f"{number:02}" for number in range(20)]


def test_a_failure_is_tried_again_later_and_left_in_the_end(own_app: Flask) -> None:
    clock, tries = Clock(), []

    def fail(work: Work, *, mark: str) -> None:
        tries.append(work.attempt)
        with work.finish() as session:
            session.add(Person(search_key=mark, sort_key=mark))
            session.flush()
            raise ValueError(mark)

    failing = kind(fail, attempts=3)
    put(own_app, failing, "a", mark="a")
    man = worker(own_app, failing, now=clock)
    for _ in range(5):
        man.run_due()
        man.run_due()
        clock.on(hours=1)
    job = only(own_app)
    assert (tries, marks(own_app), job.state) == ([1, 2, 3], [], JobState.FAILED)
    assert job.problem is not None
    assert str(Message.from_dict(job.problem)) == "It broke off (ValueError). The log says more."


def test_people_whom_an_error_names_stand_in_the_log_only(own_app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_work: Work, *, mark: str) -> None:
        msg = f"no such person: {mark}"
        raise LookupError(msg)

    put(own_app, kind(fail), "a", mark="Құдайберген Айгүл")
    worker(own_app, kind(fail), now=Clock()).run_due()
    assert "Құдайберген" not in str(only(own_app).problem)
    assert "LookupError: no such person: Құдайберген Айгүл" in caplog.text


def test_a_refusal_is_not_tried_again(own_app: Flask) -> None:
    def refuse(_work: Work) -> None:
        raise DomainError(Message("No such group."))

    refused = kind(refuse)
    put(own_app, refused, "a")
    with own_app.app_context(), unit_of_work() as session:
        session.scalars(select(Job)).one().arguments = {}
    worker(own_app, refused, now=Clock()).run_due()
    job = only(own_app)
    assert (job.state, job.attempts, job.problem) == (JobState.FAILED, 1, {"text": "No such group.", "values": {}})


def test_the_job_of_a_dead_worker_is_taken_over_and_the_dead_one_writes_nothing(own_app: Flask) -> None:
    clock, seen = Clock(), []

    def slow(work: Work, *, mark: str) -> None:
        seen.append(work.attempt)
        if work.attempt == 1:  # meanwhile its lease runs out, and another takes the job over
            clock.on(minutes=2)
            other.run_due()
        with work.finish() as session:
            session.add(Person(search_key=f"{mark}{work.attempt}", sort_key=mark))

    sleepy = kind(slow)
    put(own_app, sleepy, "a", mark="a")
    other = worker(own_app, sleepy, now=clock)
    worker(own_app, sleepy, now=clock).run_due()
    assert (seen, marks(own_app), only(own_app).state) == ([1, 2], ["a2"], JobState.DONE)


def test_a_worker_that_lives_keeps_its_job(own_app: Flask) -> None:
    clock = Clock()
    found: list[int] = []

    def slow(work: Work, *, mark: str) -> None:
        for _ in range(5):
            clock.on(seconds=50)
            man.tick()
            found.append(other.run_due())
        with work.finish() as session:
            session.add(Person(search_key=mark, sort_key=mark))

    sleepy = kind(slow)
    put(own_app, sleepy, "a", mark="a")
    other, man = (worker(own_app, sleepy, now=clock) for _ in range(2))
    man.run_due()
    assert (found, marks(own_app)) == ([0] * 5, ["a"])


def test_jobs_of_one_turn_run_one_after_another(own_app: Flask) -> None:
    clock = Clock()
    seen: list[tuple[str, str | int]] = []

    def nested(_work: Work, *, mark: str) -> None:
        seen.append(("begin", mark))
        if mark == "a":
            seen.append(("others", other.run_due()))
        seen.append(("end", mark))

    turns = kind(nested, turn="mail", lane=Lane.MAIL)
    for mark in ("a", "b"):
        put(own_app, turns, mark, mark=mark)
    other, man = (worker(own_app, turns, now=clock) for _ in range(2))
    man.run_due()
    assert seen == [("begin", "a"), ("others", 0), ("end", "a"), ("begin", "b"), ("end", "b")]


def test_a_turned_clock_does_not_hold_up_what_is_to_be_done_at_once(own_app: Flask) -> None:
    put(own_app, MARK, "a", now=NOON)
    worker(own_app, MARK, now=Clock(NOON - timedelta(hours=1))).run_due()
    assert marks(own_app) == ["a"]


def test_an_unknown_kind_waits_for_a_worker_that_knows_it(own_app: Flask) -> None:
    newer = JobKind("tests.newer", Message("Of a newer release"), lambda _work, **_arguments: None)
    put(own_app, newer, "a")
    assert worker(own_app, MARK, now=Clock()).run_due() == 0
    assert states(own_app) == {"a": JobState.WAITING}
    assert worker(own_app, newer, now=Clock()).run_due() == 1


def test_turns_hold_when_many_workers_want_them_at_once(own_app: Flask) -> None:
    inside, most = [0], []

    def alone(work: Work, *, mark: str) -> None:
        inside[0] += 1
        most.append(inside[0])
        with work.step():
            pass
        inside[0] -= 1
        with work.finish() as session:
            session.add(Person(search_key=mark, sort_key=mark))

    turns = kind(alone, turn="mail")
    put(own_app, turns, *(f"{number:02}" for number in range(12)))
    four = [worker(own_app, turns, now=Clock()) for _ in range(4)]
    done = sum(together(*(each.run_due for each in four)))  # who finds the turn taken goes away
    assert done + four[0].run_due() == 12
    assert set(most) == {1}
    assert marks(own_app) == [f"{number:02}" for number in range(12)]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_whoever_begins_a_turn_a_moment_later_leaves_it(own_app: Flask) -> None:
    clock, turns = Clock(), kind(leave_mark, turn="mail")
    put(own_app, turns, "a", "b")
    other = worker(own_app, turns, now=clock)
    blocked = select(func.count()).select_from(text("pg_stat_activity")).where(text("wait_event_type = 'Lock'"))
    results: list[int] = []
    with own_app.app_context(), unit_of_work() as session:
        first = ledger.claim(session, kinds=[turns.name], now=clock(), lease=timedelta(minutes=1))
        thread = Thread(target=lambda: results.append(other.run_due()))
        thread.start()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            until(lambda: connection.scalar(blocked))  # by the index, as the first one is not committed
    thread.join(60)
    assert first is not None
    assert results == [0]
    assert states(own_app) == {"a": JobState.RUNNING, "b": JobState.WAITING}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_pulse_looks_at_no_job_that_is_done(session: Session, statements: Statements) -> None:
    with statements() as sent:
        ledger.extend(session, ["a", "b"], until=NOON)
    [statement] = sent
    given = ("x",) * statement.count("?")
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
    assert [row.detail.split()[0] for row in plan if " job " in row.detail] == ["SEARCH"]
