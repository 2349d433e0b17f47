"""Changing where people stand, and correcting their names."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import User
from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.clock import day_of
from app.kernel.errors import ConflictError, Difference, DomainError, NotFoundError
from app.kernel.text import clean
from app.kernel.words import Message
from app.people.enums import NameForm, NameKind
from app.people.models import Person
from app.people.queries import current_name, display_name
from app.people.rules import PersonalName
from app.people.services import change_names
from cohorts.enums import ENROLMENT_STATUS_LABELS, CohortStatus, EnrolmentStatus
from cohorts.models import Cohort, Enrolment, StatusChange
from cohorts.roster.cells import MAX_NAME_PART, is_name
from cohorts.rules import check_order, check_status_step
from cohorts.signals import StatusChanging, status_changing

NAME_LABELS = {
    NameForm.KK: Message("Name in Kazakh"),
    NameForm.RU: Message("Name in Russian"),
    NameForm.LATIN: Message("Name in Latin letters"),
}


def change_status(
    session: Session,
    *,
    cohort: Cohort,
    numbers: Collection[int] | Mapping[int, int | None],
    status: EnrolmentStatus,
    order_number: str,
    order_date: date | None,
    reason: str | None = None,
    actor: Actor | None,
    now: datetime,
) -> int:
    """Mark people by one order as completed, not completed or withdrawn, or bring one back. All or none.

    Args:
        numbers: the people's numbers in the cohort's list; a mapping says the version of each that the actor saw (None
            does not compare).

    Returns:
        How many people were changed.

    Raises:
        DomainError: nobody was named, the step is not allowed, or the order or a reason is missing.
        ConflictError: somebody changed one of them meanwhile.
        NotFoundError: a number is not in the list.

    """
    session.refresh(cohort, ["status"], with_for_update={"of": Cohort, "key_share": True})  # nobody closes it meanwhile
    if cohort.status == CohortStatus.CLOSED:
        raise DomainError(Message("Nothing was changed: the cohort is closed."))
    if not numbers:
        raise DomainError(Message("Nothing was changed: tick at least one person."))
    check_order(order_number, order_date, today=day_of(now, cohort.time_zone))
    rows = _locked(session, cohort, numbers)
    if isinstance(numbers, Mapping):
        _check_versions(session, rows, numbers, status)
    explained = clean(reason or "")[:500] or None
    for row in rows:
        check_status_step(row.status, status, reason=explained)
    status_changing.send(StatusChanging(session, cohort, rows, status))
    actor_id = actor.user_id if actor else None
    order = {"order_number": clean(order_number), "order_date": order_date, "reason": explained}
    for row in rows:
        row.status = status
        row.version += 1
        row.history.append(StatusChange(status=status, at=now, actor_id=actor_id, **order))
    _record_marking(session, cohort, rows, actor=actor, now=now)
    session.flush()
    return len(rows)


def _record_marking(
    session: Session, cohort: Cohort, rows: Sequence[Enrolment], *, actor: Actor | None, now: datetime
) -> None:
    record(
        session,
        act="cohorts.people_marked",
        subject="cohort",
        subject_id=cohort.id,
        actor=actor,
        now=now,
        status=str(rows[0].status),
        numbers=sorted(row.number for row in rows),
        order=rows[0].history[-1].order_number,
    )


def _locked(session: Session, cohort: Cohort, numbers: Collection[int]) -> list[Enrolment]:
    """The rows, read anew and held until the commit."""
    wanted = (
        select(Enrolment)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.number.in_(set(numbers)))
        .options(selectinload(Enrolment.person).selectinload(Person.names), selectinload(Enrolment.history))
        .order_by(Enrolment.number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = list(session.scalars(wanted))
    if len(rows) != len(set(numbers)):
        raise NotFoundError(Message("There is no such page."))
    return rows


def _check_versions(
    session: Session, rows: Iterable[Enrolment], numbers: Mapping[int, int | None], status: EnrolmentStatus
) -> None:
    """Refuse when somebody was changed after the actor looked."""
    changed = [row for row in rows if numbers[row.number] not in {None, row.version}]
    if not changed:
        return
    last = changed[0].history[-1] if changed[0].history else None
    who = session.get(User, last.actor_id) if last and last.actor_id else None
    names = ", ".join(display_name(row.person, "kk") for row in changed[:5])
    raise ConflictError(
        Message("Nothing was changed: somebody else changed %(names)s meanwhile. Open the list again.", names=names),
        differences=[
            Difference(Message("Status"), ENROLMENT_STATUS_LABELS[changed[0].status], ENROLMENT_STATUS_LABELS[status])
        ]
        if len(numbers) == 1
        else (),
        who=who.display_name if who else "",
        when=last.at if last else None,
        version=changed[0].version if len(numbers) == 1 else None,
    )


def correct_name(
    session: Session,
    *,
    enrolment: Enrolment,
    names: Mapping[NameForm, PersonalName],
    kind: NameKind,
    reason: str,
    version: int | None = None,
    actor: Actor | None,
    now: datetime,
) -> bool:
    """Give a person of a cohort other spellings; the former ones stay with an end date.

    Args:
        names: the forms that are known now; a form that is not named stays as it is.
        reason: the document or the request that shows it.
        version: the version of the person that the actor saw; None does not compare.

    Returns:
        Whether anything changed.

    Raises:
        DomainError: no name is left, a name has signs that no name has, or the reason is missing.
        ConflictError: somebody changed the person meanwhile.

    """
    person = enrolment.person
    if not names:
        raise DomainError(Message("The name was not changed: at least one spelling is needed."), field="kk_surname")
    for form, name in names.items():
        parts = [part for part in (name.surname, name.given_name, name.patronymic) if part]
        if not all(is_name(part) and len(part) <= MAX_NAME_PART for part in parts):
            raise DomainError(
                Message("The name was not changed: it has signs that no name has, or is too long."),
                field=f"{form}_surname",
            )
    if not reason.strip():
        raise DomainError(Message("The name was not changed: say which document shows it."), field="reason")
    session.refresh(person, with_for_update={"of": Person})
    if version is not None and person.version != version:
        raise _name_conflict(person, names)
    return change_names(
        session, person=person, names=names, kind=kind, reason=clean(reason)[:500], actor=actor, now=now
    )


def _name_conflict(person: Person, names: Mapping[NameForm, PersonalName]) -> ConflictError:
    def saved(form: NameForm) -> str:
        name = current_name(person, form)
        return name.full if name else ""

    return ConflictError(
        Message("The name was not changed: somebody else changed it meanwhile."),
        differences=[Difference(NAME_LABELS[form], saved(form), name.full) for form, name in names.items()],
        version=person.version,
    )
