from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import DomainError
from app.kernel.partial_date import PartialDate
from cohorts.conditions import Verdict
from cohorts.enums import CohortStatus
from modules.enums import AttendanceState, Half
from modules.rules.attendance import (
    LETTERS,
    Marking,
    Merged,
    Slot,
    Standing,
    Tally,
    audience_of,
    check_register,
    half_of,
    halves_of,
    has_ended,
    may_still_be_held,
    merge,
    read_state,
    standing,
    verdict,
    within,
)
from modules.rules.laying import Span
from modules.rules.times import zone_of

ALMATY, DUBAI = "Asia/Almaty", "Asia/Dubai"
DAY = date(2026, 11, 24)
P, E, A = AttendanceState.PRESENT, AttendanceState.EXCUSED, AttendanceState.ABSENT
STATES = st.sampled_from(AttendanceState)
TALLIES = st.builds(
    Tally,
    st.dictionaries(STATES, st.integers(0, 60)),
    st.integers(0, 20),
    st.sampled_from(["attended", "left_out", "absent"]),
)
PERCENT = st.integers(1, 100)


def at(clock: str, zone: str = ALMATY, day: date = DAY) -> datetime:
    return datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), tzinfo=zone_of(zone)).astimezone(UTC)  # noqa: DTZ007 - a time of day


class TestHalves:
    @pytest.mark.parametrize(
        ("begin", "end", "halves"),
        [
            ("09:30", "11:00", ["am"]),
            ("09:30", "13:00", ["am"]),
            ("11:30", "13:15", ["am"]),
            ("11:30", "13:30", ["am", "pm"]),
            ("09:30", "17:00", ["am", "pm"]),
            ("12:45", "13:29", ["am"]),
            ("13:00", "14:30", ["pm"]),
            ("18:00", "19:30", ["pm"]),
        ],
    )
    def test_a_session_lies_in_the_halves_that_it_fills(self, begin: str, end: str, halves: list[str]) -> None:
        assert [slot.half.value for slot in halves_of(at(begin), at(end), ALMATY)] == halves

    def test_the_clocks_are_those_of_the_place(self) -> None:
        moment = at("12:30", DUBAI)  # 13:30 in Almaty
        assert half_of(moment, DUBAI).half is Half.AM
        assert half_of(moment, ALMATY).half is Half.PM

    def test_what_goes_on_after_midnight_belongs_to_the_day_of_its_beginning(self) -> None:
        slots = halves_of(at("23:00"), at("01:30", day=DAY + timedelta(days=1)), ALMATY)
        assert slots == (Slot(DAY, Half.PM),)

    @given(st.integers(0, 1439), st.integers(1, 24 * 60))
    def test_there_is_always_one_and_never_two_days(self, begin: int, minutes: int) -> None:
        start = at("00:00") + timedelta(minutes=begin)
        slots = halves_of(start, start + timedelta(minutes=minutes), ALMATY)
        assert slots
        assert {slot.day for slot in slots} == {DAY}
        assert len(set(slots)) == len(slots)


class TestTally:
    def test_online_and_late_are_there_and_a_substitute_is_not(self) -> None:
        tally = Tally(dict.fromkeys(AttendanceState, 1))
        assert (tally.attended, tally.counted, tally.percent) == (3, 5, 60)

    @pytest.mark.parametrize(
        ("rule", "attended", "counted"), [("attended", 4, 4), ("left_out", 3, 3), ("absent", 3, 4)]
    )
    def test_excused_counts_as_the_rule_says(self, rule: str, attended: int, counted: int) -> None:
        tally = Tally({P: 3, E: 1}, excused_as=rule)  # type: ignore[arg-type]  # one of the three
        assert (tally.attended, tally.counted) == (attended, counted)

    def test_nothing_counts_yet(self) -> None:
        assert Tally().percent is None
        assert Tally({E: 4}).percent is None

    @given(TALLIES)
    def test_a_percentage_is_one(self, tally: Tally) -> None:
        assert 0 <= tally.attended <= tally.counted
        assert tally.percent is None or 0 <= tally.percent <= 100

    @given(TALLIES, PERCENT)
    def test_the_percentage_shown_never_reaches_what_is_not_reached(self, tally: Tally, at_least: int) -> None:
        if tally.counted:
            assert tally.reaches(at_least) == (tally.percent is not None and tally.percent >= at_least)

    @given(TALLIES, PERCENT)
    def test_attending_more_never_makes_it_worse(self, tally: Tally, at_least: int) -> None:
        if tally.reaches(at_least):
            assert tally.reaches(at_least, more_attended=1)
        if not tally.reaches(at_least) and tally.counted:
            assert not tally.reaches(at_least, more_missed=1)

    @given(TALLIES, st.integers(0, 20))
    def test_unmarked_half_days_change_nothing(self, tally: Tally, unmarked: int) -> None:
        other = Tally(tally.marks, unmarked, tally.excused_as)
        assert (other.attended, other.counted, other.percent) == (tally.attended, tally.counted, tally.percent)


