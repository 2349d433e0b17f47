"""Whether an installation is fit to work, as those see it who watch it from outside."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.enums import JobState
from app.jobs.kinds import JobKind
from app.jobs.ledger import show_alive
from app.jobs.models import Job
from app.jobs.services import enqueue
from app.jobs.tidying import TIDY
from app.kernel import clock
from app.kernel.words import Message
from app.mail.models import Letter
from app.mail.outbox import mark_sent, note_away
from tests.integration.mail.own import draft, post_welcome, somebody


@pytest.fixture
def at_work(session: Session) -> None:
    """A worker has just said that it is there."""
    show_alive(session, "host:1:a", started_at=clock.now(), now=clock.now())


@pytest.mark.usefixtures("at_work")
def test_health_and_readiness(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (200, {"status": "ok", "problems": []})


def not_ready(client: FlaskClient) -> list[str]:
    answer = client.get("/readyz")
    assert answer.json is not None
    assert (answer.status_code, answer.json["status"]) == (503, "not ready")
    problems: list[str] = answer.json["problems"]
    return problems


def test_not_ready_when_no_worker_runs(client: FlaskClient) -> None:
    assert not_ready(client) == ["no worker runs: start one with flask worker, or serve with flask serve"]


def test_not_ready_when_the_workers_fell_silent(client: FlaskClient, session: Session) -> None:
    silent = clock.now() - timedelta(minutes=3)
    show_alive(session, "host:1:a", started_at=silent, now=silent)
    assert not_ready(client) == [f"no worker has been seen since {silent:%Y-%m-%d %H:%M} UTC"]


@pytest.mark.usefixtures("at_work")
def test_not_ready_when_jobs_wait_that_no_worker_knows(client: FlaskClient, session: Session) -> None:
    newer = JobKind("tests.newer", Message("Of another release"), print)
    enqueue(session, kind=newer, key="a", now=clock.now() - timedelta(minutes=4))
    assert client.get("/readyz").status_code == 200  # a new release is being put in place
    enqueue(session, kind=newer, key="b", now=clock.now() - timedelta(minutes=6))
    assert not_ready(client) == ["jobs wait that no worker of this release knows: tests.newer"]


@pytest.mark.usefixtures("at_work")
def test_a_failed_job_makes_nothing_unfit(client: FlaskClient, session: Session) -> None:
    enqueue(session, kind=TIDY, key="a", now=clock.now() - timedelta(days=1))
    session.scalars(select(Job)).one().state = JobState.FAILED
    assert client.get("/readyz").status_code == 200


@pytest.mark.usefixtures("at_work")
def test_not_ready_when_letters_do_not_leave(client: FlaskClient, session: Session) -> None:
    now = clock.now()
    post_welcome(session, now=now - timedelta(minutes=14))
    assert client.get("/readyz").status_code == 200
    late = now - timedelta(minutes=16)
    post_welcome(session, draft(somebody(address="secret@example.kz")), now=late)
    said = f"letters have been waiting since {late:%Y-%m-%d %H:%M} UTC: "
    assert not_ready(client) == [f"{said}no worker has tried"]
    first, second = session.scalars(select(Letter.id).order_by(Letter.id))
    away = Message("The server takes no letters now: %(what)s", what="421 ask <secret@example.kz> later")
    note_away(session, first, away)
    assert not_ready(client) == [f"{said}The server takes no letters now: 421 ask … later"]
    mark_sent(session, first, now=now)  # a long line, but it moves
    assert client.get("/readyz").status_code == 200
    mark_sent(session, second, now=now)
    assert client.get("/readyz").status_code == 200


@pytest.mark.usefixtures("at_work")
def test_not_ready_without_a_data_folder(client: FlaskClient, app: Flask) -> None:
    Path(app.extensions["settings"].DATA_DIR).rmdir()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "not ready", "problems": ["the data folder cannot be written"]}
