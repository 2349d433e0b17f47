"""Decisions about cohorts and the people on them: no database, no web."""

from datetime import date

from app.accounts.enums import Role
from app.accounts.rules import Reach, permission
from app.kernel.errors import DomainError
from app.kernel.partial_date import PartialDate
from app.kernel.words import Message
from cohorts.enums import CohortStatus, EnrolmentStatus

VIEW_COHORT = permission("cohorts.view", Role.ADMINISTRATOR, Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
MANAGE_COHORT = permission("cohorts.manage", Role.COORDINATOR)
SEE_IIN = permission("cohorts.see_iin", Role.COORDINATOR)

YEARS = range(1990, 2101)  # the first programmes of the kind were held in the 1990s
MAX_ORDER = 60
MAX_REASON = 500

STEP_ORDER = (
    EnrolmentStatus.COMPLETED,
    EnrolmentStatus.NOT_COMPLETED,
    EnrolmentStatus.ENROLLED,
    EnrolmentStatus.WITHDRAWN,
)
_STATUS_STEPS = {
    EnrolmentStatus.ENROLLED: {EnrolmentStatus.COMPLETED, EnrolmentStatus.NOT_COMPLETED, EnrolmentStatus.WITHDRAWN},
    EnrolmentStatus.COMPLETED: {EnrolmentStatus.NOT_COMPLETED},
    EnrolmentStatus.NOT_COMPLETED: {EnrolmentStatus.COMPLETED, EnrolmentStatus.WITHDRAWN},
    EnrolmentStatus.WITHDRAWN: {EnrolmentStatus.ENROLLED},
}
_COHORT_STEPS = {
    CohortStatus.PLANNED: {CohortStatus.RUNNING},
    CohortStatus.RUNNING: {CohortStatus.CLOSED},
    CohortStatus.CLOSED: {CohortStatus.RUNNING},
}
_NEEDS_REASON = {
    (EnrolmentStatus.ENROLLED, EnrolmentStatus.WITHDRAWN),
    (EnrolmentStatus.NOT_COMPLETED, EnrolmentStatus.WITHDRAWN),
    (EnrolmentStatus.COMPLETED, EnrolmentStatus.NOT_COMPLETED),
    (EnrolmentStatus.WITHDRAWN, EnrolmentStatus.ENROLLED),
}


def next_statuses(status: EnrolmentStatus) -> tuple[EnrolmentStatus, ...]:
    """The statuses that may follow, the usual ones first."""
    return tuple(step for step in STEP_ORDER if step in _STATUS_STEPS[status])


def needs_reason(before: EnrolmentStatus, after: EnrolmentStatus) -> bool:
    """Whether this step must be explained: leaving, coming back, and taking a completion away."""
    return (before, after) in _NEEDS_REASON


def check_status_step(before: EnrolmentStatus, after: EnrolmentStatus, *, reason: str | None) -> None:
    """Whether an enrolment may go from one status to another.

    Raises:
        DomainError: it may not, or a reason is missing.

    """
    if after not in _STATUS_STEPS[before]:
        raise DomainError(Message("Nothing was changed: this status cannot follow the present one."), field="status")
    if needs_reason(before, after) and not (reason or "").strip():
        raise DomainError(Message("Nothing was changed: give the reason."), field="reason")


def check_order(number: str, day: date | None, *, today: date) -> None:
    """An order has a number and a date that is not in the future.

    Raises:
        DomainError: a part is missing or makes no sense.

    """
    if not number.strip():
        raise DomainError(Message("Nothing was changed: give the number of the order."), field="order_number")
    if len(number) > MAX_ORDER:
        raise DomainError(Message("Nothing was changed: the number of the order is too long."), field="order_number")
    if day is None:
        raise DomainError(Message("Nothing was changed: give the date of the order."), field="order_date")
    if day > today:
        raise DomainError(Message("Nothing was changed: the date of the order is in the future."), field="order_date")


def check_cohort_step(before: CohortStatus, after: CohortStatus) -> None:
    """Whether a cohort may go from one status to another.

    Raises:
        DomainError: it may not.

    """
    if after not in _COHORT_STEPS[before]:
        raise DomainError(Message("Nothing was changed: this status cannot follow the present one."), field="status")


def check_dates(starts_on: PartialDate | None, ends_on: PartialDate | None) -> None:
    """A cohort ends after it starts, in years that a schedule can have.

    Raises:
        DomainError: it does not.

    """
    for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if day and day.year not in YEARS:
            raise DomainError(Message("Enter a day such as 2026-11-24, or a month such as 2026-11."), field=field)
    if starts_on and ends_on and ends_on.last_day < starts_on.first_day:
        raise DomainError(Message("Nothing was saved: the cohort would end before it starts."), field="ends_on")


def covers(reach: Reach, *, cohort_id: int, programme_id: int, bodies: frozenset[int]) -> bool:
    """Whether something is held for one cohort.

    Args:
        bodies: the organisations that own and commission its programme.

    """
    return cohort_id in reach.cohorts or covers_programme(reach, programme_id=programme_id, bodies=bodies)


def covers_programme(reach: Reach, *, programme_id: int, bodies: frozenset[int]) -> bool:
    """Whether something is held for a whole programme, with every cohort that it has or will have."""
    return reach.everywhere or programme_id in reach.programmes or not bodies.isdisjoint(reach.organisations)


def cohort_phase(status: CohortStatus) -> int:
    """Order of cohorts in lists: running first, then planned, then closed."""
    return (CohortStatus.RUNNING, CohortStatus.PLANNED, CohortStatus.CLOSED).index(status)


def masked(iin: str) -> str:
    """An IIN for those who may not see it: the last four digits."""
    return "•" * (len(iin) - 4) + iin[-4:]
