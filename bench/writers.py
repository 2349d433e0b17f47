"""How long 32 people wait who all save at once, on SQLite through HTTP: with the line of writers and without it.

A real server (waitress) in a process of its own, on a file; 32 clients in another process, each with a session and a
connection of its own, each saving again as soon as it is answered. ``registers``: coordinators save the registers of
different half-days, all people each time; ``presses``: participants make a new address for their calendar; ``mixed``:
half and half. The waits are those of the clients, from the first byte sent to the last byte read, and so hold the
server's work for the other 31. An error is any answer but the redirect after a save. Without the line writers meet as
SQLite lets them: the line is taken out in the server of this benchmark.

A run during which other processes took more than a tenth of the machine is repeated once. Errors fail, and so
does a wait of more than 500 ms among the mixed writers, unless the machine was never quiet: the figures say so.
Run: ``python -m bench.writers [SECONDS]``.
"""

import logging
import os
import re
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from http.client import HTTPConnection
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from threading import Barrier, Thread
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from waitress.server import create_server

from app.accounts.enums import Role, ScopeKind
from app.accounts.models import Grant, User
from app.factory import create_app
from app.kernel import clock
from app.kernel.base import Base
from app.kernel.database import db
from app.kernel.unit import unit_of_work
from app.kernel.writers import WriterConnection
from app.settings import Settings
from bench._calling import cookie_of
from cohorts.models import Enrolment
from modules.enums import AttendanceState
from modules.rules.attendance import LETTERS
from tests.integration.modules.world import NOW, make_world

WRITERS, PEOPLE = 32, 32
SECONDS = 4.0
THREADS = (8, 16, 32)  # of the server; the demonstration has 8
USUAL = 8
LIMIT_MS = 500
TRIES, OTHERS = 2, 0.1
KINDS = {"mixed": range(WRITERS), "registers": range(0, 2 * WRITERS, 2), "presses": range(1, 2 * WRITERS, 2)}
FIRST_DAY = date(2026, 11, 2)  # of the first module; every half-day since then has a register
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PRESENT, ABSENT = LETTERS[AttendanceState.PRESENT], LETTERS[AttendanceState.ABSENT]
REDIRECT = 302
ASK, END = "CPU?", "end"


def make_app(folder: Path) -> Flask:
    """The product on a file in a folder, at the hour of the benchmark's world."""
    clock.now = lambda: NOW
    given = {
        "SECRET_KEY": "x" * 40,
        "BASE_URL": "http://127.0.0.1",
        "DATABASE_URL": f"sqlite:///{folder / 'writers.sqlite'}",
        "DATA_DIR": folder,
        "MAIL_URL": "files:",
        "MAIL_FROM": "jetekshi@example.kz",
    }
    return create_app(Settings.model_validate(given))


