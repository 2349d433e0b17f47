"""What of some cohorts cannot be as planned: a fixed number of statements, however many sessions there are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, select, union
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from app.accounts.models import User
from app.kernel.tri import Tri
from app.people.models import Person
from cohorts.enums import EnrolmentStatus
from cohorts.models import Cohort, Enrolment
from modules.enums import SessionStatus
from modules.models import Block, Expert, KeptConflict, Module, ModuleSession, SessionRoom
from modules.queries.calendars import as_rules, latest_calendars
from modules.rules.audience import Members, expert_ids
from modules.rules.calendars import HOME_COUNTRY
from modules.rules.conflicts import (
    Booking,
    Conflict,
    PlacedBlock,
    block_at,
    blocks_off,
    clashes,
    in_order,
    off_days,
    room_key,
)
from modules.rules.laying import Span
from modules.rules.times import zone_of

Line = Row[*tuple[Any, ...]]
Found = Select[*tuple[Any, ...]]
MOST_ROOMS = 500  # sessions of others in the same rooms that are looked at
ALWAYS = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
_SESSION = (
    ModuleSession.id,
    Module.cohort_id,
    ModuleSession.module_id,
    ModuleSession.starts_at,
    ModuleSession.ends_at,
    ModuleSession.time_zone,
    ModuleSession.title,
    ModuleSession.rooms,
    ModuleSession.address,
    ModuleSession.audience,
    ModuleSession.people,
)


@dataclass(frozen=True, slots=True)
class Kept:
    """Why a conflict was left as it is, by whom and when."""

    mark: str
    reason: str
    kept_at: datetime
    kept_by: str | None


def conflicts_of(session: Session, cohort: Cohort) -> list[Conflict]:
    """Everything of a cohort that cannot be as planned, kept or not, in order of time."""
    return conflicts_in(session, [cohort.id])[cohort.id]


def open_conflicts(session: Session, cohort: Cohort) -> list[Conflict]:
    """The same, without what somebody kept with a reason."""
    kept = kept_conflicts(session, [cohort.id])
    return [conflict for conflict in conflicts_of(session, cohort) if conflict.mark not in kept]


def kept_conflicts(session: Session, cohort_ids: Collection[int]) -> dict[str, Kept]:
    """What was kept in these cohorts, by the mark of the conflict."""
    rows = session.execute(
        select(KeptConflict.mark, KeptConflict.reason, KeptConflict.kept_at, User.display_name)
        .outerjoin(User, KeptConflict.kept_by_id == User.id)
        .where(KeptConflict.cohort_id.in_(cohort_ids))
        .order_by(KeptConflict.id)
    )
    return {row.mark: Kept(row.mark, row.reason, row.kept_at, row.display_name) for row in rows}


def conflicts_in(
    session: Session, cohort_ids: Sequence[int], period: tuple[datetime, datetime] = ALWAYS
) -> dict[int, list[Conflict]]:
    """Everything of some cohorts that cannot be as planned, by cohort, each in order of time.

    Args:
        period: only sessions that touch it are looked at; blocks always.

    """
    own = session.execute(_sessions(Module.cohort_id.in_(cohort_ids), period)).all()
    members = _members(session, cohort_ids)
    span = (
        min((row.starts_at for row in own), default=period[0]),
        max((row.ends_at for row in own), default=period[0]),
    )
    strangers = _strangers(session, cohort_ids)
    others = {row.id: row for row in session.execute(_sessions(Module.cohort_id.in_(sorted(strangers.cohorts)), span))}
    others |= {row.id: row for row in session.execute(_same_rooms(cohort_ids, period))}
    blocks = _blocks(session, cohort_ids, {row.module_id for row in others.values()})
    placed = {module_id: found for module_id, (_cohort, found) in blocks.items()}
    bookings = [_booking(row, members, placed) for row in own]
    met = [_booking(row, strangers, placed) for row in others.values()]
    countries = {block.where for found in placed.values() for block in found} | {HOME_COUNTRY}
    calendars = {country: as_rules(row) for country, row in latest_calendars(session, countries).items()}
    found = [*clashes(bookings, met, members.order), *off_days(bookings, placed, calendars)]
    for cohort_id, of_module in blocks.values():
        if cohort_id in cohort_ids:
            found += blocks_off(cohort_id, of_module, calendars)
    result: dict[int, list[Conflict]] = {cohort_id: [] for cohort_id in cohort_ids}
    for conflict in in_order(found):
        result[conflict.cohort_id].append(conflict)
    return result


def sessions_elsewhere(session: Session, cohort: Cohort, period: tuple[datetime, datetime]) -> list[Booking]:
    """The sessions of other cohorts in a period that want somebody of this one, in order of time."""
    strangers = _strangers(session, [cohort.id])
    rows = session.execute(_sessions(Module.cohort_id.in_(sorted(strangers.cohorts)), period)).all()
    found = [_booking(row, strangers, {}) for row in rows]
    return [booking for booking in found if booking.people]


@dataclass(frozen=True, slots=True)
class _People:
    """Who is meant in some cohorts: persons by enrolment and by expert, and the place of each in the list."""

    members: dict[int, Members] = field(default_factory=dict)
    persons: dict[int, int] = field(default_factory=dict)
    experts: dict[int, int] = field(default_factory=dict)
    order: dict[tuple[int, int], int] = field(default_factory=dict)
    meant: dict[tuple[int, tuple[str, ...]], frozenset[int]] = field(default_factory=dict)

    @property
    def cohorts(self) -> set[int]:
        """The cohorts in which anybody of these is."""
        return set(self.members)

    def wanted(self, row: Line) -> frozenset[int]:
        """The persons whom a session wants: its audience and its experts."""
        key = (row.cohort_id, tuple(row.audience))
        if key not in self.meant:
            members = self.members.get(row.cohort_id)
            enrolled = members.meant(row.audience) if members else frozenset()
            self.meant[key] = frozenset(self.persons[enrolment] for enrolment in enrolled)
        experts = (self.experts[expert] for expert in expert_ids(row.people) if expert in self.experts)
        return self.meant[key].union(experts)


def _members(session: Session, cohort_ids: Collection[int]) -> _People:
    """The people of the cohorts that are asked about."""
    own = Enrolment.cohort_id.in_(cohort_ids)
    return _gathered(
        session.execute(_enrolled().where(own).order_by(Enrolment.cohort_id, Enrolment.number)).all(),
        session.execute(_experts().where(Expert.cohort_id.in_(cohort_ids))).all(),
    )


def _strangers(session: Session, cohort_ids: Collection[int]) -> _People:
    """The same people where they are in other cohorts, whether they take part or teach."""
    persons = union(
        select(Enrolment.person_id).where(
            Enrolment.cohort_id.in_(cohort_ids), Enrolment.status != EnrolmentStatus.WITHDRAWN
        ),
        select(Expert.person_id).where(Expert.cohort_id.in_(cohort_ids), Expert.person_id.is_not(None)),
    ).subquery()
    same = select(persons.c[0])
    return _gathered(
        session.execute(_enrolled().where(Enrolment.person_id.in_(same), Enrolment.cohort_id.not_in(cohort_ids))).all(),
        session.execute(_experts().where(Expert.person_id.in_(same), Expert.cohort_id.not_in(cohort_ids))).all(),
    )


def _enrolled() -> Found:
    return select(Enrolment.id, Enrolment.cohort_id, Enrolment.person_id, Enrolment.group_id, Enrolment.number).where(
        Enrolment.status != EnrolmentStatus.WITHDRAWN
    )


def _experts() -> Found:
    return select(Expert.id, Expert.cohort_id, Expert.person_id).where(Expert.person_id.is_not(None))


def _gathered(enrolled: Iterable[Line], experts: Iterable[Line]) -> _People:
    found = _People()
    groups: dict[int, dict[int, int | None]] = {}
    for row in enrolled:
        groups.setdefault(row.cohort_id, {})[row.id] = row.group_id
        found.persons[row.id] = row.person_id
        found.order[row.cohort_id, row.person_id] = row.number
    for row in experts:
        groups.setdefault(row.cohort_id, {})
        found.experts[row.id] = row.person_id
    found.members.update({cohort_id: Members(held) for cohort_id, held in groups.items()})
    return found


def _sessions(wanted: Any, period: tuple[datetime, datetime]) -> Found:  # noqa: ANN401 - a condition
    return (
        select(*_SESSION)
        .join(Module, ModuleSession.module_id == Module.id)
        .where(wanted, ModuleSession.status != SessionStatus.CANCELLED)
        .where(ModuleSession.ends_at > period[0], ModuleSession.starts_at < period[1])
        .order_by(ModuleSession.starts_at, ModuleSession.id)
    )


def _same_rooms(cohort_ids: Collection[int], period: tuple[datetime, datetime]) -> Found:
    """Sessions of other cohorts in a room of the same name at the same time."""
    mine, own, held, theirs = aliased(ModuleSession), aliased(Module), aliased(SessionRoom), aliased(SessionRoom)
    return (
        select(*_SESSION)
        .select_from(own)
        .join(mine, mine.module_id == own.id)
        .join(held, held.session_id == mine.id)
        .join(theirs, (theirs.room == held.room) & (theirs.day == held.day))
        .join(ModuleSession, ModuleSession.id == theirs.session_id)
        .join(Module, Module.id == ModuleSession.module_id)
        .where(own.cohort_id.in_(cohort_ids), Module.cohort_id.not_in(cohort_ids))
        .where(mine.status != SessionStatus.CANCELLED, ModuleSession.status != SessionStatus.CANCELLED)
        .where(mine.ends_at > period[0], mine.starts_at < period[1])
        .where(ModuleSession.starts_at < mine.ends_at, ModuleSession.ends_at > mine.starts_at)
        .order_by(ModuleSession.id)
        .limit(MOST_ROOMS)
    )


def _blocks(
    session: Session, cohort_ids: Collection[int], modules: Collection[int]
) -> dict[int, tuple[int, list[PlacedBlock]]]:
    """The blocks of the cohorts, and of the modules of others that were met, by module with its cohort."""
    rows = session.execute(
        select(Module.cohort_id, Block)
        .join(Block, Block.module_id == Module.id)
        .where(Module.cohort_id.in_(cohort_ids) | Module.id.in_(sorted(modules)))
        .order_by(Module.cohort_id, Module.position, Block.position)
    )
    found: dict[int, tuple[int, list[PlacedBlock]]] = {}
    for cohort_id, row in rows:
        span = Span(row.starts_on, row.ends_on)
        block = PlacedBlock(row.id, row.module_id, span, row.mode, row.time_zone, row.country, row.city)
        found.setdefault(row.module_id, (cohort_id, []))[1].append(block)
    return found


def _booking(row: Line, people: _People, blocks: Mapping[int, Sequence[PlacedBlock]]) -> Booking:
    day = row.starts_at.astimezone(zone_of(row.time_zone)).date()
    block = block_at(blocks.get(row.module_id, ()), day, row.time_zone)
    return Booking(
        id=row.id,
        cohort_id=row.cohort_id,
        module_id=row.module_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        time_zone=row.time_zone,
        title=row.title,
        people=people.wanted(row),
        rooms=frozenset(map(room_key, row.rooms)),
        said_rooms=tuple(row.rooms),
        address=_folded(row.address),
        city=_folded(block.city if block else None),
    )


def _folded(text: Tri | None) -> frozenset[str]:
    return frozenset(map(room_key, text.forms())) if text else frozenset()


def people_named(session: Session, person_ids: Collection[int]) -> dict[int, Person]:
    """Persons with their names."""
    rows = session.scalars(select(Person).where(Person.id.in_(sorted(person_ids))).options(joinedload(Person.names)))
    return {row.id: row for row in rows.unique()}


def cohorts_met(session: Session, cohort_ids: Collection[int]) -> dict[int, Cohort]:
    """Cohorts with their programmes, by key: what decides whether a reader may know of them."""
    rows = session.scalars(
        select(Cohort)
        .join(Cohort.programme)
        .where(Cohort.id.in_(sorted(cohort_ids)))
        .options(contains_eager(Cohort.programme))
    )
    return {row.id: row for row in rows}
