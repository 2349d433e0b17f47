"""What a feature says of its jobs: ``Feature.jobs`` and ``Feature.triggers``, gathered into one registry."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.jobs.enums import Lane, Missed
from app.kernel.words import Message

MOST_ATTEMPTS = 8  # with the waits between them: about an hour and a half


class Times(Protocol):
    """The moments of a trigger: those of APScheduler are such."""

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """The first moment from ``now`` on."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job.

    Args:
        name: ``feature.act``; it stays what it is, as jobs of an older release may wait for it.
        label: what it does, in words for the administrator.
        run: does it: called with the :class:`~app.jobs.work.Work` and the job's arguments. It may be called again after
            a failure or a crash, so whatever it changes it changes in ``work.step()`` or ``work.finish()``.
        lane: which hand of a worker carries it out.
        turn: jobs with the same turn run one after another, over all workers; None: any number at once.
        attempts: how often it is tried before it is left for a person.

    """

    name: str
    label: Message
    run: Callable[..., None]
    lane: Lane = Lane.QUICK
    turn: str | None = None
    attempts: int = MOST_ATTEMPTS


@dataclass(frozen=True, slots=True)
class Trigger:
    """Times at which a job is put into the ledger, by whichever worker looks first.

    Args:
        name: part of the job's key, with the time: so a time makes one job, whoever looks.
        kind: the job; it gets no arguments.
        times: of the calendar, so that every worker finds the same ones, and in UTC: where clocks are turned back,
            APScheduler's cron triggers repeat a moment without end.
        missed: what becomes of the times that nobody looked at in time.

    """

    name: str
    kind: JobKind
    times: Times
    missed: Missed = Missed.LATEST


class Registry:
    """The kinds and triggers of an application.

    Raises:
        ValueError: two kinds or two triggers have the same name.

    """

    def __init__(self, kinds: Iterable[JobKind], triggers: Iterable[Trigger]) -> None:
        self.triggers = tuple(triggers)
        listed = (*kinds, *(trigger.kind for trigger in self.triggers))
        self.kinds = {kind.name: kind for kind in listed}
        if len({trigger.name for trigger in self.triggers}) < len(self.triggers) or any(
            self.kinds[kind.name] is not kind for kind in listed
        ):
            msg = "two kinds of jobs or two triggers have the same name"
            raise ValueError(msg)

    def names(self, lane: Lane) -> list[str]:
        """The kinds that one hand of a worker carries out."""
        return [kind.name for kind in self.kinds.values() if kind.lane == lane]

    @property
    def lanes(self) -> list[Lane]:
        """The hands that a worker needs."""
        return [lane for lane in Lane if self.names(lane)]


__all__ = ["JobKind", "Registry", "Times", "Trigger"]
