"""What pages cost when the database holds a thousand times the demonstration, against the demonstration in one run.

The large database is a copy of the demonstration that grew through the same services, in bulk: whole cohorts with
rosters, schedules, publications, registers and certificates, until people, enrolments, published sessions, marks and
certificates are each so many times as many. Both databases are SQLite files; pages are whole requests through WSGI, and
the CPU time of this process is compared (medians of alternating rounds). Nothing that was kept in memory helps.

Run: ``python -m bench.growth [TIMES]`` (1000, which takes long to grow; the folder in the environment variable
GROWTH_FOLDER keeps what was grown for another run).
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.queries import find_user, load_actor
from app.accounts.rules import EVERYWHERE, Actor
from app.factory import create_app
from app.kernel import clock
from app.kernel.clock import HOME_ZONE
from app.kernel.database import db
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.kernel.unit import unit_of_work
from app.people.models import Person
from app.settings import Settings
from bench._calling import Caller, cookie_of, cpu
from certificates.house import House, house_of
from certificates.models import Certificate
from certificates.services import approve, propose
from cohorts.enums import EnrolmentStatus
from cohorts.models import Cohort, Enrolment
from cohorts.programme_file import read_programme
from cohorts.queries import get_programme
from cohorts.roster.columns import Field, RosterRow
from cohorts.services import change_status, create_cohort, import_programme, import_roster, start_cohort
from demo.seed import seed
from modules.enums import AttendanceState, Half
from modules.models import AttendanceMark, PublishedSession, Register
from modules.queries.schedule import modules_of
from modules.rules.attendance import Marking, Slot
from modules.rules.facts import Facts
from modules.services import add_session, publish
from modules.services.attendance import save_register
from modules.views.kept import stores

TIMES, ROUNDS, REPEATS = 1000, 5, 12
LIMIT = 1.2
PASSWORD = "growth bench 2026"
HOME = ZoneInfo(HOME_ZONE)
FIRST = date(2022, 3, 7)
NOW = datetime(2022, 6, 20, 9, tzinfo=HOME)
CYRILLIC, LATIN = "абдежзиклмнопрстуфхшэюя", "abcdefghijklmnopqrstuvw"
COUNTED = (Person, Enrolment, PublishedSession, AttendanceMark, Certificate)
PROGRAMME = """
organisations: [{code: growing, name: {en: Growing Academy, kk: Өсу академиясы, ru: Академия роста}, kind: academy}]
programme:
  code: growing
  title: {kk: Өсу бағдарламасы, ru: Программа роста, en: Growth Programme}
  kind: executive_training
  owner: growing
  award:
    issuers: [{organisation: growing, mark: G, number_prefix: GROW}]
    signatories: [{post: {kk: Ректор, ru: Ректор, en: Rector}}]
