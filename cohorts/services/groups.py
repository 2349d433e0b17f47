"""Groups of a cohort's people."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.queries import last_change
from app.audit.services import record
from app.kernel.errors import ConflictError, Difference, DomainError, NotFoundError
from app.kernel.text import clean
from app.kernel.words import Message
from app.organisations.models import Organisation
from cohorts.enums import EnrolmentStatus
from cohorts.models import Cohort, Enrolment, Group

SUBJECT = "group"
LONGEST_LABEL = 60
NOTHING_THERE = Message("There is no such page.")


def ensure_group(session: Session, *, cohort: Cohort, label: str) -> Group:
    """The group of a cohort with this label, made if there is none."""
    group = session.scalar(select(Group).where(Group.cohort_id == cohort.id, Group.label == label))
    if group is None:
        last = session.scalar(select(func.max(Group.position)).where(Group.cohort_id == cohort.id)) or 0
        group = Group(cohort_id=cohort.id, position=last + 1, label=label)
        session.add(group)
        session.flush()
    return group


def add_group(
    session: Session,
    *,
    cohort: Cohort,
    actor: Actor | None,
    now: datetime,
    label: str | None = None,
    organisation: Organisation | None = None,
) -> Group:
    """Add an empty group after the others.

    Args:
        label: None takes the next free number.
        organisation: whose team it is.

    Raises:
        DomainError: another group of the cohort has this label, or it is too long.

    """
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    taken = list(session.execute(select(Group.label, Group.position).where(Group.cohort_id == cohort.id)))
    labels = [row.label for row in taken]
    wanted = _checked(label, labels) if label and label.strip() else _free_number(labels)
    position = max((row.position for row in taken), default=0) + 1
    group = Group(cohort_id=cohort.id, position=position, label=wanted, organisation=organisation)
    session.add(group)
    session.flush()
    _record(session, "cohorts.group_added", group, actor, now)
    return group


def rename_group(
    session: Session, *, group: Group, label: str, version: int, actor: Actor | None, now: datetime
) -> Group:
    """Give a group another label.

    Args:
        version: the version of the row that the editor looked at.

    Raises:
        ConflictError: somebody else changed it since.
        DomainError: there is no label, it is too long, or another group has it.

    """
    hold_group(session, group, version=version, label=clean(label))
    others = session.scalars(select(Group.label).where(Group.cohort_id == group.cohort_id, Group.id != group.id)).all()
    wanted = _checked(label, others)
    if wanted != group.label:
        before, group.label = group.label, wanted
        group.version += 1
        session.flush()
        _record(session, "cohorts.group_renamed", group, actor, now, before=before)
    return group


def remove_group(session: Session, *, group: Group, actor: Actor | None, now: datetime) -> None:
    """Remove a group; people who withdrew while they were in it leave it.

    Raises:
        DomainError: there are people in it.

    """
    session.execute(
        update(Enrolment)
        .where(Enrolment.group_id == group.id, Enrolment.status == EnrolmentStatus.WITHDRAWN)
        .values(group_id=None)
        .execution_options(synchronize_session="fetch")
    )
    inside = session.scalar(select(func.count()).select_from(Enrolment).where(Enrolment.group_id == group.id))
    if inside:
        raise DomainError(Message("Nothing was removed: there are people in this group. Move them first."))
    _record(session, "cohorts.group_removed", group, actor, now)
    session.delete(group)
    session.flush()


def assign(session: Session, *, cohort: Cohort, group: Group | None, numbers: Collection[int]) -> int:
    """Put people of a cohort, by their numbers, into a group; None takes them out of theirs.

    Whoever calls writes the audit, since it knows why.

    Returns:
        How many changed their group.

    """
    rows = session.scalars(
        select(Enrolment).where(Enrolment.cohort_id == cohort.id, Enrolment.number.in_(list(numbers)))
    ).all()
    changed = [row for row in rows if row.group_id != (group.id if group else None)]
    for row in changed:
        row.group = group
    session.flush()
    return len(changed)


def hold_group(session: Session, group: Group, *, version: int, label: str) -> None:
    """Hold a group's row until the commit, and refuse to write over what the editor did not see.

    Raises:
        ConflictError: somebody else changed it since.
        NotFoundError: somebody removed it.

    """
    if session.scalar(select(Group.id).where(Group.id == group.id).with_for_update()) is None:
        raise NotFoundError(NOTHING_THERE)
    session.refresh(group)
    if group.version == version:
        return
    who, when = last_change(session, SUBJECT, group.id)
    raise ConflictError(
        Message("Somebody else changed this group while you were editing it. Yours was not saved."),
        differences=[Difference(Message("Name of the group"), group.label, label)],
        who=who,
        when=when,
        version=group.version,
    )


def _checked(label: str, taken: Sequence[str]) -> str:
    wanted = clean(label)
    if not wanted:
        raise DomainError(Message("Give the group a name or a number."), field="label")
    if len(wanted) > LONGEST_LABEL:
        raise DomainError(Message("The name of a group has at most %(n)s characters.", n=LONGEST_LABEL), field="label")
    if wanted in taken:
        raise DomainError(Message("Another group of this cohort has this name."), field="label")
    return wanted


def _free_number(taken: Sequence[str]) -> str:
    number = 1
    while str(number) in taken:
        number += 1
    return str(number)


def _record(
    session: Session, act: str, group: Group, actor: Actor | None, now: datetime, before: str | None = None
) -> None:
    record(
        session,
        act=act,
        subject=SUBJECT,
        subject_id=group.id,
        actor=actor,
        now=now,
        cohort=group.cohort_id,
        label=group.label,
        before=before,
    )
