"""What higher packages may react to, within the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blinker import Signal
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.kernel.words import Message
from cohorts.enums import EnrolmentStatus
from cohorts.models import Cohort, Enrolment

cohort_created = Signal("Sent with a CohortCreated after the row of a new cohort was flushed.")


@dataclass(frozen=True, slots=True)
class CohortCreated:
    """A cohort was created; its modules are not there yet."""

    session: Session
    cohort: Cohort
    actor: Actor | None
    now: datetime


dates_changing = Signal("Sent with a DatesChanging before a cohort's days change; a receiver may raise a DomainError.")


@dataclass(frozen=True, slots=True)
class DatesChanging:
    """A cohort, held until the commit, is about to get other days; a receiver that cannot allow it raises."""

    session: Session
    cohort: Cohort


status_changing = Signal("Sent with a StatusChanging before a status changes; a receiver may raise a DomainError.")


@dataclass(frozen=True, slots=True)
class StatusChanging:
    """People of a cohort are about to change their status together; a receiver that cannot allow it raises.

    Args:
        enrolments: all of them, each still with the present status.

    """

    session: Session
    cohort: Cohort
    enrolments: Sequence[Enrolment]
    after: EnrolmentStatus


groups_changing = Signal("Sent with a GroupsChanging before people change groups; a receiver may raise a DomainError.")


@dataclass(frozen=True, slots=True)
class GroupsChanging:
    """People of a cohort, held until the commit, are about to join or leave groups.

    Args:
        group_ids: the groups that they join or leave.

    """

    session: Session
    cohort: Cohort
    group_ids: frozenset[int]


people_enrolled = Signal("Sent with a PeopleEnrolled after the rows of new people were flushed.")


@dataclass(frozen=True, slots=True)
class PeopleEnrolled:
    """New people are on a cohort, which is held until the commit.

    Args:
        first: the number of the first of them in its list; the others follow.

    """

    session: Session
    cohort: Cohort
    first: int
    actor: Actor | None
    now: datetime


cohort_closing = Signal("Sent with a CohortClosing before a cohort is closed; receivers add what is still open.")


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that is open and must be done before a cohort can be closed.

    Args:
        text: what to do, as a sentence.
        endpoint, values: the page where it is mended.

    """

    text: Message
    endpoint: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CohortClosing:
    """A cohort is about to be closed, or somebody asks what would hinder it; receivers append to ``matters``."""

    session: Session
    cohort: Cohort
    matters: list[Matter]
    now: datetime
