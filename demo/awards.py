"""Certificates of a played cohort: proposed by the coordinator, issued by the approver."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from app.kernel.tri import Tri
from certificates.services import approve, propose
from cohorts.enums import EnrolmentStatus
from cohorts.services import change_status
from demo.stage import Stage, entropy


def mark(
    stage: Stage, numbers: Collection[int], status: EnrolmentStatus, *, order: str, on: date, now: datetime
) -> None:
    """Mark people by an order."""
    change_status(
        stage.session,
        cohort=stage.cohort,
        numbers=numbers,
        status=status,
        order_number=order,
        order_date=on,
        actor=stage.actor,
        now=now,
    )


def award(
    stage: Stage,
    *,
    order: str,
    on: date,
    issued_on: date,
    handed_over_by: Tri | None = None,
    purpose: str,
    now: datetime,
) -> None:
    """Propose everybody who is complete, and twenty minutes later issue.

    Args:
        order, on: the number and the date of the order.
        purpose: makes the codes: the same for each demonstration, another for each batch.

    """
    batch = propose(
        stage.session,
        cohort=stage.cohort,
        order_number=order,
        order_date=on,
        issued_on=issued_on,
        handed_over_by=handed_over_by,
        actor=stage.actor,
        now=now,
    )
    approve(
        stage.session,
        batch=batch,
        actor=stage.theatre.cast.approver,
        now=now + timedelta(minutes=20),
        house=stage.theatre.house,
        entropy=entropy(purpose),
    )
