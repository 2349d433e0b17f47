from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import DomainError
from modules.rules.times import (
    at_clock,
    read_clock,
    read_day,
    read_week,
    same_clock,
    span_to_utc,
    to_utc,
    week_text,
    zone_of,
)

ALMATY, DUBAI, BERLIN = "Asia/Almaty", "Asia/Dubai", "Europe/Berlin"
LOCAL = datetime(2015, 1, 1)  # noqa: DTZ001 - a local time


@pytest.mark.parametrize(
    ("text", "clock"),
    [("18:30", time(18, 30)), ("9:05", time(9, 5)), ("9.05", time(9, 5)), ("0930", time(9, 30)), (" 00:00 ", time(0))],
)
def test_a_time_is_read_as_people_type_it(text: str, clock: time) -> None:
    assert read_clock(text) == clock


@pytest.mark.parametrize(
    "text", ["", "24:00", "12:60", "930", "half past nine", "18:30:00", "-1:00", "１８：３０", "18:3"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    assert read_clock(text) is None


def test_hours_are_those_of_the_place() -> None:
    assert to_utc(date(2026, 12, 7), time(9, 30), DUBAI) == datetime(2026, 12, 7, 5, 30, tzinfo=UTC)
    assert to_utc(date(2026, 12, 7), time(9, 30), ALMATY) == datetime(2026, 12, 7, 4, 30, tzinfo=UTC)
    assert to_utc(date(2024, 2, 28), time(9, 30), ALMATY) == datetime(2024, 2, 28, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize("clock", [time(23), time(23, 30), time(23, 59)])
def test_the_hour_that_came_twice_is_refused(clock: time) -> None:
    with pytest.raises(DomainError, match="comes twice") as refused:
        to_utc(date(2024, 2, 29), clock, ALMATY, field="start")
    assert refused.value.field == "start"


def test_the_hours_around_the_doubled_one_are_taken() -> None:
    assert to_utc(date(2024, 2, 29), time(22, 59), ALMATY) == datetime(2024, 2, 29, 16, 59, tzinfo=UTC)
    assert to_utc(date(2024, 3, 1), time(0), ALMATY) == datetime(2024, 2, 29, 19, tzinfo=UTC)


def test_an_hour_that_is_skipped_is_refused() -> None:
    with pytest.raises(DomainError, match="skip this time"):
        to_utc(date(2026, 3, 29), time(2, 30), BERLIN)


@pytest.mark.parametrize(
    ("day", "clock", "zone", "moment"),
    [
        (date(2026, 12, 7), time(18), DUBAI, datetime(2026, 12, 7, 14, tzinfo=UTC)),
        (date(2024, 2, 29), time(18), ALMATY, datetime(2024, 2, 29, 12, tzinfo=UTC)),
        (date(2024, 2, 29), time(23, 30), ALMATY, datetime(2024, 2, 29, 17, 30, tzinfo=UTC)),  # the first of the two
        (date(2026, 3, 29), time(2, 30), BERLIN, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # 3:30, as 2:30 is skipped
    ],
)
def test_a_time_of_our_own_is_always_some_moment(day: date, clock: time, zone: str, moment: datetime) -> None:
    assert at_clock(day, clock, zone) == moment


@given(
    st.integers(0, 20 * 366 * 24 * 60).map(lambda minute: LOCAL + timedelta(minutes=minute)),
    st.sampled_from([ALMATY, DUBAI, BERLIN, "America/New_York", "Asia/Kathmandu", "Pacific/Chatham"]),
)
def test_what_is_taken_is_what_the_clocks_show(local: datetime, zone: str) -> None:
    try:
        moment = to_utc(local.date(), local.time(), zone)
    except DomainError:
        shown = local.replace(tzinfo=zone_of(zone))
        assert shown.utcoffset() != shown.replace(fold=1).utcoffset()
    else:
        assert moment.astimezone(zone_of(zone)).replace(tzinfo=None) == local


def test_a_session_may_end_on_the_next_day() -> None:
    begin, end = span_to_utc(date(2026, 5, 1), time(22), date(2026, 5, 2), time(0, 30), ALMATY)
    assert end - begin == timedelta(hours=2, minutes=30)


@pytest.mark.parametrize("end", [time(18), time(17, 59)])
def test_an_end_that_is_not_after_the_start_is_refused(end: time) -> None:
    with pytest.raises(DomainError, match="after the start"):
        span_to_utc(date(2026, 5, 1), time(18), None, end, ALMATY)


def test_more_than_a_day_is_refused() -> None:
    assert span_to_utc(date(2026, 5, 1), time(8), date(2026, 5, 2), time(8), ALMATY)
    with pytest.raises(DomainError, match="24 hours"):
        span_to_utc(date(2026, 5, 1), time(8), date(2026, 5, 2), time(8, 1), ALMATY)


def test_zones_are_compared_by_their_clocks() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert same_clock(moment, ALMATY, "Asia/Tashkent")
    assert not same_clock(moment, ALMATY, DUBAI)


def test_weeks_and_days_of_addresses() -> None:
    assert read_week("2026-W53") == date(2026, 12, 28)
    assert week_text(date(2027, 1, 1)) == "2026-W53"
    assert [read_week(text) for text in ("2026-W54", "2026-W00", "2026-48", "", "x" * 5000, "٢٠٢٦-W01")] == [None] * 6
    assert [read_week(text) for text in ("0001-W01", "9999-W52")] == [None] * 2
    assert read_day("2026-11-24") == date(2026, 11, 24)
    assert [read_day(text) for text in ("2026-11-31", "20261124", "2026-W48-2", "", "today")] == [None] * 5
    assert [read_day(text) for text in ("0001-01-01", "9999-12-31")] == [None] * 2
