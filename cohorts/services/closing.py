"""Closing a cohort: what is still open, over all packages, and closing it when nothing is."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.kernel.errors import DomainError
from app.kernel.words import Message
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Cohort
from cohorts.queries import status_counts
from cohorts.services.intakes import take_step
from cohorts.signals import CohortClosing, Matter, cohort_closing


class StillOpenError(DomainError):
    """A cohort cannot be closed: ``matters`` are to be done first."""

    def __init__(self, matters: Sequence[Matter]) -> None:
        super().__init__(
            Message("The cohort was not closed: %(what)s", what=matters[0].text)
            if len(matters) == 1
            else Message(
                "The cohort was not closed. Still open: %(n)s; first of all: %(what)s",
                n=len(matters),
                what=matters[0].text,
            )
        )
        self.matters = tuple(matters)
        self.problems = tuple(matter.text for matter in matters)


def open_matters(session: Session, *, cohort: Cohort, now: datetime) -> list[Matter]:
    """What must be done before a cohort can be closed: people without a decision, then what other packages name."""
    matters = []
    waiting = status_counts(session, [cohort.id]).get(cohort.id, {}).get(EnrolmentStatus.ENROLLED, 0)
    if waiting:
        matters.append(
            Matter(
                Message("People marked neither completed nor not completed: %(n)s", n=waiting),
                "cohorts.people",
                {"code": cohort.code, "status": EnrolmentStatus.ENROLLED.value},
            )
        )
    cohort_closing.send(CohortClosing(session, cohort, matters, now))
    return matters


def refuse_closed(session: Session, cohort_id: int) -> None:
    """Hold a cohort until the commit, before anything else of it is held; what is closed stays as it is.

    Nobody closes it meanwhile, and no certificate is issued on evidence that is just being changed.

    Raises:
        DomainError: the cohort is closed.

    """
    wanted = select(Cohort.status).where(Cohort.id == cohort_id).with_for_update(key_share=True)
    if session.scalar(wanted) == CohortStatus.CLOSED:
        raise DomainError(Message("Nothing was changed: the cohort is closed. Open it again first."))


def close_cohort(session: Session, *, cohort: Cohort, actor: Actor | None, now: datetime) -> None:
    """Close a running cohort; people who did not complete don't prevent it, people without a decision do.

    Raises:
        DomainError: it isn't running.
        StillOpenError: something is still open.

    """
    session.refresh(cohort, with_for_update={"of": Cohort})
    matters = open_matters(session, cohort=cohort, now=now) if cohort.status == CohortStatus.RUNNING else []
    if matters:
        raise StillOpenError(matters)
    take_step(session, cohort, CohortStatus.CLOSED, actor=actor, now=now)
