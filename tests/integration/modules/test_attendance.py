from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.kernel.errors import DomainError
from app.kernel.partial_date import PartialDate
from cohorts.conditions import Finding, Verdict
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Enrolment, Group
from cohorts.schema import AttendanceSpec
from cohorts.signals import CohortClosing, cohort_closing
from modules.enums import AttendanceState, Half, SessionKind, SessionStatus
from modules.models import AttendanceMark, Register
from modules.queries.attendance import judge, own_attendance, roll_of
from modules.rules.attendance import Standing
from modules.services import move_schedule
from modules.services.attendance import Marking
from tests.integration.modules.registers import (
    TODAY,
    A,
    E,
    L,
    O,
    P,
    S,
    ask_for,
    held,
    keep,
    people,
    saved,
    working_days,
)
from tests.integration.modules.world import DUBAI, NOW, World
from tests.support.visiting import Statements

RULE = AttendanceSpec(kind="attendance", at_least=80)


def by_number(world: World, found: dict[int, Finding]) -> dict[int, Finding]:
    return {row.number: found[row.id] for row in people(world) if row.id in found}


class TestSaving:
    def test_a_part_is_saved_and_the_rest_stays_unmarked(self, session: Session, world: World) -> None:
        outcome = keep(world, {1: P, 3: A})
        assert (outcome.written, outcome.left, outcome.clashes) == (2, 1, ())
        assert saved(session) == {1: P, 3: A}
        register = session.scalars(select(Register)).one()
        assert (register.saved_at, register.saved_by_id) == (NOW, world.users["coordinator"].id)

    def test_two_who_mark_different_people_lose_nothing(self, session: Session, world: World) -> None:
        keep(world, {1: P, 2: P})
        outcome = keep(world, {2: Marking(None, None), 3: Marking(None, L)}, by="admin")
        assert outcome.clashes == ()
        assert saved(session) == {1: P, 2: P, 3: L}

    def test_a_row_that_was_only_seen_keeps_the_others_change(self, session: Session, world: World) -> None:
        keep(world, {1: P})
        keep(world, {1: Marking(P, A)}, by="admin")
        outcome = keep(world, {1: Marking(P, P), 2: Marking(None, P)})
        assert outcome.clashes == ()
        assert saved(session) == {1: A, 2: P}

    def test_the_same_row_twice_is_asked_about_and_the_others_are_kept(self, session: Session, world: World) -> None:
        keep(world, {1: A}, by="admin", now=NOW - timedelta(minutes=5))
        outcome = keep(world, {1: Marking(None, P), 2: Marking(None, L)})
        assert outcome.written == 1
        (clash,) = outcome.clashes
        assert (clash.saved, clash.wanted, clash.by, clash.at) == (A, P, "Admin", NOW - timedelta(minutes=5))
        assert saved(session) == {1: A, 2: L}
        assert keep(world, {1: Marking(A, P)}).clashes == ()
        assert saved(session) == {1: P, 2: L}

    def test_both_marking_the_same_is_no_conflict(self, session: Session, world: World) -> None:
        keep(world, {1: P}, by="admin")
        assert keep(world, {1: Marking(None, P)}).clashes == ()
        assert saved(session) == {1: P}

    def test_a_mark_is_cleared(self, session: Session, world: World) -> None:
        keep(world, {1: P, 2: P})
        outcome = keep(world, {1: Marking(P, None)})
        assert (outcome.written, outcome.left) == (1, 2)
        assert saved(session) == {2: P}

    def test_saving_what_is_there_writes_nothing(self, session: Session, world: World) -> None:
        keep(world, {1: P})
        assert keep(world, {1: Marking(P, P)}, now=NOW + timedelta(hours=1)).written == 0
        assert session.scalars(select(Register)).one().saved_at == NOW

    def test_nothing_marked_makes_no_register(self, session: Session, world: World) -> None:
        assert keep(world, {1: None}).written == 0
        assert session.scalars(select(Register)).all() == []

    def test_the_audit_names_what_was_corrected(self, session: Session, world: World) -> None:
        keep(world, {1: P, 2: P})
        keep(world, {1: Marking(P, A)})
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.act == "modules.register_saved").order_by(AuditEntry.id)
        ).all()
        key = str(people(world)[0].id)
        assert [entry.detail["corrected"] for entry in entries] == [{}, {key: ["present", "absent"]}]
        assert entries[0].detail["rows"] == 2

    def test_the_mark_of_somebody_who_changed_groups_can_be_mended(self, session: Session, world: World) -> None:
        group = Group(cohort_id=world.cohort.id, position=1, label="1")
        session.add(group)
        session.flush()
        first, second = people(world)[:2]
        first.group_id = second.group_id = group.id
        held(world, audience=(f"group:{group.id}",))
        keep(world, {1: P, 2: P})
        first.group_id = second.group_id = None
        session.flush()
        keep(world, {1: Marking(P, A), 2: Marking(P, None)})
        assert saved(session) == {1: A}
        with pytest.raises(DomainError, match=r"not for No\. 2"):
            keep(world, {2: P})

    def test_a_session_has_a_register_of_its_own(self, session: Session, world: World) -> None:
        meeting = held(world)
        keep(world, {1: P}, meeting=meeting)
        register = session.scalars(select(Register)).one()
        assert (register.session_id, register.half, register.day) == (meeting.id, None, TODAY)
        keep(world, {2: A}, meeting=meeting)
        assert session.scalars(select(AttendanceMark.state).order_by(AttendanceMark.id)).all() == [P, A]


