"""Waking workers: within a process by a bell, across processes by PostgreSQL's LISTEN and NOTIFY."""

from threading import Condition

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

CHANNEL = "jetekshi_jobs"
_ASKED = "asked_to_ring"  # in Session.info: the transaction or savepoint that asked last


class Bell:
    """Rings when there may be work. Whoever waits says which ring was heard last, so that none is missed."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._rings = 0

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def heard(self) -> int:
        """How often it has rung."""
        with self._condition:
            return self._rings

    def wait(self, heard: int, seconds: float) -> None:
        """Wait until it rings again after ``heard``, at most so long."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings != heard, timeout=seconds)


bell = Bell()  # of this process


def ring_after_commit(session: Session) -> None:
    """Wake the workers when this transaction is committed; not at all when it is rolled back."""
    here = session.get_nested_transaction() or session.get_transaction()
    if here is not None and session.info.get(_ASKED) is here:
        return
    session.info[_ASKED] = here
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(CHANNEL, "")))  # delivered at the commit, once for a transaction


@event.listens_for(Session, "after_commit")
def _committed(session: Session) -> None:
    if _ASKED in session.info and not session.in_nested_transaction():
        del session.info[_ASKED]
        bell.ring()


@event.listens_for(Session, "after_rollback")
def _rolled_back(session: Session) -> None:
    if not session.in_nested_transaction():  # a savepoint takes back its own at most: an idle ring does no harm
        session.info.pop(_ASKED, None)
