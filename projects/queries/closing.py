"""What of projects and defences is open before a cohort can be closed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.words import Message
from cohorts.conditions import Verdict
from cohorts.enums import EnrolmentStatus
from cohorts.models import Cohort, Enrolment
from cohorts.schema import CompletionSpec, DefenceSpec
from cohorts.signals import Matter
from projects.queries.findings import judge
from projects.queries.groups import groups_of
from projects.queries.sittings import sittings_of
from projects.rules.sittings import group_words

UNDECIDED = Enrolment.status == EnrolmentStatus.ENROLLED


def matters_of(session: Session, cohort: Cohort) -> list[Matter]:
    """Minutes that are open, and, where the rule asks for a defence, groups of which nothing is decided for good.

    An order that says who completed and who did not has the last word: of its people nothing is asked any more.
    """
    found = [
        Matter(
            Message("Close the minutes of the defence on %(day)s.", day=f"{sitting.day:%d.%m.%Y}"),
            "defences.sitting",
            {"code": cohort.code, "number": sitting.id},
        )
        for sitting in sittings_of(session, cohort.id)
        if sitting.closed_at is None
    ]
    rule = CompletionSpec.model_validate(cohort.completion_rule or {})
    for condition in rule.conditions:
        if isinstance(condition, DefenceSpec):
            found += _undecided(session, cohort, condition)
    return found


def _undecided(session: Session, cohort: Cohort, condition: DefenceSpec) -> list[Matter]:
    waits = set(session.scalars(select(Enrolment.id).where(Enrolment.cohort_id == cohort.id, UNDECIDED)))
    findings = [finding for key, finding in judge(session, cohort, condition).items() if key in waits]
    # Sent back for revision is a decision: such a group may end without an accepted project.
    waiting = {one.unit for one in findings if one.verdict == Verdict.OPEN and one.unit and not one.evidence}
    alone = sum(one.unit is None and one.verdict == Verdict.OPEN for one in findings)
    found = []
    for group in groups_of(session, cohort.id):
        if group.id in waiting:
            name = group_words(group.label, group.organisation.name if group.organisation else None)
            found.append(
                Matter(
                    Message(
                        "Decide on the project of %(group)s: no minutes say anything of it.", group=name.best("kk")[0]
                    ),
                    "groups.group",
                    {"code": cohort.code, "number": group.id},
                )
            )
    if alone:
        found.append(
            Matter(
                Message("Put everybody into a group: %(n)s are in none.", n=alone),
                "groups.index",
                {"code": cohort.code},
            )
        )
    return found
