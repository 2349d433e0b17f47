"""Reading the people of a cohort."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.accounts.rules import Reach
from app.kernel.errors import NotFoundError
from app.kernel.text import search_key
from app.kernel.words import Message
from app.organisations.models import Organisation
from app.people.models import Person
from cohorts.enums import EnrolmentStatus
from cohorts.models import Cohort, Enrolment, Group, StatusChange
from cohorts.queries.intakes import cohorts_within


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of the people of a cohort.

    Args:
        found: how many match in all, on every page.
        counts: how many match the search in each status.

    """

    rows: Sequence[Enrolment]
    found: int
    counts: dict[EnrolmentStatus, int]


def find_people(
    session: Session,
    cohort_id: int,
    *,
    text: str = "",
    status: EnrolmentStatus | None = None,
    group: str = "",
    offset: int = 0,
    limit: int,
) -> PeoplePage:
    """The people of a cohort whose name or organisation matches, alphabetical.

    Args:
        text: words that must all occur in the names or in the organisation's; «кудай» finds «Құдайберген».
        group: the label of a group; "" is everybody.

    """
    matching = [Enrolment.cohort_id == cohort_id]
    for word in search_key(text).split()[:8]:
        named = Person.search_key.contains(word, autoescape=True)
        matching.append(or_(named, Organisation.search_key.contains(word, autoescape=True)))
    if group:
        matching.append(Enrolment.group.has(Group.label == group))
    base = select(Enrolment).join(Enrolment.person).outerjoin(Enrolment.organisation).where(and_(*matching))
    counted = base.with_only_columns(Enrolment.status, func.count()).group_by(Enrolment.status)
    counts = {EnrolmentStatus(found): number for found, number in session.execute(counted)}
    if status is not None:
        base = base.where(Enrolment.status == status)
    rows = session.scalars(
        base.options(
            selectinload(Enrolment.person).selectinload(Person.names),
            selectinload(Enrolment.organisation),
            selectinload(Enrolment.group),
        )
        .order_by(Person.sort_key, Enrolment.number)
        .offset(offset)
        .limit(limit)
    ).all()
    return PeoplePage(rows, counts.get(status, 0) if status else sum(counts.values()), counts)


def group_labels(session: Session, cohort_id: int) -> Sequence[str]:
    """The labels of a cohort's groups, in their order."""
    return session.scalars(select(Group.label).where(Group.cohort_id == cohort_id).order_by(Group.position)).all()


def enrolments(
    session: Session,
    cohort_id: int,
    *,
    statuses: Collection[EnrolmentStatus] = (),
    numbers: Collection[int] | None = None,
) -> Sequence[Enrolment]:
    """Enrolments of a cohort with person, names and organisation, alphabetical."""
    wanted = select(Enrolment).join(Enrolment.person).where(Enrolment.cohort_id == cohort_id)
    if statuses:
        wanted = wanted.where(Enrolment.status.in_(statuses))
    if numbers is not None:
        wanted = wanted.where(Enrolment.number.in_(numbers))
    return session.scalars(
        wanted.options(
            selectinload(Enrolment.person).selectinload(Person.names),
            selectinload(Enrolment.organisation),
            selectinload(Enrolment.group),
        ).order_by(Person.sort_key, Enrolment.number)
    ).all()


def completed_enrolments(session: Session, cohort_id: int) -> Sequence[Enrolment]:
    """Those who completed, alphabetical: the people whose certificates may be proposed."""
    return enrolments(session, cohort_id, statuses={EnrolmentStatus.COMPLETED})


def get_enrolment(session: Session, cohort: Cohort, number: int) -> Enrolment:
    """One person of a cohort by the number in its list.

    Raises:
        NotFoundError: there is no such number.

    """
    wanted = (
        select(Enrolment)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.number == number)
        .options(
            selectinload(Enrolment.person).selectinload(Person.names),
            selectinload(Enrolment.person).selectinload(Person.emails),
            selectinload(Enrolment.organisation),
            selectinload(Enrolment.group),
            selectinload(Enrolment.history),
        )
    )
    enrolment = session.scalar(wanted)
    if enrolment is None:
        raise NotFoundError(Message("There is no such page."))
    return enrolment


def last_order(session: Session, cohort_id: int) -> StatusChange | None:
    """The latest change of a status by order: its number and date are offered for the next."""
    return session.scalar(
        select(StatusChange)
        .join(Enrolment, Enrolment.id == StatusChange.enrolment_id)
        .where(Enrolment.cohort_id == cohort_id, StatusChange.order_number.is_not(None))
        .order_by(StatusChange.id.desc())
        .limit(1)
    )


def other_cohorts(session: Session, reach: Reach, person_id: int, *, but: int) -> Sequence[Enrolment]:
    """The same person's enrolments in other cohorts within reach."""
    return session.scalars(
        select(Enrolment)
        .join(Enrolment.cohort)
        .join(Cohort.programme)
        .where(Enrolment.person_id == person_id, Enrolment.cohort_id != but, cohorts_within(reach))
        .options(selectinload(Enrolment.cohort).selectinload(Cohort.programme))
        .order_by(Enrolment.enrolled_on.desc(), Enrolment.id)
    ).all()
