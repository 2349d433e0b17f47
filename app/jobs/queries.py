"""Reading the ledger."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.jobs.enums import JobState
from app.jobs.models import LIVE, Job, WorkerPulse
from app.kernel.errors import NotFoundError
from app.kernel.words import Message

SILENT_AFTER = timedelta(minutes=2)  # a worker says every few seconds that it is there
OPEN = (JobState.FAILED, JobState.RUNNING, JobState.WAITING)  # something is still to be done, by a worker or a person


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


def workers_seen(session: Session) -> Sequence[WorkerPulse]:
    """The workers that run, and those that fell silent and were not forgotten yet; whom was heard last, first."""
    return session.scalars(select(WorkerPulse).order_by(WorkerPulse.seen_at.desc(), WorkerPulse.name)).all()


def alive(workers: Iterable[WorkerPulse], *, now: datetime) -> list[WorkerPulse]:
    """Those of them that were seen lately."""
    return [worker for worker in workers if worker.seen_at > now - SILENT_AFTER]


def unknown_kinds(session: Session, *, known: Collection[str], before: datetime) -> Sequence[str]:
    """The kinds of jobs that wait for a worker of another release since before a moment."""
    waiting = select(Job.kind).where(LIVE, Job.kind.not_in(known), Job.run_at < before)
    return session.scalars(waiting.distinct().order_by(Job.kind)).all()


@dataclass(frozen=True, slots=True)
class Count:
    """How many jobs of a kind are in a state, and when the last of them ended."""

    kind: str
    state: JobState
    number: int
    last: datetime | None


def counts(session: Session, *, since: datetime) -> list[Count]:
    """The ledger in figures, by kind and state: what is open, and what ended since a moment."""
    rows = session.execute(
        select(Job.kind, Job.state, func.count(), func.max(Job.ended_at))
        .where(or_(Job.state.in_(OPEN), Job.ended_at >= since))
        .group_by(Job.kind, Job.state)
        .order_by(Job.kind, Job.state)
    )
    return [Count(kind, JobState(state), number, last) for kind, state, number, last in rows]


def jobs_in(session: Session, state: JobState, *, limit: int) -> Sequence[Job]:
    """The jobs in a state, the newest first."""
    return session.scalars(select(Job).where(Job.state == state).order_by(Job.id.desc()).limit(limit)).all()
