"""How the people of a cohort stand to the condition that their project is defended: closed minutes alone count."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.words import Message
from cohorts.conditions import Evidence, Finding, Verdict
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Cohort, Enrolment
from cohorts.schema import DefenceSpec
from projects.enums import OUTCOME_LABELS, Outcome
from projects.queries.groups import Standing, groups_of, standings

NO_GROUP = Message("In no group yet")
NO_DEFENCE = Message("Not defended yet")
NEVER_DEFENDED = Message("No defence")
WITHOUT_GROUP = Message("In no group")


def judge(session: Session, cohort: Cohort, condition: DefenceSpec) -> dict[int, Finding]:
    """How everybody of a cohort who did not withdraw stands to the condition, by enrolment. Three statements.

    The unit is the group; where the condition's is the organisation, whoever is in no group belongs to their
    organisation's team. While the cohort is not closed, a project without closed minutes is OPEN, and so is one that
    was sent back for revision or stands on a further agenda.
    """
    places = standings(session, cohort.id)
    teams = {group.organisation_id: group.id for group in groups_of(session, cohort.id) if group.organisation_id}
    judged = {key: _of_group(cohort, key, found) for key, found in places.items()}
    rows = session.execute(
        select(Enrolment.id, Enrolment.group_id, Enrolment.organisation_id)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.status != EnrolmentStatus.WITHDRAWN)
        .order_by(Enrolment.number)
    )
    findings = {}
    for key, group_id, organisation_id in rows:
        unit = group_id
        if unit is None and condition.unit == "organisation":
            unit = teams.get(organisation_id) if organisation_id is not None else None
        findings[key] = judged.get(unit) or _of_group(cohort, unit, ()) if unit is not None else _alone(cohort)
    return findings


def _alone(cohort: Cohort) -> Finding:
    if cohort.status == CohortStatus.CLOSED:
        return Finding(Verdict.NOT_MET, WITHOUT_GROUP)
    return Finding(Verdict.OPEN, NO_GROUP)


def _of_group(cohort: Cohort, group_id: int, places: Sequence[Standing]) -> Finding:
    """A group: accepted in some closed minutes, else as the last of them say."""
    closed = [place for place in places if place.closed and place.outcome]
    over = cohort.status == CohortStatus.CLOSED
    for place in closed:
        if place.outcome == Outcome.ACCEPTED:
            return Finding(Verdict.MET, OUTCOME_LABELS[Outcome.ACCEPTED], (evidence(cohort, place),), group_id)
    if not closed:
        if over:
            return Finding(Verdict.NOT_MET, NEVER_DEFENDED, (), group_id)
        return Finding(Verdict.OPEN, NO_DEFENCE, (), group_id)
    last = closed[-1]
    said = OUTCOME_LABELS[last.outcome] if last.outcome else NO_DEFENCE
    waits = last.outcome == Outcome.TO_REVISE or any(not place.closed for place in places)
    verdict = Verdict.OPEN if waits and not over else Verdict.NOT_MET
    return Finding(verdict, said, tuple(evidence(cohort, place) for place in closed), group_id)


def evidence(cohort: Cohort, place: Standing) -> Evidence:
    """Where a decision can be looked up: the item of closed minutes."""
    day = place.minutes_date or place.day
    return Evidence(
        Message(
            "Minutes No. %(number)s of %(day)s, item %(item)s",
            number=place.number,
            day=f"{day:%d.%m.%Y}",
            item=place.item,
        ),
        "defences.sitting",
        {"code": cohort.code, "number": place.sitting_id, "_anchor": f"item-{place.item}"},
    )
