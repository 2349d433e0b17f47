"""Reading the audit."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
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


def last_change(
    session: Session, subject: str, subject_id: int, *, acts: Collection[str] = ()
) -> tuple[str, datetime | None]:
    """Who changed something last, and when: for the editor who came second. ("", None): no account did.

    Args:
        acts: only these acts; empty: any.

    """
    wanted = (
        select(User.display_name, AuditEntry.at)
        .join_from(AuditEntry, User, AuditEntry.actor_id == User.id)
        .where(AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    row = session.execute(wanted.where(AuditEntry.act.in_(acts)) if acts else wanted).first()
    return (row[0], row[1]) if row else ("", None)
