"""Whom sessions are for: the groups and people of a cohort, and what an audience is called."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.kernel.words import Message
from app.people.models import Person
from app.people.queries import display_name
from cohorts.enums import EnrolmentStatus
from cohorts.models import Enrolment, Group
from modules.rules.audience import Members, Target, group_word, ids_of, person_word


class GroupChoice(NamedTuple):
    """A group that a session can be for, and how many people are in it today."""

    id: int
    label: str
    people: int


def members(session: Session, cohort_id: int) -> Members:
    """Who can be meant in a cohort, by the groups of today. Two statements."""
    rows = session.execute(
        select(Enrolment.id, Enrolment.group_id, Enrolment.status).where(Enrolment.cohort_id == cohort_id)
    ).all()
    labels = session.execute(select(Group.id, Group.label).where(Group.cohort_id == cohort_id)).all()
    return Members(
        groups={row.id: row.group_id for row in rows if row.status != EnrolmentStatus.WITHDRAWN},
        withdrawn=frozenset(row.id for row in rows if row.status == EnrolmentStatus.WITHDRAWN),
        labels={row.id: row.label for row in labels},
    )


def group_choices(session: Session, cohort_id: int) -> list[GroupChoice]:
    """The groups of a cohort with the number of their people, in order. Two statements."""
    groups = session.execute(
        select(Group.id, Group.label).where(Group.cohort_id == cohort_id).order_by(Group.position, Group.id)
    ).all()
    inside = session.scalars(
        select(Enrolment.group_id).where(
            Enrolment.cohort_id == cohort_id, Enrolment.status != EnrolmentStatus.WITHDRAWN
        )
    ).all()
    return [GroupChoice(row.id, row.label, inside.count(row.id)) for row in groups]


def people_choices(session: Session, cohort_id: int, chosen: Iterable[str]) -> Sequence[Enrolment]:
    """The people of a cohort with their names, alphabetical: those who did not withdraw, and those chosen already."""
    shown = (Enrolment.status != EnrolmentStatus.WITHDRAWN) | Enrolment.id.in_(ids_of(chosen, Target.PERSON))
    return session.scalars(
        select(Enrolment)
        .join(Enrolment.person)
        .where(Enrolment.cohort_id == cohort_id, shown)
        .options(selectinload(Enrolment.person).selectinload(Person.names))
        .order_by(Person.sort_key, Enrolment.number)
    ).all()


def audience_labels(
    session: Session, cohort_id: int, audiences: Iterable[Iterable[str]], lang: str
) -> dict[str, str | Message]:
    """What the groups and people of several audiences are called: at most three statements, whatever their number.

    A group with a number for a name is "Group 3"; who is not of the cohort any more is not called anything.
    """
    words = {word for audience in audiences for word in audience}
    groups, people = ids_of(words, Target.GROUP), ids_of(words, Target.PERSON)
    found: dict[str, str | Message] = {}
    if groups:
        rows = select(Group.id, Group.label).where(Group.cohort_id == cohort_id, Group.id.in_(groups))
        found |= {group_word(row.id): group_label(row.label) for row in session.execute(rows)}
    if people:
        enrolled = session.scalars(
            select(Enrolment)
            .where(Enrolment.cohort_id == cohort_id, Enrolment.id.in_(people))
            .options(selectinload(Enrolment.person).selectinload(Person.names))
        )
        found |= {person_word(row.id): display_name(row.person, lang) for row in enrolled}
    return found


def group_label(label: str) -> str | Message:
    """A group in words: its number with the word for a group, or the name that it has."""
    return Message("Group %(label)s", label=label) if label.isdecimal() else label
