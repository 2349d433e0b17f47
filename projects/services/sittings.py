"""Planning defence days: each project's slot is a session of the schedule, a draft until it is published."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import DomainError, NotFoundError
from app.kernel.tri import Tri
from app.kernel.words import Message
from cohorts.models import Cohort
from cohorts.services.closing import refuse_closed
from modules.enums import SessionKind, SessionStatus
from modules.models import Module, ModuleSession
from modules.queries.schedule import zone_at
from modules.rules.audience import group_word
from modules.rules.facts import Facts, facts_of
from modules.rules.times import zone_of
from modules.services import add_session, cancel_session, change_session, delete_session
from projects.models import Commission, DefenceDay, DefenceSlot, Project
from projects.queries.groups import NOT_FOUND, standings
from projects.queries.sittings import people_of_groups, published_sessions
from projects.rules.materials import check_due
from projects.rules.sittings import MOST_PROJECTS, check_day, group_words, may_defend_again, seats, session_title, slots
from projects.services.holding import check_version, lock

SUBJECT = "sitting"
DAY, DUE = Message("Day"), Message("Materials until")
ALREADY_ACCEPTED = Message("Nothing was planned: the project of %(group)s is accepted already.")
ELSEWHERE = Message("Nothing was planned: %(group)s is on the agenda of %(day)s, and nothing is decided there yet.")
NOBODY = Message("Nothing was planned: there is nobody in %(group)s.")


@dataclass(frozen=True, slots=True)
class Plan:
    """How a defence day shall be.

    Args:
        start: by the clocks of the place.
        minutes: for each project.
        project_ids: in the order of the agenda.
        materials_due_on: the last day on which groups hand in their materials in time; None: no day is set.

    """

    commission: Commission
    module: Module
    day: date
    start: time
    minutes: int
    project_ids: tuple[int, ...]
    rooms: tuple[str, ...] = ()
    link: str | None = None
    materials_due_on: date | None = None

    @property
    def zone(self) -> str:
        """The zone of the place: that of the module's block which holds the day, else of its first one."""
        blocks = self.module.blocks
        return zone_at(self.module, self.day, blocks[0].time_zone if blocks else self.module.cohort.time_zone)


def plan_sitting(  # noqa: PLR0913 - what a day consists of, each by name
    session: Session,
    *,
    commission: Commission,
    module: Module,
    day: date,
    start: time,
    minutes: int,
    project_ids: Sequence[int],
    rooms: tuple[str, ...] = (),
    link: str | None = None,
    materials_due_on: date | None = None,
    actor: Actor | None,
    now: datetime,
) -> DefenceDay:
    """Plan a defence day: a session of the schedule for each project, for its group, before the commission.

    Args:
        start: by the clocks of the place; minutes: for each project; project_ids: in the order of the agenda.
        materials_due_on: the last day on which groups hand in their materials in time.

    Raises:
        DomainError: before the module or the cohort, past midnight, no project, a project that is accepted or on
            another open agenda, a group without people, or materials only after the defence.
        NotFoundError: something is of another cohort.

    """
    plan = Plan(commission, module, day, start, minutes, tuple(project_ids), tuple(rooms), link, materials_due_on)
    refuse_closed(session, commission.cohort_id)
    projects = _checked(session, plan, None)
    sitting = DefenceDay(
        cohort_id=commission.cohort_id, commission=commission, day=day, materials_due_on=materials_due_on
    )
    session.add(sitting)
    session.flush()
    for position, (project, facts) in enumerate(_facts(plan, projects), start=1):
        meeting = add_session(session, module=module, facts=facts, actor=actor, now=now)
        session.add(DefenceSlot(sitting=sitting, project=project, session=meeting, position=position))
    session.flush()
    _record(session, "projects.sitting_planned", sitting, plan, actor, now)
    return sitting


