"""Defences that come up, as participants know them: for reminding groups and mentors."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload

from cohorts.models import Enrolment, Group
from modules.enums import SessionStatus
from modules.models import Expert, PublishedSession
from modules.queries.personal import STATE, entry_of
from modules.rules.agenda import Entry
from projects.models import DefenceDay, DefenceSlot, Mentor, Project
from projects.queries.groups import TAKING_PART


@dataclass(frozen=True, slots=True)
class Coming:
    """A defence that is published and whose minutes are open.

    Args:
        entry: its session as participants see it.
        code: of the cohort.
        project: with its group and the group's organisation.
        members: keys of the people of the group; mentors: of those who advise it and are known by name.

    """

    slot_id: int
    entry: Entry
    code: str
    project: Project
    members: tuple[int, ...]
    mentors: tuple[int, ...]


def coming_defences(session: Session, begin: datetime, end: datetime) -> list[Coming]:
    """The defences that begin between two moments, in order of time. Three statements."""
    shown = and_(
        PublishedSession.session_id == DefenceSlot.session_id,
        PublishedSession.current,
        PublishedSession.status != SessionStatus.CANCELLED,
    )
    statement = (
        select(DefenceSlot, *STATE)
        .join(PublishedSession, shown)
        .join(DefenceSlot.sitting)
        .where(DefenceDay.closed_at.is_(None), PublishedSession.starts_at > begin, PublishedSession.starts_at <= end)
        .options(
            joinedload(DefenceSlot.project).joinedload(Project.group).joinedload(Group.organisation),
            joinedload(DefenceSlot.sitting).joinedload(DefenceDay.cohort),
        )
        .order_by(PublishedSession.starts_at, DefenceSlot.id)
    )
    rows = [(row[0], entry_of(row[1:])) for row in session.execute(statement)]
    members = _members(session, {slot.project.group_id for slot, _entry in rows})
    mentors = _mentors(session, {slot.project_id for slot, _entry in rows})
    return [
        Coming(
            slot.id,
            entry,
            slot.sitting.cohort.code,
            slot.project,
            tuple(members.get(slot.project.group_id, ())),
            tuple(mentors.get(slot.project_id, ())),
        )
        for slot, entry in rows
    ]


def _members(session: Session, group_ids: Collection[int]) -> dict[int, list[int]]:
    if not group_ids:
        return {}
    rows = session.execute(
        select(Enrolment.group_id, Enrolment.person_id)
        .where(Enrolment.group_id.in_(group_ids), Enrolment.status.in_(TAKING_PART))
        .order_by(Enrolment.number)
    )
    found: dict[int, list[int]] = {}
    for group_id, person_id in rows:
        found.setdefault(group_id or 0, []).append(person_id)
    return found


def _mentors(session: Session, project_ids: Collection[int]) -> dict[int, list[int]]:
    if not project_ids:
        return {}
    rows = session.execute(
        select(Mentor.project_id, Expert.person_id)
        .join(Mentor.expert)
        .where(Mentor.project_id.in_(project_ids), Expert.person_id.is_not(None))
        .order_by(Mentor.id)
    )
    found: dict[int, list[int]] = {}
    for project_id, person_id in rows:
        found.setdefault(project_id, []).append(person_id or 0)
    return found
