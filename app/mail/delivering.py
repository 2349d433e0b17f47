"""The job that sends what is due."""

import logging
from collections.abc import Callable
from contextlib import closing
from datetime import UTC

from apscheduler.triggers.cron import CronTrigger
from flask import current_app
from sqlalchemy.orm import Session

from app.jobs.enums import Lane
from app.jobs.kinds import JobKind, Trigger
from app.jobs.work import CalledOffError, GoingHomeError, LostError, Work
from app.kernel.database import reading
from app.kernel.unit import unit_of_work
from app.kernel.words import Message
from app.mail import outbox
from app.mail.rendering import message_of
from app.mail.rules import wire_address
from app.mail.transports import LetterRefusedError, Parcel, ServerAwayError, Transport, transport_of
from app.settings import Settings

log = logging.getLogger(__name__)
FEW = 50  # letters that are looked up at once
SORRY = Message("This letter could not be made ready or handed over. Tell the administrator; the log says why.")


class Round:
    """One emptying of the outbox: each letter that is due is tried once.

    Args:
        total: how many there were at the beginning; more may be written meanwhile.

    """

    def __init__(self, work: Work, transport: Transport, settings: Settings, total: int) -> None:
        self._work, self._transport, self._settings = work, transport, settings
        self._total, self._tried, self._sent = total, 0, 0

    def go(self) -> None:
        """Send, until nothing is due or the server is away."""
        last = 0
        while numbers := self._next(last):
            for last in numbers:
                if not self._send(last):
                    return

    def _next(self, last: int) -> list[int]:
        with reading(), unit_of_work() as session:
            return list(outbox.due_after(session, last, now=self._work.clock(), most=FEW))

    def _send(self, number: int) -> bool:
        """Try one letter; whether it makes sense to go on with the next."""
        if self._work.stopping():
            raise GoingHomeError
        now = self._work.clock()
        try:
            found = self._pack(number)
            if found is None:  # called back meanwhile
                return True
            parcel, attempts = found
            self._hand_over(parcel)
        except ServerAwayError as error:
            reason = error.reason
            log.warning("no letter can be sent now: %s", reason)
            self._keep(lambda session: outbox.note_away(session, number, reason))
            return False
        except LetterRefusedError as error:
            refusal = error.reason
            if error.for_good:
                self._keep(lambda session: outbox.mark_refused(session, number, refusal))
            else:
                self._keep(lambda session: outbox.mark_later(session, number, refusal, attempts=attempts + 1, now=now))
        else:
            self._sent += 1
            self._keep(lambda session: outbox.mark_sent(session, number, now=self._work.clock()))
        return True

    def _pack(self, number: int) -> tuple[Parcel, int] | None:
        with reading(), unit_of_work() as session:
            letter = outbox.waiting_letter(session, number)
            if letter is None:
                return None
            try:
                content = message_of(letter, letter.mailing, self._settings, now=self._work.clock())
                to = wire_address(letter.address)
            except Exception as error:
                log.exception("letter %s could not be composed", number)
                raise LetterRefusedError(SORRY, for_good=True) from error
            return Parcel(letter.message_id, self._settings.MAIL_FROM, to, content), letter.attempts

    def _hand_over(self, parcel: Parcel) -> None:
        try:
            self._transport.send(parcel)
        except (ServerAwayError, LetterRefusedError):
            raise
        except Exception as error:  # whatever it is: one letter must not stop the line
            log.exception("letter %s could not be handed over", parcel.name)
            raise LetterRefusedError(SORRY, for_good=False) from error

    def _keep(self, change: Callable[[Session], None]) -> None:
        """Write down what became of a letter, even when the job itself is out of our hands: it did happen."""
        self._tried += 1
        self._total = max(self._total, self._tried)
        said = Message("%(n)s of %(m)s letters sent", n=self._sent, m=self._total)
        try:
            with self._work.step(progress=self._tried, total=self._total, said=said) as session:
                change(session)
        except (LostError, CalledOffError, GoingHomeError):
            with unit_of_work() as session:
                change(session)
            raise


def _deliver(work: Work) -> None:
    settings: Settings = current_app.extensions["settings"]
    with reading(), unit_of_work() as session:
        total = outbox.count_due(session, now=work.clock())
    if total:
        with closing(transport_of(settings)) as transport:
            Round(work, transport, settings, total).go()


DELIVER = JobKind("mail.deliver", Message("Send the letters that are due"), _deliver, lane=Lane.MAIL, turn="mail")
EVERY_MINUTE = Trigger("mail.every_minute", DELIVER, CronTrigger(second=0, timezone=UTC))
