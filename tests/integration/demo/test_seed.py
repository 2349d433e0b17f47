"""The demonstration: what is in it, that it is the same each time, and that it renews itself."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Delegation, User
from app.kernel.base import Base
from app.kernel.database import db
from certificates.enums import CertificateStatus
from certificates.models import Certificate
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Cohort, Enrolment
from demo.accounts import ACCOUNTS
from demo.seed import seed
from modules.models import Block, Module, PublishedSession
from tests.support.database import Databases, application
from tests.support.demonstration import demo_settings

TODAY = date(2026, 11, 25)


@pytest.fixture
def empty(databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """A demonstration that nothing was put into yet."""
    with application(demo_settings(tmp_path / "demo", DATABASE_URL=databases.copy())) as app, app.app_context():
        yield app


def make(app: Flask, today: date) -> Session:
    seed(app.extensions["settings"], today=today)
    session: Session = db.session()
    session.expire_all()
    return session


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


def test_what_is_in_it(empty: Flask) -> None:
    session = make(empty, TODAY)
    done, running = cohort(session, "eulp-2023-1"), cohort(session, "kel-now-1")
    assert (done.status, running.status) == (CohortStatus.CLOSED, CohortStatus.RUNNING)
    people = select(func.count()).select_from(Enrolment)
    assert session.scalar(people.where(Enrolment.cohort_id == running.id)) == 33
    assert session.scalar(people.where(Enrolment.status == EnrolmentStatus.COMPLETED)) == 81
    bodies = select(func.count(Enrolment.organisation_id.distinct())).where(Enrolment.cohort_id == done.id)
    assert session.scalar(bodies) == 28
    assert session.scalar(select(func.count()).select_from(Module).where(Module.cohort_id == done.id)) == 9
    zones = session.scalars(select(Block.time_zone).join(Module).where(Module.cohort_id == running.id)).all()
    assert set(zones) == {"Asia/Almaty", "Asia/Dubai"}


def test_its_certificates(empty: Flask) -> None:
    session = make(empty, TODAY)
    rows = session.scalars(select(Certificate).order_by(Certificate.sequence)).all()
    assert [row.number for row in rows] == [f"EULP-2023-{number:06}" for number in range(1, 83)]
    valid = [row for row in rows if row.status == CertificateStatus.VALID]
    replaced = [row for row in rows if row.status == CertificateStatus.REPLACED]
    assert (len(valid), len(replaced)) == (81, 1)
    assert replaced[0].replaced_by is rows[-1]
    assert {row.issued_on for row in rows[:-1]} == {date(2023, 12, 2)}


def test_its_accounts_have_their_places(empty: Flask) -> None:
    session = make(empty, TODAY)
    users = {user.email: user for user in session.scalars(select(User))}
    assert set(users) == {account.email for account in ACCOUNTS}
    for account in ACCOUNTS:
        assert [grant.role for grant in users[account.email].grants] == [account.role]
    participant = users["participant@demo.example"]
    assert participant.person_id is not None
    assert session.scalars(select(Delegation.person_id)).all() == [participant.person_id]


def test_a_second_run_changes_nothing(empty: Flask) -> None:
    def count() -> dict[str, int | None]:
        session = make(empty, TODAY)
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
        }

    assert count() == count()


def test_the_same_day_gives_the_same_demonstration(databases: Databases, tmp_path: Path) -> None:
    seen = []
    for run in ("one", "two"):
        settings = demo_settings(tmp_path / run, DATABASE_URL=databases.copy())
        with application(settings) as app, app.app_context():
            session = make(app, TODAY)
            codes = session.scalars(select(Certificate.code).order_by(Certificate.id)).all()
            times = session.scalars(select(PublishedSession.starts_at).order_by(PublishedSession.id)).all()
            seen.append((codes, times))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("days", [40, 86, 400])
def test_there_is_always_a_next_session(empty: Flask, days: int) -> None:
    make(empty, TODAY)
    later = TODAY + timedelta(days=days)
    session = make(empty, later)
    assert next_session(session, later) is not None


def test_renewing_moves_the_cohort_and_keeps_the_hours_of_the_place(empty: Flask) -> None:
    session = make(empty, TODAY)
    before = session.scalars(select(PublishedSession).where(PublishedSession.current)).all()
    hours = {row.session_id: wall(row) for row in before}
    later = TODAY + timedelta(days=140)
    session = make(empty, later)
    after = session.scalars(select(PublishedSession).where(PublishedSession.current)).all()
    assert {row.session_id: wall(row) for row in after if row.session_id in hours} == hours
    first = cohort(session, "kel-now-1").starts_on
    assert first is not None
    assert first.first_day.weekday() == 0
    assert first.first_day > TODAY
