"""Writers of one SQLite file take their turns; nobody who is gone holds the others up, and nobody else notices."""

import gc
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Engine, create_engine, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from app.audit.models import AuditEntry
from app.audit.services import record
from app.kernel import clock, database
from app.kernel.database import configure_engine, db, engine_options, reading
from app.kernel.writers import Line, WriterConnection
from app.web.policy import public, writes
from app.web.request import db_session
from tests.support.database import Databases
from tests.support.together import together

WRITE = text("INSERT INTO note (words) VALUES (:words)")
NOTES = text("SELECT words FROM note ORDER BY id")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with tables."""
    path = tmp_path / "notes.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT NOT NULL)")
        connection.execute("CREATE TABLE answer (note_id REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED)")
    return path


@pytest.fixture
def open_engine() -> Iterator[Callable[[object], Engine]]:
    """Makes engines as the application does."""
    engines = []

    def make(path: object) -> Engine:
        address = f"sqlite:///{path}"
        engines.append(create_engine(address, **engine_options(address)))
        configure_engine(engines[-1])
        return engines[-1]

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def engine(open_engine: Callable[[object], Engine], path: Path) -> Engine:
    return open_engine(path)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 50)


def line_of(connection: Connection) -> Line:
    line: Any = getattr(connection.connection.dbapi_connection, "line", None)
    assert isinstance(line, Line)
    return line


def standing(line: Line) -> int:
    """How many write or wait."""
    return len(line._calls)  # noqa: SLF001 - nobody else needs to know


def wait_for(line: Line, places: int) -> None:
    end = time.monotonic() + 60
    while standing(line) != places:
        assert time.monotonic() < end, f"{standing(line)} in line, not {places}"
        time.sleep(0.001)


def write(engine: Engine, words: str) -> None:
    with engine.begin() as connection:
        connection.execute(WRITE, {"words": words})


def notes(engine: Engine) -> list[str]:
    with reading(), engine.connect() as connection:
        return list(connection.scalars(NOTES))


def test_who_came_first_writes_first(engine: Engine, open_engine: Callable[[object], Engine], path: Path) -> None:
    link = path.with_name("link.sqlite")
    link.symlink_to(path)
    engines = [engine, open_engine(path), open_engine(link)]  # one file, and so one line
    threads = [Thread(target=write, args=(engines[n % 3], str(n))) for n in range(20)]
    with engine.begin() as first:
        line = line_of(first)
        for number, thread in enumerate(threads):
            thread.start()
            wait_for(line, number + 2)
    for thread in threads:
        thread.join(60)
    assert notes(engine) == [str(number) for number in range(20)]
    assert standing(line) == 0


def test_who_only_reads_takes_no_place(engine: Engine) -> None:
    threads = [Thread(target=write, args=(engine, str(n))) for n in range(20)]
    with engine.begin() as first:
        first.execute(WRITE, {"words": "first"})
        line = line_of(first)
        for thread in threads:
            thread.start()
        wait_for(line, 21)  # more than a pool holds by itself
        assert notes(engine) == []
        assert standing(line) == 21
    for thread in threads:
        thread.join(60)
    assert len(notes(engine)) == 21


def test_files_have_lines_of_their_own(engine: Engine, open_engine: Callable[[object], Engine], tmp_path: Path) -> None:
    with engine.begin() as one, open_engine(tmp_path / "other.sqlite").begin() as other:
        assert line_of(one) is not line_of(other)


def test_nobody_queues_for_a_database_in_memory(open_engine: Callable[[object], Engine]) -> None:
    with open_engine(":memory:").begin() as connection:
        assert getattr(connection.connection.dbapi_connection, "line", "no writer") is None


def fail(connection: Connection) -> None:
    with suppress(IntegrityError):
        connection.execute(WRITE, {"words": None})
    connection.close()


def invalidate(connection: Connection) -> None:
    connection.invalidate()
    connection.close()


@pytest.mark.parametrize(
    "end", [Connection.commit, Connection.rollback, Connection.close, Connection.detach, fail, invalidate]
)
def test_a_place_ends_with_its_transaction(engine: Engine, end: Callable[[Connection], None]) -> None:
    connection = engine.connect()
    connection.execute(WRITE, {"words": "mine"})
    line = line_of(connection)
    assert standing(line) == 1
    end(connection)
    if end is Connection.detach:  # out of the pool, nobody looks after it but its owner
        connection.close()
    assert standing(line) == 0
    write(engine, "next")
    assert notes(engine)[-1] == "next"
    connection.close()


def test_an_exception_lets_the_next_one_write(engine: Engine) -> None:
    lines = []

    def stumble() -> None:
        with engine.begin() as connection:
            lines.append(line_of(connection))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()
    assert standing(lines[0]) == 0


def test_a_writer_that_died_holds_nobody_up(engine: Engine) -> None:
    lines = []

    def die() -> None:
        connection = engine.connect()
        connection.execute(WRITE, {"words": "never"})
        lines.append(line_of(connection))

    thread = Thread(target=die)
    thread.start()
    thread.join(60)
    gc.collect()
    write(engine, "next")
    assert notes(engine) == ["next"]
    assert standing(lines[0]) == 0


def test_a_forgotten_connection_gives_its_place_back(path: Path) -> None:
    line = Line()
    connection = sqlite3.connect(path, factory=WriterConnection)
    connection.line = line
    assert connection.queue_up(0)
    assert standing(line) == 1
    del connection
    gc.collect()
    assert standing(line) == 0


def test_a_savepoint_is_no_end(engine: Engine) -> None:
    with engine.begin() as connection:
        with connection.begin_nested() as savepoint:
            connection.execute(WRITE, {"words": "one"})
            savepoint.rollback()
        with connection.begin_nested():
            connection.execute(WRITE, {"words": "two"})
        assert standing(line_of(connection)) == 1
    assert notes(engine) == ["two"]


def test_a_commit_that_fails_is_an_end_too(engine: Engine) -> None:
    connection = engine.connect()
    connection.execute(text("INSERT INTO answer VALUES (7)"))
    line = line_of(connection)
    with pytest.raises(IntegrityError):
        connection.commit()
    assert standing(line) == 0
    connection.close()
    write(engine, "next")  # the lock did not go back into the pool
    assert notes(engine) == ["next"]


@pytest.mark.usefixtures("impatient")
def test_a_writer_who_begins_twice_is_told_that_the_database_is_locked(engine: Engine) -> None:
    with engine.begin() as outer:
        with pytest.raises(OperationalError, match="database is locked") as told, engine.begin():
            pass
        assert isinstance(told.value.orig, sqlite3.OperationalError)
        assert standing(line_of(outer)) == 1  # who gave up stands in nobody's way
        outer.execute(WRITE, {"words": "outer"})
    write(engine, "next")
    assert notes(engine) == ["outer", "next"]


@pytest.mark.usefixtures("impatient")
def test_who_waits_for_another_process_in_vain_lets_the_next_one_try(engine: Engine, path: Path) -> None:
    assert notes(engine) == []
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with engine.connect() as connection:
            line = line_of(connection)
            with pytest.raises(OperationalError, match="database is locked"):
                connection.execute(WRITE, {"words": "too early"})
            assert standing(line) == 0
            other.rollback()
            connection.execute(WRITE, {"words": "late"})
            connection.commit()
    assert notes(engine) == ["late"]


def test_who_goes_while_waiting_is_not_waited_for(engine: Engine) -> None:
    with engine.begin() as first:
        line = line_of(first)
        assert line.join(0) is None
        assert standing(line) == 1
        thread = Thread(target=write, args=(engine, "next"))
        thread.start()
        wait_for(line, 2)
    thread.join(60)
    assert notes(engine) == ["next"]


def test_postgresql_has_no_line(databases: Databases) -> None:
    engine = create_engine(databases.empty())
    configure_engine(engine)
    try:
        with engine.connect() as connection:
            driver: object = connection.connection.dbapi_connection
            assert isinstance(driver, WriterConnection) == (engine.dialect.name == "sqlite")
    finally:
        engine.dispose()


def test_thirty_two_writers_at_once_through_the_application(own_app: Flask) -> None:
    @writes
    @public
    def act() -> ResponseReturnValue:
        record(db_session(), act="tests.acted", subject="test", subject_id=None, actor=None, now=clock.now())
        return "done"

    own_app.add_url_rule("/act", "act", act)

    def several() -> list[int]:
        client = own_app.test_client()
        return [client.get("/act").status_code for _ in range(4)]

    assert together(*[several] * 32) == [[200] * 4] * 32
    with own_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 128
