from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from modules.rules.grid import MIDNIGHT, MOST_LANES, USUAL, Hours, grid, local_hours

DAY = date(2026, 12, 7)
SPANS = st.lists(st.tuples(st.integers(0, MIDNIGHT - 1), st.integers(1, 300)), max_size=8)


def hours(*spans: tuple[int, int]) -> list[Hours]:
    return [Hours(key, begin, min(begin + length, MIDNIGHT)) for key, (begin, length) in enumerate(spans)]


def test_an_empty_week_shows_the_usual_hours() -> None:
    empty = grid({})
    assert empty is not None
    assert (empty.first, empty.hours, empty.rows) == (USUAL[0], 9, 18)


def test_a_week_of_evenings_begins_shortly_before_the_first() -> None:
    placed = grid({DAY: hours((18 * 60 + 30, 90), (19 * 60, 90))})
    assert placed is not None
    assert (placed.first, placed.hours) == (17, 4)
    morning = grid({DAY: hours((11 * 60, 60), (19 * 60, 90))})
    assert morning is not None
    assert (morning.first, morning.hours) == (9, 12)


def test_parallel_sessions_stand_side_by_side() -> None:
    placed = grid({DAY: hours((570, 90), (570, 60), (720, 60))})
    assert placed is not None
    cells = placed.cells
    assert [(cells[key].row, cells[key].rows, cells[key].lane, cells[key].lanes) for key in (0, 1, 2)] == [
        (2, 3, 1, 2),
        (2, 2, 0, 2),
        (7, 2, 0, 1),
    ]


def test_short_sessions_in_one_half_hour_do_not_cover_each_other() -> None:
    placed = grid({DAY: hours((540, 10), (550, 10))})
    assert placed is not None
    assert sorted(cell.lane for cell in placed.cells.values()) == [0, 1]


def test_too_many_at_once_are_a_list() -> None:
    assert grid({DAY: hours(*[(540, 60)] * (MOST_LANES + 1))}) is None


def test_a_night_is_cut_at_midnight() -> None:
    begin = datetime(2026, 12, 7, 18, 30, tzinfo=UTC)
    assert local_hours(1, begin, begin + timedelta(hours=4), "Asia/Dubai") == Hours(1, 22 * 60 + 30, MIDNIGHT)


def test_where_the_clocks_go_back_it_still_takes_a_while() -> None:
    begin = datetime(2024, 2, 29, 17, 45, tzinfo=UTC)  # 23:45 in Almaty; 15 minutes later it is 23:00 again
    assert local_hours(1, begin, begin + timedelta(minutes=30), "Asia/Almaty") == Hours(1, 23 * 60 + 45, 23 * 60 + 46)


@given(SPANS)
def test_no_two_cover_each_other(spans: list[tuple[int, int]]) -> None:
    day = hours(*spans)
    placed = grid({DAY: day})
    if placed is None:
        return
    taken: set[tuple[int, int]] = set()
    for held in day:
        cell = placed.cells[held.key]
        assert 0 <= cell.lane < cell.lanes <= MOST_LANES
        assert cell.row >= 1
        assert cell.rows >= 1
        assert cell.row + cell.rows - 1 <= placed.rows
        share = 12 // cell.lanes
        own = {
            (row, column)
            for row in range(cell.row, cell.row + cell.rows)
            for column in range(cell.lane * share, (cell.lane + 1) * share)
        }
        assert not own & taken
        taken |= own
