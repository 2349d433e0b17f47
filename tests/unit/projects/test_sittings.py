from datetime import UTC, date, datetime, time

import pytest

from app.kernel.errors import DomainError
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from modules.rules.facts import LONGEST_TITLE
from projects.enums import Outcome
from projects.rules.sittings import check_day, group_words, may_defend_again, seated, seats, session_title, slots

ALMATY = "Asia/Almaty"


class TestSlots:
    def test_one_after_the_other_by_the_clocks_of_the_place(self) -> None:
        found = slots(date(2026, 12, 9), time(9, 30), 40, 2, "Asia/Dubai")
        assert found == [
            (datetime(2026, 12, 9, 5, 30, tzinfo=UTC), datetime(2026, 12, 9, 6, 10, tzinfo=UTC)),
            (datetime(2026, 12, 9, 6, 10, tzinfo=UTC), datetime(2026, 12, 9, 6, 50, tzinfo=UTC)),
        ]

    def test_the_last_may_end_at_midnight(self) -> None:
        assert len(slots(date(2026, 12, 9), time(22, 0), 60, 2, ALMATY)) == 2

    @pytest.mark.parametrize(
        ("day", "start", "minutes", "count", "field"),
        [
            (date(2026, 12, 9), time(22, 0), 61, 2, "minutes"),
            (date(2026, 12, 9), time(0, 0), 30, 49, "minutes"),
            (date(2026, 12, 9), time(9, 0), 4, 1, "minutes"),
            (date(2026, 12, 9), time(9, 0), 481, 1, "minutes"),
            (date(1026, 12, 9), time(9, 0), 30, 1, "day"),
            (date(2024, 2, 29), time(23, 30), 10, 1, "start"),  # that hour comes twice
        ],
    )
    def test_what_cannot_be_is_refused(self, day: date, start: time, minutes: int, count: int, field: str) -> None:
        with pytest.raises(DomainError) as refused:
            slots(day, start, minutes, count, ALMATY)
        assert refused.value.field == field


class TestDay:
    STARTS = (PartialDate(2026, 12, 7), None, PartialDate(2026, 11))

    def test_not_before_the_module(self) -> None:
        check_day(date(2026, 11, 1), module_starts=self.STARTS, cohort_start=None)
        with pytest.raises(DomainError, match=r"module begins on 01\.11\.2026"):
            check_day(date(2026, 10, 31), module_starts=self.STARTS, cohort_start=None)

    def test_not_before_the_cohort(self) -> None:
        check_day(date(2026, 10, 1), module_starts=[], cohort_start=None)
        with pytest.raises(DomainError, match=r"cohort begins on 01\.11\.2026"):
            check_day(date(2026, 10, 31), module_starts=[None], cohort_start=PartialDate(2026, 11))


class TestWords:
    def test_a_group_is_called_by_its_organisation_number_or_label(self) -> None:
        assert group_words("4", None) == Tri(kk="№ 4 топ", ru="Группа № 4", en="Group 4")
        assert group_words("Алтай", None).best("en") == ("Алтай", "en")
        assert group_words("4", Tri(ru="Университет")) == Tri(ru="Университет")

    def test_a_session_is_called_by_the_project(self) -> None:
        assert session_title(Tri(ru="Вода"), Tri(en="Group 4")) == Tri(ru="Защита проекта: Вода")
        assert session_title(None, Tri(en="Group 4")) == Tri(en="Project defence: Group 4")

    def test_a_long_title_is_cut(self) -> None:
        found = session_title(Tri(kk="ә" * 400, ru="ю" * 400, en="w" * 400), Tri())
        assert all(len(text) == LONGEST_TITLE and text.endswith("…") for text in found.forms())


@pytest.mark.parametrize(
    ("outcomes", "may"),
    [
        ([], True),
        ([Outcome.TO_REVISE], True),
        ([Outcome.NOT_ACCEPTED, Outcome.NOT_SUBMITTED], True),
        ([Outcome.TO_REVISE, None], False),
        ([Outcome.ACCEPTED], False),
    ],
)
def test_what_is_accepted_or_waits_is_not_defended_again(outcomes: list[Outcome | None], may: bool) -> None:
    assert may_defend_again(outcomes) is may


def test_another_commission_takes_the_seats_of_the_former() -> None:
    people = ("speaker:3", "commission:1", "commission:2", "interpreter:2")
    assert set(seated(people, [2, 4])) == {"speaker:3", "interpreter:2", "commission:2", "commission:4"}
    assert seated((), [7]) == seats([7]) == ("commission:7",)
