"""What higher packages may react to, within the same transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from blinker import Signal
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.kernel.words import Message
from modules.rules.times import zone_of

schedule_published = Signal("Sent with a SchedulePublished after a version was written, before the commit.")
sessions_moving = Signal("Sent with a SessionsMoving before sessions get other times; receivers name those that stay.")


@dataclass(frozen=True, slots=True)
class Times:
    """When a session begins and ends, and the zone of its place."""

    starts_at: datetime
    ends_at: datetime
    time_zone: str

    @property
    def day(self) -> date:
        """The day on which it begins, by the clocks of the place."""
        return self.starts_at.astimezone(zone_of(self.time_zone)).date()


@dataclass(frozen=True, slots=True)
class SessionsMoving:
    """Sessions are about to get other times.

    Args:
        moves: their times to be, by the session's key.
        stay: why a session must not move, as a whole sentence, by its key; receivers add to it. Somebody who moves
            that one session is refused with the sentence; when a whole cohort is moved, it stays where it is.

    """

    session: Session
    moves: Mapping[int, Times]
    actor: Actor | None
    now: datetime
    stay: dict[int, Message] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SchedulePublished:
    """A version of a cohort's schedule was published; nobody was told yet."""

    session: Session
    cohort_id: int
    version: int
    actor: Actor | None
    now: datetime
