"""What an official's home page shows: since when something is new, who studies now and what comes next for them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.rules import Actor
from app.audit.models import AuditEntry
from app.kernel.clock import HOME_ZONE, day_of
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.organisations.queries import remit
from app.people.models import Person
from certificates.models import RenderedFile
from certificates.rules import READ_REMIT
from cohorts.enums import CohortStatus, EnrolmentStatus, Mode
from cohorts.models import Cohort, Enrolment
from modules.models import Block, Module

WITHOUT_VISIT = timedelta(days=90)  # what counts as new for somebody who was never here before


@dataclass(frozen=True, slots=True)
class Since:
    """Since which day something is new; ``visited``: the person was here on that day, else it is only a while ago."""

    day: date
    visited: bool


@dataclass(frozen=True, slots=True)
class Studying:
    """Who of a remit is in a running cohort: the first of them alphabetically, and how many in all."""

    rows: Sequence[Enrolment]
    total: int


@dataclass(frozen=True, slots=True)
class Stage:
    """The block that comes next in a cohort, or (``under_way``) the one that it is in."""

    mode: Mode | None
    starts_on: PartialDate
    ends_on: PartialDate | None
    city: Tri | None
    under_way: bool


def last_visit(session: Session, actor: Actor, *, now: datetime) -> Since:
    """The last day before today on which somebody signed in, by the audit; without one, 90 days ago."""
    today = day_of(now)
    midnight = datetime.combine(today, time.min, ZoneInfo(HOME_ZONE))
    before = session.scalar(
        select(func.max(AuditEntry.at)).where(
            AuditEntry.actor_id == actor.user_id, AuditEntry.act == "accounts.signed_in", AuditEntry.at < midnight
        )
    )
    if before is None:
        return Since(today - WITHOUT_VISIT, visited=False)
    return Since(day_of(before), visited=True)


def studying(session: Session, actor: Actor, *, most: int) -> Studying:
    """The people of an official's remit who are in a running cohort."""
    reach = actor.reach(READ_REMIT)
    if not reach.organisations:
        return Studying((), 0)
    found = (
        select(Enrolment)
        .join(Enrolment.cohort)
        .join(Enrolment.person)
        .where(
            Enrolment.organisation_id.in_(remit(session, reach.organisations)),
            Enrolment.status == EnrolmentStatus.ENROLLED,
            Cohort.status == CohortStatus.RUNNING,
        )
    )
    rows = session.scalars(
        found.options(
            joinedload(Enrolment.cohort).joinedload(Cohort.programme),
            joinedload(Enrolment.person).selectinload(Person.names),
        )
        .order_by(Person.sort_key, Enrolment.id)
        .limit(most)
    ).all()
    return Studying(rows, session.scalar(found.with_only_columns(func.count(Enrolment.id))) or 0)


def next_stages(session: Session, cohort_ids: Collection[int], *, today: date) -> dict[int, Stage]:
    """What comes next in each cohort: the first block that has not begun, else the one under way."""
    rows = session.execute(
        select(Module.cohort_id, Block)
        .join(Block.module)
        .where(Module.cohort_id.in_(cohort_ids), Block.starts_on.is_not(None))
        .order_by(Module.cohort_id, Module.position, Block.position)
    )
    stages: dict[int, Stage] = {}
    for cohort_id, block in rows:
        stage = _stage(block, today)
        known = stages.get(cohort_id)
        if stage and (known is None or (stage.under_way, stage.starts_on.first_day) < _place(known)):
            stages[cohort_id] = stage
    return stages


def _place(stage: Stage) -> tuple[bool, date]:
    return stage.under_way, stage.starts_on.first_day


def _stage(block: Block, today: date) -> Stage | None:
    start, end = block.starts_on, block.ends_on
    if start is None:
        return None
    last = (end or start).last_day
    if last < today:
        return None
    return Stage(block.mode, start, end, block.city, under_way=start.first_day <= today)


def file_sizes(session: Session, certificate_ids: Collection[int]) -> dict[int, int]:
    """The size of each certificate's file in bytes, for those that were made already."""
    wanted = select(RenderedFile.certificate_id, RenderedFile.size)
    return dict(session.execute(wanted.where(RenderedFile.certificate_id.in_(certificate_ids))).all())
