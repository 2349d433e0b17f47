"""A defence day follows its sessions: whoever moves them in the schedule moves the day; closed minutes keep theirs."""

from datetime import date

from sqlalchemy import select

from app.audit.services import record
from app.kernel.words import Message
from modules.models import ModuleSession
from modules.signals import SessionsMoving, Times
from projects.models import DefenceDay, DefenceSlot
from projects.services.holding import lock
from projects.services.sittings import SUBJECT

CLOSED = Message("Nothing was moved: the minutes of this defence are closed.")


def follow(moving: SessionsMoving) -> None:
    """Give each open sitting the day of its first session to be; sessions of closed ones stay.

    The last day for materials keeps its distance from the day of the defence.

    The sittings are held first, and their sessions afterwards, as :func:`projects.services.change_sitting` does.
    """
    session = moving.session
    touched = select(DefenceSlot.day_id).where(DefenceSlot.session_id.in_(moving.moves))
    for sitting in session.scalars(select(DefenceDay).where(DefenceDay.id.in_(touched)).order_by(DefenceDay.id)).all():
        lock(session, sitting)
        times = _times(moving, sitting)
        if sitting.closed_at is not None:
            moving.stay.update(dict.fromkeys(times.keys() & moving.moves.keys(), CLOSED))
            continue
        day = min((moving.moves.get(key, kept) for key, kept in times.items()), key=lambda one: one.starts_at).day
        if day != sitting.day:
            _move(moving, sitting, day)


def _times(moving: SessionsMoving, sitting: DefenceDay) -> dict[int, Times]:
    """When the sessions of a sitting are at present, by their keys."""
    rows = moving.session.execute(
        select(ModuleSession.id, ModuleSession.starts_at, ModuleSession.ends_at, ModuleSession.time_zone)
        .join(DefenceSlot, DefenceSlot.session_id == ModuleSession.id)
        .where(DefenceSlot.day_id == sitting.id)
        .order_by(ModuleSession.id)
    )
    return {key: Times(starts_at, ends_at, zone) for key, starts_at, ends_at, zone in rows}


def _move(moving: SessionsMoving, sitting: DefenceDay, day: date) -> None:
    if sitting.materials_due_on:
        sitting.materials_due_on += day - sitting.day
    sitting.day = day
    sitting.version += 1
    record(
        moving.session,
        act="projects.sitting_moved",
        subject=SUBJECT,
        subject_id=sitting.id,
        actor=moving.actor,
        now=moving.now,
        cohort=sitting.cohort_id,
        day=day.isoformat(),
    )
