from datetime import date
from decimal import Decimal

import pytest

from app.kernel.errors import DomainError
from projects.enums import Outcome
from projects.rules.commissions import Quorum
from projects.rules.deciding import Decision, check_closing, checked, missing, next_number

DAY = date(2026, 11, 23)


class TestDecision:
    def test_texts_are_cleaned_line_by_line(self) -> None:
        found = checked(Decision(questions=" Who \u202e pays?\r\n\n  When?  ", remark=" "), present=None)
        assert (found.questions, found.remark) == ("Who pays?\nWhen?", None)

    def test_a_score_has_two_places(self) -> None:
        assert checked(Decision(score=Decimal("87.555")), present=None).score == Decimal("87.56")

    def test_fewer_votes_than_people_are_no_error(self) -> None:
        assert checked(Decision(votes=(3, 0, 1)), present=5).votes == (3, 0, 1)

    def test_of_a_tie_the_chair_decides(self) -> None:
        assert checked(Decision(Outcome.ACCEPTED, (2, 2, 1)), present=5).outcome == Outcome.ACCEPTED

    @pytest.mark.parametrize(
        ("decision", "present", "field"),
        [
            (Decision(votes=(4, 1, 1)), 5, "votes_for"),
            (Decision(votes=(-1, 1, 1)), 5, "votes_for"),
            (Decision(votes=(1, 0, 0)), None, "votes_for"),
            (Decision(score=Decimal("100.01")), 5, "score"),
            (Decision(score=Decimal(-1)), 5, "score"),
            (Decision(score=Decimal("NaN")), 5, "score"),
            (Decision(Outcome.NOT_SUBMITTED, (1, 0, 0)), 5, "outcome"),
            (Decision(Outcome.ACCEPTED, (1, 2, 0)), 5, "outcome"),
            (Decision(Outcome.NOT_SUBMITTED, None, Decimal(5)), 5, "outcome"),
            (Decision(questions="q" * 4001), 5, "questions"),
            (Decision(remark="r" * 1001), 5, "remark"),
        ],
    )
    def test_what_cannot_be_is_refused(self, decision: Decision, present: int | None, field: str) -> None:
        with pytest.raises(DomainError) as refused:
            checked(decision, present=present)
        assert refused.value.field == field


class TestClosing:
    def test_what_is_missing_is_said_in_order(self) -> None:
        found = missing(quorum=Quorum(2, 5, 3), unrecorded=0, undecided=[(7, "Group 4")], items=2)
        assert [(str(one.text), one.slot_id) for one in found] == [
            ("No quorum: 2 present, 3 needed", None),
            ("Group 4: decision", 7),
        ]

    def test_presence_comes_before_the_quorum(self) -> None:
        found = missing(quorum=Quorum(0, 5, 3), unrecorded=6, undecided=[], items=0)
        assert [str(one.text) for one in found] == ["Who is present: not recorded of 6", "No project is on the agenda"]

    def test_nothing_is_missing(self) -> None:
        assert list(missing(quorum=Quorum(3, 5, 3), unrecorded=0, undecided=[], items=1)) == []

    def test_the_number_is_printed_without_its_sign(self) -> None:
        assert check_closing(number=" № 3-ө ", on=DAY, day=DAY, today=DAY) == "3-ө"

    @pytest.mark.parametrize(
        ("number", "on", "field"),
        [
            (" ", DAY, "number"),
            ("№", DAY, "number"),
            ("1" * 61, DAY, "number"),
            ("1", date(2026, 11, 22), "on"),
            ("1", date(2026, 11, 25), "on"),
        ],
    )
    def test_what_cannot_be_is_refused(self, number: str, on: date, field: str) -> None:
        with pytest.raises(DomainError) as refused:
            check_closing(number=number, on=on, day=DAY, today=date(2026, 11, 24))
        assert refused.value.field == field

    def test_the_next_number_is_suggested(self) -> None:
        assert next_number([]) == "1"
        assert next_number(["1", "3", "12-ө", "²"]) == "4"