class TestStanding:
    def test_below_at_risk_and_fine(self) -> None:
        assert standing(Tally({P: 7, A: 3}), 80) is Standing.BELOW
        assert standing(Tally({P: 8, A: 2}), 80) is Standing.RISK
        assert standing(Tally({P: 28, A: 2}), 80) is Standing.FINE
        assert standing(Tally(), 80) is Standing.UNKNOWN

    def test_who_missed_nothing_is_at_no_risk(self) -> None:
        assert standing(Tally({P: 1}), 80) is Standing.FINE

    @given(TALLIES, PERCENT)
    def test_at_risk_is_one_absence_from_below(self, tally: Tally, at_least: int) -> None:
        if standing(tally, at_least) is Standing.RISK:
            marks = {**tally.marks, A: tally.marks.get(A, 0) + 1}
            assert standing(Tally(marks, excused_as=tally.excused_as), at_least) is Standing.BELOW


class TestVerdict:
    def test_nothing_kept_is_open_even_at_the_end(self) -> None:
        assert verdict(Tally(), 80, still=0) is Verdict.OPEN

    def test_what_is_there_decides_at_the_end(self) -> None:
        assert verdict(Tally({P: 8, A: 2}), 80, still=0) is Verdict.MET
        assert verdict(Tally({P: 7, A: 3}), 80, still=0) is Verdict.NOT_MET

    def test_open_while_it_can_change(self) -> None:
        assert verdict(Tally({P: 8, A: 2}), 80, still=4) is Verdict.OPEN
        assert verdict(Tally({P: 20}), 80, still=2) is Verdict.MET
        assert verdict(Tally({P: 2, A: 10}), 80, still=4) is Verdict.NOT_MET
        assert verdict(Tally({P: 20}), 80, still=None) is Verdict.OPEN

    @given(TALLIES, PERCENT, st.integers(0, 30), st.data())
    def test_what_is_decided_stays_so_whatever_comes(
        self, tally: Tally, at_least: int, still: int, data: st.DataObject
    ) -> None:
        said = verdict(tally, at_least, still=still)
        attended = data.draw(st.integers(0, still))
        missed = data.draw(st.integers(0, still - attended))
        marks = {**tally.marks, P: tally.marks.get(P, 0) + attended, A: tally.marks.get(A, 0) + missed}
        later = Tally(marks, tally.unmarked, tally.excused_as)
        if said is not Verdict.OPEN:
            assert verdict(later, at_least, still=still - attended - missed) is said

    @given(TALLIES, PERCENT)
    def test_the_end_leaves_nothing_open_that_was_kept(self, tally: Tally, at_least: int) -> None:
        assert (verdict(tally, at_least, still=0) is Verdict.OPEN) == (not tally.counted)

    def test_what_may_still_be_held(self) -> None:
        week = Span(PartialDate(2026, 11, 23), PartialDate(2026, 11, 29))
        assert may_still_be_held([week], [], [], today=DAY) == 8  # Tuesday to Friday
        kept = [Slot(DAY, Half.AM)]
        saturday = Slot(date(2026, 11, 28), Half.AM)
        assert may_still_be_held([week], [saturday], kept, today=DAY) == 8
        assert may_still_be_held([week], [], [], today=date(2026, 12, 1)) == 0
        assert may_still_be_held([week, Span()], [], [], today=DAY) is None

    def test_a_month_alone_may_hold_each_of_its_days(self) -> None:
        assert may_still_be_held([Span(PartialDate(2026, 11), PartialDate(2026, 11))], [], [], today=DAY) == 10

    def test_the_end_of_a_cohort(self) -> None:
        assert has_ended(CohortStatus.CLOSED, None, today=DAY)
        assert has_ended(CohortStatus.RUNNING, DAY - timedelta(days=1), today=DAY)
        assert not has_ended(CohortStatus.RUNNING, DAY, today=DAY)
        assert not has_ended(CohortStatus.RUNNING, None, today=DAY)


