"""Workers as processes of their own: killed, stopped, and beside the site."""

import os
import signal
import subprocess
import sys
from random import Random
from socket import socket
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from flask import Flask
from sqlalchemy import select

from app.jobs.enums import JobState
from app.jobs.models import Job, WorkerPulse
from app.jobs.services import enqueue
from app.jobs.tidying import TIDY
from app.kernel import clock
from app.kernel.database import db
from app.kernel.unit import unit_of_work
from tests.integration.jobs.killing import ROOT, Outcome, campaign
from tests.integration.jobs.own import PATIENCE, until
from tests.support.database import BASE_URL

JOBS = 24


def command(app: Flask, *arguments: str) -> "subprocess.Popen[str]":
    """``flask …`` in a process, on the application's database."""
    settings = app.extensions["settings"]
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": settings.SECRET_KEY.get_secret_value(),
        "BASE_URL": BASE_URL,
        "DATABASE_URL": settings.DATABASE_URL,
        "DATA_DIR": str(settings.DATA_DIR),
        "MAIL_URL": settings.MAIL_URL.get_secret_value(),
        "MAIL_FROM": str(settings.MAIL_FROM),
        "PYTHONUNBUFFERED": "1",
    }
    program = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    return subprocess.Popen(
        program, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def seen(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(WorkerPulse)).all())


def is_done(app: Flask) -> bool:
    with app.app_context():
        return db.session.scalar(select(Job.state).where(Job.key == f"{TIDY.name}:a")) == JobState.DONE


def test_killed_workers_lose_nothing_and_do_nothing_twice(own_app: Flask) -> None:
    found = campaign(own_app, jobs=JOBS, kills=3, chance=Random(1))
    assert str(found) == f"kills {found.kills} jobs {JOBS} effects {JOBS} duplicates 0 lost 0"
    assert found.well, found


def test_a_campaign_whose_kills_did_not_hit_proves_nothing() -> None:
    whole = {"jobs": 9, "effects": 9, "duplicates": 0, "lost": 0, "fires": 5, "unequal": 0}
    assert Outcome(wanted=3, kills=9, hit=3, **whole).well
    assert not Outcome(wanted=3, kills=9, hit=2, **whole).well


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_stop_says_good_bye(own_app: Flask, number: int) -> None:
    with command(own_app, "worker") as process:
        until(lambda: seen(own_app))
        with own_app.app_context(), unit_of_work() as session:
            enqueue(session, kind=TIDY, key="a", now=clock.now())
        until(lambda: is_done(own_app))
        process.send_signal(number)
        said, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, seen(own_app)) == (0, 0), said
    assert "is running. Stop it with Ctrl+C." in said


def answers(port: int) -> bool:
    try:
        with urlopen(f"{BASE_URL}:{port}/readyz") as answer:
            return bool(answer.status == 200)
    except URLError:
        return False


def test_one_process_serves_and_works_and_ends_as_it_should(own_app: Flask) -> None:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with command(own_app, "serve", "--port", str(port)) as process:
        until(lambda: answers(port))
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, seen(own_app)) == (0, 0), said
