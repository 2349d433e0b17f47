"""What the participant's page with 60 sessions costs, against the bare floor in the same run.

Run: ``python -m bench.schedule_page [ROUNDS]``. CPU time of this process for whole requests through WSGI (no client,
no network, no compression); rounds alternate; medians are compared. "Seen again" is a second GET without
If-None-Match; "first" is a person's first after somebody else of the cohort saw the same version; "new" is one after
everything was forgotten: once for each publication and language. SQL statements are those of a new page.
"""

import logging
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from threading import Thread
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import Engine, event
from waitress.server import create_server

from app.accounts.enums import Role, ScopeKind
from app.accounts.models import Grant, User
from app.accounts.queries import load_actor
from app.factory import create_app
from app.kernel import clock
from app.kernel.base import Base
from app.kernel.database import db
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.organisations.enums import OrganisationKind
from app.organisations.services import ensure_organisation
from app.people.enums import NameForm
from app.people.rules import PersonalName
from app.people.services import create_person
from app.settings import Settings
from bench._calling import Caller, cookie_of, cpu
from bench.floor.schedule import make_floor
from cohorts.enums import CohortStatus, EnrolmentStatus, ProgrammeKind
from cohorts.models import Cohort, Enrolment, Outline, Programme
from modules.rules.facts import Facts, facts_of
from modules.services import add_session, change_session, lay_modules, mark_seen, publish
from modules.views.kept import Stores, stores

MAIL = {"MAIL_URL": "files:", "MAIL_FROM": "jetekshi@example.kz"}
ROUNDS = 7
SESSIONS = 60
CHANGED = 3
HELLO_TIMES = 6.1 / 0.44  # the floor against a page of two words when the goal was set, both through a server
STRAWMAN = 1.3  # a floor that is so much dearer proves nothing
HOME, ABROAD = "Asia/Almaty", "Asia/Dubai"
NOW = datetime(2026, 11, 24, 11, 36, tzinfo=UTC)
OUTLINE = {
    "modules": [
        {"number": 1, "blocks": [{"mode": "online", "start": "2026-11-02", "end": "2027-12-31"}]},
        {"number": 2, "blocks": [{"mode": "offline", "start": "2026-12-07", "end": "2026-12-11", "time_zone": ABROAD}]},
    ]
}


def make_product(folder: Path, sessions: int) -> tuple[Flask, int, str]:
    """The product with one cohort of so many sessions to come; with the participant's account and its session key."""
    address = f"sqlite:///{folder / f'{sessions}.sqlite'}"
    given = {"SECRET_KEY": "x" * 40, "BASE_URL": "http://localhost", "DATABASE_URL": address, "DATA_DIR": folder} | MAIL
    app = create_app(Settings.model_validate(given))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        user = _fill(sessions)
        key = f"{user.id}:{user.session_version}"
        number = user.id
        db.session.commit()
    return app, number, key


def _fill(sessions: int) -> User:
    session = db.session()
    owner = ensure_organisation(session, name=Tri(en="Academy"), kind=OrganisationKind.ACADEMY)
    programme = Programme(
        code="p",
        title=Tri(en="Programme"),
        kind=ProgrammeKind.EXECUTIVE_TRAINING,
        languages=[],
        completion_rule={},
        also_called=[],
        award={},
        owner=owner,
        sort_key="",
        outlines=[Outline(number=1, content=OUTLINE, created_at=NOW)],
    )
    cohort = Cohort(
        code="c",
        programme=programme,
        outline=programme.outlines[0],
        title=Tri(en="Cohort"),
        starts_on=PartialDate(2026, 11, 2),
        time_zone=HOME,
        completion_rule={},
        status=CohortStatus.RUNNING,
    )
    person = create_person(session, names={NameForm.KK: PersonalName("Сынақбаева", "Әлия")})
    enrolled = Enrolment(
        cohort=cohort, person=person, number=1, status=EnrolmentStatus.ENROLLED, enrolled_on=date(2026, 10, 1)
    )
    session.add_all([cohort, enrolled])
    session.flush()
    user = User(
        email="participant@example.org",
        identity="participant@example.org",
        display_name="Сынақбаева Әлия",
        password_hash="-",
        session_version=1,
        active=True,
        language="en",
        person_id=person.id,
        created_at=NOW,
        grants=[Grant(role=Role.PARTICIPANT, scope=ScopeKind.COHORT, scope_id=cohort.id)],
    )
    session.add(user)
    session.flush()
    _plan(cohort, user, sessions)
    return user


