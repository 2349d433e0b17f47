from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.tri import Tri
from modules.enums import DayKind
from modules.rules.calendars import (
    Calendar,
    Day,
    changed_days,
    country_of_zone,
    days_between,
    known_countries,
    library_days,
    same_days,
)

DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 31))
LISTS = st.lists(st.builds(Day, DAYS, st.sampled_from(DayKind)), unique_by=lambda day: day.day)


def calendar(*days: Day) -> Calendar:
    return Calendar("KZ", 1, {day.day: day for day in days})


def off(day: int, month: int = 3) -> Day:
    return Day(date(2026, month, day), DayKind.HOLIDAY)


class TestLibrary:
    def test_only_days_of_the_year_asked_for(self) -> None:
        for year in range(2013, 2031):
            assert {day.day.year for day in library_days("KZ", year)} == {year}

    def test_the_working_saturday_of_2013_stays_in_2013(self) -> None:
        worked = {
            year: [day.day for day in library_days("KZ", year) if day.kind == DayKind.WORKING] for year in (2013, 2026)
        }
        assert date(2013, 12, 28) in worked[2013]
        assert worked[2026] == []

    def test_names_in_three_languages_with_ours_marked(self) -> None:
        for year in range(2016, 2031):
            for day in library_days("KZ", year):
                if day.kind == DayKind.HOLIDAY:
                    assert day.name is not None
                    assert all(day.name.get(lang) for lang in ("kk", "ru", "en")), day
                    assert day.name.assumed == {"ru"}
                    assert "estimated" not in str(day.name.en)

    def test_transferred_days_say_so(self) -> None:
        named = {day.day: day.name for day in library_days("KZ", 2025)}
        assert named[date(2025, 9, 1)] == Tri(
            kk="Қазақстан Республикасының Конституциясы күні (қайта белгіленген демалыс)",
            ru="День Конституции, перенос с выходного",
            en="Constitution Day, moved from the weekend",
            assumed=frozenset({"ru"}),
        )
        moved = named[date(2025, 1, 3)]
        assert moved is not None
        assert (moved.ru, moved.en) == ("Выходной день, перенос с 05.01.2025", "Day off, moved from 05.01.2025")

    def test_kurban_ait_of_a_year_to_come_is_estimated(self) -> None:
        assert [day.day for day in library_days("KZ", 2026) if day.estimated] == [date(2026, 5, 27)]
        assert not any(day.estimated for day in library_days("KZ", 2025))

    @pytest.mark.parametrize(("country", "year"), [("XX", 2026), ("KZ", 1900), ("", 2026)])
    def test_what_it_does_not_know(self, country: str, year: int) -> None:
        assert library_days(country, year) == ()

    def test_every_country_can_be_read(self) -> None:
        for country in known_countries():
            for day in library_days(country, 2026):
                assert day.day.year == 2026


class TestCalendar:
    def test_weekends_holidays_and_days_that_make_up(self) -> None:
        held = calendar(off(9), Day(date(2026, 3, 14), DayKind.WORKING))
        assert [held.works(date(2026, 3, day)) for day in (6, 7, 8, 9, 10, 14)] == [
            True,
            False,
            False,
            False,
            True,
            True,
        ]

    def test_a_week_with_two_holidays_is_lost_unless_a_saturday_makes_up(self) -> None:
        monday = date(2026, 3, 23)
        assert not calendar(off(23)).is_lost(monday)
        assert calendar(off(23), off(24)).is_lost(monday)
        assert not calendar(off(23), off(24), Day(date(2026, 3, 28), DayKind.WORKING)).is_lost(monday)
        assert not calendar(off(28), off(29)).is_lost(monday)

    @given(LISTS, LISTS, st.lists(DAYS))
    def test_a_change_adds_replaces_and_removes(self, before: list[Day], add: list[Day], remove: list[date]) -> None:
        after = changed_days(before, add=add, remove=remove)
        assert [day.day for day in after] == sorted({day.day for day in after})
        assert all(day in after for day in add)
        kept = {day.day for day in before} - set(remove) | {day.day for day in add}
        assert {day.day for day in after} == kept
        assert same_days(after, changed_days(after, add=add, remove=()))

    def test_days_between(self) -> None:
        first = date(2026, 2, 27)
        assert list(days_between(first, first + timedelta(days=2)))[-1] == date(2026, 3, 1)
        assert list(days_between(first, first - timedelta(days=1))) == []

    def test_the_country_of_a_zone(self) -> None:
        assert [country_of_zone(zone) for zone in ("Asia/Almaty", "Asia/Dubai", "UTC")] == ["KZ", "AE", None]
