"""Putting people into groups: by hand, by organisation, at random with a seed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import ConflictError, Difference, DomainError
from app.kernel.words import Message
from app.organisations.models import Organisation
from app.people.queries import display_name
from cohorts.models import Cohort, Enrolment, Group
from cohorts.services import groups as rows
from cohorts.services.closing import refuse_closed
from projects.models import Project
from projects.queries.groups import groups_of, groups_with_sessions, people_of, project_of, standings
from projects.queries.materials import groups_with_materials
from projects.rules.grouping import Arrangement, Member, at_random, by_organisation, state_mark
from projects.rules.sittings import group_words

DECIDED = Message("Nothing was changed: defences are decided already, and they stand for the people of today’s groups.")
STALE = Message("Somebody else changed the groups since you looked. Nothing was arranged: look again.")
_PLAIN = "%(name)s"  # alike in every language


def groups_by_organisation(
    session: Session, *, cohort: Cohort, actor: Actor | None, now: datetime, reviewed: str | None = None
) -> list[Group]:
    """Make one team for each sending organisation in place of the present groups; the same team keeps its project.

    Args:
        reviewed: the mark of what was looked at (``rules.grouping.state_mark``); None takes it as it is.

    Raises:
        ConflictError: somebody else changed the groups since.
        DomainError: a defence is decided, or a group that would go is expected somewhere.

    """
    arrangement = proposal(session, cohort, by="organisation")
    return _arrange(session, cohort, arrangement, reviewed, actor, now, by="organisation")


def groups_at_random(
    session: Session,
    *,
    cohort: Cohort,
    count: int,
    seed: int,
    actor: Actor | None,
    now: datetime,
    reviewed: str | None = None,
) -> list[Group]:
    """Deal the people into so many groups in place of the present ones; the same seed gives the same groups.

    Args:
        reviewed: see :func:`groups_by_organisation`.

    Raises:
        ConflictError, DomainError: as there; or the count or the seed makes no sense.

    """
    arrangement = proposal(session, cohort, by="random", count=count, seed=seed)
    return _arrange(session, cohort, arrangement, reviewed, actor, now, by="random", seed=seed)


def proposal(session: Session, cohort: Cohort, *, by: str, count: int = 0, seed: int = 0) -> Arrangement:
    """What an arrangement would be: nothing is written.

    Raises:
        DomainError: the count or the seed makes no sense.

    """
    people = people_of(session, cohort.id)
    members = [Member(row.number, row.organisation_id) for row in people]
    if by == "random":
        return at_random(members, count=count, seed=seed)
    sent = {row.organisation.id: row.organisation for row in people if row.organisation}
    return by_organisation(members, order=sorted(sent, key=lambda key: (sent[key].sort_key, key)))


def present_mark(session: Session, cohort: Cohort) -> str:
    """The mark of who stands where today."""
    return state_mark({row.number: row.group_id for row in people_of(session, cohort.id)})


def place(
    session: Session,
    *,
    cohort: Cohort,
    group: Group | None,
    numbers: Sequence[int],
    actor: Actor | None,
    now: datetime,
    seen: Mapping[int, int | None] | None = None,
) -> int:
    """Put people, by their numbers in the cohort, into a group; None takes them out.

    Args:
        seen: where they stood when somebody looked, by number; None doesn't ask.

    Returns:
        How many moved.

    Raises:
        ConflictError: somebody else moved one of them since.
        DomainError: nobody was chosen, or the defence of their group, or of the new one, is decided.

    """
    _hold(session, cohort)
    moving = [row for row in people_of(session, cohort.id) if row.number in set(numbers)]
    if not moving:
        raise DomainError(Message("Nobody was moved: tick people first."))
    if seen is not None:
        _check_seen(moving, seen, group)
    moving = [row for row in moving if row.group_id != (group.id if group else None)]
    touched = {row.group_id for row in moving} | ({group.id} if group and moving else set())
    refuse_decided(session, cohort, {key for key in touched if key is not None})
    names = [row.number for row in moving]
    rows.assign(session, cohort=cohort, group=group, numbers=names)
    if names:
        _record(
            session, "projects.people_placed", cohort, actor, now, group=group.label if group else None, numbers=names
        )
    return len(names)


def refuse_decided(session: Session, cohort: Cohort, group_ids: Collection[int]) -> None:
    """A decision stands for the people of the group that defended.

    Raises:
        DomainError: something is decided of one of these groups.

    """
    places = standings(session, cohort.id)
    if any(one.outcome for key in group_ids for one in places.get(key, ())):
        raise DomainError(DECIDED)


def remove_group(session: Session, *, group: Group, actor: Actor | None, now: datetime) -> None:
    """Remove a group without people, and what is known of its project.

    Raises:
        DomainError: there are people in it, it stands on an agenda, or sessions are planned for it.

    """
    _check_free(session, group.cohort_id, [group])
    _drop_project(session, group)
    rows.remove_group(session, group=group, actor=actor, now=now)


def _check_seen(moving: Sequence[Enrolment], seen: Mapping[int, int | None], group: Group | None) -> None:
    moved = [row for row in moving if row.number in seen and seen[row.number] != row.group_id]
    if moved:
        raise ConflictError(
            Message("Somebody else moved people while you were looking. Nobody was moved by you."),
            differences=[
                Difference(
                    Message(_PLAIN, name=display_name(row.person, "kk")),
                    row.group.label if row.group else "–",
                    group.label if group else "–",
                )
                for row in moved
            ],
        )


def _arrange(
    session: Session,
    cohort: Cohort,
    arrangement: Arrangement,
    reviewed: str | None,
    actor: Actor | None,
    now: datetime,
    **why: Any,  # noqa: ANN401 - goes to the audit as it is
) -> list[Group]:
    """Write an arrangement: groups that fit it are kept with their projects, the others go."""
    _hold(session, cohort)
    if reviewed is not None and reviewed != present_mark(session, cohort):
        raise ConflictError(STALE)
    present = list(groups_of(session, cohort.id))
    refuse_decided(session, cohort, [group.id for group in present])
    kept = _fitting(arrangement, present)
    surplus = [group for group in present if group not in kept]
    _check_free(session, cohort.id, surplus)
    everybody = [number for team in arrangement.teams for number in team.numbers]
    rows.assign(session, cohort=cohort, group=None, numbers=[*everybody, *arrangement.alone])
    for group in surplus:
        _drop_project(session, group)
        rows.remove_group(session, group=group, actor=actor, now=now)
    made = []
    for position, (team, fitting) in enumerate(zip(arrangement.teams, kept, strict=True), start=1):
        group = fitting or _new(session, cohort, team.organisation_id, actor, now)
        group.position = position
        rows.assign(session, cohort=cohort, group=group, numbers=team.numbers)
        made.append(group)
    session.flush()
    _record(session, "projects.groups_arranged", cohort, actor, now, groups=len(made), people=len(everybody), **why)
    return made


def _fitting(arrangement: Arrangement, present: Sequence[Group]) -> list[Group | None]:
    """For each team the present group that becomes it: that of its organisation, or the next one without any."""
    of_organisation = {group.organisation_id: group for group in present if group.organisation_id is not None}
    free = iter([group for group in present if group.organisation_id is None])
    return [
        of_organisation.get(team.organisation_id) if team.organisation_id is not None else next(free, None)
        for team in arrangement.teams
    ]


def leaving(arrangement: Arrangement, present: Sequence[Group]) -> list[Group]:
    """The present groups that an arrangement would remove."""
    kept = _fitting(arrangement, present)
    return [group for group in present if group not in kept]


def _new(session: Session, cohort: Cohort, organisation_id: int | None, actor: Actor | None, now: datetime) -> Group:
    organisation = session.get_one(Organisation, organisation_id) if organisation_id is not None else None
    return rows.add_group(session, cohort=cohort, organisation=organisation, actor=actor, now=now)


def _check_free(session: Session, cohort_id: int, groups: Sequence[Group]) -> None:
    """Refuse to remove a group that is expected somewhere."""
    if not groups:
        return
    on_agenda, expected = standings(session, cohort_id), groups_with_sessions(session, cohort_id)
    handed_in = groups_with_materials(session, cohort_id)
    for group in groups:
        name = group_words(group.label, group.organisation.name if group.organisation else None).best("kk")[0]
        if group.id in on_agenda:
            raise DomainError(
                Message(
                    "Nothing was changed: a defence of %(group)s is planned. Take it off the agenda first.", group=name
                )
            )
        if group.id in expected:
            raise DomainError(
                Message("Nothing was changed: sessions are planned for %(group)s alone. Change them first.", group=name)
            )
        if group.id in handed_in:
            raise DomainError(
                Message("Nothing was changed: %(group)s has handed in materials, which stay.", group=name)
            )


def _drop_project(session: Session, group: Group) -> None:
    project: Project | None = project_of(session, group)
    if project is not None:
        session.delete(project)
        session.flush()


def _hold(session: Session, cohort: Cohort) -> None:
    """One arrangement after the other, each from what is there now."""
    session.flush()
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    session.expire_all()
    refuse_closed(session, cohort.id)


def _record(
    session: Session,
    act: str,
    cohort: Cohort,
    actor: Actor | None,
    now: datetime,
    **detail: Any,  # noqa: ANN401 - any value that JSON can hold
) -> None:
    record(session, act=act, subject="cohort", subject_id=cohort.id, actor=actor, now=now, **detail)
