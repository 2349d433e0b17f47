"""Changing the ledger: what acts and administrators do."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.jobs.bell import ring_after_commit
from app.jobs.enums import JobState
from app.jobs.kinds import JobKind, Registry
from app.jobs.models import Job, TriggerMark, WorkerPulse
from app.jobs.queries import get_job
from app.jobs.rules import fires, is_orphaned, may_call_off
from app.kernel.errors import ConflictError
from app.kernel.missing import add_missing
from app.kernel.words import Message

KEEP_DONE, KEEP_ENDED = timedelta(days=14), timedelta(days=90)
FORGET_WORKER = timedelta(days=1)


def enqueue(
    session: Session,
    *,
    kind: JobKind,
    key: str,
    now: datetime,
    arguments: dict[str, Any] | None = None,
    actor: Actor | None = None,
) -> bool:
    """Put a job into the ledger, in the transaction of the act that wants it; it runs after the commit.

    Args:
        key: what exactly is to be done; a job of this kind and key that the ledger still knows (see ``tidy``) is left
            as it is.
        arguments: texts, numbers and lists of them: what JSON can hold, and never a secret.

    Returns:
        Whether it is new.

    """
    row = {
        "kind": kind.name,
        "key": f"{kind.name}:{key}",
        "arguments": arguments or {},
        "turn": kind.turn,
        "state": JobState.WAITING,
        "run_at": now,
        "created_at": now,
        "created_by_id": actor.user_id if actor else None,
    }
    added = add_missing(session, Job, [row], unless=[Job.key])
    if added:
        ring_after_commit(session)
    return bool(added)


def fire_triggers(session: Session, registry: Registry, *, now: datetime) -> int:
    """Put the jobs of all triggers whose time has come into the ledger, each time once, whoever else looks too.

    A trigger that was never seen before starts now, and so does one when the clock was turned back.

    Returns:
        How many jobs are new.

    """
    marks = {mark.name: mark for mark in session.scalars(select(TriggerMark))}
    unseen = [{"name": trigger.name, "fired_until": now} for trigger in registry.triggers if trigger.name not in marks]
    add_missing(session, TriggerMark, unseen, unless=[TriggerMark.name])
    added = 0
    for trigger in registry.triggers:
        mark = marks.get(trigger.name)
        if mark is None:
            continue
        due, looked_at = fires(trigger.times, trigger.missed, after=mark.fired_until, until=now)
        for moment in due:
            added += enqueue(session, kind=trigger.kind, key=f"{trigger.name}:{moment:%Y-%m-%dT%H:%M:%SZ}", now=now)
        if due or mark.fired_until > now:
            mark.fired_until = looked_at
            session.flush()
    return added


def run_again(session: Session, *, number: int, actor: Actor, now: datetime) -> Job:
    """Let a job that failed or was called off be tried anew.

    Raises:
        NotFoundError: there is no such job.
        ConflictError: it has not failed, or somebody was faster.

    """
    job = get_job(session, number, hold=True)
    if job.state not in {JobState.FAILED, JobState.CANCELLED}:
        raise ConflictError(Message("Nothing was begun: somebody has begun this job again already."))
    job.state, job.run_at, job.attempts = JobState.WAITING, now, 0
    job.stop_asked, job.ended_at = False, None
    record(session, act="jobs.run_again", subject="job", subject_id=job.id, actor=actor, now=now, key=job.key)
    ring_after_commit(session)
    session.flush()
    return job


def cancel(session: Session, *, number: int, seen: str, actor: Actor, now: datetime) -> Job:
    """Call a job off: at once unless it runs; then it stops at its next step, and what it has done stays.

    One whose worker died ends at once, too: no other may know its kind, and its turn would be taken for ever.

    Args:
        seen: the state in which whoever calls it off saw it.

    Raises:
        NotFoundError: there is no such job.
        ConflictError: it is not in that state any more.

    """
    job = get_job(session, number, hold=True)
    if not may_call_off(seen, JobState(job.state)):
        raise ConflictError(Message("Nothing was called off: meanwhile the job ended, or somebody began it again."))
    state = JobState(job.state)
    if state is JobState.RUNNING and not is_orphaned(state, job.lease_until, now=now):
        job.stop_asked = True
    else:
        job.state, job.ended_at = JobState.CANCELLED, now
        job.stop_asked, job.token, job.lease_until = False, None, None
        ring_after_commit(session)  # others may wait for its turn
    record(session, act="jobs.cancelled", subject="job", subject_id=job.id, actor=actor, now=now, key=job.key)
    session.flush()
    return job


def tidy(session: Session, *, now: datetime) -> None:
    """Forget what was done a fortnight ago, other ends after three months, and workers that were not seen for a day."""
    for state, kept in ((JobState.DONE, KEEP_DONE), (JobState.CANCELLED, KEEP_ENDED), (JobState.FAILED, KEEP_ENDED)):
        session.execute(delete(Job).where(Job.state == state, Job.ended_at < now - kept))
    session.execute(delete(WorkerPulse).where(WorkerPulse.seen_at < now - FORGET_WORKER))