class TestRefusing:
    def refused(self, world: World, says: str, **changes: object) -> None:
        before = world.session.scalars(select(Register.id)).all()
        with pytest.raises(DomainError, match=says):
            keep(world, {1: P}, **changes)  # type: ignore[arg-type]  # the tests' own keywords
        assert world.session.scalars(select(Register.id)).all() == before

    def test_a_day_in_the_future(self, world: World) -> None:
        self.refused(world, "not come yet", day=TODAY + timedelta(days=1))

    def test_tomorrow_begins_by_the_clocks_of_the_place(self, world: World) -> None:
        monday = date(2026, 12, 7)
        late = datetime(2026, 12, 6, 19, 30, tzinfo=NOW.tzinfo)  # already the 7th in Almaty, still the 6th in Dubai
        self.refused(world, "not come yet", day=monday, module=1, now=late)
        keep(world, {1: P}, day=monday, module=1, now=late + timedelta(hours=1))

    def test_a_day_outside_the_module(self, world: World) -> None:
        self.refused(world, "not one of the module", day=date(2026, 10, 30))
        self.refused(world, "not one of the module", module=1)
        held(world, date(2026, 10, 30))
        keep(world, {1: P}, day=date(2026, 10, 30))

    def test_a_closed_cohort(self, world: World) -> None:
        world.cohort.status = CohortStatus.CLOSED
        world.session.flush()
        self.refused(world, "cohort is closed")

    def test_somebody_who_withdrew(self, world: World) -> None:
        people(world)[0].status = EnrolmentStatus.WITHDRAWN
        world.session.flush()
        self.refused(world, "No. 1 has withdrawn")

    def test_somebody_the_session_is_not_for(self, world: World) -> None:
        own = people(world)
        meeting = held(world, audience=(f"enrolment:{own[1].id}",))
        self.refused(world, "not for No. 1", meeting=meeting)
        self.refused(world, "not for No. 1")
        keep(world, {2: P}, meeting=meeting)
        held(world)  # for everybody, in the same half-day
        keep(world, {1: P})

    def test_somebody_of_another_cohort(self, world: World) -> None:
        with pytest.raises(DomainError, match=r"there is no No. 999999 in this list"):
            keep(world, {999_999: P})

    def test_a_cancelled_session(self, world: World) -> None:
        meeting = held(world)
        meeting.status = SessionStatus.CANCELLED
        self.refused(world, "session is cancelled", meeting=meeting)

    def test_a_half_day_that_belongs_to_another_module(self, world: World) -> None:
        held(world, module=world.modules[1])
        keep(world, {1: P})
        self.refused(world, "belongs to another module", module=1)


