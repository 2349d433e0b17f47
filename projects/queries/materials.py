"""Reading what groups handed in for their defences, and who has not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from app.kernel.errors import NotFoundError
from app.people.models import Person
from cohorts.enums import CohortStatus
from cohorts.models import Cohort, Enrolment, Group
from modules.enums import SessionStatus
from modules.models import PublishedSession
from projects.models import DefenceDay, DefenceSlot, Material, Project
from projects.queries.groups import NOT_FOUND, TAKING_PART
from projects.queries.sittings import people_of_groups
from projects.rules.materials import Stand

_SHOWN = (
    select(PublishedSession.id)
    .where(
        PublishedSession.session_id == DefenceSlot.session_id,
        PublishedSession.current,
        PublishedSession.status != SessionStatus.CANCELLED,
    )
    .exists()
)


@dataclass(frozen=True, slots=True)
class Missing:
    """A group that has handed in nothing for a defence.

    Args:
        sitting: with its cohort; ``materials_due_on`` is set.
        group: with its organisation.
        people: of the group, alphabetical, with their names.

    """

    sitting: DefenceDay
    group: Group
    people: tuple[Enrolment, ...]

    @property
    def person_ids(self) -> tuple[int, ...]:
        """The keys of the people."""
        return tuple(row.person_id for row in self.people)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file by the names that a person looks for it with."""

    cohort: str
    group: str
    version: int
    key: str


def stands_of(session: Session, project_id: int) -> list[Stand]:
    """The defences of a project, in order of time."""
    rows = session.execute(
        select(DefenceDay.day, DefenceDay.materials_due_on, DefenceDay.closed_at, _SHOWN)
        .join(DefenceSlot, DefenceSlot.day_id == DefenceDay.id)
        .where(DefenceSlot.project_id == project_id)
        .order_by(DefenceDay.day, DefenceDay.id)
    )
    return [Stand(day, due_on, closed_at is not None, bool(shown)) for day, due_on, closed_at, shown in rows]


def materials_of(session: Session, project_ids: Collection[int]) -> dict[int, list[Material]]:
    """What was handed in, by the key of the project, the newest first, with who did it."""
    rows = session.scalars(
        select(Material)
        .where(Material.project_id.in_(project_ids))
        .options(selectinload(Material.enrolment).selectinload(Enrolment.person).selectinload(Person.names))
        .order_by(Material.number.desc())
    )
    found: dict[int, list[Material]] = {}
    for row in rows:
        found.setdefault(row.project_id, []).append(row)
    return found


def get_material(session: Session, group: Group, number: int) -> Material:
    """A version that a group handed in.

    Raises:
        NotFoundError: it handed in no such version.

    """
    wanted = select(Material).join(Material.project)
    return _the_one(session.scalar(wanted.where(Project.group_id == group.id, Material.number == number)))


def own_material(session: Session, person_ids: Collection[int], key: int) -> tuple[Material, set[int]]:
    """A version by its key, and which of these people are today in the group that handed it in.

    Raises:
        NotFoundError: none of them is, or there is no such version.

    """
    inside = and_(
        Enrolment.group_id == Project.group_id, Enrolment.person_id.in_(person_ids), Enrolment.status.in_(TAKING_PART)
    )
    wanted = select(Material, Enrolment.person_id).join(Material.project).join(Enrolment, inside)
    rows = session.execute(wanted.where(Material.id == key)).all()
    return _the_one(rows[0][0] if rows else None), {row[1] for row in rows}


def groups_with_materials(session: Session, cohort_id: int) -> set[int]:
    """The groups of a cohort that handed in anything."""
    return set(
        session.scalars(
            select(Project.group_id)
            .join(Project.group)
            .join(Material, Material.project_id == Project.id)
            .where(Group.cohort_id == cohort_id)
            .distinct()
        )
    )


def all_files(session: Session) -> Sequence[HandedIn]:
    """Every version of every group, of all cohorts."""
    rows = session.execute(
        select(Cohort.code, Group.label, Material.number, Material.sha256)
        .join(Material.project)
        .join(Project.group)
        .join(Cohort, Cohort.id == Group.cohort_id)
        .order_by(Cohort.code, Group.position, Group.id, Material.number)
    )
    return [HandedIn(*row) for row in rows]


def materials_missing(session: Session, *, first: date, last: date) -> Sequence[Missing]:
    """The groups that have handed in nothing although the last day for it lies between two days (both included).

    Only defences that participants know of and that are not decided, of cohorts that are not closed. What was handed
    in for an earlier defence, whose minutes are closed, does not count.
    """
    closed = (
        select(func.max(DefenceDay.closed_at))
        .join(DefenceSlot, DefenceSlot.day_id == DefenceDay.id)
        .where(DefenceSlot.project_id == Project.id)
        .correlate(Project)
        .scalar_subquery()
    )
    handed_in = (
        select(Material.id)
        .where(Material.project_id == Project.id, or_(closed.is_(None), Material.handed_at > closed))
        .correlate(Project)
        .exists()
    )
    rows = session.execute(
        select(DefenceDay, Group)
        .join(DefenceDay.cohort)
        .join(DefenceSlot, DefenceSlot.day_id == DefenceDay.id)
        .join(DefenceSlot.project)
        .join(Project.group)
        .where(
            DefenceDay.materials_due_on.between(first, last),
            DefenceDay.closed_at.is_(None),
            Cohort.status != CohortStatus.CLOSED,
            DefenceSlot.outcome.is_(None),
            _SHOWN,
            ~handed_in,
        )
        .options(contains_eager(DefenceDay.cohort), selectinload(Group.organisation))
        .order_by(DefenceDay.materials_due_on, DefenceDay.id, DefenceSlot.position)
    ).all()
    people = people_of_groups(session, [group.id for _, group in rows])
    return [Missing(sitting, group, tuple(people.get(group.id, ()))) for sitting, group in rows]


def _the_one(found: Material | None) -> Material:
    if found is None:
        raise NotFoundError(NOT_FOUND)
    return found
