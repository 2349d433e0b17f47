"""Who was reminded of what: the marks that make a reminder come once, and how far each kind was looked at."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.kernel.base import Base
from app.kernel.missing import add_missing
from app.notices.models import ReminderLook, ReminderMark


class Mark(NamedTuple):
    """What is marked: an occurrence of a kind, for a recipient (``p45``, ``u3``)."""

    occurrence: str
    recipient: str


def marked(session: Session, kind: str, occurrences: Collection[str]) -> dict[Mark, bool]:
    """Who has a mark for some occurrences of a kind; the value says whether it was skipped. One statement."""
    rows = session.execute(
        select(ReminderMark.occurrence, ReminderMark.recipient, ReminderMark.skipped)
        .where(ReminderMark.kind == kind, ReminderMark.occurrence.in_(sorted(occurrences)))
        .order_by(ReminderMark.id)
    )
    return {Mark(row.occurrence, row.recipient): row.skipped for row in rows}


def take(session: Session, kind: str, due: Mapping[Mark, datetime], *, now: datetime) -> set[Mark]:
    """Mark as given what is not given yet; whoever gets a mark here, and nobody else, gives the reminder.

    A mark that says skipped is no hindrance: its time has come again, as somebody had turned the clock.

    Args:
        due: when each was to be given.

    """
    if not due:
        return set()
    statement = _insert(session, ReminderMark)
    taking = statement.on_conflict_do_update(
        index_elements=["kind", "occurrence", "recipient"],
        set_={"skipped": False, "due_at": statement.excluded.due_at, "at": statement.excluded.at},
        where=ReminderMark.skipped.is_(True),
    ).returning(ReminderMark.occurrence, ReminderMark.recipient)
    rows = session.execute(taking, list(_rows(kind, due, now, skipped=False)))
    return {Mark(row[0], row[1]) for row in rows}


def skip(session: Session, kind: str, late: Mapping[Mark, datetime], *, now: datetime) -> None:
    """Mark what came too late, unless it was given."""
    key = [ReminderMark.kind, ReminderMark.occurrence, ReminderMark.recipient]
    add_missing(session, ReminderMark, list(_rows(kind, late, now, skipped=True)), unless=key)


def _insert(session: Session, model: type[Base]) -> Any:  # noqa: ANN401 - an INSERT of the database's dialect
    return (postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert)(model)


def _rows(kind: str, marks: Mapping[Mark, datetime], now: datetime, *, skipped: bool) -> Iterable[dict[str, Any]]:
    """In a fixed order: two who mark the same at once wait for each other instead of stopping each other."""
    for mark in sorted(marks):
        key = {"kind": kind, "occurrence": mark.occurrence, "recipient": mark.recipient}
        yield {**key, "due_at": marks[mark], "at": now, "skipped": skipped}


def looked_until(session: Session) -> dict[str, datetime]:
    """Up to which moment the occasions of each kind were looked at."""
    return {look.kind: look.until for look in session.scalars(select(ReminderLook))}


def look(session: Session, kinds: Iterable[str], *, until: datetime) -> None:
    """Note up to which moment the occasions of some kinds were looked at."""
    rows = [{"kind": kind, "until": until} for kind in sorted(kinds)]
    if rows:
        statement = _insert(session, ReminderLook)
        session.execute(
            statement.on_conflict_do_update(index_elements=["kind"], set_={"until": statement.excluded.until}), rows
        )


def skipped_since(session: Session, moment: datetime) -> dict[str, int]:
    """How many reminders of each kind were found too late since a moment.

    Counted here: for groups SQLite would read all marks that were ever written, in the order of their kinds.
    """
    kinds = select(ReminderMark.kind).where(ReminderMark.at >= moment, ReminderMark.skipped.is_(True))
    return dict(sorted(Counter(session.scalars(kinds)).items()))
