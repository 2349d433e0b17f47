"""Who can be told something together: the people of a cohort, of a group, of all running cohorts of a programme."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.kernel.tri import Tri
from app.people.models import Person
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Cohort, Enrolment, Group


class Member(NamedTuple):
    """Somebody who takes part, and what their cohort is called."""

    person_id: int
    cohort: Tri


class Team(NamedTuple):
    """A group and its label."""

    id: int
    label: str


def members_of(session: Session, cohort_id: int, *, group_id: int | None = None) -> list[Member]:
    """The people of a cohort, or of one of its groups, who did not withdraw, alphabetical. One statement."""
    wanted = _members().where(Enrolment.cohort_id == cohort_id)
    if group_id is not None:
        wanted = wanted.where(Enrolment.group_id == group_id)
    return [Member._make(row) for row in session.execute(wanted)]


def members_running(session: Session, programme_id: int) -> list[Member]:
    """The people of all running cohorts of a programme; who is in two of them comes twice. One statement."""
    wanted = _members().where(Cohort.programme_id == programme_id, Cohort.status == CohortStatus.RUNNING)
    return [Member._make(row) for row in session.execute(wanted)]


def _members() -> Select[int, Tri]:
    return (
        select(Enrolment.person_id, Cohort.title)
        .join(Enrolment.cohort)
        .join(Enrolment.person)
        .where(Enrolment.status != EnrolmentStatus.WITHDRAWN)
        .order_by(Person.sort_key, Enrolment.person_id, Cohort.code)
    )


def teams_of(session: Session, cohort_id: int) -> list[Team]:
    """The groups of a cohort in their order."""
    rows = select(Group.id, Group.label).where(Group.cohort_id == cohort_id).order_by(Group.position, Group.id)
    return [Team._make(row) for row in session.execute(rows)]


def phones(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    """The telephone numbers of people, as far as they are known."""
    rows = select(Person.id, Person.phone).where(Person.id.in_(person_ids), Person.phone.is_not(None))
    return {key: phone for key, phone in session.execute(rows) if phone}
