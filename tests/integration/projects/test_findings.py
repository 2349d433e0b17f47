from datetime import date
from typing import Any, ClassVar

from cohorts.conditions import Finding, Verdict
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.schema import DefenceSpec
from cohorts.signals import CohortClosing, Matter, cohort_closing
from projects.enums import Outcome
from projects.queries.findings import judge
from projects.services import groups_by_organisation, place
from tests.integration.modules.world import NOW
from tests.integration.projects.world import Stage
from tests.support.visiting import Statements

BY_GROUP = DefenceSpec(kind="defence", unit="group")
BY_ORGANISATION = DefenceSpec(kind="defence", unit="organisation")
LATER = date(2026, 11, 24)


def of_groups(stage: Stage, condition: DefenceSpec = BY_GROUP) -> list[Finding]:
    """What is found of each group: the same for all of its people, but that each has an own object."""
    found = judge(stage.session, stage.cohort, condition)
    assert set(found) == {row.id for row in stage.people()}
    groups = []
    for group in stage.groups:
        own = [found[row.id] for row in stage.people() if row.group_id == group.id]
        assert all(one == own[0] for one in own)
        groups.append(own[0])
    return groups


def said(stage: Stage) -> list[tuple[Verdict, str]]:
    return [(one.verdict, str(one.said)) for one in of_groups(stage)]


def matters(stage: Stage) -> list[str]:
    found: list[Matter] = []
    cohort_closing.send(CohortClosing(stage.session, stage.cohort, found, NOW))
    return [str(matter.text) for matter in found if not matter.endpoint.startswith(("attendance", "completion"))]


class TestVerdicts:
    def test_closed_minutes_alone_count(self, stage: Stage) -> None:
        stage.split(2)
        sitting = stage.sitting(0)
        stage.all_present(sitting)
        stage.decide(sitting.slots[0])
        assert said(stage) == [(Verdict.OPEN, "Not defended yet")] * 2

    def test_each_decision_in_words_with_its_evidence(self, stage: Stage) -> None:
        stage.split(4)
        sitting = stage.held(Outcome.ACCEPTED, Outcome.TO_REVISE, Outcome.NOT_ACCEPTED, Outcome.NOT_SUBMITTED)
        assert said(stage) == [
            (Verdict.MET, "Accepted"),
            (Verdict.OPEN, "To revise"),
            (Verdict.NOT_MET, "Not accepted"),
            (Verdict.NOT_MET, "Not submitted"),
        ]
        third = of_groups(stage)[2]
        assert third.unit == stage.groups[2].id
        assert [(str(one.label), one.endpoint, dict(one.values)) for one in third.evidence] == [
            (
                "Minutes No. 1 of 23.11.2026, item 3",
                "defences.sitting",
                {"code": "kel-1", "number": sitting.id, "_anchor": "item-3"},
            )
        ]

    def test_a_further_agenda_leaves_it_open(self, stage: Stage) -> None:
        stage.split(2)
        stage.held(Outcome.NOT_ACCEPTED, Outcome.ACCEPTED)
        stage.sitting(0, day=LATER)
        assert said(stage)[0] == (Verdict.OPEN, "Not accepted")

    def test_a_later_acceptance_counts(self, stage: Stage) -> None:
        stage.split(1)
        stage.held(Outcome.TO_REVISE)
        stage.held(Outcome.ACCEPTED, number="2", day=LATER)
        [found] = of_groups(stage)
        assert (found.verdict, str(found.evidence[0].label)) == (Verdict.MET, "Minutes No. 2 of 24.11.2026, item 1")

    def test_a_closed_cohort_waits_for_nothing(self, stage: Stage) -> None:
        stage.split(3)
        stage.held(Outcome.ACCEPTED, Outcome.TO_REVISE)
        stage.cohort.status = CohortStatus.CLOSED
        assert said(stage) == [
            (Verdict.MET, "Accepted"),
            (Verdict.NOT_MET, "To revise"),
            (Verdict.NOT_MET, "No defence"),
        ]

    def test_whoever_is_in_no_group(self, stage: Stage) -> None:
        found = judge(stage.session, stage.cohort, BY_GROUP)
        assert {(one.verdict, str(one.said), one.unit) for one in found.values()} == {
            (Verdict.OPEN, "In no group yet", None)
        }
        stage.cohort.status = CohortStatus.CLOSED
        found = judge(stage.session, stage.cohort, BY_GROUP)
        assert {str(one.said) for one in found.values()} == {"In no group"}

    def test_the_team_of_the_organisation_stands_for_its_people(self, stage: Stage) -> None:
        stage.groups = groups_by_organisation(stage.session, cohort=stage.cohort, actor=None, now=NOW)
        late = stage.people()[0]
        place(stage.session, cohort=stage.cohort, group=None, numbers=[late.number], actor=None, now=NOW)
        stage.held(Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.NOT_SUBMITTED)
        team = next(group for group in stage.groups if group.organisation_id == late.organisation_id)
        by_organisation = judge(stage.session, stage.cohort, BY_ORGANISATION)
        assert (by_organisation[late.id].unit, by_organisation[late.id].verdict) == (team.id, Verdict.MET)
        assert judge(stage.session, stage.cohort, BY_GROUP)[late.id].unit is None

    def test_the_number_of_statements_does_not_grow(self, stage: Stage, statements: Statements) -> None:
        counts = []
        for count in (1, 3):
            stage.split(count, seed=count)
            with statements() as sent:
                judge(stage.session, stage.cohort, BY_GROUP)
            counts.append(len(sent))
        assert counts[0] == counts[1]


class TestBeforeClosing:
    RULE: ClassVar[dict[str, Any]] = {"conditions": [{"kind": "defence", "unit": "group"}]}

    def test_open_minutes_are_named(self, stage: Stage) -> None:
        stage.split(2)
        stage.sitting(0)
        assert matters(stage) == ["Close the minutes of the defence on 23.11.2026."]

    def test_undecided_projects_only_where_the_rule_asks(self, stage: Stage) -> None:
        stage.split(3)
        stage.held(Outcome.ACCEPTED, Outcome.TO_REVISE)
        assert matters(stage) == []
        stage.cohort.completion_rule = self.RULE
        assert matters(stage) == ["Decide on the project of № 3 топ: no minutes say anything of it."]

    def test_people_in_no_group(self, stage: Stage) -> None:
        stage.cohort.completion_rule = self.RULE
        assert matters(stage) == ["Put everybody into a group: 9 are in none."]

    def test_it_can_close_with_projects_that_failed(self, stage: Stage) -> None:
        stage.cohort.completion_rule = self.RULE
        stage.split(3)
        stage.held(Outcome.ACCEPTED, Outcome.NOT_ACCEPTED, Outcome.NOT_SUBMITTED)
        assert matters(stage) == []

    def test_whom_an_order_decided_nothing_is_asked_any_more(self, stage: Stage) -> None:
        stage.cohort.completion_rule = self.RULE
        first, *_others = stage.split(3)
        alone = next(row for row in stage.people() if row.group_id == first.id)
        place(stage.session, cohort=stage.cohort, group=None, numbers=[alone.number], actor=None, now=NOW)
        stage.held(Outcome.ACCEPTED, Outcome.ACCEPTED)
        assert len(matters(stage)) == 2
        for row in stage.people():
            if row.group_id == stage.groups[2].id:
                row.status = EnrolmentStatus.NOT_COMPLETED
        stage.session.flush()
        assert matters(stage) == ["Put everybody into a group: 1 are in none."]
        alone.status = EnrolmentStatus.COMPLETED  # let off by a waiver
        stage.session.flush()
        assert matters(stage) == []
