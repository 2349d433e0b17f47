"""Completion by evidence: the ledger, waivers, and certificates that follow from them."""

from datetime import date

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.audit.models import AuditEntry
from app.kernel.errors import ConflictError, DomainError
from certificates.models import Batch, Certificate, Waiver
from certificates.queries.candidates import number_to_propose
from certificates.queries.completion import ledger
from certificates.rules import Mend
from certificates.rules.completion import Standing
from certificates.rules.evidence import thaw
from certificates.services import annul, mark_rest, send_back, waive, withdraw_waiver
from certificates.services.proposing import check
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Enrolment
from cohorts.services import change_status, close_cohort
from cohorts.signals import CohortClosing, Matter, cohort_closing
from projects.enums import Outcome
from tests.integration.certificates.making import NOW, World
from tests.integration.certificates.teams import ATTENDANCE, DEFENCE, Teams

TEN = dict.fromkeys(range(10), Outcome.ACCEPTED)
ORDER_DAY = date(2024, 7, 1)
PAPER = "certificate No. 04-11 of 12.02.2024"


def certified(session: Session, teams: Teams) -> set[int]:
    return set(session.scalars(select(Certificate.enrolment_id).where(Certificate.cohort_id == teams.cohort.id)))


def rest(teams: Teams, order: str = "50") -> int:
    return mark_rest(
        teams.world.session,
        cohort=teams.cohort,
        order_number=order,
        order_date=ORDER_DAY,
        actor=teams.coordinator,
        now=NOW,
    )


def mark(teams: Teams, rows: list[Enrolment], status: EnrolmentStatus, reason: str | None = None) -> None:
    change_status(
        teams.world.session,
        cohort=teams.cohort,
        numbers=[row.number for row in rows],
        status=status,
        order_number="51",
        order_date=ORDER_DAY,
        reason=reason,
        actor=teams.coordinator,
        now=NOW,
    )


def let_off(teams: Teams, row: Enrolment, condition: str = "attendance", **texts: str) -> Waiver:
    given = {"reason": "an illness", "document": PAPER, **texts}
    return waive(teams.world.session, enrolment=row, condition=condition, actor=teams.coordinator, now=NOW, **given)


@pytest.fixture
def both(world: World) -> Teams:
    """Four universities of two people each; the first person was there for six of ten half-days only."""
    found = Teams(world, count=4, people=8, conditions=(ATTENDANCE, DEFENCE))
    found.attend(10, absent={0: 4})
    found.sit(dict.fromkeys(range(4), Outcome.ACCEPTED), number="1")
    return found


class TestTenOfTwelve:
    def test_a_later_sitting_reaches_only_those_newly_complete(self, session: Session, teams: Teams) -> None:
        teams.sit(TEN, number="1")
        found = ledger(session, teams.cohort)
        assert (found.unit, found.score, len(found.rows)) == ("university", (10, 12), 25)
        assert (found.count(Standing.COMPLETE), found.count(Standing.OPEN)) == (21, 4)
        first = teams.world.approved(teams.proposed(), teams.approver)
        assert certified(session, teams) == teams.of(*range(10))
        assert {row.status for row in teams.enrolments if row.id in teams.of(10, 11)} == {EnrolmentStatus.ENROLLED}
        with pytest.raises(DomainError, match="nobody"):
            teams.proposed(order_number="46")

        teams.sit({10: Outcome.ACCEPTED}, number="2", day=date(2024, 6, 27))
        assert ledger(session, teams.cohort).score == (11, 12)
        second = teams.world.approved(teams.proposed(order_number="46"), teams.approver)
        assert {one.enrolment_id for one in second.certificates} == teams.of(10)
        assert certified(session, teams) == teams.of(*range(11))
        numbers = [one.number for one in (*first.certificates, *second.certificates)]
        assert numbers == [f"UM-1-2024-{n:06}" for n in range(1, 24)]

    def test_the_order_of_the_certificates_marks_the_people(self, session: Session, teams: Teams) -> None:
        teams.sit(TEN, number="1")
        teams.proposed()
        row = next(row for row in teams.enrolments if row.id in teams.of(0))
        session.refresh(row)
        assert (row.status, row.history[-1].order_number) == (EnrolmentStatus.COMPLETED, "45")

    def test_a_decision_without_closed_minutes_counts_for_nothing(self, session: Session, teams: Teams) -> None:
        teams.sit(TEN, number="1", close=False)
        assert ledger(session, teams.cohort).score == (0, 12)
        with pytest.raises(DomainError, match="nobody"):
            teams.proposed()

    def test_it_is_closed_at_ten_of_twelve(self, session: Session, teams: Teams) -> None:
        teams.sit(TEN, number="1")
        teams.sit({10: Outcome.TO_REVISE, 11: Outcome.NOT_SUBMITTED}, number="2", day=date(2024, 6, 27))
        teams.world.approved(teams.proposed(), teams.approver)
        assert rest(teams) == 4
        close_cohort(session, cohort=teams.cohort, actor=teams.coordinator, now=NOW)
        found = ledger(session, teams.cohort)
        assert (found.score, found.count(Standing.MISSING)) == ((10, 12), 4)
        assert found.without(found.rule.conditions[0], decided=True) == (2, 4)

    def test_who_was_marked_by_no_more_than_the_rest_can_complete_later(self, session: Session, teams: Teams) -> None:
        teams.sit(TEN, number="1")
        teams.world.approved(teams.proposed(), teams.approver)
        rest(teams)
        teams.sit({10: Outcome.ACCEPTED}, number="2", day=date(2024, 6, 27))
        assert {str(finding.why)[:33] for finding in check(session, teams.cohort).look if finding.candidate} >= {
            "Was marked as not completed; this"
        }
        assert {item.enrolment_id for item in teams.proposed(order_number="46").items} == teams.of(10)

    def test_a_decision_with_a_reason_stands_above_the_evidence(self, session: Session, teams: Teams) -> None:
        teams.sit(TEN, number="1")
        dismissed = teams.enrolments[0]
        mark(teams, [dismissed], EnrolmentStatus.NOT_COMPLETED, reason="somebody else's work")
        found = check(session, teams.cohort)
        assert [(one.candidate.enrolment_id, one.mend) for one in found.held if one.candidate] == [
            (dismissed.id, Mend.MARK)
        ]
        assert dismissed.id not in {item.enrolment_id for item in teams.proposed().items}

    def test_numbers_of_names_are_counted_not_spelt(self, session: Session, teams: Teams) -> None:
        names = [str(unit.name.en) for unit in ledger(session, teams.cohort).units if not isinstance(unit.name, str)]
        assert names == [f"Model University No. {n}" for n in range(1, 13)]

    def test_the_cohort_says_so_from_a_week_before_the_end(self, session: Session, teams: Teams) -> None:
        teams.sit(TEN, number="1")
        assert [number_to_propose(session, teams.cohort, today=date(2024, 6, day)) for day in (20, 21)] == [0, 21]