def _plan(cohort: Cohort, user: User, sessions: int) -> None:
    """Two sessions a day, every fifth abroad; published, seen, and a few moved and published again."""
    session = db.session()
    online, abroad = lay_modules(session, cohort=cohort, actor=None, now=NOW)
    added = []
    for number in range(sessions):
        away = number % 5 == 0
        zone = ABROAD if away else HOME
        begin = datetime(2026, 11, 25, 10 + number % 2 * 4, tzinfo=ZoneInfo(zone)) + timedelta(days=number // 2)
        facts = Facts(
            title=Tri(
                kk=f"Дәріс {number}: шешім қабылдау",
                ru=f"Лекция {number}: принятие решений",
                en=f"Lecture {number}: deciding",
            ),
            starts_at=begin,
            ends_at=begin + timedelta(minutes=90),
            time_zone=zone,
            rooms=(f"Hall {number % 4}",) if away else (),
            address=Tri(kk="Convention Tower, 13-қабат", en="Convention Tower, level 13") if away else None,
            link=None if away else "https://meet.example.org/room",
            speaker="Rector's office",
        )
        added.append(add_session(session, module=abroad if away else online, facts=facts, actor=None, now=NOW))
    publish(session, cohort=cohort, actor=None, now=NOW)
    actor = load_actor(session, user.id, day=NOW.date(), lang="en")
    if actor is None or user.person_id is None:
        raise LookupError("the participant has no account")
    mark_seen(session, person_id=user.person_id, versions={cohort.id: 1}, actor=actor, now=NOW)
    for row in added[:CHANGED]:
        before = facts_of(row).values()
        moved = {**before, "starts_at": row.starts_at + timedelta(hours=1), "ends_at": row.ends_at + timedelta(hours=1)}
        change_session(session, meeting=row, facts=Facts(**moved), expected_version=1, actor=None, now=NOW)
    publish(session, cohort=cohort, actor=None, now=NOW)


def forget(kept: Stores) -> None:
    """What was read and rendered before."""
    kept.schedules.clear()
    kept.agendas.clear()
    kept.pages.clear()


def statements(caller: Caller, app: Flask) -> int:
    """How many statements one request sends when nothing was kept."""
    with app.app_context():
        forget(stores())
    sent: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.split(maxsplit=1)[0].upper() not in {"BEGIN", "COMMIT", "ROLLBACK", "PRAGMA"}:
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    caller()
    event.remove(Engine, "before_cursor_execute", hear)
    return len(sent)


def product_caller(folder: Path, sessions: int) -> tuple[Caller, Flask, int]:
    """A caller of the participant's page, and the application behind it."""
    app, number, key = make_product(folder, sessions)
    name = str(app.config["SESSION_COOKIE_NAME"])
    cookie = cookie_of(app, name, {"_user_id": key, "_fresh": True, "_permanent": True}) + "; lang=en"
    return Caller(app, "/me/", cookie), app, number


def main(rounds: int) -> None:
    """Measure and print."""
    clock.now = lambda: NOW
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        product, app, user = product_caller(folder, SESSIONS)
        large, other, _user = product_caller(folder, SESSIONS * 10)
        bare = make_floor(f"sqlite:///{folder / f'{SESSIONS}.sqlite'}", NOW)
        cookie = cookie_of(bare, "session", {"user": user})
        floor = Caller(bare, "/me/", cookie)

        with app.app_context():
            kept = stores()

        def new() -> None:
            forget(kept)
            product()

        def first() -> None:
            kept.pages.clear()
            product()

        acts: dict[str, Callable[[], None]] = {"floor": floor, "again": product, "first": first, "new": new}
        for caller in (floor, product, large):
            caller()
            if caller.status != "200 OK" or caller.body.count(b"<li id=") < SESSIONS:
                raise RuntimeError(f"{caller.status}: not the page that was meant")
        found: dict[str, list[float]] = {key: [] for key in acts}
        for _ in range(rounds):
            for key, act in acts.items():
                found[key].append(cpu(act))
        served = through_server(bare, "/me/", cookie) / through_server(bare, "/hello", "")
        counts = statements(product, app), statements(large, other)
        report({key: median(values) for key, values in found.items()}, served, counts)


def through_server(app: Flask, path: str, cookie: str) -> float:
    """CPU milliseconds of a request through a real server and a bare client, both in this process."""
    logging.getLogger("waitress").setLevel(logging.ERROR)
    server = create_server(app, host="127.0.0.1", port=0, threads=1)
    Thread(target=server.run, daemon=True).start()
    connection = HTTPConnection("127.0.0.1", server.effective_port)

    def fetch() -> None:
        connection.request("GET", path, headers={"Cookie": cookie})
        connection.getresponse().read()

    fetch()
    spent = cpu(fetch)
    connection.close()
    return spent


def report(figures: dict[str, float], times: float, counts: tuple[int, int]) -> None:
    """The figures, last, a line each."""
    print(
        f"Through a server the floor costs {times:.1f} times a page of two words ({HELLO_TIMES:.1f} when it was set)."
    )
    if times > HELLO_TIMES * STRAWMAN:
        print("The floor is dearer than it should be: do not trust this run.")
    print(f"schedule_page.queries {counts[0]} statements")
    print(f"schedule_page.queries_of_{SESSIONS * 10}_sessions {counts[1]} statements")
    for key in ("floor", "again", "first", "new"):
        print(f"schedule_page.{key} {figures[key]:.2f} ms")
    print(f"schedule_page.again_to_floor {figures['again'] / figures['floor']:.2f} times")
    print(f"schedule_page.first_to_floor {figures['first'] / figures['floor']:.2f} times")
    print(f"schedule_page.new_to_floor {figures['new'] / figures['floor']:.2f} times")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
