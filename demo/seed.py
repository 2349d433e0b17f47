"""Makes the demonstration through the product's own imports and services, and renews what has run out."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.accounts.queries import find_user, load_actor
from app.accounts.rules import EVERYWHERE, Actor
from app.kernel.errors import NotFoundError
from app.kernel.files.store import DiskStore
from app.kernel.unit import unit_of_work
from app.settings import Settings
from certificates.house import house_of
from cohorts.programme_file import read_programme
from cohorts.queries import get_cohort
from cohorts.services import import_programme
from demo.accounts import look_once, open_accounts, place_accounts
from demo.played import diplomats, eulp_2023, kel_2024, kel_now, rectors_2023, um_2020
from demo.played.masters import EMPA, REGDEV
from demo.stage import FOLDER, HOME, Cast, Theatre
from modules.services.calendars import seed_calendar

FIRST_YEAR = 2024  # of the working calendars
CALENDARS = ("KZ", "AE")


def _play_today(theatre: Theatre) -> None:
    """What happened within the last weeks: after everything else, as the register's log is a chain."""
    eulp_2023.mend_lately(theatre)
    kel_now.play(theatre)


# The cohorts in order of time: the register's log is a chain.
PLAYS: dict[str, Callable[[Theatre], None]] = {
    um_2020.CODE: um_2020.play,
    rectors_2023.CODE: rectors_2023.play,
    eulp_2023.CODE: eulp_2023.play,
    kel_2024.CODE: kel_2024.play,
    EMPA.code: EMPA.play,
    REGDEV.code: REGDEV.play,
    diplomats.CODE: diplomats.play,
    kel_now.CODE: _play_today,
}


def seed(settings: Settings, *, today: date) -> None:
    """Make what is missing of the demonstration; the same day gives the same demonstration.

    Args:
        today: the day around which the running cohort is built.

    """
    now = datetime(today.year, today.month, today.day, 4, tzinfo=HOME)
    with unit_of_work() as session:
        open_accounts(session, settings, now=now)
        cast = Cast(_actor(session, "coordinator", today), _actor(session, "approver", today))
        theatre = Theatre(session, cast, house_of(settings), DiskStore(settings.DATA_DIR), today, now)
        _prepare(theatre)
        for code, play in PLAYS.items():
            if not _exists(session, code):
                play(theatre)
        running = get_cohort(session, EVERYWHERE, kel_now.CODE)
        if kel_now.has_ended(running, today=today):
            kel_now.move_on(theatre, running)
        place_accounts(session, now=now)
        look_once(session, now=now)


def _prepare(theatre: Theatre) -> None:
    """The programmes, and the working calendars of the two countries."""
    actor, now = theatre.cast.coordinator, theatre.now
    for file in sorted((FOLDER / "programmes").glob("*.yaml")):
        import_programme(theatre.session, document=read_programme(file.read_bytes()), actor=actor, now=now)
    years = range(FIRST_YEAR, max(theatre.today.year, FIRST_YEAR) + 2)
    for country in CALENDARS:
        seed_calendar(theatre.session, country=country, years=years, actor=actor, now=now)


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
