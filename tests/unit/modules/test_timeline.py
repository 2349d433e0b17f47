from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.kernel.partial_date import PartialDate
from modules.rules.laying import Span
from modules.rules.timeline import MOST_COLUMNS, Progress, length_in_weeks, progress_of, timeline

P = PartialDate.parse


def span(start: str, end: str | None = None) -> Span:
    return Span(P(start), P(end or start))


def test_weeks_have_columns_from_one() -> None:
    chart = timeline([[span("2026-09-07", "2026-09-18"), span("2026-09-21", "2026-10-16")]], today=date(2026, 9, 30))
    assert chart is not None
    assert [(bar.column, bar.columns) for bar in chart.rows[0].bars] == [(1, 2), (3, 4)]
    assert chart.columns == 6
    assert chart.today == 4
    assert [(month.first_day, month.column, month.columns) for month in chart.months] == [
        (date(2026, 9, 1), 1, 3),
        (date(2026, 10, 1), 4, 3),
    ]


def test_a_month_alone_spans_its_month_and_is_marked() -> None:
    chart = timeline([[span("2023-04")], [span("2023-12-01", "2023-12-02")]], today=date(2023, 6, 1))
    assert chart is not None
    assert not chart.rows[0].bars[0].exact
    assert chart.rows[0].bars[0].columns == 5
    assert chart.rows[1].bars[0].exact


def test_blocks_without_dates_are_named_not_drawn() -> None:
    chart = timeline([[Span(), span("2026-09-07")]], today=date(2026, 9, 7))
    assert chart is not None
    assert chart.rows[0].undated == (0,)
    assert [bar.block for bar in chart.rows[0].bars] == [1]


def test_without_any_date_there_is_no_chart() -> None:
    assert timeline([[Span()], []], today=date(2026, 9, 7)) is None
    assert timeline([], today=date(2026, 9, 7)) is None


def test_today_may_be_off_the_chart() -> None:
    chart = timeline([[span("2026-09-07")]], today=date(2030, 1, 1))
    assert chart is not None
    assert chart.today is None
    assert chart.columns == 4


def test_progress() -> None:
    blocks = [span("2026-09-07", "2026-09-11"), span("2026-10")]
    assert progress_of(blocks, date(2026, 9, 6)) is Progress.AHEAD
    assert progress_of(blocks, date(2026, 9, 7)) is Progress.RUNNING
    assert progress_of(blocks, date(2026, 10, 31)) is Progress.RUNNING
    assert progress_of(blocks, date(2026, 11, 1)) is Progress.DONE
    assert progress_of([*blocks, Span()], date(2026, 11, 1)) is Progress.RUNNING
    assert progress_of([], date(2026, 11, 1)) is Progress.AHEAD


def test_length_in_weeks() -> None:
    assert length_in_weeks(span("2026-09-07", "2026-09-18")) == 2
    assert length_in_weeks(span("2026-09-18", "2026-09-21")) == 2
    assert length_in_weeks(span("2026-09")) is None


DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(st.lists(st.tuples(DAYS, st.integers(0, 400)), min_size=1, max_size=12), DAYS)
def test_everything_stays_on_the_chart(blocks: list[tuple[date, int]], today: date) -> None:
    spans = [Span(PartialDate.of(day), PartialDate.of(day + timedelta(days=length))) for day, length in blocks]
    chart = timeline([[one] for one in spans], today=today)
    assert chart is not None
    assert 4 <= chart.columns <= MOST_COLUMNS
    for row in chart.rows:
        for bar in row.bars:
            assert bar.column >= 1
            assert bar.columns >= 1
            assert bar.column + bar.columns - 1 <= chart.columns
    assert [month.column for month in chart.months] == sorted({month.column for month in chart.months})
    assert sum(month.columns for month in chart.months) == chart.columns
    assert chart.today is None or 1 <= chart.today <= chart.columns
