"""Which steps a person and a cohort may take."""

from datetime import date

import pytest

from app.accounts.rules import Reach
from app.kernel.errors import DomainError
from app.kernel.partial_date import PartialDate
from cohorts.enums import CohortStatus as C
from cohorts.enums import EnrolmentStatus as E
from cohorts.rules import (
    check_cohort_step,
    check_dates,
    check_order,
    check_status_step,
    covers,
    masked,
    needs_reason,
    next_statuses,
)

LEGAL = {
    (E.ENROLLED, E.COMPLETED),
    (E.ENROLLED, E.NOT_COMPLETED),
    (E.ENROLLED, E.WITHDRAWN),
    (E.COMPLETED, E.NOT_COMPLETED),
    (E.NOT_COMPLETED, E.COMPLETED),
    (E.NOT_COMPLETED, E.WITHDRAWN),
    (E.WITHDRAWN, E.ENROLLED),
}


@pytest.mark.parametrize("before", E)
@pytest.mark.parametrize("after", E)
def test_steps_of_a_person(before: E, after: E) -> None:
    assert (after in next_statuses(before)) == ((before, after) in LEGAL)
    if (before, after) in LEGAL:
        check_status_step(before, after, reason="a letter")
    else:
        with pytest.raises(DomainError, match="cannot follow"):
            check_status_step(before, after, reason="a letter")


def test_leaving_needs_a_reason() -> None:
    assert needs_reason(E.ENROLLED, E.WITHDRAWN)
    for nothing in (None, "", "  "):
        with pytest.raises(DomainError, match="give the reason"):
            check_status_step(E.ENROLLED, E.WITHDRAWN, reason=nothing)
    check_status_step(E.ENROLLED, E.COMPLETED, reason=None)


@pytest.mark.parametrize(
    ("number", "day", "field"),
    [
        ("", date(2024, 1, 1), "order_number"),
        (" ", date(2024, 1, 1), "order_number"),
        ("1" * 61, date(2024, 1, 1), "order_number"),
        ("1", None, "order_date"),
        ("1", date(2024, 1, 3), "order_date"),
    ],
)
def test_an_order_has_a_number_and_a_date_that_came(number: str, day: date | None, field: str) -> None:
    with pytest.raises(DomainError) as caught:
        check_order(number, day, today=date(2024, 1, 2))
    assert caught.value.field == field


def test_an_order_of_today_is_fine() -> None:
    check_order("214-ө", date(2024, 1, 2), today=date(2024, 1, 2))


def test_steps_of_a_cohort() -> None:
    legal = [(C.PLANNED, C.RUNNING), (C.RUNNING, C.CLOSED), (C.CLOSED, C.RUNNING)]
    for before in C:
        for after in C:
            if (before, after) in legal:
                check_cohort_step(before, after)
            else:
                with pytest.raises(DomainError):
                    check_cohort_step(before, after)


def test_a_cohort_ends_after_it_starts() -> None:
    check_dates(PartialDate(2024, 3, 31), PartialDate(2024, 3))
    with pytest.raises(DomainError):
        check_dates(PartialDate(2024, 3, 31), PartialDate(2024, 2))


def test_reach_covers_a_cohort_by_itself_its_programme_or_its_bodies() -> None:
    def reached(reach: Reach) -> bool:
        return covers(reach, cohort_id=1, programme_id=2, bodies=frozenset({3}))

    assert reached(Reach(everywhere=True))
    assert reached(Reach(cohorts=frozenset({1})))
    assert reached(Reach(programmes=frozenset({2})))
    assert reached(Reach(organisations=frozenset({3})))
    assert not reached(Reach(cohorts=frozenset({2}), programmes=frozenset({1}), organisations=frozenset({1})))


def test_a_masked_iin_shows_its_end_only() -> None:
    assert masked("849923463775") == "••••••••3775"
