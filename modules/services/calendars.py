"""Changing working calendars: each change makes the next version, and the one before stays as it was."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import ConflictError, DomainError
from app.kernel.text import clean
from app.kernel.words import Message
from modules.models import CalendarDay, WorkingCalendar
from modules.queries.calendars import days_of, latest_calendars
from modules.rules.calendars import Day, changed_days, known_countries, library_days, same_days
from modules.rules.times import YEARS

LONGEST_NOTE = 500
STALE = Message("Somebody else changed this calendar since you looked. Nothing of yours was saved: look again.")


def seed_calendar(
    session: Session,
    *,
    country: str,
    years: Sequence[int],
    actor: Actor | None,
    now: datetime,
    expected: int | None = None,
) -> WorkingCalendar:
    """Add years to a country's calendar from the library of holidays.

    Years of which the calendar has any day already are left as they are; when all are, no version is made.

    Args:
        country: ISO 3166-1 alpha-2.
        expected: the version that was looked at (0: none yet); None takes whatever is there.

    Raises:
        ConflictError: somebody else changed the calendar since.
        DomainError: the library doesn't know the country or a year.

    """
    if country not in known_countries():
        raise DomainError(Message("No holidays are known of the country %(code)s.", code=country), field="country")
    latest = _latest(session, country, expected)
    days = days_of(latest) if latest else []
    wanted = sorted(set(years) - {day.day.year for day in days})
    added = [day for year in wanted for day in library_days(country, year)]
    missing = [year for year in wanted if year not in {day.day.year for day in added}]
    if missing:
        raise DomainError(Message("No holidays are known of the year %(year)s.", year=missing[0]), field="year")
    if latest and not added:
        return latest
    return _next(session, country, latest, changed_days(days, add=added, remove=()), None, actor=actor, now=now)


def change_calendar(
    session: Session,
    *,
    country: str,
    expected: int,
    add: Iterable[Day] = (),
    remove: Iterable[date] = (),
    note: str | None = None,
    actor: Actor | None,
    now: datetime,
) -> WorkingCalendar:
    """Add, replace or take away days: the next version says so, unless nothing would change.

    Args:
        expected: the version that was looked at.
        note: why, such as the number of the decree that moves a day.

    Raises:
        ConflictError: somebody else changed the calendar since.
        DomainError: a day is not in the years that a programme can have, or the note is too long.

    """
    latest = _latest(session, country, expected)
    if latest is None:
        raise ConflictError(STALE)
    added = list(add)
    if any(day.day.year not in YEARS for day in added):
        raise DomainError(
            Message("Enter a year between %(first)s and %(last)s.", first=YEARS[0], last=YEARS[-1]), field="day"
        )
    reason = clean(note) if note else ""
    if len(reason) > LONGEST_NOTE:
        raise DomainError(Message("This text is too long: at most %(n)s characters.", n=LONGEST_NOTE), field="note")
    before = days_of(latest)
    after = changed_days(before, add=added, remove=remove)
    if same_days(before, after):
        return latest
    return _next(session, country, latest, after, reason or None, actor=actor, now=now)


def _latest(session: Session, country: str, expected: int | None) -> WorkingCalendar | None:
    latest = latest_calendars(session, [country]).get(country)
    if expected is not None and (latest.number if latest else 0) != expected:
        raise ConflictError(STALE)
    return latest


def _next(
    session: Session,
    country: str,
    latest: WorkingCalendar | None,
    days: Sequence[Day],
    note: str | None,
    *,
    actor: Actor | None,
    now: datetime,
) -> WorkingCalendar:
    number = (latest.number if latest else 0) + 1
    made = WorkingCalendar(
        country=country,
        number=number,
        note=note,
        created_at=now,
        created_by_id=actor.user_id if actor else None,
        days=[CalendarDay(day=day.day, kind=day.kind, name=day.name, estimated=day.estimated) for day in days],
    )
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:  # another session made the same version
        raise ConflictError(STALE) from error
    before = {day.day for day in days_of(latest)} if latest else set()
    after = {day.day for day in days}
    record(
        session,
        act="modules.calendar_changed",
        subject="working_calendar",
        subject_id=made.id,
        actor=actor,
        now=now,
        country=country,
        version=number,
        added=[day.isoformat() for day in sorted(after - before)],
        removed=[day.isoformat() for day in sorted(before - after)],
        note=note,
    )
    return made
