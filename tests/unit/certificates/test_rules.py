"""Who may get a certificate, who may issue it, and when."""

from datetime import date
from typing import Any

import pytest

from app.accounts.enums import Role
from app.kernel.errors import DomainError
from app.kernel.partial_date import PartialDate
from certificates import rules
from certificates.payload import Holder
from certificates.rules import Candidate, Mend, Situation, check_approver, check_dates, check_proposer, preflight

GOOD = Situation(issuers=1, missing=(), ends_on=PartialDate(2024, 6), award_letters="Академия")


def person(
    number: int, kk: str = "Сынақов Тест", latin: str = "Synaqov", *, sort_key: str = "", annulled: str = ""
) -> Candidate:
    return Candidate(number, number, 100 + number, Holder(kk, "", latin), sort_key or f"{number:03}", annulled)


def unprintable(text: str) -> list[str]:
    return [letter for letter in dict.fromkeys(text) if letter in "漢字"]


def test_everybody_is_ready_in_the_order_of_the_numbers_to_come() -> None:
    found = preflight(
        [person(2, sort_key="b"), person(1, sort_key="c"), person(3, sort_key="a")], GOOD, missing_glyphs=unprintable
    )
    assert [one.enrolment_id for one in found.ready] == [3, 2, 1]
    assert (found.blocked, found.held, found.look) == ((), (), ())
    assert found.total == 3


def test_one_held_back_does_not_hold_back_the_others() -> None:
    found = preflight([person(1), person(2, kk="漢字"), person(3, kk="", latin="")], GOOD, missing_glyphs=unprintable)
    assert [one.enrolment_id for one in found.ready] == [1]
    assert [finding.candidate.enrolment_id for finding in found.held if finding.candidate] == [2, 3]
    assert "U+6F22" in str(found.held[0].why)
    assert all(finding.mend == Mend.NAME for finding in found.held)
    assert found.total == 3


@pytest.mark.parametrize(
    ("change", "mend"),
    [
        ({"issuers": 0}, Mend.PROGRAMME),
        ({"missing": ("nobody",)}, Mend.PROGRAMME),
        ({"prefix_taken": True}, Mend.PROGRAMME),
        ({"award_letters": "漢"}, Mend.PROGRAMME),
        ({"ends_on": None}, Mend.COHORT),
    ],
)
def test_what_is_missing_for_everybody_blocks(change: dict[str, Any], mend: Mend) -> None:
    values: dict[str, Any] = {
        "issuers": 1,
        "missing": (),
        "ends_on": PartialDate(2024, 6),
        "award_letters": "",
    } | change
    found = preflight([person(1)], Situation(**values), missing_glyphs=unprintable)
    assert [finding.mend for finding in found.blocked] == [mend]


def test_long_mixed_and_formerly_annulled_names_are_worth_a_look() -> None:
    people = [person(1, kk="Сынақ" * 16), person(2, kk="Мисали Cалем"), person(3, annulled="KEL-2024-000001")]
    found = preflight(people, GOOD, missing_glyphs=unprintable)
    assert [finding.mend for finding in found.look] == [Mend.PROOF, Mend.NAME, Mend.CERTIFICATE]
    assert len(found.ready) == 3


def test_an_unknown_spelling_is_said_once_for_many() -> None:
    few = preflight([person(n, latin="") for n in range(1, 4)], GOOD, missing_glyphs=unprintable)
    many = preflight([person(n, latin="") for n in range(1, 40)], GOOD, missing_glyphs=unprintable)
    assert len(few.look) == 3
    assert [str(finding.why) for finding in many.look] == [
        "The Latin spelling of 39 people is not known and will not be printed."
    ]


@pytest.mark.parametrize(
    ("order", "issued", "field"),
    [
        (date(2024, 7, 6), date(2024, 7, 5), "order_date"),
        (date(2024, 5, 1), date(2024, 5, 31), "issued_on"),
        (date(2024, 7, 1), date(2042, 7, 5), "issued_on"),
    ],
)
def test_wrong_dates_are_refused_on_their_field(order: date, issued: date, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_dates(order_date=order, issued_on=issued, ends_on=PartialDate(2024, 6, 28), today=date(2024, 7, 5))
    assert refused.value.field == field


def test_right_dates_pass_even_when_only_the_month_is_known() -> None:
    ends = PartialDate(2024, 6)
    check_dates(order_date=date(2024, 6, 1), issued_on=date(2024, 6, 1), ends_on=ends, today=date(2024, 7, 5))


def test_two_people_issue_and_neither_is_a_recipient() -> None:
    check_approver(approver_id=2, approver_person=9, proposer_id=1, recipients=[5, 6])
    with pytest.raises(DomainError, match="you proposed"):
        check_approver(approver_id=1, approver_person=None, proposer_id=1, recipients=[])
    with pytest.raises(DomainError, match="one of the recipients"):
        check_approver(approver_id=2, approver_person=5, proposer_id=1, recipients=[5])
    with pytest.raises(DomainError, match="one of the recipients"):
        check_proposer(person_id=5, recipients=[5])
    check_proposer(person_id=None, recipients=[5])


def test_administrators_never_issue_and_auditors_never_write() -> None:
    acts = (rules.PROPOSE, rules.APPROVE, rules.ANNUL)
    assert not any({Role.ADMINISTRATOR, Role.AUDITOR, Role.OFFICIAL, Role.PARTICIPANT} & act.roles for act in acts)
    assert rules.APPROVE.roles == {Role.APPROVER}
    assert Role.PARTICIPANT not in rules.VIEW_REGISTER.roles | rules.DOWNLOAD.roles
    assert rules.READ_PROGRAMMES.roles | rules.READ_REMIT.roles == rules.VIEW_REGISTER.roles


def test_numbers_have_six_digits_and_a_year() -> None:
    assert rules.number_of(rules.series_prefix("EULP", 2023), 12) == "EULP-2023-000012"


def test_the_fingerprint_shows_another_name_and_another_order() -> None:
    a, b = Holder("А", "", ""), Holder("Б", "", "")
    prints = {rules.fingerprint(names) for names in ([a, b], [b, a], [a], [Holder("", "А", ""), b])}
    assert len(prints) == 4
