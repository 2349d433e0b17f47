"""Schedules as coordinators read them, within their reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from app.accounts.rules import Reach
from app.kernel.errors import NotFoundError
from app.kernel.words import Message
from cohorts.models import Cohort
from cohorts.queries import cohorts_within, in_reach
from modules.models import Module, ModuleSession, PublishedSession, ScheduleVersion
from modules.rules.facts import facts_of
from modules.rules.laying import Span
from modules.rules.publishing import Draft, Pending, Published, pending

NOT_FOUND = Message("There is no such page")


def module_in_reach(reach: Reach) -> ColumnElement[bool]:
    """The modules in reach, one by one or with their whole cohort; the statement must join Cohort and Programme."""
    return or_(cohorts_within(reach), Module.id.in_(reach.modules))


@dataclass(frozen=True, slots=True)
class Scope:
    """A cohort and its modules in reach, in the outline's order; ``whole`` when that is all of them by right."""

    cohort: Cohort
    modules: tuple[Module, ...]
    whole: bool

    @property
    def module_ids(self) -> tuple[int, ...]:
        """The keys of the modules."""
        return tuple(module.id for module in self.modules)


def get_scope(session: Session, reach: Reach, code: str) -> Scope:
    """The cohort with this code and its modules in reach, with blocks and hosts.

    Raises:
        NotFoundError: there is no such cohort, or nothing of it is in reach.

    """
    cohort = session.scalar(select(Cohort).where(Cohort.code == code).options(joinedload(Cohort.programme)))
    if cohort is None:
        raise NotFoundError(NOT_FOUND)
    whole = in_reach(reach, cohort)
    statement = select(Module).where(Module.cohort_id == cohort.id)
    if not whole:
        statement = statement.where(Module.id.in_(reach.modules))
    modules = tuple(
        session.scalars(
            statement.options(joinedload(Module.blocks), joinedload(Module.host)).order_by(Module.position)
        ).unique()
    )
    if not whole and not modules:
        raise NotFoundError(NOT_FOUND)
    return Scope(cohort, modules, whole)


def get_session(session: Session, scope: Scope, number: int) -> ModuleSession:
    """A session of the modules in scope.

    Raises:
        NotFoundError: there is none with this number, or it belongs to another module.

    """
    found = session.scalar(
        select(ModuleSession)
        .where(ModuleSession.id == number, ModuleSession.module_id.in_(scope.module_ids))
        .options(joinedload(ModuleSession.module))
    )
    if found is None:
        raise NotFoundError(NOT_FOUND)
    return found


def modules_of(session: Session, cohort_id: int) -> Sequence[Module]:
    """The modules of a cohort with their blocks and hosts, in the outline's order."""
    return session.scalars(
        select(Module)
        .where(Module.cohort_id == cohort_id)
        .options(selectinload(Module.blocks), joinedload(Module.host))
        .order_by(Module.position)
    ).all()


def zone_at(module: Module, day: date, home: str) -> str:
    """The zone (IANA name) of the place where a module is on a day: of the block that surely holds it, else that may.

    Args:
        home: the zone when no block does.

    """
    spans = [(Span(block.starts_on, block.ends_on), block.time_zone) for block in module.blocks]
    surely = [zone for span, zone in spans if span.holds(day)]
    perhaps = [zone for span, zone in spans if span.touches(day)]
    return next(iter((*surely, *perhaps)), home)


def has_modules(session: Session, cohort_id: int) -> bool:
    """Whether a cohort has modules already."""
    return bool(session.scalar(select(exists().where(Module.cohort_id == cohort_id))))


def drafts(
    session: Session, module_ids: Sequence[int], *, begin: datetime | None = None, end: datetime | None = None
) -> list[ModuleSession]:
    """The sessions of modules that touch a period, as coordinators plan them, in order of time."""
    statement = select(ModuleSession).where(ModuleSession.module_id.in_(module_ids))
    if begin is not None:
        statement = statement.where(ModuleSession.ends_at > begin)
    if end is not None:
        statement = statement.where(ModuleSession.starts_at < end)
    return list(session.scalars(statement.order_by(ModuleSession.starts_at, ModuleSession.id)))


def published_now(session: Session, cohort_id: int) -> dict[int, PublishedSession]:
    """What participants of a cohort see now, by session."""
    rows = session.scalars(
        select(PublishedSession).where(PublishedSession.cohort_id == cohort_id, PublishedSession.current)
    )
    return {row.session_id: row for row in rows}


def latest_version(session: Session, cohort_id: int) -> ScheduleVersion | None:
    """The last publication of a cohort's schedule."""
    return session.scalar(
        select(ScheduleVersion)
        .where(ScheduleVersion.cohort_id == cohort_id)
        .order_by(ScheduleVersion.number.desc())
        .limit(1)
    )


def pending_changes(
    session: Session, module_ids: Sequence[int], published: dict[int, PublishedSession]
) -> list[Pending]:
    """What the next publication would change in these modules, in order of time."""
    return pending(
        [as_draft(row) for row in drafts(session, module_ids)],
        {key: as_published(row) for key, row in published.items()},
    )


def as_draft(row: ModuleSession) -> Draft:
    """A draft as the rules see it."""
    return Draft(row.id, row.version, row.module_id, facts_of(row))


def as_published(row: PublishedSession) -> Published:
    """A published state as the rules see it."""
    return Published(row.module_id, facts_of(row))


def sessions_between(
    session: Session, reach: Reach, *, begin: datetime, end: datetime, most: int = 50
) -> Sequence[ModuleSession]:
    """Sessions in reach that touch a period, in order of time, with their module and cohort."""
    return session.scalars(
        select(ModuleSession)
        .join(ModuleSession.module)
        .join(Module.cohort)
        .join(Cohort.programme)
        .where(module_in_reach(reach), ModuleSession.ends_at > begin, ModuleSession.starts_at < end)
        .options(contains_eager(ModuleSession.module).contains_eager(Module.cohort))
        .order_by(ModuleSession.starts_at, ModuleSession.id)
        .limit(most)
    ).all()


def modules_by_id(session: Session, ids: frozenset[int]) -> Sequence[Module]:
    """Modules with their cohort and blocks, in order of cohort and position."""
    return session.scalars(
        select(Module)
        .join(Module.cohort)
        .where(Module.id.in_(ids))
        .options(contains_eager(Module.cohort), selectinload(Module.blocks))
        .order_by(Cohort.code, Module.position)
    ).all()


def nearest_session(session: Session, module_ids: Sequence[int], *, now: datetime) -> ModuleSession | None:
    """The session under way or next, else the last one."""
    own = select(ModuleSession).where(ModuleSession.module_id.in_(module_ids))
    coming = own.where(ModuleSession.ends_at > now).order_by(ModuleSession.starts_at, ModuleSession.id).limit(1)
    last = own.order_by(ModuleSession.starts_at.desc(), ModuleSession.id).limit(1)
    return session.scalar(coming) or session.scalar(last)
