"""A job while a worker carries it out: its transactions, and how far it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs import ledger
from app.jobs.bell import ring_after_commit
from app.jobs.enums import JobState
from app.jobs.models import Job
from app.kernel.unit import unit_of_work
from app.kernel.words import Message


class LostError(Exception):
    """The job is in somebody else's hands by now; nothing of the step was kept."""


class CalledOffError(Exception):
    """Somebody called the job off; nothing of the step was kept."""


class GoingHomeError(Exception):
    """The worker is being stopped; nothing of the step was kept, and the job goes on elsewhere."""


@dataclass
class Work:
    """A job in the hands of a worker.

    Args:
        clock: gives this moment.
        stopping: whether the worker is being stopped.

    """

    claim: ledger.Claim
    clock: Callable[[], datetime]
    stopping: Callable[[], bool] = lambda: False
    finished: bool = False

    @property
    def attempt(self) -> int:
        """The how-manieth attempt this is, from 1."""
        return self.claim.attempt

    @contextmanager
    def step(
        self, *, progress: int | None = None, total: int | None = None, said: Message | None = None
    ) -> Iterator[Session]:
        """A transaction of the job: what is changed in it is committed together with how far the job is.

        Keep it short, and do slow things (drawing, sending) outside: on SQLite nobody else writes meanwhile.

        Args:
            progress, total: what is done, of how many; None leaves it as it was.
            said: the same in a sentence.

        Raises:
            LostError, CalledOffError, GoingHomeError: the job must not go on; nothing of this step was kept.

        """
        values: dict[str, Any] = {"progress": progress, "total": total, "said": said.as_dict() if said else None}
        if self.stopping():
            raise GoingHomeError
        with self._transaction({name: value for name, value in values.items() if value is not None}) as session:
            yield session

    @contextmanager
    def finish(self) -> Iterator[Session]:
        """The last transaction: the effect and "done" are committed together, so the effect comes about once."""
        done = {"state": JobState.DONE, "ended_at": self.clock(), "token": None, "lease_until": None, "problem": None}
        with self._transaction(done) as session:
            yield session
        self.finished = True

    @contextmanager
    def _transaction(self, values: dict[str, Any]) -> Iterator[Session]:
        with unit_of_work() as session:
            yield session
            session.flush()
            if not ledger.write(session, self.claim, **(values or {"progress": Job.progress})):
                mine = session.scalar(select(Job.token).where(Job.id == self.claim.id)) == self.claim.token
                raise CalledOffError if mine else LostError
            if values.get("state") == JobState.DONE and self.claim.in_turn:
                ring_after_commit(session)
