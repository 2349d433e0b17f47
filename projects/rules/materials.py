"""What groups hand in for their defence: until when, and for which one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.kernel.errors import DomainError
from app.kernel.words import Message
from modules.rules.times import YEARS

MOST_VERSIONS = 50  # of one project: a disk has an end
NOT_YET = Message("Nothing was handed in: the day of your defence is not published yet.")
OVER = Message("Nothing was handed in: the minutes of your defence are closed.")


@dataclass(frozen=True, slots=True)
class Stand:
    """A defence of a group, as far as it matters for what is handed in.

    Args:
        due_on: the last day for materials; None: none was set.
        published: participants know of it.

    """

    day: date
    due_on: date | None
    closed: bool
    published: bool


def awaited(stands: Iterable[Stand]) -> Stand | None:
    """The defence for which a group hands in: the last one that participants know and whose minutes are open."""
    ahead = [one for one in stands if one.published and not one.closed]
    return max(ahead, key=lambda one: one.day, default=None)


def check_awaited(stands: Sequence[Stand]) -> Stand:
    """The same.

    Raises:
        DomainError: there is none.

    """
    found = awaited(stands)
    if found is None:
        raise DomainError(OVER if any(one.closed for one in stands) else NOT_YET, field="file")
    return found


def is_late(due_on: date | None, day: date) -> bool:
    """Whether something that is handed in on this day comes too late."""
    return due_on is not None and day > due_on


def check_due(due_on: date | None, day: date) -> None:
    """Materials are handed in until the day of the defence at the latest.

    Raises:
        DomainError: the date makes no sense.

    """
    if due_on is None:
        return
    if due_on.year not in YEARS:
        raise DomainError(
            Message("Enter a year between %(first)s and %(last)s.", first=YEARS[0], last=YEARS[-1]),
            field="materials_due_on",
        )
    if due_on > day:
        raise DomainError(
            Message(
                "Nothing was planned: materials are handed in before the defence, on %(day)s at the latest.",
                day=f"{day:%d.%m.%Y}",
            ),
            field="materials_due_on",
        )