def fill(app: Flask) -> list[str]:
    """A cohort, and for each writer the account of a coordinator and of a participant. Gives their cookies, in turn."""
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with unit_of_work() as session:
            cohort = make_world(session, people=PEOPLE).cohort
            people = session.scalars(select(Enrolment.person_id).where(Enrolment.cohort_id == cohort.id)).all()
            users = [_user(session, number, cohort.id, people[number // 2]) for number in range(2 * WRITERS)]
            keys = [f"{user.id}:{user.session_version}" for user in users]
    name = str(app.config["SESSION_COOKIE_NAME"])
    return [cookie_of(app, name, {"_user_id": key, "_fresh": True, "_permanent": True}) for key in keys]


def _user(session: Session, number: int, cohort_id: int, person_id: int) -> User:
    role, person = (Role.PARTICIPANT, person_id) if number % 2 else (Role.COORDINATOR, None)
    email = f"writer-{number}@bench.example"
    user = User(
        email=email,
        identity=email,
        display_name=email,
        password_hash="-",
        session_version=1,
        active=True,
        language="en",
        person_id=person,
        created_at=NOW,
        grants=[Grant(role=role, scope=ScopeKind.COHORT, scope_id=cohort_id)],
    )
    session.add(user)
    session.flush()
    return user


def serve(folder: Path, threads: int, in_line: bool, pipe: Connection) -> None:  # noqa: FBT001 - of a process
    """Answer in this process until it is told to end; says which port it has, then, whenever asked, its CPU seconds."""
    logging.getLogger("waitress").setLevel(logging.ERROR)
    if not in_line:
        WriterConnection.queue_up = _at_once  # type: ignore[method-assign,assignment]  # for comparison
    server = create_server(make_app(folder), host="127.0.0.1", port=0, threads=threads)
    Thread(target=server.run, daemon=True).start()
    pipe.send(server.effective_port)
    while pipe.recv() == ASK:
        pipe.send(time.process_time())


def _at_once(_connection: WriterConnection, _seconds: float) -> bool:
    return True


@dataclass
class Writer:
    """Somebody who saves again and again; ``waits`` in milliseconds, ``answers`` by their status."""

    number: int
    cookie: str
    connection: HTTPConnection
    waits: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    saves: int = 0
    token: str = ""

    @property
    def path(self) -> str:
        """The page with the form."""
        if self.number % 2:
            return "/me/"
        half_day = self.number // 2
        return f"/cohorts/kel-1/attendance/{FIRST_DAY + timedelta(days=half_day // 2)}/{('am', 'pm')[half_day % 2]}"

    def prepare(self) -> None:
        """Open the page, and keep its token and the session that it belongs to."""
        status, page = self._ask("GET", self.path)
        found = TOKEN.search(page)
        if found is None:
            raise RuntimeError(f"{self.path}: {status}, without a form")
        self.token = found[1]

    def save(self) -> None:
        """Save: everybody who was present is absent now, or the other way round; or make a new address."""
        values = {"csrf_token": self.token}
        path = "/me/calendar"
        if not self.number % 2:
            path = self.path
            before, after = (PRESENT, ABSENT) if self.saves % 2 else (ABSENT, PRESENT)
            values |= {f"m{number}": after for number in range(1, PEOPLE + 1)}
            values["seen"] = " ".join(f"{number}{before}" for number in range(1, PEOPLE + 1)) if self.saves else ""
        body = urlencode(values)
        begin = time.perf_counter()
        status, _page = self._ask("POST", path, body)
        self.waits.append((time.perf_counter() - begin) * 1000)
        self.answers[status] += 1
        self.saves += 1

    def again_until(self, barrier: Barrier, seconds: float) -> None:
        """Save for so many seconds, from the moment when all writers are there."""
        barrier.wait()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.save()

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        page = answer.read().decode()
        for name, value in answer.getheaders():
            if method == "GET" and name == "Set-Cookie" and value.startswith("jetekshi="):
                self.cookie = value.partition(";")[0]
        return answer.status, page


@dataclass(frozen=True)
class Outcome:
    """What the writers of one run met.

    Args:
        waits: in milliseconds, of each write.
        errors: answers that were none, by their status.
        cpu: milliseconds that one write cost the server; 32 times that is what nobody can wait less, all at once.
        others: the part of the machine that other processes took meanwhile.

    """

    waits: list[float]
    errors: Counter[int]
    cpu: float
    others: float

    @property
    def worst(self) -> float:
        """The longest wait."""
        return max(self.waits)


@dataclass(frozen=True)
class Plan:
    """A run: who writes, on how many threads of the server, with the line or without."""

    kind: str = "mixed"
    threads: int = USUAL
    in_line: bool = True

    @property
    def name(self) -> str:
        """Its name among the figures."""
        return f"{self.kind}_{self.threads}{'' if self.in_line else '_without'}"


def run(source: Path, cookies: list[str], plan: Plan, seconds: float) -> Outcome:
    """Let the writers of a plan save for so many seconds, on a new server and a copy of the file."""
    spent, busy, begin = _own_seconds(), _busy_seconds(), time.perf_counter()
    context = get_context("spawn")
    here, there = context.Pipe()
    with tempfile.TemporaryDirectory(prefix="jetekshi-bench-") as place:
        folder = Path(shutil.copytree(source, Path(place) / "copy"))
        process = context.Process(target=serve, args=(folder, plan.threads, plan.in_line, there))
        process.start()
        try:
            writers = prepared(here.recv(), {number: cookies[number] for number in KINDS[plan.kind]})
            before = _asked(here)
            together(writers, seconds)
            cpu = (_asked(here) - before) * 1000
        finally:
            here.send(END)
            process.join()
    took = (time.perf_counter() - begin) * (os.cpu_count() or 1)
    others = (_busy_seconds() - busy - (_own_seconds() - spent)) / took
    answers = sum((writer.answers for writer in writers), Counter[int]())
    errors = Counter({status: count for status, count in answers.items() if status != REDIRECT})
    waits = [wait for writer in writers for wait in writer.waits]
    return Outcome(waits, errors, cpu / len(waits), max(others, 0.0))


def _asked(server: Connection) -> float:
    server.send(ASK)
    return float(server.recv())


def prepared(port: int, cookies: dict[int, str]) -> list[Writer]:
    """Writers at their forms; what a server does once, on its first requests, is done."""
    writers = [Writer(n, cookie, HTTPConnection("127.0.0.1", port, timeout=60)) for n, cookie in cookies.items()]
    for writer in writers:
        writer.prepare()
        writer.save()
        writer.waits.clear()
    return writers


def together(writers: list[Writer], seconds: float) -> None:
    """All save at once, for so many seconds."""
    barrier = Barrier(len(writers))
    threads = [Thread(target=writer.again_until, args=(barrier, seconds)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for writer in writers:
        writer.connection.close()


def _own_seconds() -> float:
    """CPU time of this process and of those it has ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _busy_seconds() -> float:
    """CPU time of the whole machine; 0 where Linux does not tell."""
    try:
        user, nice, system, _idle, _waiting, *rest = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    except OSError:
        return 0
    return (user + nice + system + sum(rest[:3])) / os.sysconf("SC_CLK_TCK")


def quietest(measure: Callable[[], Outcome]) -> Outcome:
    """Repeat a run that other processes disturb; if they do not stop, the least disturbed counts."""
    outcomes: list[Outcome] = []
    while len(outcomes) < TRIES and (not outcomes or outcomes[-1].others > OTHERS):
        outcomes.append(measure())
    errors = sum((outcome.errors for outcome in outcomes), Counter[int]())
    best = min(outcomes, key=lambda outcome: outcome.others)
    return replace(best, errors=errors)


def report(name: str, outcome: Outcome) -> None:
    """The figures of one run."""
    print(f"writers.{name}_writes {len(outcome.waits)} writes")
    print(f"writers.{name}_median {median(outcome.waits):.0f} ms")
    print(f"writers.{name}_p99 {quantiles(outcome.waits, n=100, method='inclusive')[-1]:.0f} ms")
    print(f"writers.{name}_worst {outcome.worst:.0f} ms")
    print(f"writers.{name}_cpu {outcome.cpu:.1f} ms")
    print(f"writers.{name}_errors {sum(outcome.errors.values())} answers")
    print(f"writers.{name}_other_processes {outcome.others * 100:.0f} percent", flush=True)
    if outcome.errors:
        print(f"{name}: answers by status {dict(outcome.errors)}")


def main(seconds: float) -> int:
    """Measure and print; 1 when somebody met an error, or waited too long on a quiet machine."""
    mixed = [Plan(threads=threads) for threads in THREADS]
    hardest = Plan("registers")
    plans = [Plan(in_line=False), *mixed, Plan("presses"), hardest, Plan("registers", in_line=False)]
    outcomes: dict[Plan, Outcome] = {}
    with tempfile.TemporaryDirectory(prefix="jetekshi-bench-") as place:
        folder = Path(place)
        app = make_app(folder)
        cookies = fill(app)
        with app.app_context():
            db.engine.dispose()
        for plan in plans:
            outcomes[plan] = quietest(partial(run, folder, cookies, plan, seconds))
            report(plan.name, outcomes[plan])
    for plan in (Plan(), hardest):
        ratio = outcomes[replace(plan, in_line=False)].worst / outcomes[plan].worst
        print(f"writers.{plan.name}_without_to_with {ratio:.1f} times")
    slow = [plan for plan in mixed if outcomes[plan].worst > LIMIT_MS and outcomes[plan].others <= OTHERS]
    errors = any(outcome.errors for plan, outcome in outcomes.items() if plan.in_line)
    return int(bool(slow) or errors)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
