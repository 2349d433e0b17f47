"""What workers write into the ledger. After the claim the token guards everything: who lost it writes nothing."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CursorResult,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.dml import ReturningUpdate

from app.jobs.bell import ring_after_commit
from app.jobs.enums import JobState
from app.jobs.models import LIVE, Job, WorkerPulse
from app.kernel.base import UtcDateTime
from app.kernel.words import Message


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in somebody's hands.

    Args:
        attempt: the how-manieth this is, from 1.
        called_off: somebody called it off while it was in the hands of a worker that died.
        in_turn: others may wait until it ends.

    """

    id: int
    kind: str
    key: str
    arguments: dict[str, Any]
    attempt: int
    token: str
    called_off: bool = False
    in_turn: bool = False


# Statements are put together once: doing so for each job would cost as much as carrying it out.
_KINDS: BindParameter[list[str]] = bindparam("kinds", expanding=True)
_MOMENT = bindparam("moment", type_=UtcDateTime())


def _free() -> ColumnElement[bool]:
    at_once = Job.run_at <= Job.created_at  # due whatever the clock says: somebody may have turned it back
    waits = and_(Job.state == JobState.WAITING, or_(Job.run_at <= _MOMENT, at_once))
    orphaned = and_(Job.state == JobState.RUNNING, Job.lease_until < _MOMENT)  # its worker died
    return and_(LIVE, or_(waits, orphaned))  # LIVE says nothing new, but names the index


_IS_DUE = select(exists().where(Job.kind.in_(_KINDS), _free()))


def is_due(session: Session, *, kinds: Sequence[str], now: datetime) -> bool:
    """Whether a claim may find something: a look without the write lock."""
    return bool(session.scalar(_IS_DUE, {"kinds": list(kinds), "moment": now}))


_NEXT = case((Job.state == JobState.WAITING, Job.run_at), else_=Job.lease_until)
_NEXT_DUE = select(func.min(_NEXT)).where(Job.kind.in_(_KINDS), LIVE, _NEXT > _MOMENT)


def next_due(session: Session, *, kinds: Sequence[str], now: datetime) -> datetime | None:
    """When the next job is due that is not: its time comes, or the lease of a worker that may have died ends.

    What is due already and was not taken waits for its turn: somebody rings when that ends.
    """
    due: datetime | None = session.scalar(_NEXT_DUE, {"kinds": list(kinds), "moment": now})
    return due


def _taking() -> ReturningUpdate[Any]:
    other = aliased(Job)
    taken = exists().where(other.turn == Job.turn, other.state == JobState.RUNNING, other.id != Job.id)
    oldest = (
        select(Job.id)
        .where(Job.kind.in_(_KINDS), _free(), or_(Job.turn.is_(None), ~taken))
        .order_by(Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (
        update(Job)
        .where(Job.id == oldest.scalar_subquery())
        .values(
            state=JobState.RUNNING,
            token=bindparam("holder"),
            lease_until=bindparam("lease_end"),
            attempts=Job.attempts + 1,
            started_at=func.coalesce(Job.started_at, _MOMENT),
        )
        .returning(Job.id, Job.kind, Job.key, Job.arguments, Job.attempts, Job.stop_asked, Job.turn)
        .execution_options(synchronize_session=False)
    )


_TAKE = _taking()


def claim(session: Session, *, kinds: Sequence[str], now: datetime, lease: timedelta) -> Claim | None:
    """Take the oldest job that is due into one's hands; None when there is none.

    Jobs are passed over while another one runs in the same turn.

    Raises:
        IntegrityError: another worker began the same turn at this moment; after a rollback, try again.

    """
    token = secrets.token_hex(16)
    given = {"kinds": list(kinds), "moment": now, "lease_end": now + lease, "holder": token}
    row = session.execute(_TAKE, given).first()
    if row is None:
        return None
    in_turn = row.turn is not None
    return Claim(row.id, row.kind, row.key, row.arguments, row.attempts, token, row.stop_asked, in_turn)


def write(session: Session, held: Claim, **values: Any) -> bool:  # noqa: ANN401 - columns of the ledger
    """Write to a job that one still holds; False: somebody else has it by now, or it was called off."""
    guarded = update(Job).where(Job.id == held.id, Job.token == held.token, Job.stop_asked.is_(False))
    return _count(session, guarded.values(**values)) == 1


def let_go(session: Session, held: Claim, state: JobState, **values: Any) -> bool:  # noqa: ANN401 - as above
    """End one's hold of a job, also of one that was called off."""
    guarded = update(Job).where(Job.id == held.id, Job.token == held.token)
    freed = _count(session, guarded.values(state=state, token=None, lease_until=None, **values)) == 1
    if freed and held.in_turn:
        ring_after_commit(session)
    return freed


def call_off(session: Session, held: Claim, *, now: datetime) -> None:
    """Stop for good, since somebody called the job off."""
    let_go(session, held, JobState.CANCELLED, ended_at=now, stop_asked=False)


def put_back(session: Session, held: Claim, *, now: datetime) -> None:
    """Give a job back unfinished, as if it had not been begun: the worker is going home."""
    _wait_again(session, held, now=now, run_at=now, attempts=Job.attempts - 1)


def try_later(session: Session, held: Claim, *, at: datetime, now: datetime, problem: Message) -> None:
    """Note a failure, and when it is tried again."""
    _wait_again(session, held, now=now, run_at=at, problem=problem.as_dict())


def _wait_again(session: Session, held: Claim, *, now: datetime, **values: Any) -> None:  # noqa: ANN401 - as above
    waiting = {"state": JobState.WAITING, "token": None, "lease_until": None}
    if write(session, held, **waiting, **values):
        ring_after_commit(session)
    else:  # it was called off meanwhile; what is in other hands stays there
        call_off(session, held, now=now)


def give_up(session: Session, held: Claim, *, now: datetime, problem: Message) -> None:
    """Leave a job for a person to look at."""
    let_go(session, held, JobState.FAILED, ended_at=now, problem=problem.as_dict())


def bury(session: Session, held: Claim, *, now: datetime, problem: Message) -> None:
    """Leave a job for a person that was taken up once more than it may be tried, only to say so."""
    values = {"ended_at": now, "problem": problem.as_dict(), "attempts": Job.attempts - 1}
    let_go(session, held, JobState.FAILED, **values)


def extend(session: Session, tokens: Sequence[str], *, until: datetime) -> None:
    """Keep the jobs in one's hands."""
    if tokens:
        ours = update(Job).where(Job.state == JobState.RUNNING, Job.token.in_(tokens))  # no look at those that are done
        _count(session, ours.values(lease_until=until))


def show_alive(session: Session, name: str, *, started_at: datetime, now: datetime) -> None:
    """A worker says that it is there."""
    if not _count(session, update(WorkerPulse).where(WorkerPulse.name == name).values(seen_at=now)):
        session.add(WorkerPulse(name=name, started_at=started_at, seen_at=now))


def go_home(session: Session, name: str) -> None:
    """A worker ends as it should."""
    session.execute(delete(WorkerPulse).where(WorkerPulse.name == name))


def _count(session: Session, statement: Any) -> int:  # noqa: ANN401 - an UPDATE of SQLAlchemy
    done = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount
