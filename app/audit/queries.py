"""Reading the audit."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry


class Done(NamedTuple):
    """How often somebody did something, and when last."""

    act: str
    number: int
    last: datetime


def done_since(session: Session, user_id: int, since: datetime) -> list[Done]:
    """What an account did since a moment, each act once, the latest first."""
    last = func.max(AuditEntry.at)
    statement = (
        select(AuditEntry.act, func.count(), last)
        .where(AuditEntry.actor_id == user_id, AuditEntry.at >= since)
        .group_by(AuditEntry.act)
        .order_by(last.desc(), AuditEntry.act)
    )
    return [Done._make(row) for row in session.execute(statement)]
