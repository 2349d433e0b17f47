"""Reading defence days."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, selectinload

from app.accounts.rules import Reach
from app.kernel.errors import NotFoundError
from app.people.models import Person
from cohorts.enums import CohortStatus
from cohorts.models import Cohort, Enrolment, Group
from cohorts.queries import cohorts_within
from modules.models import Expert, Module, ModuleSession, PublishedSession
from projects.models import Commission, CommissionMember, DefenceDay, DefenceSlot, Mentor, Project
from projects.queries.groups import NOT_FOUND, TAKING_PART


def sittings_of(session: Session, cohort_id: int) -> Sequence[DefenceDay]:
    """The sittings of a cohort with their commissions, members and slots, in order of time."""
    return session.scalars(
        select(DefenceDay)
        .where(DefenceDay.cohort_id == cohort_id)
        .options(
            selectinload(DefenceDay.commission)
            .selectinload(Commission.members)
            .selectinload(CommissionMember.expert)
            .selectinload(Expert.person)
            .selectinload(Person.names),
            selectinload(DefenceDay.slots).selectinload(DefenceSlot.session),
        )
        .order_by(DefenceDay.day, DefenceDay.id)
    ).all()


def sittings_in_reach(session: Session, reach: Reach, *, since: date | None = None) -> Sequence[DefenceDay]:
    """The sittings in reach of cohorts that are not closed, with cohort and slots, in order of time.

    Args:
        since: those from this day on; None: those whose minutes are open.

    """
    wanted = (
        select(DefenceDay)
        .join(DefenceDay.cohort)
        .join(Cohort.programme)
        .where(cohorts_within(reach), Cohort.status != CohortStatus.CLOSED)
    )
    wanted = wanted.where(DefenceDay.closed_at.is_(None) if since is None else DefenceDay.day >= since)
    return session.scalars(
        wanted.options(
            contains_eager(DefenceDay.cohort),
            selectinload(DefenceDay.commission),
            selectinload(DefenceDay.slots).selectinload(DefenceSlot.session),
        ).order_by(DefenceDay.day, DefenceDay.id)
    ).all()


def get_sitting(session: Session, cohort: Cohort, number: int) -> DefenceDay:
    """A sitting of a cohort by its key, with all that its page and its minutes say.

    Raises:
        NotFoundError: the cohort has no such sitting.

    """
    names = selectinload(Expert.person).selectinload(Person.names)
    project = selectinload(DefenceDay.slots).selectinload(DefenceSlot.project)
    meeting = selectinload(DefenceDay.slots).selectinload(DefenceSlot.session)
    found = session.scalar(
        select(DefenceDay)
        .where(DefenceDay.id == number, DefenceDay.cohort_id == cohort.id)
        .options(
            selectinload(DefenceDay.commission)
            .selectinload(Commission.members)
            .selectinload(CommissionMember.expert)
            .options(names),
            project.selectinload(Project.group).selectinload(Group.organisation),
            project.selectinload(Project.mentors).selectinload(Mentor.expert).options(names),
            meeting.selectinload(ModuleSession.module).selectinload(Module.blocks),
            selectinload(DefenceDay.present),
        )
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError(NOT_FOUND)
    return found


def people_of_groups(session: Session, group_ids: Collection[int]) -> dict[int, list[Enrolment]]:
    """Who is in these groups and did not withdraw, alphabetical, by the key of the group."""
    rows = session.scalars(
        select(Enrolment)
        .join(Enrolment.person)
        .where(Enrolment.group_id.in_(group_ids), Enrolment.status.in_(TAKING_PART))
        .options(selectinload(Enrolment.person).selectinload(Person.names), selectinload(Enrolment.organisation))
        .order_by(Person.sort_key, Enrolment.number)
    )
    found: dict[int, list[Enrolment]] = {}
    for row in rows:
        if row.group_id is not None:
            found.setdefault(row.group_id, []).append(row)
    return found


def published_sessions(session: Session, session_ids: Collection[int]) -> set[int]:
    """Which of these sessions participants have ever seen."""
    wanted = select(PublishedSession.session_id).where(PublishedSession.session_id.in_(session_ids)).distinct()
    return set(session.scalars(wanted))


def minutes_numbers(session: Session, cohort_id: int) -> Sequence[str]:
    """The numbers of the closed minutes of a cohort."""
    wanted = select(DefenceDay.minutes_number).where(
        DefenceDay.cohort_id == cohort_id, DefenceDay.minutes_number.is_not(None)
    )
    return [number for number in session.scalars(wanted) if number]