class TestRoll:
    def test_half_days_come_from_the_schedule(self, session: Session, world: World) -> None:
        held(world, begin="09:30", end="11:00")
        held(world, begin="11:15", end="12:45")
        held(world, begin="13:00", end="14:00", kind=SessionKind.MEAL)
        held(world, TODAY + timedelta(days=1), begin="10:00", end="16:00")
        gone = held(world, TODAY + timedelta(days=2))
        gone.status = SessionStatus.CANCELLED
        session.flush()
        slots = [(entry.slot.day.day, entry.slot.half.value) for entry in roll_of(session, world.cohort).entries]
        assert slots == [(24, "am"), (25, "am"), (25, "pm")]

    def test_complete_begun_and_missing(self, session: Session, world: World) -> None:
        held(world)
        held(world, begin="14:00", end="15:30")
        held(world, begin="14:00", end="15:30", day=TODAY - timedelta(days=1))
        keep(world, {1: P, 2: P, 3: P})
        keep(world, {1: P}, half=Half.PM)
        entries = roll_of(session, world.cohort).entries
        assert [(entry.marked, entry.expected, entry.complete) for entry in entries] == [
            (0, 3, False),
            (3, 3, True),
            (1, 3, False),
        ]

    def test_unmarked_is_neither_there_nor_absent(self, session: Session, world: World) -> None:
        keep(world, {1: P, 2: A})
        tallies = {row.number: roll_of(session, world.cohort).tallies[row.id] for row in people(world)}
        assert [(tallies[n].percent, tallies[n].unmarked) for n in (1, 2, 3)] == [(100, 0), (0, 0), (None, 1)]

    def test_nobody_is_counted_twice(self, session: Session, world: World) -> None:
        meeting = held(world)
        keep(world, {1: A, 2: P}, meeting=meeting)
        own = people(world)[0].id
        assert roll_of(session, world.cohort).tallies[own].percent == 0
        assert [entry.single for entry in roll_of(session, world.cohort).entries] == [True]
        keep(world, {1: P})
        roll = roll_of(session, world.cohort)
        assert roll.tallies[own].percent == 100
        assert [(entry.single, entry.counted) for entry in roll.entries] == [(False, True), (True, False)]

    def test_nobody_is_missing_from_the_register_of_a_session_that_was_cancelled(
        self, session: Session, world: World
    ) -> None:
        own = people(world)
        meeting = held(world, audience=(f"enrolment:{own[0].id}",))
        keep(world, {1: P}, meeting=meeting)
        meeting.status = SessionStatus.CANCELLED
        session.flush()
        roll = roll_of(session, world.cohort)
        assert [(entry.expected, entry.complete) for entry in roll.entries] == [(0, True)]
        assert [roll.tallies[row.id].unmarked for row in own] == [0, 0, 0]

    def test_groups_are_expected_where_the_sessions_are_theirs(self, session: Session, world: World) -> None:
        group = Group(cohort_id=world.cohort.id, position=1, label="1")
        session.add(group)
        session.flush()
        rows = people(world)
        rows[0].group_id = group.id
        held(world, audience=(f"group:{group.id}",))
        session.flush()
        (entry,) = roll_of(session, world.cohort).entries
        assert entry.expected == 1
        keep(world, {1: P})
        roll = roll_of(session, world.cohort)
        assert roll.entries[0].complete
        assert [roll.tallies[row.id].unmarked for row in rows] == [0, 0, 0]

    def test_halves_are_those_of_the_place(self, session: Session, world: World) -> None:
        begin = datetime(2026, 12, 7, 8, 30, tzinfo=NOW.tzinfo)  # 12:30 in Dubai, 13:30 in Almaty
        world.add(module=world.modules[1], starts_at=begin, ends_at=begin + timedelta(minutes=45), time_zone=DUBAI)
        assert [entry.slot.half for entry in roll_of(session, world.cohort).entries] == [Half.AM]

    def test_a_cohort_that_is_moved_takes_its_registers_along(self, session: Session, world: World) -> None:
        days = working_days(date(2026, 11, 16), 5)
        for day in days:
            held(world, day)
            keep(world, {1: P}, day)
        move_schedule(session, cohort=world.cohort, days=7, actor=None, now=NOW)
        roll = roll_of(session, world.cohort)
        assert [entry.slot.day for entry in roll.entries if entry.kept] == [day + timedelta(days=7) for day in days]
        assert all(entry.sessions for entry in roll.entries)


