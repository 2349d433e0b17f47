"""Each row of a roster gets a verdict with reasons, the same for the same input."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.partial_date import PartialDate
from app.kernel.text import search_key
from app.kernel.tri import Tri
from app.people.enums import NameForm
from app.people.rules import PersonalName
from cohorts.roster import RosterRow, read_roster
from cohorts.roster.cells import Scholarship, name_key, organisation_kind, read_row, text_in
from cohorts.roster.judging import Enrolled, Judged, KnownPerson, judge
from cohorts.roster.reading import read_tables
from cohorts.roster.reasons import Choice, Verdict
from cohorts.roster.sheets import blank_sheet, report_sheet

ROSTERS = Path(__file__).resolve().parents[3] / "tests" / "data" / "rosters"
EXPECTED: list[dict[str, Any]] = json.loads((ROSTERS / "kel-2024_dirty_expected.json").read_text())["rows"]
GOOD_IIN, OTHER_IIN = "849923463775", "809920416393"

ADA = KnownPerson(
    id=1,
    shown="Үлгібек Ада",
    iin=GOOD_IIN,
    passport=None,
    names=frozenset({name_key("Үлгібек Ада")}),
    emails=frozenset({"ada@example.org"}),
    organisations=frozenset({"академия"}),
)


def row(number: int = 2, language: str = "ru", **cells: str) -> RosterRow:
    return RosterRow(number, language, {"name": "Үлгібек Ада", "organisation": "Академия", **cells})


def only(line: RosterRow, *known: KnownPerson) -> Judged:
    return judge([line], known)[0]


def names(judged: Judged) -> list[str]:
    return [reason.name for reason in judged.all_reasons]


@pytest.fixture(scope="module")
def dirty() -> dict[int, Judged]:
    roster = read_roster((ROSTERS / "kel-2024_dirty_ru_utf8sig.csv").read_bytes())
    return {judged.entry.row: judged for judged in judge(roster.rows, [])}


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: f"row {expected['row']}")
def test_the_dirty_roster_is_judged_as_written_down(expected: dict[str, Any], dirty: dict[int, Judged]) -> None:
    judged = dirty[expected["row"]]
    assert (judged.verdict, names(judged)) == (expected["verdict"], expected["reasons"])


def test_every_reason_has_a_sentence(dirty: dict[int, Judged]) -> None:
    assert all(str(reason.message) for judged in dirty.values() for reason in judged.all_reasons)


def test_a_cyrillic_name_is_both_kazakh_and_russian_and_a_latin_one_neither() -> None:
    entry = read_row(row(latin="Ulgibek Ada"))
    assert set(entry.names) == {NameForm.KK, NameForm.RU, NameForm.LATIN}
    assert entry.names[NameForm.KK] is entry.names[NameForm.RU]
    assert set(read_row(row(name="Ada King")).names) == {NameForm.LATIN}


def test_names_in_columns_stay_in_their_parts() -> None:
    cells = {"surname": "Ван дер Тест", "given_name": "Анна Мария"}
    entry = read_row(RosterRow(2, "ru", cells))
    assert entry.names[NameForm.KK] == PersonalName("Ван дер Тест", "Анна Мария", None)


@pytest.mark.parametrize(
    "name", ["Мысалай", "О'Тест Патрик", "Д’Примеро Мария-Луиза", "ван Тест Ян", "Ә" * 80 + " Әли"]
)
def test_unusual_names_are_names(name: str) -> None:
    assert only(row(name=name)).verdict == Verdict.NEW


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "<b", "{{7*7}}", "@SUM(A1)", "a1", "1", "😀", "--", "\\x"])
def test_markup_formulas_and_signs_are_not_names(name: str) -> None:
    assert only(row(name=name)).verdict == Verdict.REFUSED


@pytest.mark.parametrize("text", ["=cmd()", "<b>Ministry", "{{ x }}", "@x", "=1+1"])
@pytest.mark.parametrize("column", ["post", "organisation"])
def test_markup_is_neither_a_post_nor_an_organisation(column: str, text: str) -> None:
    assert names(only(row(2, "ru", **{column: text}))) == ["not_a_text"]


def test_zeros_that_a_spreadsheet_dropped_are_put_back_when_the_check_digit_fits() -> None:
    whole = next(f"00992346{n:04}" for n in range(10_000) if not read_row(row(iin=f"00992346{n:04}")).refused)
    entry = read_row(row(iin=whole.lstrip("0")))
    assert (entry.iin, [reason.code for reason in entry.reasons]) == (whole, ["iin_padded", "no_email"])


@pytest.mark.parametrize(
    ("email", "codes"),
    [
        ("a@example.org", []),
        ("A.B-c+d@mail.example.kz", []),
        ("user@", ["bad_email"]),
        ("a@example", ["bad_email"]),
        ("a@exa mple.org", ["bad_email"]),
        ("тест@example.org", ["bad_email"]),
        ("a@b@c.org", ["two_emails"]),
        ("a..b@example.org", ["bad_email"]),
    ],
)
def test_addresses(email: str, codes: list[str]) -> None:
    assert [reason.code for reason in read_row(row(email=email)).reasons] == codes


def test_a_known_person_is_recognised_by_number_or_by_name_with_mail_or_organisation() -> None:
    for line in (row(iin=GOOD_IIN), row(email="ADA@example.org"), row()):
        judged = only(line, ADA)
        assert (judged.verdict, judged.person, "known_person" in names(judged)) == (Verdict.NEW, ADA, True)


def test_who_is_enrolled_is_the_same_or_changed() -> None:
    enrolled = replace(ADA, enrolled=Enrolled(organisation="Академия", post="ректор", phone="+7 1", group="2"))
    assert only(row(iin=GOOD_IIN, post="Ректор"), enrolled).verdict == Verdict.SAME
    changed = only(
        row(iin=GOOD_IIN, post="декан", group="3", phone="+7 700 12", email="new@b.org", latin="Ada"), enrolled
    )
    assert changed.verdict == Verdict.CHANGED
    assert names(changed) == ["post", "phone", "email", "group", "latin"]


def test_a_list_in_another_language_is_no_news() -> None:
    forms = frozenset(map(search_key, ("Академия", "ректор")))
    known = replace(ADA, enrolled=Enrolled(organisation="Академиясы", post="ректоры", phone="+7 1", other_forms=forms))
    assert only(row(iin=GOOD_IIN, post="Ректор"), known).verdict == Verdict.SAME


def test_look_alikes_are_never_taken_in_by_themselves() -> None:
    misspelt = only(row(name="Үлгібек Әда", iin=GOOD_IIN), ADA)
    assert (misspelt.verdict, misspelt.options, names(misspelt)[0]) == (
        Verdict.LOOKALIKE,
        (Choice.SAME_PERSON,),
        "iin_of_person",
    )
    namesake = only(row(organisation="Университет"), ADA)
    assert (namesake.verdict, namesake.options) == (Verdict.LOOKALIKE, (Choice.SAME_PERSON, Choice.SEPARATE))
    mailbox = only(row(name="Сынақ Әли", email="ada@example.org"), ADA)
    assert (mailbox.verdict, mailbox.options) == (Verdict.LOOKALIKE, (Choice.SEPARATE,))


def test_two_numbers_prove_two_people_though_name_and_mailbox_are_shared() -> None:
    judged = only(row(iin=OTHER_IIN, email="ada@example.org"), ADA)
    assert (judged.verdict, judged.person) == (Verdict.NEW, None)
    lines = [row(2, iin=GOOD_IIN, email="office@b.org"), row(3, iin=OTHER_IIN, email="office@b.org", name="Сынақ Әли")]
    assert [judged.verdict for judged in judge(lines, [])] == [Verdict.NEW, Verdict.NEW]


def test_one_number_for_two_names_in_a_file_is_refused() -> None:
    second = judge([row(2, iin=GOOD_IIN), row(3, iin=GOOD_IIN, name="Сынақ Әли")], [])[1]
    assert (second.verdict, names(second)[0]) == (Verdict.REFUSED, "iin_of_row_2")


def test_texts_have_the_language_of_their_letters() -> None:
    assert text_in("ректор", "kk") == Tri(kk="ректор")
    assert text_in("ректор", "en") == Tri(ru="ректор")
    assert text_in("Үлгі университеті", "ru") == Tri(kk="Үлгі университеті")
    assert text_in("Ministry", "kk") == Tri(en="Ministry")


def test_the_kind_of_an_organisation_is_what_its_name_says() -> None:
    kinds = [organisation_kind(Tri(ru=name)) for name in ("Министерство науки", "Университет", "Академия", "Фонд")]
    assert kinds == ["ministry", "university", "academy", "other"]


def test_the_headings_of_the_empty_sheet_are_known() -> None:
    headings = read_tables(blank_sheet(str))[0].rows[0][1]
    line = ["Ada", "rector", "Academy", GOOD_IIN, "a@b.org", "1", "2", "Ada"]
    line += ["B", "a letter", "N01234567", "KZ", "a fund", "No. 7", "2025-09", "2026-06"]
    roster = read_roster("\n".join(";".join(cells) for cells in (headings, line)).encode())
    assert (len(roster.rows[0].cells), roster.left_out) == (len(headings), ())


@pytest.mark.parametrize(
    "written",
    ["TJ", "tj", "Таджикистан", "Республика Таджикистан", "Тәжікстан", "Tajikistan", "Republic of Tajikistan"],
)
def test_a_citizenship_is_a_country_as_people_write_it(written: str) -> None:
    entry = read_row(row(citizenship=written, passport="№ 400 000 017"))
    assert (entry.citizenship, entry.passport, entry.iin) == ("TJ", "400000017", None)


@pytest.mark.parametrize(
    ("cells", "doubt"),
    [
        ({"citizenship": "Атлантида"}, "bad_citizenship"),
        ({"citizenship": "EU"}, "bad_citizenship"),
        ({"passport": "потерян"}, "bad_passport"),
        ({"funded_from": "осенью"}, "bad_date"),
        ({"funded_to": "31.02.2026"}, "bad_date"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_row_goes_in(cells: dict[str, str], doubt: str) -> None:
    judged = only(row(2, "ru", **cells))
    assert judged.verdict == Verdict.NEW
    assert doubt in names(judged)


@pytest.mark.parametrize("part", ["category", "nomination", "funder", "funding_decision"])
@pytest.mark.parametrize(
    ("text", "reason"), [("=1+1", "not_a_text"), ("Ж" * 201, "too_long"), ("?лия", "letters_lost")]
)
def test_who_proposed_and_who_pays_are_texts(part: str, text: str, reason: str) -> None:
    judged = only(row(2, "ru", **{part: text}))
    assert (judged.verdict, reason in names(judged)) == (Verdict.REFUSED, True)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-09-01", PartialDate(2025, 9, 1)),
        ("2025-09-01T00:00:00", PartialDate(2025, 9, 1)),
        ("01.09.2025", PartialDate(2025, 9, 1)),
        ("2025-09", PartialDate(2025, 9)),
        ("09.2025", PartialDate(2025, 9)),
    ],
)
def test_a_scholarship_has_a_period_of_days_or_months(written: str, day: PartialDate) -> None:
    assert read_row(row(funded_from=written)).scholarship == Scholarship(start=day)


def test_a_scholarship_that_is_decided_later_is_news() -> None:
    known = replace(ADA, enrolled=Enrolled(organisation="Академия", scholarship=Scholarship(funder="Фонд")))
    judged = only(row(iin=GOOD_IIN, funding_decision="№ 7", funded_from="2025-09"), known)
    assert (judged.verdict, names(judged)) == (Verdict.CHANGED, ["scholarship", "no_email"])
    assert str(judged.reasons[0].message) == "Scholarship: Фонд → Фонд, № 7, 2025-09"
    again = only(row(iin=GOOD_IIN, funder="Фонд"), known)
    assert again.verdict == Verdict.SAME


def test_papers_that_were_not_known_are_news() -> None:
    known = replace(ADA, enrolled=Enrolled(organisation="Академия"))
    judged = only(row(iin=GOOD_IIN, passport="N0123456", citizenship="TJ", category="Б", nomination="письмо"), known)
    assert names(judged) == ["passport", "citizenship", "category", "nomination", "no_email"]


def test_a_report_keeps_texts_as_texts(dirty: dict[int, Judged]) -> None:
    data = report_sheet(list(dirty.values()), str)
    assert b"<f>" not in data
    assert data.startswith(b"PK")


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["name", "iin", "email", "organisation", "group"]), st.text(max_size=30)),
        max_size=6,
    )
)
def test_any_cells_get_a_verdict(cells: list[dict[str, str]]) -> None:
    rows = [RosterRow(number, "ru", values) for number, values in enumerate(cells, start=2)]
    first = [(judged.verdict, names(judged)) for judged in judge(rows, [ADA])]
    assert first == [(judged.verdict, names(judged)) for judged in judge(rows, [ADA])]
    assert all(str(reason.message) for judged in judge(rows, [ADA]) for reason in judged.all_reasons)
