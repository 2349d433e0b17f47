"""Reading the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.jobs.enums import JobState
from app.jobs.models import Job, WorkerPulse
from app.kernel.errors import NotFoundError
from app.kernel.words import Message

SILENT_AFTER = timedelta(minutes=2)  # a worker says every few seconds that it is there


def get_job(session: Session, number: int, *, hold: bool = False) -> Job:
    """A job by its number.

    Args:
        hold: keep it until the commit.

    Raises:
        NotFoundError: there is none, or it has been forgotten.

    """
    job = session.get(Job, number, with_for_update=hold, populate_existing=True)
    if job is None:
        raise NotFoundError(Message("There is no such page"))
    return job


def find_job(session: Session, kind: str, key: str) -> Job | None:
    """A job by what it is to do."""
    return session.scalar(select(Job).where(Job.key == f"{kind}:{key}"))


def workers_alive(session: Session, *, now: datetime) -> Sequence[WorkerPulse]:
    """The workers that were seen lately, by name."""
    seen = select(WorkerPulse).where(WorkerPulse.seen_at > now - SILENT_AFTER)
    return session.scalars(seen.order_by(WorkerPulse.name)).all()


@dataclass(frozen=True, slots=True)
class Count:
    """How many jobs of a kind are in a state, and when the oldest of them was made."""

    kind: str
    state: JobState
    number: int
    oldest: datetime


def counts(session: Session) -> list[Count]:
    """The whole ledger in figures, by kind and state."""
    rows = session.execute(
        select(Job.kind, Job.state, func.count(), func.min(Job.created_at))
        .group_by(Job.kind, Job.state)
        .order_by(Job.kind, Job.state)
    )
    return [Count(kind, JobState(state), number, oldest) for kind, state, number, oldest in rows]


def jobs_in(session: Session, state: JobState, *, limit: int) -> Sequence[Job]:
    """The jobs in a state, the newest first."""
    return session.scalars(select(Job).where(Job.state == state).order_by(Job.id.desc()).limit(limit)).all()
