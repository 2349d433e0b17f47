"""The outbox while it is emptied: what is due, and what became of a try."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from app.kernel.words import Message
from app.mail.enums import LetterState
from app.mail.models import Letter
from app.mail.rules import wait_before

AWAY = Message("Letters cannot be sent now: %(reason)s").text
TOO_LATE = timedelta(minutes=15)


def is_due(now: datetime) -> ColumnElement[bool]:
    """Whether a letter is to be tried: one that never was does not wait for a clock that was turned back."""
    return and_(Letter.state == LetterState.WAITING, or_(Letter.due_at <= now, Letter.attempts == 0))


def count_due(session: Session, *, now: datetime) -> int:
    """How many letters are to be tried."""
    return session.scalar(select(func.count()).where(is_due(now))) or 0


def due_after(session: Session, number: int, *, now: datetime, most: int) -> Sequence[int]:
    """The next few letters that are to be tried, in the order in which they were written."""
    wanted = select(Letter.id).where(is_due(now), Letter.id > number).order_by(Letter.id).limit(most)
    return session.scalars(wanted).all()


def waiting_letter(session: Session, number: int) -> Letter | None:
    """A letter with its mailing, unless somebody called it back meanwhile."""
    wanted = select(Letter).where(Letter.id == number, Letter.state == LetterState.WAITING)
    return session.scalar(wanted.options(joinedload(Letter.mailing)))


def mark_sent(session: Session, number: int, *, now: datetime) -> None:
    """It is out of our hands, whatever else was done to its row meanwhile."""
    _write(
        session, Letter.id == number, state=LetterState.SENT, sent_at=now, problem=None, attempts=Letter.attempts + 1
    )


def mark_refused(session: Session, number: int, reason: Message) -> None:
    """Nobody will take it: a person has to look."""
    values = {"state": LetterState.REFUSED, "problem": reason.as_dict(), "attempts": Letter.attempts + 1}
    _write(session, _still(number), **values)


def mark_later(session: Session, number: int, reason: Message, *, attempts: int, now: datetime) -> None:
    """It is to be tried again after a while, or was tried often enough."""
    wait = wait_before(attempts)
    if wait is None:
        mark_refused(session, number, Message("Given up after %(n)s tries. %(reason)s", n=attempts, reason=reason))
    else:
        _write(session, _still(number), due_at=now + wait, problem=reason.as_dict(), attempts=attempts)


def note_away(session: Session, number: int, reason: Message) -> None:
    """Nothing could be sent when it was this letter's turn; that is no try of it."""
    _write(session, _still(number), problem=Message(AWAY, reason=reason).as_dict())


def _still(number: int) -> ColumnElement[bool]:
    return and_(Letter.id == number, Letter.state == LetterState.WAITING)


def _write(session: Session, which: ColumnElement[bool], **values: Any) -> None:  # noqa: ANN401 - those of columns
    session.execute(update(Letter).where(which).values(**values).execution_options(synchronize_session=False))