class TestJudging:
    def year(self, world: World, marks: dict[int, list[AttendanceState]]) -> None:
        days = working_days(date(2026, 11, 2), max(map(len, marks.values())))
        for place, day in enumerate(days):
            held(world, day)
            keep(world, {number: states[place] for number, states in marks.items() if place < len(states)}, day)

    def test_the_end_decides_by_what_is_there(self, session: Session, world: World) -> None:
        self.year(world, {1: [P] * 8 + [A] * 2, 2: [P] * 7 + [A] * 3})
        world.cohort.ends_on = PartialDate.of(TODAY - timedelta(days=1))
        found = by_number(world, judge(session, world.cohort, RULE, now=NOW))
        assert [found[n].verdict for n in (1, 2, 3)] == [Verdict.MET, Verdict.NOT_MET, Verdict.OPEN]
        assert [str(found[n].said) for n in (1, 2, 3)] == ["80% (8/10)", "70% (7/10)", "No register was kept yet"]

    def test_who_was_left_unmarked_is_open_until_the_cohort_is_closed(self, session: Session, world: World) -> None:
        self.year(world, {1: [P] * 10, 2: [P] * 9, 3: [P]})
        world.cohort.ends_on = PartialDate.of(TODAY - timedelta(days=1))
        found = by_number(world, judge(session, world.cohort, RULE, now=NOW))
        assert [found[n].verdict for n in (1, 2, 3)] == [Verdict.MET, Verdict.MET, Verdict.OPEN], "9 of 10 are enough"
        world.cohort.status = CohortStatus.CLOSED
        assert by_number(world, judge(session, world.cohort, RULE, now=NOW))[3].verdict == Verdict.MET

    def test_a_running_cohort_is_open_while_it_can_change(self, session: Session, world: World) -> None:
        self.year(world, {1: [P] * 8, 2: [A] * 8})
        assert {found.verdict for found in judge(session, world.cohort, RULE, now=NOW).values()} == {Verdict.OPEN}

    def test_what_cannot_change_any_more_is_decided_before_the_end(self, session: Session, world: World) -> None:
        for module in world.modules[1:3]:
            for block in module.blocks:
                block.starts_on = block.ends_on = None
            module.number = None  # nothing else is ahead
        world.modules[0].blocks[0].ends_on = PartialDate.of(TODAY)
        self.year(world, {1: [P] * 16, 2: [A] * 10 + [P] * 6})
        found = by_number(world, judge(session, world.cohort, RULE, now=NOW))
        assert [found[n].verdict for n in (1, 2)] == [Verdict.MET, Verdict.NOT_MET]

    def test_excused_as_the_rule_says(self, session: Session, world: World) -> None:
        self.year(world, {1: [P] * 3 + [E] * 2})
        world.cohort.status = CohortStatus.CLOSED
        for how, said in (("left_out", "100% (3/3)"), ("attended", "100% (5/5)"), ("absent", "60% (3/5)")):
            rule = RULE.model_copy(update={"excused": how})
            assert str(by_number(world, judge(session, world.cohort, rule, now=NOW))[1].said) == said

    def test_a_substitute_does_not_count(self, session: Session, world: World) -> None:
        self.year(world, {1: [S, O, L, P]})
        world.cohort.status = CohortStatus.CLOSED
        found = by_number(world, judge(session, world.cohort, RULE, now=NOW))[1]
        assert (found.verdict, str(found.said)) == (Verdict.NOT_MET, "75% (3/4)")

    def test_evidence_leads_to_the_registers(self, session: Session, world: World) -> None:
        self.year(world, {1: [P, A]})
        found = by_number(world, judge(session, world.cohort, RULE, now=NOW))
        own, absence = found[1].evidence
        assert (own.endpoint, own.values) == ("attendance.person", {"code": "kel-1", "number": 1})
        assert str(absence.label) == "03.11.2026, morning: Absent"
        assert absence.values == {"code": "kel-1", "day": "2026-11-03", "half": "am"}
        assert found[3].evidence == ()

    def test_who_withdrew_is_not_judged(self, session: Session, world: World) -> None:
        people(world)[2].status = EnrolmentStatus.WITHDRAWN
        session.flush()
        assert sorted(by_number(world, judge(session, world.cohort, RULE, now=NOW))) == [1, 2]


class TestOwn:
    def test_a_persons_own(self, session: Session, world: World) -> None:
        ask_for(world.cohort)
        meeting = held(world, begin="14:00", end="15:00")
        keep(world, {1: P, 2: P})
        keep(world, {1: A}, meeting=meeting)
        own = own_attendance(session, people(world)[0].id)
        assert own is not None
        assert (own.tally.percent, own.at_least, own.standing) == (50, 80, Standing.BELOW)
        assert [(line.slot.half, line.state) for line in own.lines] == [(Half.AM, P), (Half.PM, A)]

    def test_nothing_yet_and_nobody(self, session: Session, world: World) -> None:
        own = own_attendance(session, people(world)[0].id)
        assert own is not None
        assert (own.tally.percent, own.at_least, own.standing, own.lines) == (None, None, None, ())
        assert own_attendance(session, 0) is None
        people(world)[0].status = EnrolmentStatus.WITHDRAWN
        session.flush()
        assert own_attendance(session, people(world)[0].id) is None


class TestClosing:
    def matters(self, world: World) -> list[str]:
        closing = CohortClosing(world.session, world.cohort, [], NOW)
        cohort_closing.send(closing)
        return [str(matter.text) for matter in closing.matters if matter.endpoint.startswith("attendance")]

    def test_people_left_unmarked_are_open_where_the_rule_asks_for_attendance(self, world: World) -> None:
        keep(world, {1: P})
        assert self.matters(world) == []
        ask_for(world.cohort)
        assert self.matters(world) == ["Mark who was there: 2 unmarked on 24.11.2026, morning"]
        keep(world, {2: P, 3: A})
        assert self.matters(world) == []


def test_the_number_of_statements_does_not_grow(session: Session, world: World, statements: Statements) -> None:
    counts = []
    for day in working_days(date(2026, 11, 2), 7):
        held(world, day)
        keep(world, {1: P, 2: A}, day)
        if day.day in {2, 4, 10}:
            session.commit()
            with statements() as sent:
                judge(session, world.cohort, RULE, now=NOW)
                own_attendance(session, session.scalars(select(Enrolment.id).limit(1)).one())
            counts.append(len(sent))
    assert len(set(counts)) == 1
