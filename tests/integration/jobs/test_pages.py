"""The administrator's pages of jobs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.enums import Role
from app.audit.models import AuditEntry
from app.jobs.enums import JobState
from app.jobs.ledger import show_alive
from app.jobs.models import Job
from app.jobs.tidying import TIDY
from app.kernel import clock
from app.kernel.words import Message
from app.notices import marks
from app.notices.marks import Mark
from tests.support.pages import post
from tests.support.visiting import Statements

Visit = Callable[..., FlaskClient]
LABEL = "Forget jobs that ended long ago"
BROKE = Message("It broke off (%(what)s). The log says more.", what="ValueError: <script>alert(1)</script>").as_dict()


def put(session: Session, state: JobState, *, kind: str = TIDY.name, number: int = 1, **values: Any) -> Job:  # noqa: ANN401 - columns of the ledger
    """The last of so many jobs in a state."""
    now = clock.now()
    ended = now if state in {JobState.DONE, JobState.FAILED, JobState.CANCELLED} else None
    token = "t" if state is JobState.RUNNING else None
    problem = BROKE if state is JobState.FAILED else None
    started = None if state is JobState.WAITING else now
    made = {"ended_at": ended, "token": token, "problem": problem, "started_at": started, "run_at": now}
    for _ in range(number):
        count = len(session.scalars(select(Job.id)).all())
        job = Job(kind=kind, key=f"{kind}:{count}", arguments={}, state=state, created_at=now, **(made | values))
        session.add(job)
        session.flush()
    return job


def read(answer: TestResponse) -> str:
    """The words of a page's main part."""
    main = BeautifulSoup(answer.data, "html5lib").main
    assert main is not None
    return " ".join(main.get_text(" ").split())


def at_work(session: Session) -> None:
    show_alive(session, "host:1:a", started_at=clock.now(), now=clock.now())


def test_an_empty_ledger_without_a_worker_says_how_to_start_one(visit: Visit) -> None:
    words = read(visit(Role.ADMINISTRATOR).get("/jobs/"))
    assert words.startswith("No worker is running Workers: 0 · running now: 0 · nothing waits")
    assert "flask --app wsgi worker" in words
    assert "Nothing is to be done" in words
    assert f"{LABEL} Next:" in words


def test_the_answer_stands_first(visit: Visit, session: Session) -> None:
    client = visit(Role.ADMINISTRATOR)
    at_work(session)
    put(session, JobState.DONE, number=3)
    assert read(client.get("/jobs/")).startswith("Everything runs Workers: 1 · running now: 0 · nothing waits")
    put(session, JobState.FAILED)
    put(session, JobState.WAITING)
    words = read(client.get("/jobs/"))
    assert words.startswith("1 job failed Workers: 1 · running now: 0 · waiting: 1")
    assert f"Done within a day Done within a day Job How many The last {LABEL} 3" in words


def test_each_job_says_where_it_stands(visit: Visit, session: Session) -> None:
    at_work(session)
    said = Message("Files made: %(n)s of %(total)s", n=230, total=1000).as_dict()
    put(session, JobState.RUNNING, progress=230, total=1000, said=said, attempts=1)
    put(session, JobState.FAILED, attempts=8)
    put(session, JobState.WAITING, kind="tests.newer")
    put(session, JobState.WAITING, run_at=clock.now() + timedelta(days=40), problem=BROKE, attempts=2)
    page = visit(Role.ADMINISTRATOR).get("/jobs/")
    words = read(page)
    assert "Files made: 230 of 1000" in words
    assert "230 of 1,000" in words
    assert "ValueError: <script>alert(1)</script>" in words  # as text
    assert "<script>alert" not in page.text
    assert "attempts: 8 of 8" in words
    assert "tests.newer no worker of this release knows it" in words
    assert "attempts: 2 of 8" in words
    bar = BeautifulSoup(page.data, "html5lib").select_one("[data-follow] progress")
    assert bar is not None
    assert (bar["value"], bar["max"]) == ("230", "1000")


@pytest.mark.parametrize("lang", ["kk", "ru"])
def test_the_pages_are_translated(visit: Visit, session: Session, lang: str) -> None:
    client = visit(Role.ADMINISTRATOR, lang=lang)
    for state in JobState:
        job = put(session, state)
        words = read(client.get(f"/jobs/{job.id}/"))
        assert "Attempts" not in words
        assert LABEL not in words
    words = read(client.get("/jobs/"))
    assert {"kk": "Бірде-бір өңдеуші іске қосылмаған", "ru": "Ни один обработчик не запущен"}[lang] in words


def test_a_long_ledger_shows_the_newest(visit: Visit, session: Session, statements: Statements) -> None:
    client = visit(Role.ADMINISTRATOR)
    put(session, JobState.FAILED, number=2)
    with statements() as few:
        client.get("/jobs/")
    put(session, JobState.FAILED, number=60)
    with statements() as many:
        words = read(client.get("/jobs/"))
    assert len(few) == len(many)
    assert "The newest 50 of 62 are shown." in words


