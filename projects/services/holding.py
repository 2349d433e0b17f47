"""Holding a row until the commit, so that the second editor is told instead of overwriting the first."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.queries import last_change
from app.kernel.errors import ConflictError, Difference, NotFoundError
from app.kernel.words import Message
from projects.models import Commission, DefenceDay, DefenceSlot, Project
from projects.queries.groups import NOT_FOUND

Held = Project | Commission | DefenceDay | DefenceSlot
Said = str | Message


def lock(session: Session, row: Held) -> None:
    """Hold a row until the commit and read it anew.

    Raises:
        NotFoundError: somebody removed it.

    """
    model = type(row)
    session.flush()
    if session.scalar(select(model.id).where(model.id == row.id).with_for_update()) is None:
        raise NotFoundError(NOT_FOUND)
    session.refresh(row)


def check_version(
    session: Session, row: Held, *, subject: str, version: int | None, fields: Mapping[Message, tuple[Said, Said]]
) -> None:
    """Refuse to write over what the editor did not see.

    Args:
        subject: what the audit calls such a row.
        version: the version that the editor looked at; None doesn't ask.
        fields: what is saved and what was typed, by the field's label.

    Raises:
        ConflictError: it was changed since.

    """
    if version is None or row.version == version:
        return
    who, when = last_change(session, subject, row.id)
    raise ConflictError(
        Message("Somebody else changed this while you were editing it. Yours was not saved."),
        differences=[Difference(label, saved, typed) for label, (saved, typed) in fields.items()],
        who=who,
        when=when,
        version=row.version,
    )
