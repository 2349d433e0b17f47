"""Leaving a conflict as it is, with a reason, and taking that back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import ConflictError, DomainError
from app.kernel.text import clean
from app.kernel.words import Message
from cohorts.models import Cohort
from modules.models import KeptConflict
from modules.queries.conflicts import conflicts_of

LONGEST_REASON = 500
GONE = Message("This conflict is not there any more: somebody changed the schedule. Nothing was kept: look again.")


def keep_conflict(
    session: Session,
    *,
    cohort: Cohort,
    mark: str,
    reason: str,
    actor: Actor | None,
    now: datetime,
    module_ids: frozenset[int] | None = None,
) -> KeptConflict:
    """Leave a conflict as it is; it comes back as soon as anything of it changes.

    Args:
        mark: names what was looked at (``rules.conflicts.Conflict.mark``).
        module_ids: the modules whose conflicts the actor may keep; None: all of the cohort.

    Raises:
        ConflictError: there is no such conflict any more.
        DomainError: no reason was given.

    """
    text = _checked(reason)
    # Two presses at once: the second waits here, and finds it kept.
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    kept = _kept(session, cohort, mark)
    if kept:
        return kept
    found = next((conflict for conflict in conflicts_of(session, cohort) if conflict.mark == mark), None)
    if found is None or (module_ids is not None and found.module_id not in module_ids):
        raise ConflictError(GONE)
    kept = KeptConflict(
        cohort_id=cohort.id, mark=mark, reason=text, kept_at=now, kept_by_id=actor.user_id if actor else None
    )
    session.add(kept)
    session.flush()
    record(
        session,
        act="modules.conflict_kept",
        subject="cohort",
        subject_id=cohort.id,
        actor=actor,
        now=now,
        kind=str(found.kind),
        module=found.module_id,
        meeting=found.session.id if found.session else None,
        reason=text,
    )
    return kept


def reopen_conflict(session: Session, *, cohort: Cohort, mark: str, actor: Actor | None, now: datetime) -> None:
    """Count a kept conflict again; nothing happens when it was not kept."""
    kept = _kept(session, cohort, mark)
    if kept:
        session.delete(kept)
        record(
            session,
            act="modules.conflict_reopened",
            subject="cohort",
            subject_id=cohort.id,
            actor=actor,
            now=now,
            reason=kept.reason,
        )
        session.flush()


def _checked(reason: str) -> str:
    text = clean(reason)
    if not text:
        raise DomainError(Message("Say why it may stay as it is."), field="reason")
    if len(text) > LONGEST_REASON:
        raise DomainError(Message("This text is too long: at most %(n)s characters.", n=LONGEST_REASON), field="reason")
    return text


def _kept(session: Session, cohort: Cohort, mark: str) -> KeptConflict | None:
    return session.scalar(select(KeptConflict).where(KeptConflict.cohort_id == cohort.id, KeptConflict.mark == mark))
