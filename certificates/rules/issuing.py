"""Who may issue, on which dates, under which numbers: no database, no web."""

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta

from app.kernel.errors import DomainError
from app.kernel.partial_date import PartialDate
from app.kernel.words import Message
from certificates.payload import Holder

FARTHEST_AHEAD = timedelta(days=366)
DIGITS = 6
MOST_FILES = 500
MOST_ROWS = 20_000
REASON_LENGTH = 500
TRIES = 30  # failed look-ups of one address within the throttle's window


def check_dates(*, order_date: date, issued_on: date, ends_on: PartialDate | None, today: date) -> None:
    """An order comes before the issue, the issue not before the end of the programme, and neither is a slip of the pen.

    Raises:
        DomainError: on the field that is wrong.

    """
    if issued_on - today > FARTHEST_AHEAD:
        raise DomainError(
            Message("Nothing was proposed: the date of issue is more than a year ahead. Check the year."),
            field="issued_on",
        )
    if order_date > issued_on:
        raise DomainError(
            Message("Nothing was proposed: the order is dated after the certificates. Change one of the two dates."),
            field="order_date",
        )
    if ends_on is not None and issued_on < ends_on.first_day:
        raise DomainError(
            Message("Nothing was proposed: certificates of completion cannot be dated before the programme ends."),
            field="issued_on",
        )


def check_approver(
    *, approver_id: int, approver_person: int | None, proposer_id: int, recipients: Iterable[int]
) -> None:
    """Two people issue, and neither is a recipient.

    Raises:
        DomainError: the approver proposed it, or would get one of the certificates.

    """
    if approver_id == proposer_id:
        raise DomainError(
            Message("Nothing was issued: you proposed these certificates. Another person has to approve them.")
        )
    if approver_person is not None and approver_person in set(recipients):
        raise DomainError(Message("Nothing was issued: you are one of the recipients. Another approver has to do it."))


def check_proposer(*, person_id: int | None, recipients: Iterable[int]) -> None:
    """Whoever proposes is no recipient.

    Raises:
        DomainError: they would get one of the certificates.

    """
    if person_id is not None and person_id in set(recipients):
        raise DomainError(
            Message("Nothing was proposed: you are one of the recipients. Another coordinator has to propose them.")
        )


def series_prefix(prefix: str, year: int) -> str:
    """What the numbers of a series begin with: ``EULP-2023``."""
    return f"{prefix}-{year}"


def number_of(series: str, sequence: int) -> str:
    """A certificate's number: ``EULP-2023-000012``."""
    return f"{series}-{sequence:0{DIGITS}}"


def fingerprint(holders: Iterable[Holder]) -> str:
    """A short hash of the names on a list in their order: shows whether a list changed since somebody looked at it."""
    text = "\n".join(f"{holder.kk}\t{holder.ru}\t{holder.latin}" for holder in holders)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
