"""Jobs: what more workers bring, how soon a job begins, how long an act takes that tells 10,000 people.

Run: ``python -m bench.jobs``. Throughput: the same number of jobs that wait 20 ms, by 1, 2 and 4 worker processes in
turn, rounds alternating, on PostgreSQL; from the first start to the last end by the ledger's own times; medians are
compared. Start: from the moment of the act that puts a job in (its commit included) to the first line of the job, by
an idle worker that is woken: by NOTIFY in another process on PostgreSQL, by the bell in the same process on SQLite.
Notice: the recipients are read (a figure of its own), then their notices and letters are queued: written and committed.
1 when a bound is missed.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen

from flask import Flask
from sqlalchemy import delete, func, insert, select

from app.accounts.enums import ScopeKind
from app.jobs.enums import JobState
from app.jobs.kinds import JobKind, Registry
from app.jobs.models import Job
from app.jobs.services import enqueue
from app.jobs.worker import Worker
from app.kernel import clock
from app.kernel.database import db, reading
from app.kernel.unit import unit_of_work
from app.kernel.words import Message
from app.mail.queries import recipients_of_people
from app.mail.templates import LetterTemplate
from app.notices.kinds import NoticeKind
from app.notices.services import Told, tell
from app.people.enums import NameForm, NameKind
from app.people.models import Person, PersonEmail, PersonName
from bench._databases import databases, fresh
from bench._jobs_worker import NOTING, WAITING

ROUNDS, JOBS, WORKERS = 3, 240, (1, 2, 4)
LEAST = {2: 1.7, 4: 3.0}  # times the throughput of one worker
STARTS, MOST_START = 40, 100.0  # jobs, milliseconds
PEOPLE, MOST_NOTICE = 10_000, 2.0  # seconds
PAUSE = 0.15  # seconds: a worker that is idle again
LETTER = LetterTemplate("bench.letter", Message("The rooms changed"), (Message("Now in %(room)s."),), Message("Look"))
NOTICE = NoticeKind("bench.notice", Message("Rooms"), Message("Now in %(room)s."), letter=LETTER, essential=True)


class Process:
    """A worker process that works when it is told to."""

    def __init__(self, app: Flask) -> None:
        settings = app.extensions["settings"]
        command = [sys.executable, "-m", "bench._jobs_worker", settings.database_url, str(settings.DATA_DIR)]
        self._process = Popen(command, stdin=PIPE, stdout=PIPE, text=True)

    def tell(self) -> None:
        """Let it work, or stop."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def hear(self) -> None:
        """Wait until it says that it is ready, or has stopped."""
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def close(self) -> None:
        """End it."""
        self._process.communicate()


@contextmanager
def processes(app: Flask, number: int) -> Iterator[list[Process]]:
    """So many worker processes that are ready and do nothing yet."""
    made = [Process(app) for _ in range(number)]
    for process in made:
        process.hear()
    yield made
    for process in made:
        process.close()


def put(app: Flask, kind: JobKind, *keys: str) -> None:
    """Put jobs into the ledger and commit."""
    with app.app_context(), unit_of_work() as session:
        for key in keys:
            enqueue(session, kind=kind, key=key, now=clock.now())


def wait_until_done(app: Flask) -> None:
    """Come back when nothing is left to do."""
    left = select(func.count()).select_from(Job).where(Job.state != JobState.DONE)
    while True:
        with app.app_context(), reading(), unit_of_work() as session:
            if not session.scalar(left):
                return
        time.sleep(0.02)


def throughput(app: Flask, workers: list[Process]) -> float:
    """Jobs a second."""
    with app.app_context(), unit_of_work() as session:
        session.execute(delete(Job))
    put(app, WAITING, *(str(number) for number in range(JOBS)))
    for process in workers:
        process.tell()
    wait_until_done(app)
    for process in workers:
        process.tell()
        process.hear()
    with app.app_context():
        begun, ended = db.session.execute(select(func.min(Job.started_at), func.max(Job.ended_at))).one()
    if begun is None or ended is None:
        raise RuntimeError("no job was carried out")
    return JOBS / (ended - begun).total_seconds()


