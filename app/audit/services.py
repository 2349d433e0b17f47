"""Writing to the audit."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.models import AuditEntry


def record(
    session: Session,
    *,
    act: str,
    subject: str,
    subject_id: int | None,
    actor: Actor | None,
    now: datetime,
    for_person_id: int | None = None,
    **detail: Any,  # noqa: ANN401 - any value that JSON can hold
) -> None:
    """Add one act to the audit, in the transaction of the act itself.

    Args:
        act: ``feature.verb``, such as ``certificates.issued``.
        subject, subject_id: the kind and the key of the thing acted on.
        for_person_id: the person for whom an assistant acts.
        detail: what a reader of the audit needs to know; no IIN, no secret.

    """
    session.add(
        AuditEntry(
            at=now,
            actor_id=actor.user_id if actor else None,
            for_person_id=for_person_id,
            act=act,
            subject=subject,
            subject_id=subject_id,
            detail=detail,
        )
    )
