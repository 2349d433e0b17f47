"""Approving while the server is killed: kill -9 of a real process at moments spread over the time of an issue."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select

from app.accounts.enums import Role
from app.accounts.rules import Actor
from app.kernel.database import db
from app.kernel.unit import unit_of_work
from certificates.house import house_of
from certificates.models import Batch, Certificate
from certificates.queries.integrity import problems
from certificates.storage import Store
from tests.integration.certificates.making import World, sign_in

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 60


@dataclass
class Victim:
    """A running server."""

    pid: int
    port: int

    def kill(self) -> None:
        """As a power cut would."""
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def nursery(app: Flask) -> Iterator["subprocess.Popen[str]"]:
    """The process that starts servers on the application's database."""
    settings = app.extensions["settings"]
    command = [sys.executable, "-m", "tests.integration.hostile.victim", settings.database_url, str(settings.DATA_DIR)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def start(process: "subprocess.Popen[str]") -> Victim:
    """One more server."""
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    pid, port = process.stdout.readline().split()
    return Victim(int(pid), int(port))


@dataclass
class Approver:
    """Somebody at a browser: fetches the page of a proposal and presses the button."""

    cookie: str
    answers: dict[str, int] = field(default_factory=dict)

    def ask(self, port: int, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        """One request; its status and page."""
        connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        try:
            headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
            for name, value in answer.getheaders():
                if name == "Set-Cookie" and value.startswith("jetekshi="):
                    self.cookie = value.partition(";")[0]
            return answer.status, page
        finally:
            connection.close()

    def form(self, port: int, key: str) -> str:
        """The form of a proposal as the page offers it, with the box ticked."""
        status, page = self.ask(port, "GET", f"/approvals/{key}/")
        assert status == 200, page[:300]
        form = BeautifulSoup(page, "html5lib").select_one(f"form[action='/approvals/{key}/']")
        assert form is not None, page[:2000]
        given = {str(box["name"]): str(box.get("value", "1")) for box in form.select("input[name]")}
        return urlencode(given)

    def press(self, port: int, key: str, form: str) -> None:
        """Approve; a server that dies meanwhile gives no answer."""
        try:
            self.answers[key] = self.ask(port, "POST", f"/approvals/{key}/", form)[0]
        except (OSError, HTTPException):
            self.answers[key] = 0


@dataclass(frozen=True)
class Outcome:
    """What was left after all kills.

    Args:
        partial: batches of which some but not all certificates exist.
        lost: batches whose approval was answered with success, yet which were not issued.
        gaps: numbers of the series that no certificate has, or that several have.
        complaints: what the register's own check says.
        survived: kills after which nothing of the batch existed.

    """

    partial: int
    lost: int
    gaps: int
    complaints: list[str]
    survived: int


def prepare(app: Flask, *, batches: int, people: int) -> tuple[list[str], Actor]:
    """Proposals for cohorts of so many people each, and an approver."""
    with app.app_context(), unit_of_work() as session:
        world = World(session)
        coordinator = world.actor(Role.COORDINATOR)
        keys = []
        for number in range(batches):
            cohort = world.make_cohort(world.programme, f"kill-{number}")
            world.many(people, cohort=cohort)
            keys.append(world.proposed(coordinator, cohort=cohort).key)
        return keys, world.actor(Role.APPROVER)


def cookie_of(app: Flask, actor: Actor) -> str:
    """The cookie of a session."""
    cookie = sign_in(app, actor).get_cookie("jetekshi")
    assert cookie is not None
    return f"jetekshi={cookie.value}"


def campaign(app: Flask, *, moments: Sequence[float], people: int) -> Outcome:
    """Kill a server in the middle of each approval, then let one finish, and look at what is there.

    Args:
        moments: when to kill, as parts of the time that a whole approval took.
        people: how many certificates each approval issues.

    """
    keys, actor = prepare(app, batches=len(moments) + 1, people=people)
    approver = Approver(cookie_of(app, actor))
    with nursery(app) as process:
        first = start(process)
        form = approver.form(first.port, keys[0])
        begin = time.perf_counter()
        approver.press(first.port, keys[0], form)
        whole = time.perf_counter() - begin
        assert approver.answers[keys[0]] == 302, approver.answers
        first.kill()
        for key, moment in zip(keys[1:], moments, strict=True):
            _kill_while_approving(start(process), approver, key, moment * whole)
        acknowledged = {key for key, status in approver.answers.items() if status == 302}
        last = start(process)
        issued = _issued(app, wait_for=last, approver=approver)
        for key in keys:
            if issued.get(key, 0) == 0:
                approver.press(last.port, key, approver.form(last.port, key))
        last.kill()
    return Outcome(
        partial=sum(0 < issued.get(key, 0) < people for key in keys),
        lost=sum(issued.get(key, 0) == 0 for key in acknowledged),
        gaps=_gaps(app, len(keys) * people),
        complaints=_complaints(app),
        survived=sum(issued.get(key, 0) == 0 for key in keys),
    )


def _kill_while_approving(victim: Victim, approver: Approver, key: str, after: float) -> None:
    form = approver.form(victim.port, key)
    press = Thread(target=approver.press, args=(victim.port, key, form))
    press.start()
    time.sleep(after)  # not to wait for something: this is when the power goes
    victim.kill()
    press.join(SECONDS)


def _issued(app: Flask, *, wait_for: Victim, approver: Approver) -> dict[str, int]:
    """How many certificates each batch has. The page before it makes sure that no transaction is still dying."""
    assert approver.ask(wait_for.port, "GET", "/approvals/")[0] == 200
    with app.app_context(), unit_of_work() as session:
        if session.get_bind().dialect.name == "postgresql":
            _wait_for_the_dead(app)
        rows = session.execute(
            select(Batch.key, func.count()).join(Certificate, Certificate.batch_id == Batch.id).group_by(Batch.key)
        )
        return {key: count for key, count in rows}  # noqa: C416 - rows are tuples to mypy only so


def _wait_for_the_dead(app: Flask) -> None:
    """PostgreSQL notices a killed client when its statement ends: wait for the register's lock, which it holds."""
    from certificates.services.journal import lock_register  # noqa: PLC0415 - for this database only

    with app.app_context(), unit_of_work() as session:
        lock_register(session)


def _gaps(app: Flask, expected: int) -> int:
    with app.app_context(), unit_of_work() as session:
        numbers = sorted(session.scalars(select(Certificate.sequence)))
    return len(set(range(1, expected + 1)) ^ set(numbers)) + len(numbers) - len(set(numbers))


def _complaints(app: Flask) -> list[str]:
    settings = app.extensions["settings"]
    with app.app_context():
        key = house_of(settings).control_key
        return list(problems(db.session(), store=Store(settings.DATA_DIR), control_key=key))
