"""Makes the demonstration through the product's own imports and services, and renews what has run out."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts.queries import find_user, load_actor
from app.accounts.rules import EVERYWHERE, Actor
from app.kernel.clock import HOME_ZONE
from app.kernel.errors import NotFoundError
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.kernel.unit import unit_of_work
from app.people.enums import NameForm, NameKind
from app.people.queries import current_name
from app.people.rules import PersonalName
from app.settings import Settings
from certificates.house import House, house_of
from certificates.queries.register import valid_of
from certificates.services import approve, propose, reissue
from cohorts.enums import EnrolmentStatus
from cohorts.programme_file import read_programme
from cohorts.queries import enrolments, get_cohort, get_programme
from cohorts.roster.columns import read_roster
from cohorts.services import (
    change_status,
    close_cohort,
    correct_name,
    create_cohort,
    import_programme,
    import_roster,
    start_cohort,
)
from demo.accounts import look_once, open_accounts, place_accounts
from demo.running import fill, first_day_for, has_ended, move_on

FOLDER = Path(__file__).resolve().parent
RUNNING, FINISHED = "kel-now-1", "eulp-2023-1"
HOME = ZoneInfo(HOME_ZONE)
# Number on the roster, and the surname as it should have been printed.
MISSPELT, RIGHT_SURNAME, RIGHT_LATIN = 12, "Тестібаев", "Testibaev"
MINISTER = Tri(
    kk="Ғылым және жоғары білім министрі",
    ru="Министр науки и высшего образования",
    en="Minister of Science and Higher Education",
)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in the demonstration."""

    coordinator: Actor
    approver: Actor


def seed(settings: Settings, *, today: date) -> None:
    """Make what is missing of the demonstration; the same day gives the same demonstration.

    Args:
        today: the day around which the running cohort is built.

    """
    now = datetime(today.year, today.month, today.day, 4, tzinfo=HOME)
    with unit_of_work() as session:
        open_accounts(session, settings, now=now)
        cast = Cast(_actor(session, "coordinator", today), _actor(session, "approver", today))
        for file in sorted((FOLDER / "programmes").glob("*.yaml")):
            import_programme(session, document=read_programme(file.read_bytes()), actor=cast.coordinator, now=now)
        if not _exists(session, FINISHED):
            _finished_cohort(session, cast, house_of(settings))
        if not _exists(session, RUNNING):
            _running_cohort(session, cast, today=today, now=now)
        elif has_ended(get_cohort(session, EVERYWHERE, RUNNING), today=today):
            move_on(session, get_cohort(session, EVERYWHERE, RUNNING), today=today, actor=cast.coordinator, now=now)
        place_accounts(session, now=now)
        look_once(session, now=now)


def _actor(session: Session, name: str, today: date) -> Actor:
    user = find_user(session, f"{name}@demo.example")
    actor = load_actor(session, user.id, day=today, lang="en") if user else None
    if actor is None:
        msg = f"the demonstration's account {name} is missing"
        raise LookupError(msg)
    return actor


def _exists(session: Session, code: str) -> bool:
    try:
        get_cohort(session, EVERYWHERE, code)
    except NotFoundError:
        return False
    return True


def _running_cohort(session: Session, cast: Cast, *, today: date, now: datetime) -> None:
    first = first_day_for(today)
    began = datetime(first.year, first.month, first.day, 9, tzinfo=HOME) - timedelta(weeks=2)
    cohort = create_cohort(
        session,
        programme=get_programme(session, EVERYWHERE, "kel-now"),
        code=RUNNING,
        starts_on=PartialDate.of(first),
        planned_size=30,
        actor=cast.coordinator,
        now=began,
    )
    roster = read_roster((FOLDER / "rosters" / "kel-now.xlsx").read_bytes())
    import_roster(session, cohort=cohort, rows=roster.rows, actor=cast.coordinator, now=began)
    start_cohort(session, cohort=cohort, actor=cast.coordinator, now=began)
    fill(session, cohort, actor=cast.coordinator, published=began, now=now)


def _finished_cohort(session: Session, cast: Cast, house: House) -> None:
    """The university leadership programme of 2023, closed, with its certificates, played on its own days."""
    spring = datetime(2023, 4, 3, 10, tzinfo=HOME)
    cohort = create_cohort(
        session,
        programme=get_programme(session, EVERYWHERE, "eulp-2023"),
        code=FINISHED,
        starts_on=PartialDate(2023, 4),
        ends_on=PartialDate(2023, 12, 2),
        actor=cast.coordinator,
        now=spring,
    )
    roster = read_roster((FOLDER / "rosters" / "eulp-2023.csv").read_bytes())
    import_roster(session, cohort=cohort, rows=roster.rows, actor=cast.coordinator, now=spring)
    start_cohort(session, cohort=cohort, actor=cast.coordinator, now=spring)
    decided = datetime(2023, 12, 2, 9, tzinfo=HOME)
    change_status(
        session,
        cohort=cohort,
        numbers=[row.number for row in enrolments(session, cohort.id)],
        status=EnrolmentStatus.COMPLETED,
        order_number="412-ө",
        order_date=date(2023, 12, 1),
        actor=cast.coordinator,
        now=decided,
    )
    batch = propose(
        session,
        cohort=cohort,
        order_number="412-ө",
        order_date=date(2023, 12, 1),
        issued_on=date(2023, 12, 2),
        handed_over_by=MINISTER,
        actor=cast.coordinator,
        now=decided + timedelta(minutes=30),
    )
    issued = decided + timedelta(hours=1)
    approve(session, batch=batch, actor=cast.approver, now=issued, house=house, entropy=_entropy("issue"))
    close_cohort(session, cohort=cohort, actor=cast.coordinator, now=issued + timedelta(days=2))
    _mend_a_name(session, cohort.id, cast, house, now=issued + timedelta(days=9))


def _mend_a_name(session: Session, cohort_id: int, cast: Cast, house: House, *, now: datetime) -> None:
    """One certificate had a misspelt surname: the name is corrected, the certificate replaced."""
    enrolment = next(row for row in enrolments(session, cohort_id) if row.number == MISSPELT)
    old = current_name(enrolment.person, NameForm.KK)
    if old is None:
        return
    right = PersonalName(RIGHT_SURNAME, old.given_name, old.patronymic)
    latin = PersonalName(RIGHT_LATIN, "Ulan", "Mysaluly")
    correct_name(
        session,
        enrolment=enrolment,
        names={NameForm.KK: right, NameForm.RU: right, NameForm.LATIN: latin},
        kind=NameKind.IDENTITY_CARD,
        reason="Identity card shown after the ceremony",
        actor=cast.coordinator,
        now=now,
    )
    reissue(
        session,
        certificate=valid_of(session, enrolment),
        reason="Тегі қате басылған · Опечатка в фамилии · Misspelt surname",
        issued_on=now.date(),
        actor=cast.approver,
        now=now + timedelta(hours=1),
        house=house,
        entropy=_entropy("reissue"),
    )


def _entropy(purpose: str) -> Callable[[int], bytes]:
    """Bytes that are the same in every demonstration: its codes are known and its certificates say SPECIMEN."""
    count = 0

    def draw(size: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.sha256(f"demo:{purpose}:{count}".encode()).digest()[:size]

    return draw
