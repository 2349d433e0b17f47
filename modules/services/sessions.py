"""Adding, moving, cancelling and restoring sessions. Everything is a draft until it is published.

Each act raises a DomainError when the cohort is closed.
"""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.queries import last_change
from app.audit.services import record
from app.kernel.errors import ConflictError, Difference, DomainError, NotFoundError
from app.kernel.words import Message
from cohorts.services.closing import refuse_closed
from modules.enums import SessionStatus
from modules.models import Module, ModuleSession, PublishedSession
from modules.queries.sessions import SUBJECT, check_belongs, said_of
from modules.rules.facts import PART_LABELS, Facts, Part, checked, differing, facts_of, spoken
from modules.services.rooms import take_rooms
from modules.signals import SessionsMoving, Times, sessions_moving


def add_session(session: Session, *, module: Module, facts: Facts, actor: Actor | None, now: datetime) -> ModuleSession:
    """Add a session to a module, as a draft.

    Raises:
        DomainError: the facts contradict themselves or lack a title, or name somebody who is not of the cohort.

    """
    refuse_closed(session, module.cohort_id)
    wanted = checked(facts)
    check_belongs(session, module.cohort_id, wanted)
    added = ModuleSession(uid=str(uuid4()), module_id=module.id, **wanted.values())
    session.add(added)
    take_rooms(session, [added])
    _record(session, "modules.session_added", added, actor, now)
    return added


def change_session(
    session: Session,
    *,
    meeting: ModuleSession,
    facts: Facts,
    expected_version: int,
    actor: Actor | None,
    now: datetime,
    module: Module | None = None,
) -> ModuleSession:
    """Change or move a session, as a draft.

    Args:
        expected_version: the version of the row that the editor looked at.
        module: the module that it moves to; None leaves it where it is.

    Raises:
        ConflictError: somebody else changed it since.
        DomainError: the facts contradict themselves or lack a title, or name somebody who is not of the cohort; or
            its time must not change (see :data:`modules.signals.sessions_moving`).

    """
    refuse_closed(session, meeting.module.cohort_id)
    wanted = checked(facts)
    _ask_to_move(session, meeting, wanted, actor, now)
    _lock(session, meeting, expected_version, wanted)
    before = facts_of(meeting)
    module_id = module.id if module else meeting.module_id
    if before == wanted and meeting.module_id == module_id:
        return meeting
    check_belongs(session, meeting.module.cohort_id, wanted, before=before)
    parts = differing(before, wanted) or (Part.OTHER,)
    meeting.module_id = module_id
    _write(session, meeting, wanted)
    _record(session, "modules.session_changed", meeting, actor, now, parts)
    return meeting


def cancel_session(
    session: Session,
    *,
    meeting: ModuleSession,
    expected_version: int,
    actor: Actor | None,
    now: datetime,
    reason: str | None = None,
) -> ModuleSession:
    """Cancel a session that was published: participants learn of it with the next publication.

    Args:
        reason: one line that participants read.

    Raises:
        ConflictError: somebody else changed it since.
        DomainError: it was never published (delete it then).

    """
    refuse_closed(session, meeting.module.cohort_id)
    if not _ever_published(session, meeting):
        raise DomainError(Message("This session was never published. Delete it instead of cancelling it."))
    facts = facts_of(meeting)
    wanted = checked(replace(facts, status=SessionStatus.CANCELLED, note=reason or facts.note))
    _lock(session, meeting, expected_version, wanted)
    _write(session, meeting, wanted)
    _record(session, "modules.session_cancelled", meeting, actor, now, (Part.STATUS,))
    return meeting