def test_what_a_job_is_told_is_the_administrators(visit: Visit, session: Session) -> None:
    job = put(session, JobState.DONE)
    job.arguments = {"name": "<b>Құдайберген</b>"}
    page = visit(Role.ADMINISTRATOR).get(f"/jobs/{job.id}/").text
    assert "&lt;b&gt;Құдайберген&lt;/b&gt;" in page
    assert "Құдайберген" not in visit(Role.AUDITOR).get(f"/jobs/{job.id}/").text


def test_an_auditor_only_reads(visit: Visit, session: Session) -> None:
    job = put(session, JobState.FAILED)
    client = visit(Role.AUDITOR)
    for path in ("/jobs/", f"/jobs/{job.id}/"):
        page = client.get(path)
        assert page.status_code == 200
        assert BeautifulSoup(page.data, "html5lib").select("main form") == []
    for act in ("again", "cancel"):
        assert client.post(f"/jobs/{job.id}/{act}").status_code in {400, 404}
    assert job.state == JobState.FAILED


def test_a_failed_job_is_run_again_once(visit: Visit, session: Session) -> None:
    job, client = put(session, JobState.FAILED, attempts=8), visit(Role.ADMINISTRATOR)
    page = f"/jobs/{job.id}/"
    assert post(client, f"{page}again", {}).status_code == 302
    session.refresh(job)
    assert (job.state, job.attempts, job.ended_at) == (JobState.WAITING, 0, None)
    answer = post(client, f"{page}again", {})
    assert answer.status_code == 409
    assert "Nothing was begun: somebody has begun this job again already." in read(answer)
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject == "job")).all()
    assert acts == ["jobs.run_again"]


@pytest.mark.parametrize(
    ("seen", "state", "after", "said"),
    [
        (JobState.WAITING, JobState.WAITING, JobState.CANCELLED, "The job was called off."),
        (JobState.FAILED, JobState.FAILED, JobState.CANCELLED, "The job was called off."),
        (JobState.WAITING, JobState.RUNNING, JobState.RUNNING, "The job stops after the step that it is at."),
    ],
)
def test_a_job_is_called_off(
    visit: Visit, session: Session, seen: JobState, state: JobState, after: JobState, said: str
) -> None:
    job, client = put(session, state), visit(Role.ADMINISTRATOR)
    page = f"/jobs/{job.id}/"
    assert post(client, f"{page}cancel", {"seen": seen}).status_code == 302
    session.refresh(job)
    assert (job.state, job.stop_asked) == (after, after is JobState.RUNNING)
    assert said in read(client.get(page))


def test_a_job_that_no_worker_will_end_says_so_and_is_called_off(visit: Visit, session: Session) -> None:
    dead: dict[str, Any] = {"lease_until": clock.now() - timedelta(minutes=2), "stop_asked": True}
    job, client = put(session, JobState.RUNNING, kind="tests.newer", **dead), visit(Role.ADMINISTRATOR)
    put(session, JobState.RUNNING, kind="tests.newest", lease_until=clock.now() + timedelta(minutes=1))
    page = f"/jobs/{job.id}/"
    assert read(client.get("/jobs/")).count("no worker of this release knows it") == 1
    words = read(client.get(page))
    assert "it waits for one of another release, or until it is called off" in words
    assert "Call off" in words
    assert post(client, f"{page}cancel", {"seen": "running"}).status_code == 302
    assert "The job was called off." in read(client.get(page))
    session.refresh(job)
    assert job.state == JobState.CANCELLED


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (JobState.FAILED, JobState.WAITING),  # another administrator has just begun it again
        (JobState.RUNNING, JobState.DONE),
        (JobState.WAITING, JobState.CANCELLED),
        ("", JobState.WAITING),
    ],
)
def test_whoever_was_slower_is_told(visit: Visit, session: Session, seen: str, state: JobState) -> None:
    job, client = put(session, state), visit(Role.ADMINISTRATOR)
    answer = post(client, f"/jobs/{job.id}/cancel", {"seen": seen})
    assert answer.status_code == 409
    assert "Nothing was called off" in read(answer)
    session.refresh(job)
    assert job.state == state


def test_a_job_that_was_forgotten_is_no_page(visit: Visit) -> None:
    assert visit(Role.ADMINISTRATOR).get("/jobs/1/").status_code == 404


def test_reminders_that_came_too_late_are_counted_for_a_week(visit: Visit, session: Session) -> None:
    client, now = visit(Role.ADMINISTRATOR), clock.now()
    assert "too late" not in read(client.get("/jobs/"))
    for days in (1, 2, 8):
        late = {Mark(f"2026-11-0{days}", "p1"): now - timedelta(days=days)}
        marks.skip(session, "modules.session_tomorrow", late, now=now - timedelta(days=days))
    assert "Sessions of the next day 2" in read(client.get("/jobs/"))
