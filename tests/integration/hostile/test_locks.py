"""Many at once: nobody is told that the database is locked, and who only reads never waits for who writes."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.rules import Reach
from app.kernel.database import BUSY_TIMEOUT_MS, db
from app.kernel.unit import unit_of_work
from certificates.models import Batch, Certificate, LogEntry
from cohorts.models import Cohort, Enrolment
from cohorts.queries import get_cohort
from cohorts.roster import RosterRow
from cohorts.services import import_roster
from tests.integration.certificates.making import World
from tests.integration.hostile.killing import cookie_of
from tests.support.together import together

EVERYWHERE = Reach(everywhere=True)


def holding(app: Flask, cookie: str) -> FlaskClient:
    """A client of its own for a thread, with somebody's cookie."""
    client = app.test_client()
    client.set_cookie(*cookie.split("=", 1))
    return client


@pytest.fixture
def prepared(own_app: Flask) -> tuple[Flask, str, str]:
    """A cohort with issued certificates; the cookie of its coordinator, and a code to check."""
    own_app.config["WTF_CSRF_ENABLED"] = False
    with own_app.app_context(), unit_of_work() as session:
        world = World(session)
        world.many(3)
        code = world.issued().certificates[0].code
        cookie = cookie_of(own_app, world.actor(Role.COORDINATOR, name="reader"))
    return own_app, cookie, code


def test_who_only_reads_does_not_wait_for_who_writes(prepared: tuple[Flask, str, str]) -> None:
    app, cookie, code = prepared
    with app.app_context(), db.engine.connect() as writer:
        writer.execute(text("UPDATE cohort SET planned_size = 31"))  # BEGIN IMMEDIATE on SQLite: the one write lock
        begin = datetime.now(UTC)
        client = holding(app, cookie)
        for path in ("/", "/programmes/", "/cohorts/kel-1/people", "/certificates/"):
            assert client.get(path).status_code == 200
        for path in ("/login", f"/verify/{code}", "/verify/"):
            assert app.test_client().get(path).status_code == 200
        assert app.test_client().get("/verify/XXXX").status_code == 404
        assert (datetime.now(UTC) - begin).total_seconds() * 1000 < BUSY_TIMEOUT_MS
        writer.rollback()


def test_sixteen_writers_at_once_are_all_served(prepared: tuple[Flask, str, str]) -> None:
    app, cookie, _code = prepared

    def write(number: int) -> int:
        name = {"number": "KEL-2024-000001", "code": "00000000"}
        mark = {"number": "1", "version": "1", "status": "withdrawn", "order_number": "1", "order_date": "2024-07-01"}
        path, data = [("/verify/", name), ("/cohorts/kel-1/people/mark", mark)][number % 2]
        return int(holding(app, cookie).post(path, data=data).status_code)

    statuses = together(*(lambda n=n: write(n) for n in range(16)))
    assert set(statuses) <= {302, 404, 409, 422}, statuses


@pytest.mark.parametrize("what", ["propose", "approve"])
def test_a_button_pressed_eight_times_acts_once(own_app: Flask, what: str) -> None:
    own_app.config["WTF_CSRF_ENABLED"] = False
    with own_app.app_context(), unit_of_work() as session:
        world = World(session)
        world.many(5)
        actor = world.actor(Role.COORDINATOR)
        path, data = "/cohorts/kel-1/certificates", {"order_number": "7", "order_date": "2024-07-01"}
        data |= {"issued_on": "2024-07-05", "office": "", "handed_over_by": ""}
        if what == "approve":
            path, data = f"/approvals/{world.proposed(actor).key}/", {"looked": "1"}
            actor = world.actor(Role.APPROVER)
        cookie = cookie_of(own_app, actor)

    def press() -> int:
        return int(holding(own_app, cookie).post(path, data=data).status_code)

    statuses = together(*[press] * 8)
    assert set(statuses) <= {302, 409, 422}, statuses
    assert 302 in statuses
    with own_app.app_context():
        assert db.session.query(Batch).count() == 1
        issued = 5 if what == "approve" else 0
        assert db.session.query(Certificate).count() == issued
        assert sorted(db.session.scalars(select(LogEntry.sequence))) == list(range(1, issued + 1))


def test_one_cohort_is_created_however_often_it_is_sent(own_app: Flask) -> None:
    own_app.config["WTF_CSRF_ENABLED"] = False
    with own_app.app_context(), unit_of_work() as session:
        cookie = cookie_of(own_app, World(session).actor(Role.COORDINATOR))
    data = {"code": "kel-5", "time_zone": "Asia/Almaty"}

    def press() -> int:
        path = "/programmes/kel/cohorts/new"
        return int(holding(own_app, cookie).post(path, data=data).status_code)

    statuses = together(*[press] * 8)
    assert set(statuses) <= {302, 409, 422}, statuses
    assert statuses.count(302) == 1
    with own_app.app_context():
        assert db.session.query(Cohort).filter_by(code="kel-5").count() == 1


def _rows(count: int) -> list[RosterRow]:
    letters = "абвгдежзик"
    names = ("".join(letters[int(digit)] for digit in str(number)) for number in range(count))
    return [
        RosterRow(number, "ru", {"name": f"Тестов{name} Сынақ", "organisation": f"Вуз № {number % 20}",
                                 "email": f"p{number}@example.org", "post": "ректор"})
        for number, name in enumerate(names, start=2)
    ]  # fmt: skip


def test_a_roster_is_sent_together_not_person_by_person(session: Session, count_flushes: Callable[[], int]) -> None:
    world = World(session)
    cohort = get_cohort(session, EVERYWHERE, world.cohort.code)
    before = count_flushes()
    report = import_roster(session, cohort=cohort, rows=_rows(300), actor=None, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert report.taken == 300
    assert session.query(Enrolment).filter_by(cohort_id=cohort.id).count() == 300
    assert count_flushes() - before < 40  # one for each of the 20 organisations, and a few
    again = import_roster(session, cohort=cohort, rows=_rows(300), actor=None, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert (again.taken, again.updated) == (0, 0)


@pytest.fixture
def count_flushes(session: Session, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How often the session has sent its rows to the database."""
    done = []
    whole = session._flush  # noqa: SLF001 - what flush and autoflush both end in

    def counted(*args: object) -> None:
        done.append(1)
        whole(*args)  # type: ignore[arg-type]  # whatever SQLAlchemy gives

    monkeypatch.setattr(session, "_flush", counted)
    return lambda: len(done)
