from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from cohorts.enums import Mode
from modules.enums import DayKind
from modules.rules.calendars import Calendar, Day
from modules.rules.conflicts import (
    Booking,
    Conflict,
    ConflictKind,
    PlacedBlock,
    block_at,
    blocks_off,
    clashes,
    in_order,
    off_days,
)
from modules.rules.laying import Span

START = datetime(2023, 12, 1, 4, 0, tzinfo=UTC)  # 10:00 in Astana, UTC+6 until 2024
HOUR = timedelta(hours=1)
DAY = Day(date(2023, 12, 1), DayKind.HOLIDAY)
CALENDARS = {"KZ": Calendar("KZ", 1, {DAY.day: DAY})}


def booking(key: int, cohort: int = 1, **changes: object) -> Booking:
    given_: dict[str, object] = {
        "id": key,
        "cohort_id": cohort,
        "module_id": cohort,
        "starts_at": START,
        "ends_at": START + HOUR,
        "time_zone": "Asia/Almaty",
        "title": Tri(en=f"Session {key}"),
        **changes,
    }
    return Booking(**given_)  # type: ignore[arg-type]  # the tests' own keywords


def kinds(found: list[Conflict]) -> list[ConflictKind]:
    return [conflict.kind for conflict in found]


def block(first: str | None, last: str | None, mode: Mode = Mode.OFFLINE, **changes: object) -> PlacedBlock:
    parse = PartialDate.parse
    span = Span(parse(first) if first else None, parse(last) if last else None)
    return PlacedBlock(1, 1, span, mode, "Asia/Almaty", **changes)  # type: ignore[arg-type]  # the tests' own keywords


class TestPeople:
    def test_the_same_person_in_two_cohorts(self) -> None:
        own, other = booking(1, people=frozenset({7, 8, 9})), booking(2, 2, people=frozenset({9, 7}))
        found = clashes([own], [other], {(1, 9): 1, (1, 7): 2})
        assert kinds(found) == [ConflictKind.PEOPLE]
        assert (found[0].session, found[0].others, found[0].people) == (own, (other,), (9, 7))
        assert list(found[0].sessions()) == [1]

    def test_one_after_the_other_is_no_conflict(self) -> None:
        later = booking(2, 2, people=frozenset({7}), starts_at=START + HOUR, ends_at=START + 2 * HOUR)
        assert clashes([booking(1, people=frozenset({7}))], [later], {}) == []

    def test_parallel_groups_are_no_conflict(self) -> None:
        assert clashes([booking(1, people=frozenset({7})), booking(2, people=frozenset({8}))], [], {}) == []

    def test_within_one_cohort_it_is_said_once(self) -> None:
        found = clashes([booking(2, people=frozenset({7})), booking(1, people=frozenset({7}))], [], {})
        assert [list(conflict.sessions()) for conflict in found] == [[1, 2]]

    def test_sessions_of_one_other_cohort_are_gathered(self) -> None:
        long = booking(1, people=frozenset({7, 8}), ends_at=START + 3 * HOUR)
        others = [
            booking(5, 2, people=frozenset({7}), starts_at=START + HOUR, ends_at=START + 2 * HOUR),
            booking(4, 2, people=frozenset({8})),
            booking(6, 3, people=frozenset({8})),
        ]
        found = clashes([long], others, {})
        assert [(conflict.others[0].cohort_id, len(conflict.others), conflict.people) for conflict in found] == [
            (2, 2, (7, 8)),
            (3, 1, (8,)),
        ]

    def test_two_cohorts_that_are_asked_about_each_get_theirs(self) -> None:
        own = [booking(1, 1, people=frozenset({7})), booking(2, 2, people=frozenset({7}))]
        found = clashes(own, [], {})
        assert [(conflict.cohort_id, conflict.others[0].cohort_id) for conflict in found] == [(1, 2), (2, 1)]

    @given(
        st.lists(
            st.tuples(st.integers(1, 2), st.integers(0, 20), st.integers(1, 6), st.frozensets(st.integers(1, 4))),
            max_size=12,
        )
    )
    def test_as_a_comparison_of_each_with_each(self, drawn: list[tuple[int, int, int, frozenset[int]]]) -> None:
        every = [
            booking(
                key,
                cohort,
                people=people,
                starts_at=START + begin * HOUR / 2,
                ends_at=START + (begin + length) * HOUR / 2,
            )
            for key, (cohort, begin, length, people) in enumerate(drawn, start=1)
        ]
        own, others = [each for each in every if each.cohort_id == 1], [each for each in every if each.cohort_id == 2]
        expected = {
            frozenset({first.id, second.id})
            for first in own
            for second in every
            if first.id != second.id
            and first.people & second.people
            and first.starts_at < second.ends_at
            and second.starts_at < first.ends_at
        }
        found = clashes(own, others, {})
        assert {frozenset({c.session.id, other.id}) for c in found if c.session for other in c.others} == expected


