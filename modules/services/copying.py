"""Copying the sessions of a day."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import ConflictError, DomainError
from app.kernel.words import Message
from cohorts.services.closing import refuse_closed
from modules.models import Module, ModuleSession
from modules.queries.sessions import SUBJECT, sources_on
from modules.rules.copying import Source, copies, copy_mark
from modules.services.rooms import take_rooms


def copy_day(
    session: Session,
    *,
    scope_modules: Sequence[Module],
    day: date,
    to: date,
    actor: Actor | None,
    now: datetime,
    reviewed: str | None = None,
) -> list[ModuleSession]:
    """Copy the sessions of a day to another, as drafts of the same modules, with the same hours on the wall.

    Args:
        scope_modules: the modules whose sessions are copied.
        day, to: days by the clocks of the place of each session.
        reviewed: the mark of what was looked at (``rules.copying.copy_mark``); None copies whatever is there.

    Raises:
        ConflictError: something else would be copied than what was looked at.
        DomainError: the cohort is closed, there is nothing to copy, it is the same day, or an hour does not exist or
            comes twice on the other: then nothing at all is copied.

    """
    for cohort_id in sorted({module.cohort_id for module in scope_modules}):
        refuse_closed(session, cohort_id)
    keys = sorted(module.id for module in scope_modules)
    session.execute(select(Module.id).where(Module.id.in_(keys)).order_by(Module.id).with_for_update())
    sources = sources_on(session, keys, day)
    if reviewed is not None and reviewed != copy_mark(sources, sources_on(session, keys, to), to):
        raise ConflictError(
            Message("Nothing was copied: somebody else changed the sessions of that day since you looked. Look again.")
        )
    wanted = copies(sources, day, to)
    if not wanted:
        raise DomainError(Message("Nothing was copied: there is no session on that day."), field="day")
    added = [
        ModuleSession(uid=str(uuid4()), module_id=source.module_id, **facts.values())
        for source, facts in zip(sources, wanted, strict=True)
    ]
    session.add_all(added)
    take_rooms(session, added)
    for copy, source in zip(added, sources, strict=True):
        _record(session, copy, source, actor, now)
    session.flush()
    return added


def _record(session: Session, copy: ModuleSession, source: Source, actor: Actor | None, now: datetime) -> None:
    record(
        session,
        act="modules.session_copied",
        subject=SUBJECT,
        subject_id=copy.id,
        actor=actor,
        now=now,
        source=source.id,
        starts_at=copy.starts_at.isoformat(),
        version=copy.version,
    )
