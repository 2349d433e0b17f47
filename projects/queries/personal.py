"""Projects as participants see them: their own group, and of the schedule only what is published."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.people.models import Person
from cohorts.enums import EnrolmentStatus
from cohorts.models import Enrolment, Group
from cohorts.rules import cohort_phase
from modules.enums import SessionStatus
from modules.models import Expert, PublishedSession
from projects.models import DefenceDay, DefenceSlot, Material, Mentor, Project
from projects.queries.materials import materials_of
from projects.queries.sittings import people_of_groups


@dataclass(frozen=True, slots=True)
class OwnDefence:
    """A defence of somebody's group.

    Args:
        meeting: its session as participants see it; None: not published, or cancelled.
        told: the minutes are closed, so the outcome may be seen.

    """

    slot: DefenceSlot
    meeting: PublishedSession | None
    told: bool


@dataclass(frozen=True, slots=True)
class OwnProject:
    """What somebody sees of their group in one cohort; ``group`` None: they are in none yet."""

    enrolment: Enrolment
    group: Group | None
    people: Sequence[Enrolment]
    project: Project | None
    defences: Sequence[OwnDefence]
    materials: Sequence[Material]


def own_enrolments(session: Session, person_id: int) -> Sequence[Enrolment]:
    """The enrolments of a person who did not withdraw, with cohort and group: running first, then the newest."""
    rows = session.scalars(
        select(Enrolment)
        .where(Enrolment.person_id == person_id, Enrolment.status != EnrolmentStatus.WITHDRAWN)
        .options(selectinload(Enrolment.cohort), selectinload(Enrolment.group).selectinload(Group.organisation))
        .order_by(Enrolment.id)
    ).all()
    newest = sorted(rows, key=lambda row: str(row.cohort.starts_on or ""), reverse=True)
    return sorted(newest, key=lambda row: cohort_phase(row.cohort.status))


def own_project(session: Session, enrolment: Enrolment) -> OwnProject:
    """The group of an enrolment with people, project, mentors, defences and what was handed in."""
    group = enrolment.group
    if group is None:
        return OwnProject(enrolment, None, (), None, (), ())
    people = people_of_groups(session, [group.id]).get(group.id, [])
    project = session.scalar(
        select(Project)
        .where(Project.group_id == group.id)
        .options(
            selectinload(Project.mentors)
            .selectinload(Mentor.expert)
            .selectinload(Expert.person)
            .selectinload(Person.names)
        )
    )
    if project is None:
        return OwnProject(enrolment, group, people, None, (), ())
    materials = materials_of(session, [project.id]).get(project.id, [])
    return OwnProject(enrolment, group, people, project, _defences(session, project), materials)


def _defences(session: Session, project: Project) -> list[OwnDefence]:
    slots = session.scalars(
        select(DefenceSlot)
        .join(DefenceSlot.sitting)
        .where(DefenceSlot.project_id == project.id)
        .options(selectinload(DefenceSlot.sitting))
        .order_by(DefenceDay.day, DefenceDay.id)
    ).all()
    shown = session.scalars(
        select(PublishedSession).where(
            PublishedSession.session_id.in_([slot.session_id for slot in slots]),
            PublishedSession.current,
            PublishedSession.status != SessionStatus.CANCELLED,
        )
    )
    meetings = {row.session_id: row for row in shown}
    found = [OwnDefence(slot, meetings.get(slot.session_id), slot.sitting.closed_at is not None) for slot in slots]
    return [one for one in found if one.meeting or one.told]
