"""Creating, starting and changing cohorts."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.queries import last_change
from app.audit.services import record
from app.kernel.clock import HOME_ZONE, zones
from app.kernel.errors import ConflictError, Difference, DomainError
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.kernel.words import Message
from cohorts.enums import CohortStatus
from cohorts.models import Cohort, Programme
from cohorts.rules import check_cohort_step, check_dates
from cohorts.schema import OutlineSpec, last_day
from cohorts.signals import CohortCreated, DatesChanging, cohort_created, dates_changing

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_CODE = 60
FACT_LABELS = {
    "starts_on": Message("First day or month"),
    "ends_on": Message("Last day or month"),
    "planned_size": Message("Planned number of people"),
}
CHANGES = ("cohorts.changed", "cohorts.status_changed")  # the acts that give a cohort its next version


def create_cohort(  # noqa: PLR0913 - the columns of a cohort, each by name
    session: Session,
    *,
    programme: Programme,
    code: str,
    starts_on: PartialDate | None,
    ends_on: PartialDate | None = None,
    title: Tri | None = None,
    planned_size: int | None = None,
    time_zone: str = HOME_ZONE,
    status: CohortStatus = CohortStatus.PLANNED,
    actor: Actor | None,
    now: datetime,
) -> Cohort:
    """Add an intake of a programme with its present outline; higher packages lay its modules when they hear of it.

    Args:
        starts_on: the first day or month; blocks that count from it are dated by it. None: not known yet.
        ends_on: None takes the last day of an outline that counts from the first day.
        title: None takes the programme's.

    Raises:
        DomainError: the code is malformed or taken, the dates or the zone make no sense.

    """
    _check(session, code=code, time_zone=time_zone)
    check_dates(starts_on, ends_on)
    outline = programme.outlines[-1]
    cohort = Cohort(
        code=code,
        programme=programme,
        outline=outline,
        title=title or programme.title,
        planned_size=planned_size,
        starts_on=starts_on,
        ends_on=ends_on or last_day(OutlineSpec.model_validate(outline.content), starts_on),
        time_zone=time_zone,
        completion_rule=programme.completion_rule,
        status=status,
        version=1,
    )
    session.add(cohort)
    session.flush()
    _announce(session, cohort, actor=actor, now=now)
    return cohort


def _announce(session: Session, cohort: Cohort, *, actor: Actor | None, now: datetime) -> None:
    """Tell the audit and the packages above of a new cohort."""
    record(
        session,
        act="cohorts.created",
        subject="cohort",
        subject_id=cohort.id,
        actor=actor,
        now=now,
        code=cohort.code,
        programme=cohort.programme.code,
        outline=cohort.outline.number,
    )
    cohort_created.send(CohortCreated(session, cohort, actor, now))
    session.flush()


def _check(session: Session, *, code: str, time_zone: str) -> None:
    if len(code) > MAX_CODE or not _CODE.fullmatch(code):
        raise DomainError(
            Message(
                "The cohort was not created: its code has small Latin letters, digits and dashes, such as kel-2026-1."
            ),
            field="code",
        )
    if session.scalar(select(Cohort.id).where(Cohort.code == code)) is not None:
        raise DomainError(Message("The cohort was not created: the code %(code)s is taken.", code=code), field="code")
    if time_zone not in zones():
        raise DomainError(Message("The cohort was not created: this time zone is not known."), field="time_zone")


def start_cohort(session: Session, *, cohort: Cohort, actor: Actor | None, now: datetime) -> None:
    """Say that a planned cohort is running, or open a closed one again.

    Raises:
        DomainError: it is running already.

    """
    take_step(session, cohort, CohortStatus.RUNNING, actor=actor, now=now)


def change_cohort(
    session: Session,
    *,
    cohort: Cohort,
    starts_on: PartialDate | None,
    ends_on: PartialDate | None,
    planned_size: int | None,
    version: int,
    actor: Actor | None,
    now: datetime,
) -> bool:
    """Give a cohort other days or another planned size; its modules and sessions stay where they are.

    Args:
        starts_on, ends_on, planned_size: None: not known.
        version: the version of the cohort that the actor saw.

    Returns:
        Whether anything changed; what is saved already is not written again.

    Raises:
        DomainError: the cohort is closed, would end before it starts, or a higher package needs its days as they are.
        ConflictError: somebody else changed the cohort meanwhile.

    """
    session.refresh(cohort, with_for_update={"of": Cohort})
    if cohort.status == CohortStatus.CLOSED:
        raise DomainError(Message("Nothing was changed: the cohort is closed. Open it again first."))
    check_dates(starts_on, ends_on)
    wanted = {"starts_on": starts_on, "ends_on": ends_on, "planned_size": planned_size}
    before = {name: getattr(cohort, name) for name in wanted}
    changed = [name for name in wanted if wanted[name] != before[name]]
    if not changed:
        return False
    if cohort.version != version:
        raise _conflict(session, cohort, before, wanted)
    if changed != ["planned_size"]:
        dates_changing.send(DatesChanging(session, cohort))
    for name in changed:
        setattr(cohort, name, wanted[name])
    cohort.version += 1
    session.flush()
    _record_change(session, cohort, before, changed, actor=actor, now=now)
    return True


def _record_change(
    session: Session,
    cohort: Cohort,
    before: Mapping[str, object],
    changed: Collection[str],
    *,
    actor: Actor | None,
    now: datetime,
) -> None:
    record(
        session,
        act="cohorts.changed",
        subject="cohort",
        subject_id=cohort.id,
        actor=actor,
        now=now,
        before={name: _spoken(before[name]) for name in changed},
        after={name: _spoken(getattr(cohort, name)) for name in changed},
    )


def _conflict(
    session: Session, cohort: Cohort, saved: Mapping[str, object], typed: Mapping[str, object]
) -> ConflictError:
    """What is saved beside what was typed, and who saved it."""
    who, when = last_change(session, "cohort", cohort.id, acts=CHANGES)
    return ConflictError(
        Message("Nothing was changed: somebody else changed the cohort meanwhile."),
        differences=[
            Difference(label, _spoken(saved[name]), _spoken(typed[name])) for name, label in FACT_LABELS.items()
        ],
        who=who,
        when=when,
        version=cohort.version,
    )


def _spoken(value: object) -> str:
    return "" if value is None else str(value)


def move_cohort(session: Session, *, cohort: Cohort, days: int) -> None:
    """Move a cohort's first and last day; its blocks and sessions are moved by whoever calls this."""
    step = timedelta(days=days)
    cohort.starts_on, cohort.ends_on = (
        PartialDate.of(day.first_day + step) if day and day.day else day for day in (cohort.starts_on, cohort.ends_on)
    )
    cohort.version += 1
    session.flush()


def take_step(session: Session, cohort: Cohort, status: CohortStatus, *, actor: Actor | None, now: datetime) -> None:
    """Give a cohort another status, if it may follow the present one."""
    check_cohort_step(cohort.status, status)
    before = cohort.status
    cohort.status = status
    cohort.version += 1
    session.flush()
    record(
        session,
        act="cohorts.status_changed",
        subject="cohort",
        subject_id=cohort.id,
        actor=actor,
        now=now,
        before=str(before),
        after=str(status),
    )
