"""Reading the groups of a cohort, their people and projects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.kernel.errors import NotFoundError
from app.kernel.words import Message
from app.people.models import Person
from cohorts.enums import EnrolmentStatus
from cohorts.models import Cohort, Enrolment, Group
from cohorts.queries import enrolments
from modules.models import Expert, Module, ModuleSession
from modules.rules.audience import Target, ids_of
from projects.enums import Outcome
from projects.models import DefenceDay, DefenceSlot, Mentor, Project

NOT_FOUND = Message("There is no such page")
TAKING_PART = frozenset(EnrolmentStatus) - {EnrolmentStatus.WITHDRAWN}


@dataclass(frozen=True, slots=True)
class Standing:
    """A place of a group on the agenda of a sitting, and what was decided there.

    Args:
        number: of the minutes, once they are closed.

    """

    slot_id: int
    sitting_id: int
    item: int
    day: date
    outcome: Outcome | None
    number: str | None
    minutes_date: date | None
    closed: bool


def groups_of(session: Session, cohort_id: int) -> Sequence[Group]:
    """The groups of a cohort with their organisations, in their order."""
    return session.scalars(
        select(Group)
        .where(Group.cohort_id == cohort_id)
        .options(selectinload(Group.organisation))
        .order_by(Group.position, Group.id)
    ).all()


def get_group(session: Session, cohort: Cohort, number: int) -> Group:
    """A group of a cohort by its key.

    Raises:
        NotFoundError: the cohort has no such group.

    """
    wanted = select(Group).where(Group.id == number, Group.cohort_id == cohort.id)
    group = session.scalar(wanted.options(selectinload(Group.organisation)))
    if group is None:
        raise NotFoundError(NOT_FOUND)
    return group


def people_of(session: Session, cohort_id: int) -> Sequence[Enrolment]:
    """Everybody of a cohort who did not withdraw, with names, organisation and group, alphabetical."""
    return enrolments(session, cohort_id, statuses=TAKING_PART)


def by_group(people: Sequence[Enrolment]) -> dict[int | None, list[Enrolment]]:
    """The same people by the key of their group; None: without one."""
    found: dict[int | None, list[Enrolment]] = {}
    for row in people:
        found.setdefault(row.group_id, []).append(row)
    return found


def projects_of(session: Session, cohort_id: int) -> dict[int, Project]:
    """The projects of a cohort with their mentors, by the key of the group."""
    rows = session.scalars(
        select(Project)
        .join(Project.group)
        .where(Group.cohort_id == cohort_id)
        .options(
            selectinload(Project.mentors)
            .selectinload(Mentor.expert)
            .selectinload(Expert.person)
            .selectinload(Person.names)
        )
        .order_by(Project.id)
    )
    return {row.group_id: row for row in rows}


def project_of(session: Session, group: Group) -> Project | None:
    """The project of a group, if anything is known of it."""
    return session.scalar(select(Project).where(Project.group_id == group.id).options(selectinload(Project.mentors)))


def standings(session: Session, cohort_id: int) -> dict[int, list[Standing]]:
    """Every place on an agenda by the key of the group, in order of time."""
    rows = session.execute(
        select(Project.group_id, DefenceSlot, DefenceDay)
        .join(DefenceSlot.project)
        .join(DefenceSlot.sitting)
        .where(DefenceDay.cohort_id == cohort_id)
        .order_by(DefenceDay.day, DefenceDay.id, DefenceSlot.position)
    )
    found: dict[int, list[Standing]] = {}
    for group_id, slot, sitting in rows:
        outcome = Outcome(slot.outcome) if slot.outcome else None
        closed = sitting.closed_at is not None
        standing = Standing(
            slot.id,
            sitting.id,
            slot.position,
            sitting.day,
            outcome,
            sitting.minutes_number if closed else None,
            sitting.minutes_date if closed else None,
            closed,
        )
        found.setdefault(group_id, []).append(standing)
    return found


def groups_with_sessions(session: Session, cohort_id: int) -> set[int]:
    """The groups for which sessions of their own are planned."""
    audiences = session.scalars(
        select(ModuleSession.audience).join(ModuleSession.module).where(Module.cohort_id == cohort_id)
    )
    return {key for audience in audiences for key in ids_of(audience, Target.GROUP)}
