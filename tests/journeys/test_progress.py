"""How far a job is, as somebody sees it who waits for it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.jobs.enums import JobState
from app.jobs.models import Job
from app.kernel import clock
from app.kernel.unit import unit_of_work
from app.kernel.words import Message
from tests.journeys.conftest import Site

pytestmark = pytest.mark.xdist_group("browser")

Visit = Callable[..., Page]


def set_to(site: Site, state: JobState, progress: int) -> int:
    """Bring the job to where a worker would have brought it; its number."""
    said = Message("Files made: %(n)s of %(total)s", n=progress, total=1000).as_dict()
    with site.app.app_context(), unit_of_work() as session:
        job = session.query(Job).filter_by(key="tests:1").one_or_none()
        if job is None:
            now = clock.now()
            job = Job(kind="certificates.files", key="tests:1", arguments={}, run_at=now, created_at=now, total=1000)
            session.add(job)
        job.state, job.progress, job.said, job.started_at = state, progress, said, clock.now()
        session.flush()
        return job.id


def test_the_page_follows_the_job_and_says_when_it_has_ended(site: Site, visit: Visit) -> None:
    number = set_to(site, JobState.RUNNING, 230)
    page = visit(site, "admin")
    page.goto(f"/jobs/{number}/")
    bar = page.locator("progress")
    expect(bar).to_have_attribute("value", "230")
    expect(page.get_by_text("Look again")).to_be_hidden()
    set_to(site, JobState.RUNNING, 900)
    expect(bar).to_have_attribute("value", "900", timeout=30_000)
    expect(page.get_by_text("900 of 1,000")).to_be_visible()
    set_to(site, JobState.DONE, 1000)
    expect(bar).to_have_count(0, timeout=30_000)
    expect(page.locator("#live")).to_have_text("Done Files made: 1000 of 1000")


def test_without_a_script_one_looks_again(site: Site, visit: Visit) -> None:
    number = set_to(site, JobState.RUNNING, 230)
    page = visit(site, "admin", size="phone", lang="ru", script=False)
    page.goto(f"/jobs/{number}/")
    set_to(site, JobState.DONE, 1000)
    page.get_by_text("Посмотреть снова").click()
    expect(page.locator("progress")).to_have_count(0)
    expect(page.get_by_text("Выполнено")).to_be_visible()
