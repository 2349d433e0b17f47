"""Reading programmes and cohorts, within the reader's reach only."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import Session, selectinload

from app.accounts.rules import Reach
from app.kernel.errors import NotFoundError
from app.kernel.words import Message
from app.organisations.models import Organisation
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Cohort, Enrolment, Programme
from cohorts.rules import cohort_phase, covers, covers_programme

NO_COHORT = Message("There is no such cohort, or it is not open to you.")
NO_PROGRAMME = Message("There is no such programme, or it is not open to you.")


def _programmes_within(reach: Reach) -> ColumnElement[bool]:
    """The condition that a programme itself is in reach."""
    if reach.everywhere:
        return true()
    return or_(
        Programme.id.in_(reach.programmes),
        Programme.owner_id.in_(reach.organisations),
        Programme.commissioner_id.in_(reach.organisations),
    )


def cohorts_within(reach: Reach) -> ColumnElement[bool]:
    """The condition that a cohort is in reach; needs a join with its programme."""
    return or_(_programmes_within(reach), Cohort.id.in_(reach.cohorts))


def in_reach(reach: Reach, cohort: Cohort) -> bool:
    """Whether a cohort is in reach: the same rule as :func:`cohorts_within`, for one that is loaded already."""
    programme = cohort.programme
    return covers(reach, cohort_id=cohort.id, programme_id=programme.id, bodies=_bodies(programme))


def programme_in_reach(reach: Reach, programme: Programme) -> bool:
    """Whether a programme that is loaded is in reach itself, not only through some of its cohorts."""
    return covers_programme(reach, programme_id=programme.id, bodies=_bodies(programme))


def _bodies(programme: Programme) -> frozenset[int]:
    return frozenset(key for key in (programme.owner_id, programme.commissioner_id) if key is not None)


def _within(reach: Reach) -> Select[Cohort]:
    return select(Cohort).join(Cohort.programme).where(cohorts_within(reach))


def get_cohort(session: Session, reach: Reach, code: str) -> Cohort:
    """A cohort with its programme.

    Raises:
        NotFoundError: there is none, or it is out of reach.

    """
    wanted = _within(reach).where(Cohort.code == code).options(selectinload(Cohort.programme))
    cohort = session.scalar(wanted)
    if cohort is None:
        raise NotFoundError(NO_COHORT)
    return cohort


def get_programme(session: Session, reach: Reach, code: str) -> Programme:
    """A programme, in reach itself or through one of its cohorts.

    Raises:
        NotFoundError: there is none, or it is out of reach.

    """
    through = select(Cohort.programme_id).where(Cohort.id.in_(reach.cohorts))
    wanted = (
        select(Programme)
        .where(Programme.code == code, or_(_programmes_within(reach), Programme.id.in_(through)))
        .options(
            selectinload(Programme.owner),
            selectinload(Programme.commissioner),
            selectinload(Programme.agreement),
            selectinload(Programme.outlines),
        )
    )
    programme = session.scalar(wanted)
    if programme is None:
        raise NotFoundError(NO_PROGRAMME)
    return programme


def cohorts_in_reach(
    session: Session, reach: Reach, *, programme_id: int | None = None, statuses: Collection[CohortStatus] = ()
) -> list[Cohort]:
    """Cohorts with their programmes: running first, then planned, then closed; the newest first within each."""
    wanted = _within(reach).options(selectinload(Cohort.programme))
    if programme_id is not None:
        wanted = wanted.where(Cohort.programme_id == programme_id)
    if statuses:
        wanted = wanted.where(Cohort.status.in_(statuses))
    found = session.scalars(wanted.order_by(Cohort.code)).all()
    newest = sorted(found, key=lambda cohort: str(cohort.starts_on or ""), reverse=True)
    return sorted(newest, key=lambda cohort: cohort_phase(cohort.status))


def programmes_in_reach(session: Session, reach: Reach) -> Sequence[Programme]:
    """Programmes in reach themselves or through a cohort, alphabetical."""
    through = select(Cohort.programme_id).where(Cohort.id.in_(reach.cohorts))
    wanted = select(Programme).where(or_(_programmes_within(reach), Programme.id.in_(through)))
    return session.scalars(
        wanted.options(selectinload(Programme.owner)).order_by(Programme.sort_key, Programme.code)
    ).all()


def programmes_under(session: Session, reach: Reach, agreement_id: int, *, but: int) -> Sequence[Programme]:
    """The other programmes in reach under an agreement, alphabetical."""
    through = select(Cohort.programme_id).where(Cohort.id.in_(reach.cohorts))
    wanted = select(Programme).where(
        Programme.agreement_id == agreement_id,
        Programme.id != but,
        or_(_programmes_within(reach), Programme.id.in_(through)),
    )
    return session.scalars(wanted.order_by(Programme.sort_key, Programme.code)).all()


def organisations_by_code(session: Session, codes: Iterable[str]) -> dict[str, Organisation]:
    """Organisations by the codes that programme files give them."""
    found = session.scalars(select(Organisation).where(Organisation.code.in_(set(codes))))
    return {organisation.code: organisation for organisation in found if organisation.code}


def status_counts(session: Session, cohort_ids: Collection[int]) -> dict[int, dict[EnrolmentStatus, int]]:
    """How many people of each cohort stand where; statuses of nobody are left out."""
    counted = (
        select(Enrolment.cohort_id, Enrolment.status, func.count())
        .where(Enrolment.cohort_id.in_(cohort_ids))
        .group_by(Enrolment.cohort_id, Enrolment.status)
    )
    counts: dict[int, dict[EnrolmentStatus, int]] = {}
    for cohort_id, status, number in session.execute(counted):
        counts.setdefault(cohort_id, {})[EnrolmentStatus(status)] = number
    return counts