def starts(app: Flask) -> list[float]:
    """Milliseconds from the act to the beginning of its job, one after another."""
    put(app, NOTING, "warm")
    wait_until_done(app)
    for number in range(STARTS):
        time.sleep(PAUSE)
        put(app, NOTING, str(number))
    wait_until_done(app)
    with app.app_context():
        made = dict(db.session.execute(select(Job.key, Job.created_at).where(Job.kind == NOTING.name)).all())
        begun = dict(db.session.execute(select(Person.search_key, Person.sort_key)).all())
        del made[f"{NOTING.name}:warm"]
        return [(datetime.fromisoformat(begun[key]) - at).total_seconds() * 1000 for key, at in made.items()]


def notice(app: Flask) -> tuple[float, float]:
    """Seconds to read 10,000 recipients, and to queue what they are told."""
    with app.app_context(), unit_of_work() as session:
        people = [{"search_key": f"{number}", "sort_key": f"{number}"} for number in range(PEOPLE)]
        keys = list(session.scalars(insert(Person).returning(Person.id), people))
        names = [
            {
                "person_id": key,
                "form": NameForm.KK,
                "kind": NameKind.STATED,
                "surname": "Сынақов",
                "given_name": f"А{key}",
            }
            for key in keys
        ]
        session.execute(insert(PersonName), names)
        mail = [{"person_id": key, "address": f"p{key}@example.org", "identity": f"p{key}@example.org"} for key in keys]
        session.execute(insert(PersonEmail), mail)
    values = {lang: {"room": "215"} for lang in ("kk", "ru", "en")}
    begin = time.perf_counter()
    with app.app_context(), unit_of_work() as session:
        told = [Told(each, "rooms", values, "/me/") for each in recipients_of_people(session, keys)]
        read = time.perf_counter()
        scope = {"scope": ScopeKind.EVERYWHERE, "scope_id": None}
        new = tell(session, kind=NOTICE, told=told, **scope, actor=None, now=clock.now())  # type: ignore[arg-type]  # by name
    if new != PEOPLE:
        raise RuntimeError(f"{new} of {PEOPLE} were told")
    return read - begin, time.perf_counter() - read


def on_postgresql(app: Flask) -> bool:
    """Measure and print; whether all bounds are kept."""
    found: dict[int, list[float]] = {number: [] for number in WORKERS}
    with processes(app, max(WORKERS)) as workers:
        for _ in range(ROUNDS):
            for number in WORKERS:
                found[number].append(throughput(app, workers[:number]))
        workers[0].tell()
        woken = starts(app)
        workers[0].tell()
        workers[0].hear()
    well = True
    for number, rates in found.items():
        print(f"{number} workers, jobs a second: {', '.join(f'{rate:.1f}' for rate in rates)}")
        print(f"jobs_throughput_{number} {median(rates):.1f} per_second")
        if number in LEAST:
            ratio = median(rates) / median(found[1])
            well &= ratio >= LEAST[number]
            print(f"jobs_throughput_{number}_to_1 {ratio:.2f} times")
    return report("postgresql", woken, notice(app)) and well


def on_sqlite(app: Flask) -> bool:
    """The same where one process does everything."""
    app.extensions["jobs"] = Registry([NOTING], [])
    worker = Worker(app)
    worker.start()
    woken = starts(app)
    worker.stop()
    return report("sqlite", woken, notice(app))


def report(name: str, woken: list[float], told: tuple[float, float]) -> bool:
    """Print what both databases have; whether the bounds are kept."""
    print(f"{name}, milliseconds to the start: {', '.join(f'{each:.0f}' for each in sorted(woken))}")
    print(f"jobs_start_{name}_median {median(woken):.1f} ms")
    print(f"jobs_start_{name}_longest {max(woken):.1f} ms")
    reading_took, queueing = told
    print(f"jobs_notice_{name}_{PEOPLE}_read {reading_took:.2f} s")
    print(f"jobs_notice_{name}_{PEOPLE}_queued {queueing:.2f} s")
    return median(woken) < MOST_START and queueing < MOST_NOTICE


def main() -> int:
    """Both databases; returns the exit code."""
    with tempfile.TemporaryDirectory() as name, databases(Path(name), "jobs") as addresses:
        with fresh(addresses["postgresql"], Path(name)) as app:
            well = on_postgresql(app)
        with fresh(addresses["sqlite"], Path(name)) as app:
            well &= on_sqlite(app)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
