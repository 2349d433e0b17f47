"""The words of jobs."""

from enum import StrEnum

from app.kernel.words import Message


class JobState(StrEnum):
    """Where a job stands. FAILED is the dead letter: nobody tries it again unless a person says so."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Standing(StrEnum):
    """How things stand with the jobs, the worst first."""

    NO_WORKER = "no_worker"
    FAILED = "failed"
    FINE = "fine"


class Lane(StrEnum):
    """Each worker has one hand for each lane, so that slow work never keeps quick work waiting."""

    QUICK = "quick"
    MAIL = "mail"
    FILES = "files"


class Missed(StrEnum):
    """What becomes of the times of a trigger that nobody looked at in time: no worker ran, or the database was away.

    LATEST makes one job of them all.
    """

    ALL = "all"
    LATEST = "latest"
    NONE = "none"


JOB_STATE_LABELS = {
    JobState.WAITING: Message("Waiting"),
    JobState.RUNNING: Message("Under way"),
    JobState.DONE: Message("Done"),
    JobState.FAILED: Message("Failed"),
    JobState.CANCELLED: Message("Called off"),
}
