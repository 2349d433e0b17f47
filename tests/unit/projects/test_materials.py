from datetime import date

import pytest

from app.kernel.errors import DomainError
from projects.rules.materials import Stand, awaited, check_awaited, check_due, is_late

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def stand(day: date = MONDAY, *, closed: bool = False, published: bool = True) -> Stand:
    return Stand(day, None, closed, published)


@pytest.mark.parametrize(
    ("stands", "expected"),
    [
        ([], None),
        ([stand(published=False)], None),
        ([stand(closed=True)], None),
        ([stand()], 0),
        ([stand(closed=True), stand(TUESDAY)], 1),
        ([stand(TUESDAY), stand(MONDAY)], 0),
        ([stand(closed=True), stand(TUESDAY, published=False)], None),
    ],
)
def test_a_group_hands_in_for_the_last_defence_that_it_knows_and_that_is_open(
    stands: list[Stand], expected: int | None
) -> None:
    assert awaited(stands) == (None if expected is None else stands[expected])


def test_a_refusal_says_whether_it_is_too_early_or_over() -> None:
    for stands in ([], [stand(published=False)]):
        with pytest.raises(DomainError, match="not published yet"):
            check_awaited(stands)
    with pytest.raises(DomainError, match="minutes of your defence are closed"):
        check_awaited([stand(closed=True), stand(TUESDAY, published=False)])


def test_the_last_day_is_in_time_until_its_end() -> None:
    assert not is_late(MONDAY, MONDAY)
    assert is_late(MONDAY, TUESDAY)
    assert not is_late(None, TUESDAY)


@pytest.mark.parametrize("due_on", [None, MONDAY, TUESDAY])
def test_materials_come_before_the_defence(due_on: date | None) -> None:
    check_due(due_on, TUESDAY)


@pytest.mark.parametrize(
    ("due_on", "says"), [(TUESDAY, "on 23.11.2026 at the latest"), (date(1, 1, 1), "Enter a year")]
)
def test_a_last_day_that_makes_no_sense_is_refused(due_on: date, says: str) -> None:
    with pytest.raises(DomainError, match=says) as refusal:
        check_due(due_on, MONDAY)
    assert refusal.value.field == "materials_due_on"
