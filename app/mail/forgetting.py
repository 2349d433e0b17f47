"""The outbox's own job: forgetting letters that ended long ago (docs/adr/0021)."""

from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from app.jobs.kinds import JobKind, Trigger
from app.jobs.work import Work
from app.kernel.words import Message
from app.mail.enums import LetterState
from app.mail.models import Letter, Mailing

KEEP_LETTERS = timedelta(days=400)  # a year's programme, and time to look up what was written in the one before
AT_ONCE = 500  # letters in one transaction: others write in between
ENDED = (LetterState.SENT, LetterState.REFUSED, LetterState.CANCELLED)


def forget_letters(session: Session, *, now: datetime) -> int:
    """Forget some of the letters that ended and were due long ago, and mailings of which none is left.

    A letter that somebody holds, to send it again, is passed over.

    Returns:
        How many letters were forgotten.

    """
    before = now - KEEP_LETTERS
    old = select(Letter.id, Letter.mailing_id).where(
        Letter.state.in_(ENDED), Letter.due_at < before, or_(Letter.sent_at.is_(None), Letter.sent_at < before)
    )
    found = session.execute(old.limit(AT_ONCE).with_for_update(skip_locked=True)).all()
    letters, mailings = [row.id for row in found], {row.mailing_id for row in found}
    session.execute(delete(Letter).where(Letter.id.in_(letters)))
    session.execute(delete(Mailing).where(Mailing.id.in_(mailings), ~exists().where(Letter.mailing_id == Mailing.id)))
    return len(letters)


def _forget(work: Work) -> None:
    forgotten = AT_ONCE
    while forgotten == AT_ONCE:
        with work.step() as session:
            forgotten = forget_letters(session, now=work.clock())


FORGET = JobKind("mail.forget", Message("Forget letters that ended long ago"), _forget)
FORGET_DAILY = Trigger("mail.daily", FORGET, CronTrigger(hour=22, minute=20, timezone=UTC))  # the night in Almaty
