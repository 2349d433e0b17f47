"""The demonstration is the same each time, and renews itself."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.base import Base
from app.kernel.database import db
from certificates.models import Certificate
from cohorts.models import Cohort
from modules.models import PublishedSession, Register
from projects.models import DefenceDay
from tests.integration.demo.conftest import TODAY, Originals, make
from tests.support.database import BACKENDS, application
from tests.support.demonstration import demo_settings

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture
def copied(copied: Flask) -> Iterator[Flask]:
    """The same, with its application at work."""
    with copied.app_context():
        yield copied


def counts(session: Session) -> dict[str, int | None]:
    """How many rows each table has."""
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
    }


def cohort(session: Session, code: str) -> Cohort:
    return session.scalars(select(Cohort).where(Cohort.code == code)).one()


def next_session(session: Session, today: date) -> PublishedSession | None:
    start = datetime.combine(today, time(), UTC)
    coming = select(PublishedSession).where(PublishedSession.current, PublishedSession.ends_at > start)
    return session.scalars(coming.order_by(PublishedSession.starts_at)).first()


def wall(row: PublishedSession) -> tuple[str, str]:
    """The hours on the wall of the place."""
    zone = ZoneInfo(row.time_zone)
    return f"{row.starts_at.astimezone(zone):%a %H:%M}", f"{row.ends_at.astimezone(zone):%H:%M}"


def test_a_second_run_changes_nothing(copied: Flask) -> None:
    before = counts(db.session())
    assert before["certificate"]
    assert counts(make(copied, TODAY)) == before


def test_the_same_day_gives_the_same_demonstration_on_every_database(originals: Originals, tmp_path: Path) -> None:
    seen = []
    for backend in BACKENDS:
        settings = demo_settings(tmp_path / backend, DATABASE_URL=originals.copy(backend))
        with application(settings) as app, app.app_context():
            codes = db.session.scalars(select(Certificate.code).order_by(Certificate.id)).all()
            times = db.session.scalars(select(PublishedSession.starts_at).order_by(PublishedSession.id)).all()
            seen.append((codes, times, counts(db.session())))
            db.session.remove()
    assert seen[0] == seen[1]


@pytest.mark.parametrize("days", [40, 86, 400])
def test_there_is_always_a_next_session(copied: Flask, days: int) -> None:
    later = TODAY + timedelta(days=days)
    session = make(copied, later)
    assert next_session(session, later) is not None


def test_renewing_moves_the_cohort_and_keeps_the_hours_of_the_place(copied: Flask) -> None:
    session: Session = db.session()
    before = session.scalars(select(PublishedSession).where(PublishedSession.current)).all()
    hours = {row.session_id: wall(row) for row in before}
    later = TODAY + timedelta(days=140)
    session = make(copied, later)
    after = session.scalars(select(PublishedSession).where(PublishedSession.current)).all()
    assert {row.session_id: wall(row) for row in after if row.session_id in hours} == hours
    running = cohort(session, "kel-now-1")
    kept = session.scalars(select(Register.day).where(Register.cohort_id == running.id)).all()
    assert later - timedelta(weeks=4) <= min(kept) <= max(kept) < later, "registers move with their sessions"
    sitting = session.scalars(select(DefenceDay).where(DefenceDay.cohort_id == running.id)).one()
    assert {slot.session.starts_at.date() for slot in sitting.slots} == {sitting.day}
    first = running.starts_on
    assert first is not None
    assert first.first_day.weekday() == 0
    assert first.first_day > TODAY
