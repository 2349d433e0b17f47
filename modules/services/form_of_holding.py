"""Changing the rest of a module from in person to online, in one act."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import ConflictError, DomainError
from app.kernel.words import Message
from cohorts.enums import Mode
from cohorts.services.closing import refuse_closed
from modules.models import Block, Module, ModuleSession
from modules.queries.sessions import sessions_from
from modules.rules.facts import check_link, facts_of
from modules.rules.form_of_holding import BlockChange, Fate, Held, block_changes, fate_of, holding_mark, online
from modules.rules.laying import Span
from modules.services.sessions import change_session

STALE = Message("Nothing was changed: somebody else changed this module since you looked. Look again.")


def hold_online(
    session: Session,
    *,
    module: Module,
    since: date,
    link: str,
    reviewed: str | None,
    actor: Actor | None,
    now: datetime,
) -> int:
    """Hold what a module has in person from a day on online instead, as drafts: all of it, or nothing.

    Rooms and addresses fall away and the link takes their place; a block that has begun is split, so that what was held
    in person stays so. Meals, transfers, cancelled sessions and those that are online already stay as they are.

    Args:
        since: the first day that is held online, by the clocks of the place.
        link: where everybody joins (https).
        reviewed: the mark of what was looked at (:func:`holding_mark`); None takes whatever is there.

    Returns:
        how many sessions changed.

    Raises:
        ConflictError: something else would change than what was looked at.
        DomainError: the cohort is closed, the link is none, or there is nothing to change.

    """
    address = check_link(link)
    if address is None:
        raise DomainError(Message("Enter the whole link, beginning with https://"), field="link")
    refuse_closed(session, module.cohort_id)
    session.execute(select(Module.id).where(Module.id == module.id).with_for_update())
    session.refresh(module, ["version", "blocks"])
    if reviewed is not None and reviewed != mark_of(session, module, since):
        raise ConflictError(STALE)
    coming = sessions_from(session, module.id, since)
    moved = [meeting for meeting in coming if fate_of(facts_of(meeting)) is Fate.ONLINE]
    changes = block_changes(held_blocks(module), since)
    if not moved and not changes:
        raise DomainError(Message("Nothing was changed: from that day on nothing of this module is held in person."))
    for meeting in moved:
        _move(session, meeting, address, actor, now)
    _change_blocks(session, module, changes)
    module.version += 1
    _record(session, module, since, (len(moved), len(changes)), actor, now)
    return len(moved)


def mark_of(session: Session, module: Module, since: date) -> str:
    """The mark of what :func:`hold_online` would change now."""
    coming = sessions_from(session, module.id, since)
    return holding_mark((module.id, module.version), since, [(meeting.id, meeting.version) for meeting in coming])


def held_blocks(module: Module) -> list[Held]:
    """The blocks of a module as the rules see them."""
    return [Held(block.id, block.mode, Span(block.starts_on, block.ends_on)) for block in module.blocks]


def _move(session: Session, meeting: ModuleSession, link: str, actor: Actor | None, now: datetime) -> None:
    facts, version = online(facts_of(meeting), link), meeting.version
    change_session(session, meeting=meeting, facts=facts, expected_version=version, actor=actor, now=now)


def _record(
    session: Session, module: Module, since: date, counts: tuple[int, int], actor: Actor | None, now: datetime
) -> None:
    record(
        session,
        act="modules.held_online",
        subject="module",
        subject_id=module.id,
        actor=actor,
        now=now,
        since=since.isoformat(),
        sessions=counts[0],
        blocks=counts[1],
    )
    session.flush()


def _change_blocks(session: Session, module: Module, changes: Sequence[BlockChange]) -> None:
    """From the last block to the first, so that making room for a new one never meets another of its position."""
    by_key = {change.key: change for change in changes}
    for block in sorted(module.blocks, key=lambda one: -one.position):
        change = by_key.get(block.id)
        if change is None:
            continue
        if change.before is None:
            block.mode, block.city, block.country = Mode.ONLINE, None, None
            continue
        _make_room(session, module, block.position)
        block.starts_on, block.ends_on = change.before.starts_on, change.before.ends_on
        session.add(
            Block(
                module_id=module.id,
                position=block.position + 1,
                mode=Mode.ONLINE,
                starts_on=change.after.starts_on,
                ends_on=change.after.ends_on,
                time_zone=block.time_zone,
                assumed=block.assumed,
            )
        )
        session.flush()
    session.expire(module, ["blocks"])


def _make_room(session: Session, module: Module, after: int) -> None:
    positions = select(Block).where(Block.module_id == module.id, Block.position > after)
    for later in session.scalars(positions.order_by(Block.position.desc())):
        later.position += 1
        session.flush()
