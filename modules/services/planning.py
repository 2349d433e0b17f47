"""Taking a plan: the blocks of a cohort's modules become those that the coordinator looked at."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import ConflictError, DomainError
from app.kernel.partial_date import PartialDate
from app.kernel.words import Message
from cohorts.models import Cohort
from cohorts.services.closing import refuse_closed
from modules.models import Block, Module
from modules.queries.planning import Proposal, positions_with_sessions, read_basis
from modules.rules.planning import LaidBlock
from modules.services.laying import lay_modules

STALE = Message("Somebody else changed the modules or a calendar since you looked. Nothing was laid: look again.")


def take_plan(session: Session, *, cohort: Cohort, plan: Proposal, actor: Actor | None, now: datetime) -> list[Module]:
    """Give the modules of a plan its blocks in place of those they had; sessions are never moved.

    Returns:
        the modules that got blocks, in the outline's order.

    Raises:
        ConflictError: somebody else took a plan or changed a calendar since this one was made.
        DomainError: the cohort is closed, the plan is empty, or a module that it lays has sessions.

    """
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    refuse_closed(session, cohort.id)
    if read_basis(session, cohort.id) != plan.ground.basis:
        raise ConflictError(STALE)
    if not plan.plan.blocks:
        raise DomainError(Message("There is nothing to lay: no module of this programme has a pattern of weeks."))
    in_the_way = sorted(plan.positions & positions_with_sessions(session, cohort.id))
    if in_the_way:
        raise DomainError(
            Message(
                "Modules that have sessions already keep their weeks. Begin the plan with a later module, or delete"
                " the sessions first."
            ),
            field="start",
        )
    modules = {module.position: module for module in lay_modules(session, cohort=cohort, actor=actor, now=now)}
    wanted = {position: modules[position] for position in sorted(plan.positions)}
    session.execute(delete(Block).where(Block.module_id.in_([module.id for module in wanted.values()])))
    for position, module in wanted.items():
        session.expire(module, ["blocks"])
        blocks = [block for block in plan.plan.blocks if block.position == position]
        module.blocks.extend(_block(place, block) for place, block in enumerate(blocks, start=1))
        module.version += 1
    session.flush()
    _record(session, cohort, plan, actor, now)
    return list(wanted.values())


def _block(position: int, laid: LaidBlock) -> Block:
    place = laid.step.place
    return Block(
        position=position,
        mode=laid.mode,
        starts_on=PartialDate.of(laid.first),
        ends_on=PartialDate.of(laid.last),
        city=place.city,
        country=place.country,
        time_zone=place.time_zone,
    )


def _record(session: Session, cohort: Cohort, plan: Proposal, actor: Actor | None, now: datetime) -> None:
    rules = plan.plan.rules
    record(
        session,
        act="modules.plan_taken",
        subject="cohort",
        subject_id=cohort.id,
        actor=actor,
        now=now,
        first_day=rules.first_day.isoformat(),
        last_day=rules.last_day.isoformat(),
        fit=str(rules.fit),
        calendars={country: held.number for country, held in sorted((rules.calendars or {}).items())},
        modules=len(plan.positions),
        blocks=len(plan.plan.blocks),
    )
