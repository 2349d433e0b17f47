"""Reading commissions."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app.kernel.errors import NotFoundError
from app.people.models import Person
from cohorts.models import Cohort
from modules.models import Expert
from projects.models import Commission, CommissionMember, DefenceDay, DefenceSlot
from projects.queries.groups import NOT_FOUND


def with_members() -> ORMOption:
    """Load the members with their names."""
    return (
        selectinload(Commission.members)
        .selectinload(CommissionMember.expert)
        .selectinload(Expert.person)
        .selectinload(Person.names)
    )


def commissions_of(session: Session, cohort_id: int) -> Sequence[Commission]:
    """The commissions of a cohort with their members, by number."""
    return session.scalars(
        select(Commission).where(Commission.cohort_id == cohort_id).options(with_members()).order_by(Commission.number)
    ).all()


def get_commission(session: Session, cohort: Cohort, number: int) -> Commission:
    """A commission of a cohort by its number.

    Raises:
        NotFoundError: there is none.

    """
    found = session.scalar(
        select(Commission).where(Commission.cohort_id == cohort.id, Commission.number == number).options(with_members())
    )
    if found is None:
        raise NotFoundError(NOT_FOUND)
    return found


def open_sittings(session: Session, commission: Commission) -> Sequence[DefenceDay]:
    """The sittings of a commission whose minutes are open, with their sessions, in the order in which they are held."""
    return session.scalars(
        select(DefenceDay)
        .where(DefenceDay.commission_id == commission.id, DefenceDay.closed_at.is_(None))
        .options(selectinload(DefenceDay.slots).selectinload(DefenceSlot.session))
        .order_by(DefenceDay.id)
    ).all()


def has_closed_minutes(session: Session, commission: Commission) -> bool:
    """Whether minutes with this commission's members are closed: then they do not change any more."""
    closed = exists().where(DefenceDay.commission_id == commission.id, DefenceDay.closed_at.is_not(None))
    return bool(session.scalar(select(closed)))
