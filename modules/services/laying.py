"""Making the modules of a cohort from the outline that it started with."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.organisations.models import Organisation
from cohorts.models import Cohort
from cohorts.queries import organisations_by_code
from cohorts.schema import OutlineSpec
from modules.models import Block, Module
from modules.queries.schedule import has_modules, modules_of
from modules.rules.laying import PlannedBlock, PlannedModule, lay


def lay_modules(session: Session, *, cohort: Cohort, actor: Actor | None, now: datetime) -> Sequence[Module]:
    """Make the modules and blocks of a cohort from its outline and its first day, once.

    A cohort that has modules already is left alone. What the outline does not know stays unknown.

    Returns:
        the modules of the cohort, in the outline's order.

    """
    if not has_modules(session, cohort.id):
        outline = OutlineSpec.model_validate(cohort.outline.content)
        hosts = organisations_by_code(session, sorted(outline.hosts()))
        planned = lay(outline, first_day=cohort.starts_on, time_zone=cohort.time_zone)
        for position, module in enumerate(planned, start=1):
            session.add(_module(cohort, position, module, hosts.get(module.host or "")))
        session.flush()
        record(
            session,
            act="modules.laid",
            subject="cohort",
            subject_id=cohort.id,
            actor=actor,
            now=now,
            modules=len(planned),
        )
    return modules_of(session, cohort.id)


def _module(cohort: Cohort, position: int, planned: PlannedModule, host: Organisation | None) -> Module:
    return Module(
        cohort_id=cohort.id,
        position=position,
        number=planned.number,
        title=planned.title,
        topics=list(planned.topics),
        hours=planned.hours,
        host=host,
        blocks=[_block(place, block) for place, block in enumerate(planned.blocks, start=1)],
    )


def _block(position: int, planned: PlannedBlock) -> Block:
    return Block(
        position=position,
        mode=planned.mode,
        starts_on=planned.span.starts_on,
        ends_on=planned.span.ends_on,
        city=planned.city,
        country=planned.country,
        time_zone=planned.time_zone,
        assumed=planned.assumed,
    )
