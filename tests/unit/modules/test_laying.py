from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.partial_date import PartialDate
from cohorts.enums import Mode
from cohorts.schema import OutlineSpec
from modules.rules.laying import Span, after, fixed, lay, weeks

P = PartialDate.parse


def test_months_and_unknown_dates_stay_so() -> None:
    assert fixed(P("2023-04"), None) == Span(P("2023-04"), P("2023-04"))
    assert fixed(None, None) == Span()
    assert not fixed(P("2023-04"), None).exact
    assert fixed(P("2023-12-01"), P("2023-12-02")).exact


def test_days_are_counted_from_the_first_day() -> None:
    assert after(date(2026, 11, 2), 0, 1) == Span(P("2026-11-02"), P("2026-11-02"))
    assert after(date(2026, 11, 2), 44, 3) == Span(P("2026-12-16"), P("2026-12-18"))
    assert after(None, 44, 3) == Span()


def test_a_pattern_is_weeks_in_person_then_at_a_distance() -> None:
    laid = weeks(date(2026, 9, 7), [(Mode.OFFLINE, 2), (Mode.DISTANCE, 4)])
    assert laid == [
        (Mode.OFFLINE, Span(P("2026-09-07"), P("2026-09-18"))),
        (Mode.DISTANCE, Span(P("2026-09-21"), P("2026-10-16"))),
    ]


def test_a_pattern_may_begin_within_a_week() -> None:
    laid = weeks(date(2026, 9, 9), [(Mode.OFFLINE, 1), (Mode.DISTANCE, 1)])
    assert [span for _mode, span in laid] == [
        Span(P("2026-09-09"), P("2026-09-11")),
        Span(P("2026-09-14"), P("2026-09-18")),
    ]


def test_a_pattern_that_begins_on_a_weekend_has_that_day() -> None:
    [(_mode, span)] = weeks(date(2026, 9, 12), [(Mode.OFFLINE, 1)])
    assert span == Span(P("2026-09-12"), P("2026-09-12"))


def test_no_weeks_no_block_and_no_start_no_dates() -> None:
    assert weeks(date(2026, 9, 7), [(Mode.OFFLINE, 0), (Mode.DISTANCE, 1)])[0][0] == Mode.DISTANCE
    assert weeks(None, [(Mode.OFFLINE, 2)]) == [(Mode.OFFLINE, Span())]


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_weeks_follow_each_other_without_overlap(start: date, counts: list[int]) -> None:
    laid = weeks(start, [(Mode.OFFLINE, count) for count in counts])
    assert len(laid) == sum(1 for count in counts if count)
    last = None
    for _mode, span in laid:
        assert span.starts_on is not None
        assert span.ends_on is not None
        assert span.starts_on.first_day <= span.ends_on.first_day
        if last is not None:
            gap = span.starts_on.first_day - last
            assert timedelta(days=1) <= gap <= timedelta(days=3)
        last = span.ends_on.first_day


def test_touching_and_holding_a_day() -> None:
    month, days = Span(P("2023-04"), P("2023-04")), Span(P("2023-04-03"), P("2023-04-07"))
    assert month.touches(date(2023, 4, 30))
    assert not month.holds(date(2023, 4, 30))
    assert days.holds(date(2023, 4, 7))
    assert not days.holds(date(2023, 4, 8))
    assert not Span().touches(date(2023, 4, 7))
    assert not Span().holds(date(2023, 4, 7))


OUTLINE = OutlineSpec.model_validate(
    {
        "modules": [
            {"number": 1, "pattern": {"offline_weeks": 2, "distance_weeks": 4}, "after_days": 7},
            {"number": 2, "pattern": {"offline_weeks": 1, "distance_weeks": 0}, "start": "2027-01-11"},
            {
                "number": 3,
                "blocks": [
                    {"mode": "offline", "after_days": 70, "days": 5, "time_zone": "Asia/Dubai", "country": "AE"}
                ],
            },
            {"number": 4, "title": {"en": "Unknown"}, "host": "host"},
        ],
        "components": [{"kind": "internship"}, {"kind": "defence", "blocks": [{"start": "2027-05"}]}],
    }
)


def test_an_outline_is_laid_in_its_order() -> None:
    laid = lay(OUTLINE, first_day=P("2026-11-02"), time_zone="Asia/Almaty")
    assert [module.number for module in laid] == [1, 2, 3, 4, None, None]
    assert [block.mode for block in laid[0].blocks] == [Mode.OFFLINE, Mode.DISTANCE]
    assert laid[0].blocks[0].span == Span(P("2026-11-09"), P("2026-11-20"))
    assert [block.span.starts_on for block in laid[1].blocks] == [P("2027-01-11")]
    assert laid[2].blocks[0].span == Span(P("2027-01-11"), P("2027-01-15"))
    assert laid[2].blocks[0].time_zone == "Asia/Dubai"
    assert laid[3].host == "host"
    assert laid[3].blocks[0].span == Span()
    assert [module.blocks[0].mode for module in laid[4:]] == [Mode.INTERNSHIP, Mode.DEFENCE]
    assert laid[5].blocks[0].span == Span(P("2027-05"), P("2027-05"))


@pytest.mark.parametrize("first_day", [None, P("2026-11")])
def test_without_a_first_day_nothing_is_counted_from_it(first_day: PartialDate | None) -> None:
    laid = lay(OUTLINE, first_day=first_day, time_zone="Asia/Almaty")
    assert [module.blocks[0].span.starts_on for module in laid[:3]] == [None, P("2027-01-11"), None]
    assert all(module.blocks for module in laid)
