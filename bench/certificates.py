"""How fast a cohort of 81 gets its numbers, and its files, against the plain ReportLab way in the same run.

Numbers: one transaction on a SQLite file (WAL, synchronous FULL) with everything that issuing does: locks, series,
codes, payloads, log, audit, commit; wall time. Files: from payloads to PDFs on the disk, each synced; CPU time of this
process, with the renderer's preparation, against the floor drawing the same payloads one by one and writing them
without a sync. Rounds alternate; medians are compared.

Run: ``python -m bench.certificates [ROUNDS]``.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.enums import Role, ScopeKind
from app.accounts.queries import find_user, load_actor
from app.accounts.rules import Actor
from app.accounts.services import create_user, grant
from app.factory import create_app
from app.kernel.base import Base
from app.kernel.database import db
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.kernel.unit import unit_of_work
from app.organisations.enums import OrganisationKind
from app.organisations.services import ensure_organisation
from app.people.enums import NameForm
from app.people.rules import PersonalName
from app.people.services import create_person
from app.settings import Settings
from bench.floor import certificates as floor
from certificates.drawing.sheet import Renderer
from certificates.house import house_of
from certificates.models import Batch
from certificates.payload import Payload
from certificates.services import approve, propose
from certificates.services.files import Sheet, ensure_files, sheets_of
from certificates.storage import Store
from cohorts.enums import CohortStatus, EnrolmentStatus, ProgrammeKind
from cohorts.models import Cohort, Enrolment, Outline, Programme

COHORT = 81
ROUNDS = 3
NOW = datetime(2023, 12, 2, 5, tzinfo=UTC)
SURNAMES = (
    "Үлгібеков",
    "Сынақов",
    "Байқауұлы",
    "Тәжірибеғалиев",
    "Мысалова",
    "Һашымова",
    "Өрнекбаева",
    "Іңкәрова",
    "Цой",
)
GIVEN = ("Ғалым", "Әсем", "Қуаныш", "Жәнібек", "Шыңғыс", "Юлия", "Өркен", "Ұлан", "Інжу")


def make_product(folder: Path, rounds: int) -> Flask:
    """The product on a new SQLite file, with one programme and a cohort of 81 for each round."""
    settings = Settings.model_validate(
        {"SECRET_KEY": "x" * 40, "BASE_URL": "https://certs.example.kz", "DATA_DIR": folder, "DEMO": True}
    )
    app = create_app(settings)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with unit_of_work() as session:
            programme = _programme(session)
            for number in range(rounds):
                _cohort(session, programme, f"eulp-{number}")
            for role in (Role.COORDINATOR, Role.APPROVER):
                user = create_user(
                    session,
                    email=f"{role}@bench.example",
                    display_name=role,
                    password="a password of the bench",
                    now=NOW,
                )
                grant(session, user=user, role=role, scope=ScopeKind.EVERYWHERE, now=NOW)
    return app


def _programme(session: Session) -> Programme:
    owner = ensure_organisation(
        session,
        name=Tri(kk="Үлгі академиясы", ru="Типовая академия", en="Model Academy"),
        kind=OrganisationKind.ACADEMY,
        code="academy",
    )
    post = {"kk": "Академия ректоры", "ru": "Ректор Академии", "en": "Rector of the Academy"}
    programme = Programme(
        code="eulp",
        title=Tri(kk="Үлгі бағдарлама", ru="Типовая программа", en="Model Programme"),
        kind=ProgrammeKind.EXECUTIVE_TRAINING,
        languages=[],
        contact_hours=120,
        completion_rule={},
        also_called=[],
        award={
            "issuers": [{"organisation": "academy", "mark": "А", "number_prefix": "EULP"}],
            "signatories": [{"post": post}],
        },
        owner=owner,
        sort_key="",
        outlines=[Outline(number=1, content={}, created_at=NOW)],
    )
    session.add(programme)
    session.flush()
    return programme


def _cohort(session: Session, programme: Programme, code: str) -> None:
    cohort = Cohort(
        code=code,
        programme=programme,
        outline=programme.outlines[0],
        title=programme.title,
        starts_on=PartialDate(2023, 4),
        ends_on=PartialDate(2023, 12, 2),
        time_zone="Asia/Almaty",
        completion_rule={},
        status=CohortStatus.RUNNING,
    )
    session.add(cohort)
    for number in range(COHORT):
        name = PersonalName(SURNAMES[number % 9], GIVEN[number // 9], f"Сынақ{number:02}ұлы".replace("0", "о"))
        person = create_person(session, names={NameForm.KK: name})
        row = Enrolment(
            cohort=cohort,
            person=person,
            number=number + 1,
            status=EnrolmentStatus.COMPLETED,
            enrolled_on=date(2023, 4, 3),
        )
        session.add(row)
    session.flush()


def _actor(session: Session, role: Role) -> Actor:
    user = find_user(session, f"{role}@bench.example")
    actor = load_actor(session, user.id, day=NOW.date(), lang="en") if user else None
    if actor is None:
        raise LookupError(role)
    return actor


def issue(app: Flask, code: str) -> tuple[float, list[Sheet]]:
    """Propose and issue a cohort; returns the seconds that the issuing transaction took, and what to print."""
    with app.app_context():
        with unit_of_work() as session:
            cohort = session.scalars(select(Cohort).where(Cohort.code == code)).one()
            batch = propose(
                session,
                cohort=cohort,
                order_number="412",
                order_date=date(2023, 12, 1),
                issued_on=date(2023, 12, 2),
                handed_over_by=None,
                actor=_actor(session, Role.COORDINATOR),
                now=NOW,
            )
            key = batch.key
        begun = time.perf_counter()
        with unit_of_work() as session:
            batch = session.scalars(select(Batch).where(Batch.key == key)).one()
            approver = _actor(session, Role.APPROVER)
            done = approve(session, batch=batch, actor=approver, now=NOW, house=house_of(app.extensions["settings"]))
        took = time.perf_counter() - begun
        return took, sheets_of(db.session(), done.certificates)


def cpu(act: Callable[[], object]) -> float:
    """The CPU seconds of this process that an act takes."""
    begun = time.process_time()
    act()
    return time.process_time() - begun


def naive(payloads: list[Payload], folder: Path) -> None:
    """Draw each certificate from nothing and write it down."""
    folder.mkdir()
    for payload in payloads:
        (folder / f"{payload.number}.pdf").write_bytes(floor.draw(payload))


def main(rounds: int) -> None:
    """Measure, and print the figures."""
    numbers, ours, theirs = [], [], []
    with tempfile.TemporaryDirectory(prefix="jetekshi-bench-") as place:
        folder = Path(place)
        app = make_product(folder, rounds)
        for number in range(rounds):
            took, sheets = issue(app, f"eulp-{number}")
            numbers.append(took)
            payloads = [Payload.from_json(sheet.payload) for sheet in sheets]
            store = Store(folder / f"ours-{number}")
            ours.append(cpu(lambda: ensure_files(sheets, store=store, render=Renderer().render)))  # noqa: B023 - called at once
            theirs.append(cpu(lambda: naive(payloads, folder / f"naive-{number}")))  # noqa: B023 - called at once
        with app.app_context():
            db.engine.dispose()
    seconds, files, plain = median(numbers), median(ours), median(theirs)
    print(f"{COHORT} certificates, {rounds} rounds; numbers: wall time, files: CPU time")
    print(f"certificates_numbers_transaction {seconds * 1000:.1f} ms")
    print(f"certificates_numbers_rate {COHORT / seconds:.0f} per_s")
    print(f"certificates_files_cpu {files * 1000:.0f} ms")
    print(f"certificates_files_naive_cpu {plain * 1000:.0f} ms")
    print(f"certificates_files_ratio {plain / files:.1f} times")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
