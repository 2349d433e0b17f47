"""A worker that is killed while it reminds (kill -9 of a real process) leaves each transaction whole or undone."""

import subprocess
import sys
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from app.jobs.enums import JobState
from app.jobs.models import Job
from app.kernel.database import db
from app.notices.reminders import REMIND
from tests.integration.jobs.own import NOON
from tests.integration.reminders.own import enqueue_reminding, letters, noticed, plan_for, skipped

ROOT = Path(__file__).resolve().parents[3]
PEOPLE = 7


def command(app: Flask, place: int) -> list[str]:
    settings = app.extensions["settings"]
    module = "tests.integration.reminders.victim"
    return [sys.executable, "-m", module, settings.database_url, str(settings.DATA_DIR), str(place)]


def test_a_killed_worker_loses_nothing_and_repeats_nothing(own_app: Flask) -> None:
    plan_for(own_app, PEOPLE)
    enqueue_reminding(own_app, NOON, "test")
    with subprocess.Popen(command(own_app, 3), cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "middle\n"
        process.kill()
    assert (len(letters(own_app)), noticed(own_app), len(skipped(own_app))) == (4, 4, 4)
    subprocess.run(command(own_app, 0), cwd=ROOT, check=True)
    assert letters(own_app) == [(f"aliya{number}", "noon") for number in range(PEOPLE)]
    assert noticed(own_app) == PEOPLE
    with own_app.app_context():
        job = db.session.scalars(select(Job).where(Job.kind == REMIND.name)).one()
        assert (job.state, job.attempts) == (JobState.DONE, 2)