class TestMerging:
    def test_what_becomes_of_a_row(self) -> None:
        assert merge(None, Marking(None, P)) is Merged.WRITTEN
        assert merge(A, Marking(None, P)) is Merged.CLASH
        assert merge(P, Marking(None, P)) is Merged.LEFT
        assert merge(A, Marking(P, P)) is Merged.LEFT  # not touched: the other's change stays
        assert merge(P, Marking(P, None)) is Merged.WRITTEN
        assert merge(A, Marking(P, None)) is Merged.CLASH
        assert merge(None, Marking(P, None)) is Merged.LEFT

    @given(st.none() | STATES, st.none() | STATES, st.none() | STATES)
    def test_nothing_is_written_over_unseen(
        self, saved: AttendanceState | None, seen: AttendanceState | None, wanted: AttendanceState | None
    ) -> None:
        outcome = merge(saved, Marking(seen, wanted))
        if outcome is Merged.WRITTEN:
            assert saved == seen
        if outcome is Merged.CLASH:
            assert saved not in {seen, wanted}
            assert seen != wanted
            # choosing again with what is saved now in view settles it
            assert merge(saved, Marking(saved, wanted)) is Merged.WRITTEN
            assert merge(saved, Marking(saved, saved)) is Merged.LEFT

    @given(STATES, STATES)
    def test_the_order_of_two_equal_saves_does_not_matter(self, seen: AttendanceState, wanted: AttendanceState) -> None:
        marking = Marking(seen, wanted)
        assert merge(wanted, marking) is Merged.LEFT


class TestDays:
    def test_refusals(self) -> None:
        for status, day, inside, says in (
            (CohortStatus.CLOSED, DAY, True, "closed"),
            (CohortStatus.RUNNING, DAY + timedelta(days=1), True, "not come yet"),
            (CohortStatus.RUNNING, DAY, False, "not one of the module"),
        ):
            with pytest.raises(DomainError, match=says):
                check_register(status, day, inside=inside, today=DAY)
        check_register(CohortStatus.RUNNING, DAY, inside=True, today=DAY)

    def test_a_day_within(self) -> None:
        week = Span(PartialDate(2026, 11, 23), PartialDate(2026, 11, 27))
        assert within(DAY, [week], [])
        assert not within(date(2026, 11, 28), [week], [])
        assert within(date(2026, 11, 28), [week], [date(2026, 11, 28)])
        assert within(DAY, [Span(PartialDate(2026, 11), None)], [])
        assert not within(DAY, [Span()], [])

    def test_letters_are_read_back(self) -> None:
        assert {read_state(letter): letter for letter in LETTERS.values()} == LETTERS
        assert read_state("") is None
        with pytest.raises(DomainError, match="does not exist"):
            read_state("x")


def test_audiences() -> None:
    assert audience_of([]).expects(1, None)
    mixed = audience_of(["group:3", "enrolment:7"])
    assert mixed.expects(7, None)
    assert mixed.expects(1, 3)
    assert not mixed.expects(1, 4)
    assert not mixed.expects(1, None)
    assert mixed.joined(audience_of([])).expects(1, None)
