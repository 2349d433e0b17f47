"""What happened in the cohorts of the demonstration, as the product itself tells it."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from app.accounts.models import Delegation, User
from certificates.enums import CertificateStatus
from certificates.models import BatchItem, Certificate
from certificates.queries.completion import ledger
from certificates.rules.completion import Standing
from cohorts.enums import CohortStatus, EnrolmentStatus, Mode
from cohorts.models import Enrolment, Programme
from cohorts.queries import enrolments, status_counts
from cohorts.services import open_matters
from demo.accounts import ACCOUNTS
from modules.models import Block, Expert, Module, ModuleSession, Register
from modules.queries.attendance import own_attendance
from modules.queries.conflicts import conflicts_of
from modules.queries.schedule import drafts, modules_of
from modules.rules.conflicts import ConflictKind
from projects.enums import Outcome
from projects.models import DefenceDay, DefenceSlot, Mentor, Project
from tests.integration.demo.conftest import TODAY, Made

pytestmark = pytest.mark.xdist_group("demo")
SIZES = {
    "um-2020-1": (CohortStatus.CLOSED, 25),
    "rectors-2023-1": (CohortStatus.CLOSED, 20),
    "eulp-2023-1": (CohortStatus.CLOSED, 81),
    "kel-2024-1": (CohortStatus.CLOSED, 33),
    "empa-2025-1": (CohortStatus.CLOSED, 12),
    "regdev-2025-1": (CohortStatus.CLOSED, 10),
    "diplomats-1": (CohortStatus.RUNNING, 2),
    "kel-now-1": (CohortStatus.RUNNING, 33),
}


@pytest.mark.parametrize("code", SIZES)
def test_each_cohort_has_its_people(made: Made, code: str) -> None:
    cohort = made.cohort(code)
    counts = status_counts(made.session, [cohort.id])[cohort.id]
    assert (cohort.status, sum(counts.values())) == SIZES[code]


def test_programmes_without_cohorts_are_there_too(made: Made) -> None:
    found = made.session.scalars(select(Programme).where(~Programme.cohorts.any()).order_by(Programme.code)).all()
    assert [programme.code for programme in found] == ["uae-future-leaders", "uae-youth-leaders"]
    executive = made.cohort("kel-2024-1").programme
    assert {programme.agreement_id for programme in found} == {executive.agreement_id}


class TestUniversityManagement:
    """Ten of twelve universities completed, because two teams have no accepted defence."""

    def test_the_ledger_says_ten_of_twelve(self, made: Made) -> None:
        found = ledger(made.session, made.cohort("um-2020-1"))
        assert (found.unit, found.score) == ("university", (10, 12))
        lacking = [unit for unit in found.teams if not unit.holds]
        assert sorted(str(unit.name.ru) for unit in lacking if not isinstance(unit.name, str)) == [
            "Тестовый университет № 11",
            "Тестовый университет № 12",
        ]

    def test_only_their_people_have_certificates(self, made: Made) -> None:
        cohort = made.cohort("um-2020-1")
        holders = set(made.session.scalars(select(Certificate.enrolment_id).where(Certificate.cohort_id == cohort.id)))
        rows = enrolments(made.session, cohort.id)
        assert len(holders) == 21
        without = [row for row in rows if row.id not in holders]
        assert Counter(row.status for row in without) == {EnrolmentStatus.NOT_COMPLETED: 4}
        assert {row.organisation.name.ru for row in without if row.organisation} == {
            "Тестовый университет № 11",
            "Тестовый университет № 12",
        }

    def test_the_evidence_was_frozen(self, made: Made) -> None:
        cohort = made.cohort("um-2020-1")
        items = select(BatchItem).join(BatchItem.enrolment).where(Enrolment.cohort_id == cohort.id)
        assert all(item.evidence for item in made.session.scalars(items))

    def test_nine_offices_sat_twice_and_two_plans_were_not_submitted(self, made: Made) -> None:
        cohort = made.cohort("um-2020-1")
        days = made.session.scalars(
            select(DefenceDay).where(DefenceDay.cohort_id == cohort.id).order_by(DefenceDay.day)
        ).all()
        assert [(day.minutes_number, day.day) for day in days] == [("1", date(2020, 8, 20)), ("2", date(2020, 8, 21))]
        assert all(day.closed_at for day in days)
        assert len(days[0].commission.members) == 9
        outcomes = Counter(
            made.session.scalars(
                select(DefenceSlot.outcome).join(DefenceSlot.sitting).where(DefenceDay.cohort_id == cohort.id)
            )
        )
        assert outcomes == {Outcome.ACCEPTED: 10, Outcome.NOT_SUBMITTED: 2}

    def test_half_of_the_mentors_are_from_abroad(self, made: Made) -> None:
        cohort = made.cohort("um-2020-1")
        mentors = (
            select(Expert.country).join(Mentor, Mentor.expert_id == Expert.id).where(Expert.cohort_id == cohort.id)
        )
        countries = made.session.scalars(mentors).all()
        assert (len(countries), countries.count("KZ")) == (12, 6)

    def test_it_moved_online_in_mid_run(self, made: Made) -> None:
        cohort = made.cohort("um-2020-1")
        modes = [module.blocks[0].mode for module in modules_of(made.session, cohort.id)]
        assert modes == [Mode.OFFLINE, Mode.ONLINE, Mode.ONLINE, Mode.ONLINE]
        sessions = select(ModuleSession).join(ModuleSession.module).where(Module.cohort_id == cohort.id)
        for meeting in made.session.scalars(sessions):
            assert bool(meeting.link) == (meeting.starts_at.month > 3)


class TestUniversityLeadership:
    """81 certificates, each on attendance and an accepted project."""

    def test_its_certificates(self, made: Made) -> None:
        cohort = made.cohort("eulp-2023-1")
        rows = made.session.scalars(
            select(Certificate).where(Certificate.cohort_id == cohort.id).order_by(Certificate.id)
        ).all()
        numbers = [f"EULP-2023-{number:06}" for number in range(1, 83)]
        assert [row.number for row in rows] == [*numbers, f"EULP-{TODAY.year}-000001"]
        valid = [row for row in rows if row.status == CertificateStatus.VALID]
        replaced = [row for row in rows if row.status == CertificateStatus.REPLACED]
        assert (len(valid), len(replaced)) == (81, 2)
        assert {row.replaced_by for row in replaced} == set(rows[-2:])
        assert {row.issued_on for row in rows[:-2]} == {date(2023, 12, 2)}

    def test_everybody_is_complete_by_evidence(self, made: Made) -> None:
        found = ledger(made.session, made.cohort("eulp-2023-1"))
        assert (found.score, found.count(Standing.COMPLETE)) == ((5, 5), 81)

    def test_it_has_nine_modules_and_28_universities(self, made: Made) -> None:
        cohort = made.cohort("eulp-2023-1")
        assert len(modules_of(made.session, cohort.id)) == 9
        bodies = select(func.count(Enrolment.organisation_id.distinct())).where(Enrolment.cohort_id == cohort.id)
        assert made.session.scalar(bodies) == 28

    def test_eight_rectors_were_to_be_in_two_places_at_once(self, made: Made) -> None:
        for code in ("eulp-2023-1", "rectors-2023-1"):
            found = conflicts_of(made.session, made.cohort(code))
            assert any(conflict.kind == ConflictKind.PEOPLE for conflict in found), code


def test_kazakhstan_executive_leadership_went_to_the_emirates(made: Made) -> None:
    cohort = made.cohort("kel-2024-1")
    zones = made.session.scalars(select(Block.time_zone).join(Block.module).where(Module.cohort_id == cohort.id)).all()
    assert (cohort.planned_size, "Asia/Dubai" in zones) == (30, True)
    mentors = select(Expert.country).join(Mentor, Mentor.expert_id == Expert.id).where(Expert.cohort_id == cohort.id)
    assert made.session.scalars(mentors).all() == ["AE"] * 5
    issued = select(func.count()).select_from(Certificate).where(Certificate.cohort_id == cohort.id)
    assert made.session.scalar(issued) == 33
    attended = [own_attendance(made.session, row.id) for row in enrolments(made.session, cohort.id)]
    assert all(found and (found.tally.percent or 0) >= 80 for found in attended)
    assert conflicts_of(made.session, cohort) == []


@pytest.mark.parametrize("code", ["empa-2025-1", "regdev-2025-1"])
def test_a_masters_year_is_laid_from_its_pattern(made: Made, code: str) -> None:
    modules = modules_of(made.session, made.cohort(code).id)
    modes = [[block.mode for block in module.blocks] for module in modules]
    assert modes[:6] == [[Mode.OFFLINE, Mode.DISTANCE]] * 6
    assert modes[6:] == [[Mode.PRACTICUM], [Mode.INTERNSHIP], [Mode.DEFENCE]]
    first, last = modules[0].blocks[0].starts_on, modules[-1].blocks[-1].ends_on
    assert first is not None
    assert last is not None
    assert (first.first_day, last.first_day <= date(2026, 8, 31)) == (date(2025, 9, 2), True), "1 September was free"


def test_diplomats_have_passports_and_a_scholarship(made: Made) -> None:
    rows = enrolments(made.session, made.cohort("diplomats-1").id)
    assert [(row.person.iin, row.person.citizenship, bool(row.person.passport)) for row in rows] == [
        (None, "TJ", True)
    ] * 2
    assert all(row.funder and row.funding_decision and row.nomination for row in rows)


class TestTheRunningCohort:
    """Laid around today."""

    def test_registers_are_kept_up_to_the_last_evening(self, made: Made) -> None:
        cohort = made.cohort("kel-now-1")
        days = made.session.scalars(select(Register.day).where(Register.cohort_id == cohort.id)).all()
        past = [
            row.starts_at
            for row in drafts(made.session, [module.id for module in modules_of(made.session, cohort.id)])
            if row.starts_at.date() < TODAY
        ]
        assert len(days) == len(past) - 1
        assert max(days) < TODAY

    def test_a_defence_is_planned_and_a_draft_clashes(self, made: Made) -> None:
        cohort = made.cohort("kel-now-1")
        sitting = made.session.scalars(select(DefenceDay).where(DefenceDay.cohort_id == cohort.id)).one()
        assert (len(sitting.slots), sitting.closed_at) == (5, None)
        projects = (
            select(func.count()).select_from(Project).join(Project.group).where(Project.group.has(cohort_id=cohort.id))
        )
        assert made.session.scalar(projects) == 5
        kinds = {conflict.kind for conflict in conflicts_of(made.session, cohort)}
        assert ConflictKind.ROOM in kinds

    def test_it_cannot_be_closed_yet(self, made: Made) -> None:
        cohort = made.cohort("kel-now-1")
        matters = open_matters(made.session, cohort=cohort, now=datetime.combine(TODAY, datetime.min.time(), UTC))
        assert {matter.endpoint.partition(".")[0] for matter in matters} >= {"cohorts", "defences"}


def test_its_accounts_have_their_places(made: Made) -> None:
    users = {user.email: user for user in made.session.scalars(select(User))}
    assert set(users) == {account.email for account in ACCOUNTS}
    for account in ACCOUNTS:
        assert [grant.role for grant in users[account.email].grants] == [account.role]
    participant = users["participant@demo.example"]
    assert participant.person_id is not None
    assert set(made.session.scalars(select(Delegation.person_id))) == {participant.person_id}
