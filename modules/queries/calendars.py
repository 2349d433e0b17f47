"""Working calendars as they are kept: the latest version of each country, and what earlier ones said."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import User
from app.kernel.errors import NotFoundError
from app.kernel.words import Message
from modules.models import WorkingCalendar
from modules.rules.calendars import Calendar, Day

NO_CALENDAR = Message("There is no working calendar of this country yet.")


def latest_calendars(session: Session, countries: Collection[str] | None = None) -> dict[str, WorkingCalendar]:
    """The latest version of each country's working calendar with its days, by country; None: of all countries."""
    newest = select(WorkingCalendar.country, func.max(WorkingCalendar.number).label("number"))
    if countries is not None:
        newest = newest.where(WorkingCalendar.country.in_(sorted(countries)))
    last = newest.group_by(WorkingCalendar.country).subquery()
    rows = session.scalars(
        select(WorkingCalendar)
        .join(last, (WorkingCalendar.country == last.c.country) & (WorkingCalendar.number == last.c.number))
        .options(selectinload(WorkingCalendar.days))
        .order_by(WorkingCalendar.country)
    )
    return {row.country: row for row in rows}


def get_calendar(session: Session, country: str, number: int | None = None) -> WorkingCalendar:
    """A version of a country's calendar, the latest unless a number is given.

    Raises:
        NotFoundError: there is none.

    """
    wanted = select(WorkingCalendar).where(WorkingCalendar.country == country)
    if number is not None:
        wanted = wanted.where(WorkingCalendar.number == number)
    found = session.scalar(
        wanted.options(selectinload(WorkingCalendar.days)).order_by(WorkingCalendar.number.desc()).limit(1)
    )
    if found is None:
        raise NotFoundError(NO_CALENDAR)
    return found


def versions_of(session: Session, country: str) -> Sequence[tuple[WorkingCalendar, str | None]]:
    """The versions of a country's calendar, the latest first, with the name of whoever made each."""
    rows = session.execute(
        select(WorkingCalendar, User.display_name)
        .outerjoin(User, WorkingCalendar.created_by_id == User.id)
        .where(WorkingCalendar.country == country)
        .order_by(WorkingCalendar.number.desc())
    )
    return [(row[0], row[1]) for row in rows]


def days_of(calendar: WorkingCalendar) -> list[Day]:
    """Its days as the rules read them, in order."""
    return [Day(row.day, row.kind, row.name, row.estimated) for row in calendar.days]


def as_rules(calendar: WorkingCalendar) -> Calendar:
    """A calendar as the rules read it."""
    return Calendar(calendar.country, calendar.number, {day.day: day for day in days_of(calendar)})
