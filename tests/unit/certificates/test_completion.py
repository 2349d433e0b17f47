"""Decisions about completion, and evidence that is frozen and read again."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import DomainError
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.kernel.words import Message
from certificates.rules.completion import (
    NOT_JUDGED,
    Item,
    LetOff,
    Standing,
    check_texts,
    condition_of,
    may_end,
    standing_of,
    unit_holds,
    why,
)
from certificates.rules.evidence import freeze, thaw
from cohorts.conditions import Evidence, Finding, Verdict
from cohorts.schema import AttendanceSpec, CompletionSpec, DefenceSpec

ATTENDANCE = AttendanceSpec(kind="attendance", at_least=80)
DEFENCE = DefenceSpec(kind="defence")
NOW = datetime(2024, 7, 5, 6, 30, tzinfo=UTC)
WAIVER = LetOff(1, "an illness", "No. 4", NOW)
MET, NOT_MET, OPEN = Verdict.MET, Verdict.NOT_MET, Verdict.OPEN


def item(verdict: Verdict, *, waived: bool = False, said: Message | None = None) -> Item:
    return Item(ATTENDANCE, Finding(verdict, said or Message("76%%")), WAIVER if waived else None)


@pytest.mark.parametrize(
    ("verdicts", "standing"),
    [
        ((MET, MET), Standing.COMPLETE),
        ((MET, OPEN), Standing.OPEN),
        ((NOT_MET, OPEN), Standing.MISSING),
        ((MET, NOT_MET), Standing.MISSING),
    ],
)
def test_one_condition_that_is_not_met_decides(verdicts: tuple[Verdict, ...], standing: Standing) -> None:
    assert standing_of([item(verdict) for verdict in verdicts]) == standing


@given(st.lists(st.tuples(st.sampled_from(Verdict), st.booleans()), min_size=1, max_size=4))
def test_whoever_is_complete_met_or_was_let_off_everything(found: list[tuple[Verdict, bool]]) -> None:
    items = [item(verdict, waived=waived) for verdict, waived in found]
    assert (standing_of(items) == Standing.COMPLETE) == all(waived or verdict == MET for verdict, waived in found)


def test_a_waiver_counts_only_while_the_evidence_does_not_do() -> None:
    assert [item(verdict, waived=True).waived for verdict in (MET, NOT_MET, OPEN)] == [False, True, True]


def test_a_team_is_complete_by_its_own_condition_never_by_waivers() -> None:
    met, not_met = Finding(MET, Message("Accepted")), Finding(NOT_MET, Message("To revise"))
    assert [unit_holds(found) for found in ([met, met], [met, not_met], [NOT_JUDGED], [])] == [
        True,
        False,
        False,
        False,
    ]


def test_it_says_everything_that_is_missing() -> None:
    items = [
        item(NOT_MET, said=Message("%(percent)s%%", percent=76)),
        Item(DEFENCE, Finding(NOT_MET, Message("To revise"))),
        item(NOT_MET, waived=True),
    ]
    assert str(why(items)) == "attendance is 76%, the rule is 80%; the project is not accepted: To revise"
    assert str(why([item(OPEN, said=Message("nothing")), Item(DEFENCE, NOT_JUDGED)])) == (
        "attendance is still open: nothing; the defence is still open: nothing is recorded yet"
    )


def test_a_rule_knows_its_own_conditions_only() -> None:
    rule = CompletionSpec(conditions=(DEFENCE,))
    assert condition_of(rule, "defence") is DEFENCE
    with pytest.raises(DomainError, match="choose one of the conditions"):
        condition_of(rule, "attendance")


def test_a_waiver_has_a_reason_and_a_document() -> None:
    check_texts("r", "d")
    for reason, document, field in (("", "d", "reason"), ("r", "", "document"), ("r" * 501, "d", "reason")):
        with pytest.raises(DomainError) as refused:
            check_texts(reason, document)
        assert refused.value.field == field


def test_nobody_has_failed_before_the_programme_ends() -> None:
    days = [date(2024, 5, 31), date(2024, 6, 1)]
    assert [may_end(PartialDate(2024, 6), today=day) for day in days] == [False, True]
    assert may_end(None, today=days[0])


def test_frozen_evidence_is_plain_json_and_reads_the_same() -> None:
    said = Message(
        "%(a)s %(b)s %(c)s %(d)s %(e)s",
        a=Message("Accepted"),
        b=Tri(kk="жоспар"),
        c=date(2024, 6, 20),
        d=Decimal("4.50"),
        e=NOW,
    )
    piece = Evidence(Message("Minutes No. %(n)s", n="1"), "defences.sitting", {"code": "um", "number": 3})
    stored = json.loads(json.dumps(freeze([Item(DEFENCE, Finding(NOT_MET, said, (piece,)), WAIVER)])))
    (read,) = thaw(stored)
    assert read.said.values == said.values | {"d": "4.50"}
    assert (read.key, read.verdict, read.evidence) == ("defence", NOT_MET, (piece,))
    assert (read.waived, read.reason, read.document) == (True, "an illness", "No. 4")
    (met,) = thaw(freeze([item(MET, waived=True)]))
    assert (met.waived, met.document) == (False, "")
    assert thaw(None) == ()