def restore_session(
    session: Session, *, meeting: ModuleSession, expected_version: int, actor: Actor | None, now: datetime
) -> ModuleSession:
    """Throw the unpublished changes of a session away: the draft is again what participants see.

    Raises:
        ConflictError: somebody else changed it since.
        DomainError: it was never published, or its time must not change.

    """
    refuse_closed(session, meeting.module.cohort_id)
    shown = session.scalar(
        select(PublishedSession).where(PublishedSession.session_id == meeting.id, PublishedSession.current)
    )
    if shown is None:
        raise DomainError(Message("This session was never published, so there is nothing to go back to."))
    facts = facts_of(shown)
    _ask_to_move(session, meeting, facts, actor, now)
    _lock(session, meeting, expected_version, facts)
    parts = differing(facts_of(meeting), facts)
    meeting.module_id = shown.module_id
    _write(session, meeting, facts)
    _record(session, "modules.session_restored", meeting, actor, now, parts)
    return meeting


def delete_session(
    session: Session, *, meeting: ModuleSession, expected_version: int, actor: Actor | None, now: datetime
) -> None:
    """Delete a draft that was never published.

    Raises:
        ConflictError: somebody else changed it since.
        DomainError: it was published: cancel it, so that participants learn of it; or something else stands on it.

    """
    refuse_closed(session, meeting.module.cohort_id)
    if _ever_published(session, meeting):
        raise DomainError(Message("Participants have seen this session. Cancel it, so that they learn of it."))
    _lock(session, meeting, expected_version, facts_of(meeting))
    _record(session, "modules.session_deleted", meeting, actor, now)
    session.flush()
    try:
        with session.begin_nested():
            session.delete(meeting)
    except IntegrityError:
        raise DomainError(Message("Not deleted: a defence day or an attendance register needs this session.")) from None


def _ask_to_move(session: Session, meeting: ModuleSession, wanted: Facts, actor: Actor | None, now: datetime) -> None:
    """Tell of another time, before the row is held: whoever listens holds its own rows first, as when it moves us."""
    if (meeting.starts_at, meeting.ends_at, meeting.time_zone) == (wanted.starts_at, wanted.ends_at, wanted.time_zone):
        return
    moves = {meeting.id: Times(wanted.starts_at, wanted.ends_at, wanted.time_zone)}
    moving = SessionsMoving(session, moves, actor, now)
    sessions_moving.send(moving)
    if meeting.id in moving.stay:
        raise DomainError(moving.stay[meeting.id])


def _lock(session: Session, meeting: ModuleSession, expected_version: int, wanted: Facts) -> None:
    """Hold the row until the commit, and refuse to write over what the editor did not see."""
    held = session.scalar(select(ModuleSession.id).where(ModuleSession.id == meeting.id).with_for_update())
    if held is None:
        raise NotFoundError(Message("There is no such page"))
    session.refresh(meeting)
    if meeting.version == expected_version:
        return
    who, when = last_change(session, SUBJECT, meeting.id)
    before = facts_of(meeting)
    said = said_of(session, meeting.module.cohort_id, (before, wanted), "kk")
    saved, typed = spoken(before, said), spoken(wanted, said)
    raise ConflictError(
        Message("Somebody else changed this session while you were editing it. Yours was not saved."),
        differences=[Difference(label, saved[part], typed[part]) for part, label in PART_LABELS.items()],
        who=who,
        when=when,
        version=meeting.version,
    )


def _write(session: Session, meeting: ModuleSession, facts: Facts) -> None:
    for name, value in facts.values().items():
        setattr(meeting, name, value)
    meeting.version += 1
    take_rooms(session, [meeting])


def _ever_published(session: Session, meeting: ModuleSession) -> bool:
    wanted = select(PublishedSession.id).where(PublishedSession.session_id == meeting.id).limit(1)
    return session.scalar(wanted) is not None


def _record(
    session: Session,
    act: str,
    meeting: ModuleSession,
    actor: Actor | None,
    now: datetime,
    changed: tuple[Part, ...] = (),
) -> None:
    """``version`` and ``changed`` tell a second editor what happened since they opened the form."""
    record(
        session,
        act=act,
        subject=SUBJECT,
        subject_id=meeting.id,
        actor=actor,
        now=now,
        module=meeting.module_id,
        title=meeting.title.best("en")[0],
        starts_at=meeting.starts_at.isoformat(),
        ends_at=meeting.ends_at.isoformat(),
        status=str(meeting.status),
        version=meeting.version,
        changed=[str(part) for part in changed],
    )