def change_sitting(
    session: Session, *, sitting: DefenceDay, plan: Plan, version: int | None, actor: Actor | None, now: datetime
) -> DefenceDay:
    """Move a defence day, or change its order, projects, commission or place: its sessions follow, as drafts.

    Raises:
        ConflictError: somebody else changed it since.
        DomainError: as for :func:`plan_sitting`; or something is decided already.
        NotFoundError: something is of another cohort.

    """
    refuse_closed(session, sitting.cohort_id)
    lock(session, sitting)
    refuse_decided(sitting)
    typed = {
        DAY: (_day(sitting.day), _day(plan.day)),
        DUE: (_due(sitting.materials_due_on), _due(plan.materials_due_on)),
    }
    check_version(session, sitting, subject=SUBJECT, version=version, fields=typed)
    projects = _checked(session, plan, sitting)
    present = {slot.project_id: slot for slot in sitting.slots}
    seen = sitting.version
    _drop(session, [slot for key, slot in present.items() if key not in plan.project_ids], actor, now)
    if sitting.commission_id != plan.commission.id:
        sitting.commission = plan.commission
        sitting.present.clear()
    for position, (project, facts) in enumerate(_facts(plan, projects), start=1):
        _lay(session, sitting, present.get(project.id), project, facts, position, plan.module, actor, now)
    sitting.day, sitting.version = plan.day, seen + 1  # it followed its sessions one by one meanwhile
    sitting.materials_due_on = plan.materials_due_on
    session.flush()
    session.refresh(sitting)
    _record(session, "projects.sitting_changed", sitting, plan, actor, now)
    return sitting


def delete_sitting(
    session: Session, *, sitting: DefenceDay, version: int | None, actor: Actor | None, now: datetime
) -> None:
    """Delete a defence day that participants never saw, with its sessions.

    Raises:
        ConflictError: somebody else changed it since.
        DomainError: something is decided, or it was published.

    """
    refuse_closed(session, sitting.cohort_id)
    lock(session, sitting)
    refuse_decided(sitting)
    check_version(session, sitting, subject=SUBJECT, version=version, fields={DAY: (_day(sitting.day), "–")})
    if published_sessions(session, [slot.session_id for slot in sitting.slots]):
        raise DomainError(
            Message("Nothing was deleted: participants know of this day. Move it instead, and publish the schedule.")
        )
    record(
        session,
        act="projects.sitting_deleted",
        subject=SUBJECT,
        subject_id=sitting.id,
        actor=actor,
        now=now,
        cohort=sitting.cohort_id,
        day=sitting.day.isoformat(),
    )
    _drop(session, sitting.slots, actor, now)
    session.refresh(sitting)
    session.delete(sitting)
    session.flush()


def refuse_decided(sitting: DefenceDay) -> None:
    """What was decided stands for the day and the people of that agenda.

    Raises:
        DomainError: the minutes are closed, or something is decided.

    """
    if sitting.closed_at is not None:
        raise DomainError(Message("Nothing was changed: the minutes of this day are closed."))
    if any(slot.outcome for slot in sitting.slots):
        raise DomainError(Message("Nothing was changed: a project of this day is decided already."))


