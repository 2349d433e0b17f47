from datetime import UTC, date, datetime, timedelta

import pytest

from app.kernel.errors import DomainError
from modules.rules.copying import Source, copied, copies, copy_mark
from tests.unit.modules.examples import START, facts

DAY, NEXT = date(2026, 11, 24), date(2026, 11, 25)


def test_hours_stay_and_the_note_stays_behind() -> None:
    made = copied(facts(note="Moved, the hall is taken", rooms=("214",), audience=("group:1",)), NEXT)
    assert made == facts(
        starts_at=START + timedelta(days=1),
        ends_at=START + timedelta(days=1, minutes=90),
        rooms=("214",),
        audience=("group:1",),
    )


def test_a_session_over_midnight_stays_one() -> None:
    late = facts(starts_at=datetime(2026, 11, 24, 18, tzinfo=UTC), ends_at=datetime(2026, 11, 24, 21, tzinfo=UTC))
    made = copied(late, date(2027, 1, 31))
    assert made.ends_at - made.starts_at == timedelta(hours=3)
    assert made.starts_at == datetime(2027, 1, 31, 18, tzinfo=UTC)


def test_hours_on_the_wall_stay_across_a_change_of_the_clocks() -> None:
    winter = facts(
        starts_at=datetime(2024, 2, 28, 12, tzinfo=UTC), ends_at=datetime(2024, 2, 28, 13, tzinfo=UTC)
    )  # 18:00 by UTC+6
    assert copied(winter, date(2024, 3, 4)).starts_at == datetime(2024, 3, 4, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "begin", "to"),
    [
        ("Asia/Almaty", datetime(2024, 2, 20, 17, 30, tzinfo=UTC), date(2024, 2, 29)),  # 23:30 comes twice
        ("Europe/Berlin", datetime(2026, 3, 20, 1, 30, tzinfo=UTC), date(2026, 3, 29)),  # 02:30 is skipped
    ],
)
def test_hours_that_are_skipped_or_come_twice_are_refused(zone: str, begin: datetime, to: date) -> None:
    with pytest.raises(DomainError, match="Nothing was copied") as refused:
        copied(facts(starts_at=begin, ends_at=begin + timedelta(minutes=20), time_zone=zone), to)
    assert refused.value.field == "to"
    assert "Ethics" in str(refused.value)


def test_a_copy_of_the_second_of_two_equal_hours_is_the_hour_itself() -> None:
    second = datetime(2024, 2, 29, 18, 30, tzinfo=UTC)  # 23:30 by UTC+5, for the second time
    made = copied(facts(starts_at=second, ends_at=second + timedelta(minutes=20)), date(2024, 3, 1))
    assert made.starts_at == datetime(2024, 3, 1, 18, 30, tzinfo=UTC)


def test_the_same_day_is_refused() -> None:
    with pytest.raises(DomainError, match="another day"):
        copies([Source(1, 1, 1, facts())], DAY, DAY)


def test_the_mark_names_what_was_looked_at() -> None:
    one, two = Source(1, 1, 1, facts()), Source(2, 1, 1, facts())
    mark = copy_mark([one], [two], NEXT)
    assert mark == copy_mark([one], [two], NEXT)
    others: tuple[tuple[list[Source], list[Source], date], ...] = (
        ([one], [], NEXT),
        ([one], [two], DAY),
        ([one._replace(version=2)], [two], NEXT),
    )
    assert mark not in {copy_mark(*other) for other in others}
