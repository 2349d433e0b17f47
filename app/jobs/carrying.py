"""Carrying one job out, and what becomes of it when it does not succeed."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from app.jobs import ledger
from app.jobs.kinds import JobKind
from app.jobs.rules import wait_before
from app.jobs.work import CalledOffError, GoingHomeError, LostError, Work
from app.kernel.errors import DomainError
from app.kernel.unit import unit_of_work
from app.kernel.words import Message

log = logging.getLogger(__name__)
OURS = 500  # from this status on a refusal speaks of the installation, not of what was asked


def carry_out(
    kind: JobKind, held: ledger.Claim, *, now: Callable[[], datetime], stopping: Callable[[], bool] = lambda: False
) -> None:
    """Run a job that was claimed, inside an application context. Whatever it does, it is let go of in the end.

    A refusal of the domain is final, as it would be refused again; anything else, a full disk too, is tried again.

    Raises:
        DBAPIError: the database is away, so that not even this can be noted; the lease runs out, and others take it.

    """
    if held.called_off:
        _end(lambda session: ledger.call_off(session, held, now=now()))
        return
    if held.attempt > kind.attempts:
        died = Message("It was begun %(n)s times, and the last time its worker died while it ran.", n=kind.attempts)
        _end(lambda session: ledger.bury(session, held, now=now(), problem=died))
        return
    work = Work(held, now, stopping)
    try:
        kind.run(work, **held.arguments)
        if not work.finished:
            with work.finish():
                pass
    except LostError:
        log.warning("job %s is in other hands by now", held.key)
    except CalledOffError:
        _end(lambda session: ledger.call_off(session, held, now=now()))
    except GoingHomeError:
        _end(lambda session: ledger.put_back(session, held, now=now()))
    except DomainError as error:
        log.warning("job %s was refused at attempt %s of %s: %s", held.key, held.attempt, kind.attempts, error.message)
        last = held.attempt >= kind.attempts or error.status < OURS
        _fail(held, problem=error.message, now=now(), last=last)
    except (Exception, SystemExit) as error:  # whoever ends the program from within a job would end a hand only
        log.exception("job %s failed at attempt %s of %s", held.key, held.attempt, kind.attempts)
        _fail(held, problem=problem_of(error), now=now(), last=held.attempt >= kind.attempts)


def _fail(held: ledger.Claim, *, problem: Message, now: datetime, last: bool) -> None:
    if last:
        _end(lambda session: ledger.give_up(session, held, now=now, problem=problem))
    else:
        later = now + wait_before(held.attempt)
        _end(lambda session: ledger.try_later(session, held, at=later, now=now, problem=problem))


def problem_of(error: BaseException) -> Message:
    """Why something broke off, for the page of jobs: of what kind it was, as the text of an error may name people."""
    if isinstance(error, OperationalError):
        return Message("The database did not answer.")
    what = type(error).__name__
    if isinstance(error, DBAPIError):
        what = f"{what}: {type(error.orig).__name__}"
    return Message("It broke off (%(what)s). The log says more.", what=what)


def _end(act: Callable[[Session], None]) -> None:
    with unit_of_work() as session:
        act(session)
