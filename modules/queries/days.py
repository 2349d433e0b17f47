"""Whole days of people: who has which published sessions on a day by the clocks of their places."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from cohorts.models import Enrolment
from modules.enums import SessionStatus
from modules.models import Expert, PublishedSession
from modules.queries.personal import NOT_WITHDRAWN, STATE, entry_of, meant
from modules.rules.agenda import Entry
from modules.rules.audience import expert_ids
from modules.rules.times import zone_of

DAY = timedelta(days=1)
WIDEST = timedelta(hours=15)  # by which zones differ from UTC at most


class OwnDay(NamedTuple):
    """The sessions of somebody on a day, in order of time; ``takes_part``: also as a participant of a cohort."""

    day: date
    person_id: int
    takes_part: bool
    entries: tuple[Entry, ...]


def days_with_sessions(session: Session, begin: datetime, end: datetime) -> set[date]:
    """The days on which published sessions begin between two moments, by the clocks of their places. One statement."""
    rows = session.execute(
        select(PublishedSession.starts_at, PublishedSession.time_zone)
        .where(*_held(), PublishedSession.starts_at > begin, PublishedSession.starts_at <= end)
        .distinct()
    )
    return {starts_at.astimezone(zone_of(zone)).date() for starts_at, zone in rows}


def own_days(session: Session, days: Collection[date]) -> list[OwnDay]:
    """The days of everybody who has sessions then, as a participant or as an expert who is known by name.

    At most three statements, whatever the number of people, sessions and days; what lies between the days is read too.
    """
    if not days:
        return []
    then = (*_held(), *_between(min(days), max(days)))
    statement = select(*STATE).where(*then).order_by(PublishedSession.starts_at, PublishedSession.id)
    rows = [entry_of(row) for row in session.execute(statement)]
    placed = {row.id: (row.starts_at.astimezone(zone_of(row.time_zone)).date(), row) for row in rows}
    wanted = {key: pair for key, pair in placed.items() if pair[0] in days}
    if not wanted:
        return []
    found: dict[tuple[date, int], dict[int, Entry]] = {}
    taking_part = set()
    for person_id, key in _participants(session, then):
        if key in wanted:
            day, entry = wanted[key]
            found.setdefault((day, person_id), {})[key] = entry
            taking_part.add((day, person_id))
    for person_id, key in _experts(session, wanted):
        day, entry = wanted[key]
        found.setdefault((day, person_id), {})[key] = entry
    return [
        OwnDay(day, person_id, (day, person_id) in taking_part, _in_order(found[day, person_id].values()))
        for day, person_id in sorted(found)
    ]


def _held() -> tuple[ColumnElement[bool], ...]:
    return PublishedSession.current.is_(True), PublishedSession.status != SessionStatus.CANCELLED


def _between(first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    """What begins from a day to another, both included, somewhere on earth."""
    begin, end = (datetime.combine(day, time.min, tzinfo=UTC) for day in (first, last + DAY))
    return PublishedSession.starts_at >= begin - WIDEST, PublishedSession.starts_at < end + WIDEST


def _participants(session: Session, then: Sequence[ColumnElement[bool]]) -> Sequence[tuple[int, int]]:
    """Who has which session as a participant: the person and the published state."""
    statement = (
        select(Enrolment.person_id, PublishedSession.id)
        .join(Enrolment, and_(Enrolment.cohort_id == PublishedSession.cohort_id, NOT_WITHDRAWN))
        .where(*then, meant(PublishedSession))
        .order_by(Enrolment.person_id, PublishedSession.id)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def _experts(session: Session, wanted: dict[int, tuple[date, Entry]]) -> Iterable[tuple[int, int]]:
    """Who has a part in which session as an expert: the person and the published state."""
    parts = [(key, expert) for key, (_day, entry) in wanted.items() for expert in sorted(expert_ids(entry.people))]
    if not parts:
        return
    known = {expert for _key, expert in parts}
    rows = session.execute(select(Expert.id, Expert.person_id).where(Expert.id.in_(known)).order_by(Expert.id))
    people = {row.id: row.person_id for row in rows}
    for key, expert in parts:
        person_id = people.get(expert)
        if person_id is not None:
            yield person_id, key


def _in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: (entry.starts_at, entry.id)))