class TestWaivers:
    def test_somebody_let_off_is_complete_and_the_proposal_says_why(self, session: Session, both: Teams) -> None:
        row = both.enrolments[0]
        assert ledger(session, both.cohort).count(Standing.MISSING) == 1
        let_off(both, row)
        found = ledger(session, both.cohort).of(row.id)
        assert found
        assert (found.complete, [item.condition.key for item in found.waived]) == (True, ["attendance"])
        batch = both.proposed()
        item = next(item for item in batch.items if item.enrolment_id == row.id)
        attendance, defence = thaw(item.evidence)
        assert (attendance.waived, attendance.reason, attendance.document) == (True, "an illness", PAPER)
        assert (str(attendance.said), str(defence.said)) == ("60% (6/10)", "Accepted")
        assert str(defence.evidence[0].label) == "Minutes No. 1 of 20.06.2024, item 1"
        assert len([one for one in batch.items if any(part.waived for part in thaw(one.evidence))]) == 1
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject == "enrolment"))
        assert list(acts) == ["certificates.waived"]

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"reason": "  "}, "give the reason"),
            ({"document": ""}, "name the document"),
            ({"reason": "ә" * 501}, "reason is too long"),
            ({"document": "ә" * 201}, "document is too long"),
            ({"condition": "internship"}, "choose one of the conditions"),
            ({"condition": "defence"}, "is met"),
        ],
    )
    def test_what_no_waiver_is_given_for(self, both: Teams, change: dict[str, str], sentence: str) -> None:
        with pytest.raises(DomainError, match=sentence):
            let_off(both, both.enrolments[0], **change)

    def test_not_twice_not_for_who_left_not_for_oneself_not_in_a_closed_cohort(
        self, session: Session, both: Teams
    ) -> None:
        row = both.enrolments[0]
        waiver = let_off(both, row)
        with pytest.raises(DomainError, match="waived already"):
            let_off(both, row)
        withdraw_waiver(session, waiver=waiver, actor=both.coordinator, now=NOW)
        with pytest.raises(ConflictError, match="taken back already"):
            withdraw_waiver(session, waiver=waiver, actor=both.coordinator, now=NOW)
        own = both.world.actor(Role.COORDINATOR, name="self", person_id=row.person_id)
        texts = {"condition": "attendance", "reason": "r", "document": "d"}
        with pytest.raises(DomainError, match="nobody lets themselves off"):
            waive(session, enrolment=row, actor=own, now=NOW, **texts)
        mark(both, [row], EnrolmentStatus.WITHDRAWN, reason="moved")
        with pytest.raises(DomainError, match="left the programme"):
            let_off(both, row)
        both.cohort.status = CohortStatus.CLOSED
        session.flush()
        with pytest.raises(DomainError, match="cohort is closed"):
            let_off(both, row)

    def test_it_is_not_taken_back_from_under_a_valid_certificate(self, session: Session, both: Teams) -> None:
        row = both.enrolments[0]
        waiver = let_off(both, row)
        issue = both.world.approved(both.proposed(), both.approver)
        certificate = next(one for one in issue.certificates if one.enrolment_id == row.id)
        with pytest.raises(DomainError, match=certificate.number):
            withdraw_waiver(session, waiver=waiver, actor=both.coordinator, now=NOW)
        annul(session, certificate=certificate, reason="by mistake", actor=both.approver, now=NOW)
        withdraw_waiver(session, waiver=waiver, actor=both.coordinator, now=NOW)
        found = check(session, both.cohort)
        assert [str(finding.why) for finding in found.held] == [
            "Marked as completed, but the conditions are not met: attendance is 60% (6/10), the rule is 80%."
        ]