outline:
  modules: [{number: 1, blocks: [{mode: offline, after_days: 0, days: 90}]}]
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is measured: for whom, where, and what must stand on it.

    ``limited``: whether it must not grow. Who reads every certificate is told how many there are: that is counted.
    """

    name: str
    role: str
    path: str
    mark: bytes
    limited: bool = True


PAGES = (
    Page("participant", "participant", "/me/", b"<li id="),
    Page("roster", "coordinator", "/cohorts/eulp-2023-1/people", b"/people/1"),
    Page("search", "coordinator", "/cohorts/eulp-2023-1/people?q=%D0%BE%D1%80%D0%BD%D0%B5%D0%BA", b"/people/"),
    Page("register", "coordinator", "/cohorts/kel-now-1/attendance/{day}/{half}", b'type="radio"'),
    Page("attendance", "coordinator", "/cohorts/eulp-2023-1/attendance", b"2023-12-0"),
    Page("completion", "coordinator", "/cohorts/um-2020-1/completion", b"/completion/"),
    Page("schedule", "coordinator", "/cohorts/kel-now-1/schedule/", b"/schedule/"),
    Page("certificates", "official", "/certificates/", b"EULP-2023-"),
    Page("all_certificates", "coordinator", "/certificates/", b"/certificates/", limited=False),
)


def settings_for(folder: Path) -> Settings:
    """The settings of a demonstration in a folder."""
    return Settings.model_validate(
        {
            "SECRET_KEY": "x" * 40,
            "BASE_URL": "http://localhost",
            "DATA_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder / 'jetekshi.sqlite'}",
            "DEMO": True,
            "DEMO_PASSWORD": PASSWORD,
            "FEATURES": ("cohorts", "modules", "projects", "certificates", "demo"),
        }
    )


def sizes(session: Session) -> list[int]:
    """How many rows of each counted table there are."""
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in COUNTED]


def actor_of(session: Session, name: str) -> Actor:
    """Somebody of the demonstration."""
    user = find_user(session, f"{name}@demo.example")
    actor = load_actor(session, user.id, day=NOW.date(), lang="en") if user else None
    if actor is None:
        raise LookupError(name)
    return actor


def grow(app: Flask, once: list[int], times: int) -> None:
    """Add cohort after cohort, each of the size of the whole demonstration; a transaction each."""
    with app.app_context():
        with unit_of_work() as session:
            document = read_programme(PROGRAMME.encode())
            import_programme(session, document=document, actor=actor_of(session, "coordinator"), now=NOW)
        house = house_of(app.extensions["settings"])
        begin = time.monotonic()
        for number in range(1, times):
            with unit_of_work() as session:
                _one_more(session, number, once, house)
            if number % 50 == 0:
                print(f"{number} of {times - 1} after {time.monotonic() - begin:.0f} s", flush=True)


def _one_more(session: Session, number: int, once: list[int], house: House) -> None:
    people, enrolled, published, marks, certificates = once
    coordinator, approver = actor_of(session, "coordinator"), actor_of(session, "approver")
    cohort = create_cohort(
        session,
        programme=get_programme(session, EVERYWHERE, "growing"),
        code=f"growing-{number}",
        starts_on=PartialDate.of(FIRST),
        actor=coordinator,
        now=NOW,
    )
    size = max(people, enrolled)
    import_roster(session, cohort=cohort, rows=_rows(number, size), actor=coordinator, now=NOW)
    start_cohort(session, cohort=cohort, actor=coordinator, now=NOW)
    _schedule(session, cohort, published, coordinator)
    _attend(session, cohort, -(-marks // size), coordinator)
    change_status(
        session,
        cohort=cohort,
        numbers=range(1, certificates + 1),
        status=EnrolmentStatus.COMPLETED,
        order_number=str(number),
        order_date=NOW.date(),
        actor=coordinator,
        now=NOW,
    )
    batch = propose(
        session,
        cohort=cohort,
        order_number=str(number),
        order_date=NOW.date(),
        issued_on=NOW.date(),
        handed_over_by=None,
        actor=coordinator,
        now=NOW,
    )
    approve(session, batch=batch, actor=approver, now=NOW, house=house)


def _rows(number: int, size: int) -> list[RosterRow]:
    """A roster whose people have names of their own."""

    def name(place: int, letters: str) -> str:
        value, parts = number * size + place, []
        for _ in range(6):
            value, rest = divmod(value, len(letters))
            parts.append(letters[rest])
        return "".join(parts)

    return [
        RosterRow(
            place,
            "ru",
            {
                Field.NAME: f"Т{name(place, CYRILLIC)}ев Әділ Үлгіұлы",
                Field.LATIN: f"T{name(place, LATIN)}ev Adil Ulgiuly",
                Field.POST: "ректор",
                Field.ORGANISATION: f"Тестовый университет роста № {place % 28}",
                Field.EMAIL: f"p{number}.{place}@growing.example.org",
            },
        )
        for place in range(1, size + 1)
    ]


def _schedule(session: Session, cohort: Cohort, sessions: int, actor: Actor) -> None:
    module = modules_of(session, cohort.id)[0]
    for place in range(sessions):
        begin = datetime.combine(FIRST, datetime.min.time(), HOME) + timedelta(days=place // 2, hours=9 + place % 2 * 5)
        facts = Facts(
            title=Tri(kk=f"Сабақ {place}", ru=f"Занятие {place}", en=f"Session {place}"),
            starts_at=begin,
            ends_at=begin + timedelta(hours=2),
            time_zone=HOME_ZONE,
            rooms=(f"{cohort.code} 101",),
        )
        add_session(session, module=module, facts=facts, actor=actor, now=NOW)
    publish(session, cohort=cohort, actor=actor, now=NOW)


def _attend(session: Session, cohort: Cohort, registers: int, actor: Actor) -> None:
    module = modules_of(session, cohort.id)[0]
    people = session.scalars(select(Enrolment.number).where(Enrolment.cohort_id == cohort.id)).all()
    marks = {key: Marking(None, AttendanceState.PRESENT) for key in people}
    for place in range(registers):
        save_register(
            session,
            cohort=cohort,
            module=module,
            slot=Slot(FIRST + timedelta(days=place // 2), list(Half)[place % 2]),
            marks=marks,
            actor=actor,
            now=NOW,
        )


def callers(app: Flask) -> dict[str, Callable[[], None]]:
    """A caller for each page, which begins with nothing kept, and refuses another page than was meant."""
    name = str(app.config["SESSION_COOKIE_NAME"])
    made: dict[str, Callable[[], None]] = {}
    with app.app_context():
        kept = select(Register.day, Register.half).join(Cohort, Cohort.id == Register.cohort_id)
        running = kept.where(Cohort.code == "kel-now-1", Register.half.is_not(None)).order_by(Register.day.desc())
        day, half = db.session.execute(running.limit(1)).one()
    for page in PAGES:
        with app.app_context():
            user = find_user(db.session(), f"{page.role}@demo.example")
            key = f"{user.id}:{user.session_version}" if user else ""
        cookie = cookie_of(app, name, {"_user_id": key, "_fresh": True, "_permanent": True}) + "; lang=en"
        caller = Caller(app, page.path.format(day=day, half=half), cookie)
        made[page.name] = _forgetful(app, caller)
        made[page.name]()
        if caller.status != "200 OK" or page.mark not in caller.body:
            raise RuntimeError(f"{page.path}: {caller.status}, not the page that was meant")
    return made


def _forgetful(app: Flask, caller: Caller) -> Callable[[], None]:
    with app.app_context():
        kept = stores()

    def call() -> None:
        kept.schedules.clear()
        kept.agendas.clear()
        kept.pages.clear()
        caller()

    return call


def made(folder: Path, times: int) -> tuple[Path, Path]:
    """The folders of the demonstration and of what it grew to; what is there already is taken."""
    small, large = folder / "once", folder / f"times-{times}"
    if not small.exists():
        small.mkdir(parents=True)
        app = create_app(settings_for(small))
        with app.app_context():
            upgrade()
            seed(app.extensions["settings"], today=clock.day_of(clock.now()))
            db.engine.dispose()
    if not large.exists():
        growing = shutil.copytree(small, folder / "growing", dirs_exist_ok=True)
        app = create_app(settings_for(growing))
        with app.app_context():
            once = sizes(db.session())
            db.session.remove()
        grow(app, once, times)
        with app.app_context():
            db.engine.dispose()
        growing.rename(large)
    return small, large


def main(times: int) -> int:
    """Measure and print; 1 when a page costs more than the limit, or the database did not grow enough."""
    with tempfile.TemporaryDirectory() as name:
        small, large = made(Path(os.environ.get("GROWTH_FOLDER", name)), times)
        apps = [create_app(settings_for(folder)) for folder in (small, large)]
        counts = []
        for app in apps:
            with app.app_context():
                counts.append(sizes(db.session()))
                db.session.remove()
        for table, before, after in zip(COUNTED, *counts, strict=True):
            print(f"{table.__tablename__}: {before} and {after}")
        enough = all(after >= before * times for before, after in zip(*counts, strict=True))
        pairs = [callers(app) for app in apps]
        figures: dict[str, tuple[float, float]] = {}
        for page in PAGES:
            spent = [[cpu(pair[page.name], REPEATS) for pair in pairs] for _ in range(ROUNDS)]
            figures[page.name] = (median(once for once, _ in spent), median(grown for _, grown in spent))
    for name_of, (once, grown) in figures.items():
        print(f"growth.{name_of} {once:.2f} ms")
        print(f"growth.{name_of}_grown {grown:.2f} ms")
        print(f"growth.{name_of}_grown_to_once {grown / once:.2f} times")
    kept = all(figures[page.name][1] <= figures[page.name][0] * LIMIT for page in PAGES if page.limited)
    return 0 if enough and kept else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else TIMES))