class TestRooms:
    @pytest.mark.parametrize(
        ("changes", "taken"),
        [
            ({"cohort": 1}, True),
            ({"cohort": 2}, False),
            ({"cohort": 2, "address": frozenset({"house a"})}, True),
            ({"cohort": 2, "address": frozenset({"house b"})}, False),
            ({"cohort": 1, "address": frozenset({"house b"})}, False),
            ({"cohort": 2, "city": frozenset({"astana", "астана"})}, True),
            ({"cohort": 2, "city": frozenset({"almaty"})}, False),
            ({"cohort": 2, "city": frozenset({"almaty"}), "address": frozenset({"house a"})}, True),
        ],
    )
    def test_two_cohorts_must_be_known_to_be_in_one_place(self, changes: dict[str, object], *, taken: bool) -> None:
        cohort = changes.pop("cohort") if "cohort" in changes else 1
        room = frozenset({"214"})
        own = booking(1, rooms=room, address=frozenset({"house a"}), city=frozenset({"astana"}))
        other = booking(2, int(str(cohort)), rooms=room, **changes)
        mine, others = ([own, other], []) if cohort == 1 else ([own], [other])
        assert kinds(clashes(mine, others, {})) == ([ConflictKind.ROOM] if taken else [])

    def test_another_room_is_free(self) -> None:
        assert clashes([booking(1, rooms=frozenset({"214"})), booking(2, rooms=frozenset({"215"}))], [], {}) == []


class TestDays:
    def test_a_session_on_a_holiday(self) -> None:
        found = off_days([booking(1)], {1: [block("2023-12-01", "2023-12-02")]}, CALENDARS)
        assert kinds(found) == [ConflictKind.HOLIDAY]
        assert (found[0].days, found[0].country) == ((DAY,), "KZ")

    def test_another_country_works(self) -> None:
        abroad = block("2023-12-01", "2023-12-02", country="AE")
        assert off_days([booking(1)], {1: [abroad]}, CALENDARS) == []

    def test_a_weekend_is_no_holiday(self) -> None:
        saturday = booking(1, starts_at=START + 24 * HOUR, ends_at=START + 25 * HOUR)
        assert off_days([saturday], {}, CALENDARS) == []

    @pytest.mark.parametrize(
        ("blocks", "outside"),
        [
            ([("2023-12-04", "2023-12-08")], True),
            ([("2023-12-04", "2023-12-08"), ("2023-12-01", "2023-12-01")], False),
            ([("2023-12", "2023-12")], False),
            ([("2023-11", "2023-11")], True),
            ([("2023-11-01", "2023-11-30"), (None, None)], False),
            ([], False),
        ],
    )
    def test_a_session_outside_its_module(self, blocks: list[tuple[str | None, str | None]], *, outside: bool) -> None:
        found = off_days([booking(1)], {1: [block(*dates) for dates in blocks]}, {})
        assert kinds(found) == ([ConflictKind.OUTSIDE] if outside else [])

    @pytest.mark.parametrize(
        ("dates", "mode", "off"),
        [
            (("2023-12-01", "2023-12-15"), Mode.OFFLINE, True),
            (("2023-11-20", "2023-12-01"), Mode.OFFLINE, True),
            (("2023-11-20", "2023-12-08"), Mode.OFFLINE, False),
            (("2023-11-29", "2023-12-02"), Mode.OFFLINE, True),
            (("2023-12-01", "2023-12-15"), Mode.DISTANCE, False),
            (("2023-12", "2023-12"), Mode.OFFLINE, False),
            ((None, None), Mode.OFFLINE, False),
        ],
    )
    def test_a_block_on_a_holiday(self, dates: tuple[str | None, str | None], mode: Mode, *, off: bool) -> None:
        found = blocks_off(1, [block(*dates, mode)], CALENDARS)
        assert kinds(found) == ([ConflictKind.BLOCK] if off else [])

    def test_the_block_in_the_same_zone_comes_first(self) -> None:
        here, there = block("2023-12-01", "2023-12-02"), replace(block("2023-12", "2023-12"), time_zone="Asia/Dubai")
        assert block_at([here, there], DAY.day, "Asia/Dubai") == there
        assert block_at([here, there], DAY.day, "UTC") == here
        assert block_at([here], date(2024, 1, 1), "UTC") is None


def test_the_mark_changes_with_whatever_was_found() -> None:
    def mark(**changes: object) -> str:
        other = booking(2, 2, **{"people": frozenset({7, 8}), **changes})
        return clashes([booking(1, people=frozenset({7, 8}))], [other], {})[0].mark

    assert mark() == mark()
    assert mark() != mark(starts_at=START - HOUR)
    assert mark() != mark(people=frozenset({7}))
    assert len(mark()) == 64


def test_in_order_of_time() -> None:
    late, early = booking(1, starts_at=START + HOUR, ends_at=START + 2 * HOUR), booking(2)
    found = off_days([late, early], {1: [block("2023-11-01", "2023-11-02")]}, {})
    found += blocks_off(1, [block("2023-12-01", "2023-12-01")], CALENDARS)
    assert [conflict.session.id if conflict.session else 0 for conflict in in_order(found)] == [0, 2, 1]
    assert found[2].ends_at is None
    assert found[0].ends_at == late.ends_at
