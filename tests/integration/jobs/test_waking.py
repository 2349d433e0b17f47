"""Workers learn of jobs without looking for them, and outlive a database that is away."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url, select

from app.jobs import worker as workers
from app.jobs.bell import Bell, bell
from app.jobs.models import Job, WorkerPulse
from app.jobs.services import enqueue
from app.jobs.worker import Worker
from app.kernel.database import db
from app.kernel.unit import unit_of_work
from app.people.models import Person
from tests.integration.jobs.own import MARK, NOON, Clock, put, until, worker
from tests.integration.jobs.test_ledger import marks

DAY = 86_400.0
ON_POSTGRESQL = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


@pytest.fixture
def man(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """A worker that would not look for jobs by itself before tomorrow."""
    monkeypatch.setattr(workers, "POLL", dict.fromkeys(workers.POLL, DAY))
    monkeypatch.setattr(workers, "AFTER_TROUBLE", 0.1)
    monkeypatch.setattr("app.jobs.listening.AGAIN", 1)
    made = worker(own_app, MARK)
    made.start()
    put(own_app, MARK, "first")
    until(lambda: marks(own_app) == ["first"])
    yield made
    made.stop()


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits of this process wake nobody in it: what wakes comes from the database."""
    monkeypatch.setattr("app.jobs.bell.bell", Bell())


@pytest.mark.usefixtures("man")
def test_a_commit_wakes_the_worker_of_its_process(own_app: Flask) -> None:
    put(own_app, MARK, "second")
    until(lambda: marks(own_app) == ["first", "second"])


def test_what_comes_due_between_the_look_and_the_wait_is_not_slept_over(own_app: Flask) -> None:
    clock = Clock()
    lazy = worker(own_app, MARK, now=clock)
    put(own_app, MARK, "a")
    with own_app.app_context(), unit_of_work() as session:  # as after a failure
        session.scalars(select(Job)).one().run_at = NOON + timedelta(seconds=1)
    assert lazy.run_due() == 0
    clock.on(seconds=2)
    assert lazy._nap([MARK.name], NOON) <= workers.NO_SOONER  # noqa: SLF001 - a race that no test wins by waiting


@ON_POSTGRESQL
@pytest.mark.usefixtures("man", "deaf")
def test_the_database_tells_workers_of_other_processes(own_app: Flask) -> None:
    put(own_app, MARK, "second")
    until(lambda: marks(own_app) == ["first", "second"])


@pytest.fixture
def server(own_app: Flask, postgres_url: str) -> Iterator[Callable[[str], list[tuple[str, ...]]]]:
    """Statements to the maintenance database, about the application's own: ``%s`` is its name."""
    with own_app.app_context():
        name = str(make_url(str(db.engine.url)).database)
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield lambda statement: _rows(connection, statement.replace("%s", name))


def _rows(connection: psycopg.Connection[tuple[str, ...]], statement: str) -> list[tuple[str, ...]]:
    cursor = connection.execute(statement.encode())
    return cursor.fetchall() if cursor.description else []


LISTENING = "SELECT pid FROM pg_stat_activity WHERE datname = '%s' AND query LIKE 'LISTEN%'"
OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'"


@ON_POSTGRESQL
@pytest.mark.usefixtures("man", "deaf")
def test_a_broken_connection_is_opened_again(own_app: Flask, server: Callable[[str], list[tuple[str, ...]]]) -> None:
    before = server(LISTENING)
    assert len(before) == 1
    server(f"SELECT pg_terminate_backend({before[0][0]})")
    until(lambda: server(LISTENING) not in ([], before))
    put(own_app, MARK, "second")
    until(lambda: marks(own_app) == ["first", "second"])


@ON_POSTGRESQL
@pytest.mark.usefixtures("man")
def test_a_worker_outlives_a_database_that_is_away(
    own_app: Flask, server: Callable[[str], list[tuple[str, ...]]], caplog: pytest.LogCaptureFixture
) -> None:
    server('ALTER DATABASE "%s" ALLOW_CONNECTIONS false')
    server(OTHERS)
    bell.ring()
    until(lambda: "could not go on" in caplog.text)
    server('ALTER DATABASE "%s" ALLOW_CONNECTIONS true')
    put(own_app, MARK, "second")
    until(lambda: marks(own_app) == ["first", "second"])


def test_a_worker_that_stops_says_good_bye(own_app: Flask) -> None:
    made = worker(own_app, MARK)
    made.start()
    with own_app.app_context():
        assert [pulse.name for pulse in db.session.scalars(select(WorkerPulse))] == [made.name]
    made.stop()
    with own_app.app_context():
        assert db.session.scalars(select(WorkerPulse)).all() == []


@contextmanager
def rings() -> Iterator[list[int]]:
    """How often the bell rings inside."""
    before, found = bell.heard(), [0]
    yield found
    found[0] = bell.heard() - before


def test_the_bell_rings_at_the_commit_whatever_savepoints_do(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        with rings() as found, session.begin_nested():
            enqueue(session, kind=MARK, key="a", now=NOON)
        assert found == [0]  # nobody would find anything yet
        with session.begin_nested() as savepoint:
            session.add(Person(search_key="", sort_key=""))
            session.flush()
            savepoint.rollback()
        with rings() as found:
            session.commit()
        assert found == [1]


def test_what_is_rolled_back_wakes_nobody(own_app: Flask) -> None:
    with own_app.app_context(), rings() as found:
        session = db.session()
        enqueue(session, kind=MARK, key="a", now=NOON)
        session.rollback()
        session.add(Person(search_key="", sort_key=""))
        session.commit()
    assert found == [0]