class TestEvidence:
    def test_nobody_is_marked_as_completed_without_it(self, both: Teams) -> None:
        missing = both.enrolments[0]
        with pytest.raises(
            DomainError, match=r"Сынақов011 Тест has not met the conditions \(attendance is 60% \(6/10\)"
        ):
            mark(both, both.enrolments, EnrolmentStatus.COMPLETED)
        mark(both, [row for row in both.enrolments if row is not missing], EnrolmentStatus.COMPLETED)
        assert len(both.proposed().items) == 7

    def test_it_says_how_many_they_are(self, teams: Teams) -> None:
        with pytest.raises(DomainError, match=r"met the conditions: 25, such as .* \(the defence is still open"):
            mark(teams, teams.enrolments, EnrolmentStatus.COMPLETED)

    def test_an_approver_issues_nothing_when_it_does_not_suffice_any_more(self, session: Session, both: Teams) -> None:
        waiver = let_off(both, both.enrolments[0])
        batch = both.proposed()
        withdraw_waiver(session, waiver=waiver, actor=both.coordinator, now=NOW)
        with pytest.raises(DomainError, match=r"Сынақов011 Тест is not ready any more\. .*attendance is 60%"):
            both.world.approved(batch, both.approver)
        assert certified(session, both) == set()
        send_back(session, batch=batch, note="mend it", actor=both.approver, now=NOW)
        assert len(both.proposed(order_number="46").items) == 7

    def test_who_withdrew_is_in_no_ledger(self, session: Session, both: Teams) -> None:
        mark(both, both.enrolments[:2], EnrolmentStatus.WITHDRAWN, reason="moved")
        found = ledger(session, both.cohort)
        assert (found.score, len(found.rows), found.of(both.enrolments[0].id)) == ((3, 3), 6, None)

    def test_without_conditions_an_order_alone_decides(self, session: Session, world: World) -> None:
        world.many(2)
        batch = world.proposed(world.actor(Role.COORDINATOR))
        assert [item.evidence for item in batch.items] == [None, None]
        assert ledger(session, world.cohort).rule.conditions == ()

    def test_a_closed_cohort_is_opened_before_somebody_new_is_proposed(self, session: Session, both: Teams) -> None:
        both.cohort.status = CohortStatus.CLOSED
        session.flush()
        found = check(session, both.cohort)
        assert (len(found.ready), len(found.held), {one.mend for one in found.held}) == (0, 7, {Mend.COHORT})


class TestTheRest:
    def test_those_complete_are_left_and_it_is_done_once(self, session: Session, both: Teams) -> None:
        assert rest(both) == 1
        assert both.enrolments[0].status == EnrolmentStatus.NOT_COMPLETED
        assert {row.status for row in both.enrolments[1:]} == {EnrolmentStatus.ENROLLED}
        with pytest.raises(DomainError, match="nobody whom this order"):
            rest(both)
        with pytest.raises(DomainError, match="not closed"):
            close_cohort(session, cohort=both.cohort, actor=both.coordinator, now=NOW)

    def test_not_before_the_end_and_not_without_an_order(self, session: Session, both: Teams) -> None:
        with pytest.raises(DomainError, match="number of the order"):
            rest(both, order=" ")
        both.cohort.ends_on = None
        session.flush()
        assert rest(both) == 1

    def test_a_proposal_that_waits_is_an_open_matter(self, session: Session, both: Teams) -> None:
        matters: list[Matter] = []
        batch = both.proposed()
        cohort_closing.send(CohortClosing(session, both.cohort, matters, NOW))
        own = [matter for matter in matters if matter.endpoint == "issue.batch"]
        assert [matter.values for matter in own] == [{"code": "um-1-1", "key": batch.key}]
        both.world.approved(batch, both.approver)
        matters.clear()
        cohort_closing.send(CohortClosing(session, both.cohort, matters, NOW))
        assert [matter for matter in matters if matter.endpoint == "issue.batch"] == []


def test_the_command_takes_who_is_complete(session: Session, teams: Teams, cli: FlaskCliRunner) -> None:
    teams.sit(TEN, number="1")
    session.commit()
    words = ["certificates", "propose", "um-1-1", "--order", "45", "--on", "2024-07-01", "--by"]
    done = cli.invoke(args=[*words, teams.coordinator.email])
    assert (done.exit_code, "Proposed: 21 certificates." in done.output) == (0, True), done.output
    assert session.scalar(select(Batch.cohort_id)) == teams.cohort.id
