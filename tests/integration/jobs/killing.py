"""The ledger under kill -9.

Three real workers carry jobs out, each of which leaves one mark, and put one job into the ledger every second. At
random moments one of them is killed and another started. In the end each job has left its mark once, and each second
made one job.
"""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from subprocess import PIPE, Popen

from flask import Flask
from sqlalchemy import func, select

from app.jobs.enums import JobState
from app.jobs.models import Job
from app.kernel import clock
from app.kernel.database import db, reading
from app.kernel.unit import unit_of_work
from app.people.models import Person
from tests.integration.jobs.own import put
from tests.integration.jobs.victim import SLOWLY, TICKED

ROOT = Path(__file__).resolve().parents[3]
WORKERS = 3
PATIENCE = 90  # seconds for what is left after the last kill


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was left.

    Args:
        wanted: how many kills were to hit a job in the middle.
        kills, hit: how many workers were killed, and how many of them left a job unfinished.
        jobs, effects, duplicates, lost: of the jobs that were put in.
        fires, unequal: seconds that made a job, and those without a job or whose job left not one mark.

    """

    wanted: int
    kills: int
    hit: int
    jobs: int
    effects: int
    duplicates: int
    lost: int
    fires: int
    unequal: int

    def __str__(self) -> str:
        """The figures that matter."""
        done = f"jobs {self.jobs} effects {self.effects} duplicates {self.duplicates} lost {self.lost}"
        return f"kills {self.kills} {done}"

    @property
    def well(self) -> bool:
        """Enough kills hit, nothing was lost and nothing done twice."""
        whole = self.effects == self.jobs and not (self.duplicates or self.lost or self.unequal)
        return whole and self.hit >= self.wanted


class Workers:
    """Worker processes, by their ids.

    Args:
        app: an application on their database.

    """

    def __init__(self, app: Flask) -> None:
        settings = app.extensions["settings"]
        command = [sys.executable, "-m", "tests.integration.jobs.victim", settings.database_url, settings.DATA_DIR]
        self._maker = Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True)
        self.living: list[int] = []

    def add(self) -> None:
        """Start one more; it has begun when this comes back."""
        assert self._maker.stdin is not None
        assert self._maker.stdout is not None
        self._maker.stdin.write("\n")
        self._maker.stdin.flush()
        self.living.append(int(self._maker.stdout.readline()))

    def kill(self, number: int) -> None:
        """End one at this moment."""
        self.living.remove(number)
        os.kill(number, signal.SIGKILL)

    def close(self) -> None:
        """End all of them."""
        for number in tuple(self.living):
            self.kill(number)
        self._maker.communicate()


@contextmanager
def workers(app: Flask, number: int) -> Iterator[Workers]:
    """So many worker processes, which do not outlive this."""
    made = Workers(app)
    try:
        for _ in range(number):
            made.add()
        yield made
    finally:
        made.close()


def campaign(app: Flask, *, jobs: int, kills: int, chance: Random) -> Outcome:
    """Put jobs in, kill workers until so many kills hit a job, wait until nothing is left to do, and count."""
    put(app, SLOWLY, *(f"{number:04}" for number in range(jobs)), now=clock.now())
    killed = hit = 0
    with workers(app, WORKERS) as living:
        while hit < kills and _open(app):
            time.sleep(chance.uniform(0.1, 0.8))
            victim = chance.choice(living.living)
            living.kill(victim)
            killed += 1
            hit += _left_by(app, victim)
            living.add()
        until = time.monotonic() + PATIENCE
        while _open(app) and time.monotonic() < until:
            time.sleep(0.2)
    return _count(app, wanted=kills, kills=killed, hit=hit)


def _open(app: Flask) -> int:
    """How many of the jobs that were put in are still to be done; the fires never end."""
    with app.app_context(), reading(), unit_of_work() as session:
        left = select(func.count()).where(Job.kind == SLOWLY.name, Job.state != JobState.DONE)
        return session.scalar(left) or 0


def _left_by(app: Flask, victim: int) -> int:
    """How many jobs a worker left in the middle, after it had said whose hands they are in."""
    with app.app_context(), reading(), unit_of_work() as session:
        running = select(Job.said).where(Job.kind == SLOWLY.name, Job.state == JobState.RUNNING)
        return [said["text"] for said in session.scalars(running) if said].count(str(victim))


def _count(app: Flask, *, wanted: int, kills: int, hit: int) -> Outcome:
    with app.app_context():
        session = db.session()
        marks = Counter(session.scalars(select(Person.search_key)))
        put_in = session.scalars(select(Job).where(Job.kind == SLOWLY.name).order_by(Job.id)).all()
        fired = session.scalars(select(Job).where(Job.kind == TICKED.name).order_by(Job.key)).all()
        effects = [marks[job.arguments["mark"]] for job in put_in]
        seconds = [int(datetime.fromisoformat(job.key.rpartition("every_second:")[2]).timestamp()) for job in fired]
        skipped = set(range(min(seconds), max(seconds) + 1)) - set(seconds)
        wrong = [job for job in fired if marks[job.key] != (job.state == JobState.DONE)]
        return Outcome(
            wanted=wanted,
            kills=kills,
            hit=hit,
            jobs=len(put_in),
            effects=sum(effects),
            duplicates=sum(max(0, number - 1) for number in effects),
            lost=effects.count(0),
            fires=len(fired),
            unequal=len(skipped) + len(wrong),
        )
