"""Schedules as participants read them: Core rows, few statements, whatever the number of sessions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, String, and_, bindparam, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.kernel.tri import Tri
from app.people.models import Person
from cohorts.enums import EnrolmentStatus
from cohorts.models import Cohort, Enrolment, Group
from modules.models import CalendarFeed, Expert, PublishedAudience, PublishedSession, ScheduleSeen, ScheduleVersion
from modules.rules.agenda import Entry
from modules.rules.facts import FACT_NAMES, Facts, facts_of


class OwnCohort(NamedTuple):
    """A cohort of a person.

    Its schedule's latest version (None: nothing was published), the one that the person has seen (None: never said),
    and the secret of the person's calendar; the person's group of today. ``named``: some session is or was for the
    person by name. ``experts`` changes whenever somebody from outside is called otherwise.
    """

    id: int
    code: str
    title: Tri
    time_zone: str
    version: int | None
    published_at: datetime | None
    seen: int | None
    secret: str | None
    enrolment_id: int
    group_id: int | None
    group: str | None
    named: bool
    experts: str | None


STATE = (
    PublishedSession.id,
    PublishedSession.session_id,
    PublishedSession.uid,
    PublishedSession.cohort_id,
    PublishedSession.module_id,
    PublishedSession.version_number,
    PublishedSession.sequence,
    PublishedSession.changed_at,
    PublishedSession.kind,
    PublishedSession.status,
    PublishedSession.title,
    PublishedSession.starts_at,
    PublishedSession.ends_at,
    PublishedSession.time_zone,
    PublishedSession.rooms,
    PublishedSession.address,
    PublishedSession.link,
    PublishedSession.speaker,
    PublishedSession.languages,
    PublishedSession.audience,
    PublishedSession.people,
    PublishedSession.note,
)
NOT_WITHDRAWN = Enrolment.status != EnrolmentStatus.WITHDRAWN


# Statements are built once: building one costs more than running it.
_PERSON: BindParameter[int] = bindparam("person")
_LATEST = (
    select(func.max(ScheduleVersion.number)).where(ScheduleVersion.cohort_id == Cohort.id).correlate(Cohort)
).scalar_subquery()
_NAMED = exists().where(PublishedAudience.enrolment_id == Enrolment.id).correlate(Enrolment)
_EXPERTS = (
    select(
        func.aggregate_strings(
            cast(Expert.id, String)
            + "."
            + cast(Expert.version, String)
            + "."
            + cast(func.coalesce(Person.version, 0), String),
            ",",
        )
    )
    .outerjoin(Person, Person.id == Expert.person_id)
    .where(Expert.cohort_id == Cohort.id)
    .correlate(Cohort)
).scalar_subquery()
_OWN_COHORTS = (
    select(
        Cohort.id,
        Cohort.code,
        Cohort.title,
        Cohort.time_zone,
        ScheduleVersion.number,
        ScheduleVersion.published_at,
        ScheduleSeen.version_number,
        CalendarFeed.secret,
        Enrolment.id,
        Enrolment.group_id,
        Group.label,
        _NAMED,
        _EXPERTS,
    )
    .join(Enrolment, Enrolment.cohort_id == Cohort.id)
    .outerjoin(Group, Group.id == Enrolment.group_id)
    .outerjoin(ScheduleVersion, and_(ScheduleVersion.cohort_id == Cohort.id, ScheduleVersion.number == _LATEST))
    .outerjoin(ScheduleSeen, and_(ScheduleSeen.cohort_id == Cohort.id, ScheduleSeen.person_id == _PERSON))
    .outerjoin(CalendarFeed, CalendarFeed.person_id == _PERSON)
    .where(Enrolment.person_id == _PERSON, NOT_WITHDRAWN)
    .order_by(Cohort.code)
)


def meant(shown: type[PublishedSession]) -> ColumnElement[bool]:
    """Whether a published state is for the person whose enrolment is joined: everybody, their group, or by name."""
    named = and_(
        PublishedAudience.published_id == shown.id,
        or_(PublishedAudience.enrolment_id == Enrolment.id, PublishedAudience.group_id == Enrolment.group_id),
    )
    return or_(shown.for_all, exists().where(named).correlate(shown, Enrolment))


def _entries() -> Select[*tuple[Any, ...]]:
    """The current state of each session that is for the person, and of those that were for them as they last saw it."""
    earlier = aliased(PublishedSession)
    news = or_(
        PublishedSession.version_number > ScheduleSeen.version_number,
        and_(ScheduleSeen.version_number.is_(None), PublishedSession.sequence > 0),
    )
    known = and_(earlier.session_id == PublishedSession.session_id, earlier.id != PublishedSession.id, meant(earlier))
    taken_away = and_(news, exists().where(known).correlate(PublishedSession, Enrolment))
    seen = and_(ScheduleSeen.cohort_id == PublishedSession.cohort_id, ScheduleSeen.person_id == _PERSON)
    own = and_(Enrolment.cohort_id == PublishedSession.cohort_id, Enrolment.person_id == _PERSON, NOT_WITHDRAWN)
    mine = meant(PublishedSession)
    return (
        select(*STATE, ScheduleSeen.version_number, mine)
        .join(Enrolment, own)
        .outerjoin(ScheduleSeen, seen)
        .where(PublishedSession.current, or_(mine, taken_away))
        .order_by(PublishedSession.starts_at, PublishedSession.id)
    )


_ENTRIES = _entries()


def own_cohorts(session: Session, person_id: int) -> list[OwnCohort]:
    """The cohorts of a person who did not withdraw from them, by code. One statement."""
    return [OwnCohort._make(row) for row in session.execute(_OWN_COHORTS, {"person": person_id})]


def entries(session: Session, person_id: int) -> list[Entry]:
    """The published sessions of a person in all their cohorts, in order of time. One statement.

    Those that were for the person and are for others now (``mine`` is False) come too, until the person has seen it.
    """
    return [Entry._make(row) for row in session.execute(_ENTRIES, {"person": person_id})]


def entry_of(state: Sequence[Any]) -> Entry:
    """A published session by its ``STATE``, without what anybody has seen of it."""
    return Entry._make((*state, None, True))


def states_before(session: Session, changed: Iterable[Entry]) -> dict[int, tuple[int, Facts]]:
    """The cohort and what a person last saw of each changed session; its first state for who never said. One statement.

    It may not have been for the person then.
    """
    wanted = {entry.session_id: entry.seen for entry in changed}
    if not wanted:
        return {}
    rows = session.execute(
        select(
            PublishedSession.session_id,
            PublishedSession.cohort_id,
            PublishedSession.version_number,
            *(getattr(PublishedSession, name) for name in FACT_NAMES),
        )
        .where(PublishedSession.session_id.in_(wanted), PublishedSession.current.is_(False))
        .order_by(PublishedSession.session_id, PublishedSession.version_number)
    )
    found: dict[int, tuple[int, Facts]] = {}
    for row in rows:
        seen = wanted[row.session_id]
        if (seen is None and row.session_id not in found) or (seen is not None and row.version_number <= seen):
            found[row.session_id] = row.cohort_id, facts_of(row)
    return found


class Feed(NamedTuple):
    """Whose calendar a secret opens, and in which language (None: not chosen)."""

    person_id: int
    language: str | None


def feed_by_secret(session: Session, secret: str) -> Feed | None:
    """The calendar behind a secret address."""
    row = session.execute(
        select(CalendarFeed.person_id, User.language)
        .outerjoin(User, and_(User.person_id == CalendarFeed.person_id, User.active))
        .where(CalendarFeed.secret == secret)
        .order_by(User.id)
        .limit(1)
    ).first()
    return Feed(*row) if row else None


def people_without_feed(session: Session, cohort_id: int) -> Sequence[int]:
    """The people of a cohort who have no calendar address yet."""
    return session.scalars(
        select(Enrolment.person_id)
        .outerjoin(CalendarFeed, CalendarFeed.person_id == Enrolment.person_id)
        .where(Enrolment.cohort_id == cohort_id, NOT_WITHDRAWN, CalendarFeed.id.is_(None))
        .order_by(Enrolment.person_id)
    ).all()