def plan_of(sitting: DefenceDay) -> Plan | None:
    """The plan that a sitting shows, read back from its sessions; None when it has none."""
    if not sitting.slots:
        return None
    first = min((slot.session for slot in sitting.slots), key=lambda meeting: meeting.starts_at)
    facts = facts_of(first)
    begin = first.starts_at.astimezone(zone_of(first.time_zone))
    return Plan(
        sitting.commission,
        first.module,
        begin.date(),
        begin.time().replace(second=0, microsecond=0),
        int((first.ends_at - first.starts_at).total_seconds() // 60),
        tuple(slot.project_id for slot in sitting.slots),
        facts.rooms,
        facts.link,
        sitting.materials_due_on,
    )


def _checked(session: Session, plan: Plan, sitting: DefenceDay | None) -> list[Project]:
    """The projects of a plan, held until the commit, in its order."""
    cohort_id = plan.commission.cohort_id
    cohort = session.get_one(Cohort, cohort_id)
    if plan.module.cohort_id != cohort_id:
        raise NotFoundError(NOT_FOUND)
    check_day(plan.day, module_starts=[block.starts_on for block in plan.module.blocks], cohort_start=cohort.starts_on)
    check_due(plan.materials_due_on, plan.day)
    wanted = list(dict.fromkeys(plan.project_ids))
    if not wanted or len(wanted) > MOST_PROJECTS:
        raise DomainError(
            Message("Nothing was planned: choose between 1 and %(n)s projects.", n=MOST_PROJECTS), field="projects"
        )
    rows = session.scalars(select(Project).where(Project.id.in_(wanted)).order_by(Project.id).with_for_update())
    found = {row.id: row for row in rows if row.group.cohort_id == cohort_id}
    if len(found) != len(wanted):
        raise NotFoundError(NOT_FOUND)
    projects = [found[key] for key in wanted]
    people = people_of_groups(session, [project.group_id for project in projects])
    places = standings(session, cohort_id)
    for project in projects:
        name = words_of(project).best("kk")[0]
        others = [one for one in places.get(project.group_id, []) if sitting is None or one.sitting_id != sitting.id]
        if not people.get(project.group_id):
            raise DomainError(Message(NOBODY.text, group=name), field="projects")
        if not may_defend_again(one.outcome for one in others):
            waiting = [one for one in others if one.outcome is None]
            if waiting:
                raise DomainError(Message(ELSEWHERE.text, group=name, day=_day(waiting[0].day)), field="projects")
            raise DomainError(Message(ALREADY_ACCEPTED.text, group=name), field="projects")
        if any(one.day > plan.day for one in others):
            raise DomainError(
                Message("Nothing was planned: %(group)s was decided on a later day.", group=name), field="day"
            )
    return projects


def _facts(plan: Plan, projects: Sequence[Project]) -> list[tuple[Project, Facts]]:
    """What the session of each project says."""
    times = slots(plan.day, plan.start, plan.minutes, len(projects), plan.zone)
    people = seats(row.expert_id for row in plan.commission.members)
    return [
        (
            project,
            Facts(
                title=session_title(project.title, words_of(project)),
                starts_at=begin,
                ends_at=end,
                time_zone=plan.zone,
                kind=SessionKind.DEFENCE,
                rooms=plan.rooms,
                link=plan.link,
                audience=(group_word(project.group_id),),
                people=people,
            ),
        )
        for project, (begin, end) in zip(projects, times, strict=True)
    ]


def _lay(
    session: Session,
    sitting: DefenceDay,
    slot: DefenceSlot | None,
    project: Project,
    facts: Facts,
    position: int,
    module: Module,
    actor: Actor | None,
    now: datetime,
) -> None:
    if slot is None:
        meeting = add_session(session, module=module, facts=facts, actor=actor, now=now)
        session.add(DefenceSlot(sitting=sitting, project=project, session=meeting, position=position))
        return
    meeting = slot.session
    kept = facts_of(meeting)
    wanted = replace(facts, address=kept.address, note=kept.note, languages=kept.languages, speaker=kept.speaker)
    if kept.status == SessionStatus.TENTATIVE:
        wanted = replace(wanted, status=SessionStatus.TENTATIVE)
    change_session(
        session, meeting=meeting, module=module, facts=wanted, expected_version=meeting.version, actor=actor, now=now
    )
    slot.position = position


def _drop(session: Session, leaving: Sequence[DefenceSlot], actor: Actor | None, now: datetime) -> None:
    """Take slots off an agenda; a session that participants know is cancelled, another one deleted."""
    meetings: list[ModuleSession] = [slot.session for slot in leaving]
    known = published_sessions(session, [meeting.id for meeting in meetings])
    for slot in list(leaving):
        session.delete(slot)
    session.flush()
    for meeting in meetings:
        act = cancel_session if meeting.id in known else delete_session
        act(session, meeting=meeting, expected_version=meeting.version, actor=actor, now=now)


def words_of(project: Project) -> Tri:
    """The group of a project in words."""
    group = project.group
    return group_words(group.label, group.organisation.name if group.organisation else None)


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _due(day: date | None) -> str:
    return _day(day) if day else ""


def _record(session: Session, act: str, sitting: DefenceDay, plan: Plan, actor: Actor | None, now: datetime) -> None:
    record(
        session,
        act=act,
        subject=SUBJECT,
        subject_id=sitting.id,
        actor=actor,
        now=now,
        cohort=sitting.cohort_id,
        commission=plan.commission.number,
        module=plan.module.id,
        day=plan.day.isoformat(),
        materials_due_on=plan.materials_due_on.isoformat() if plan.materials_due_on else None,
        projects=list(plan.project_ids),
    )
