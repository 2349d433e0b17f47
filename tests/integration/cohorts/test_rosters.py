"""A roster's good rows go in, its bad rows are named, and the same file again changes nothing."""

from collections import Counter

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError
from app.kernel.partial_date import PartialDate
from app.organisations.models import Organisation
from app.people.enums import NameForm, NameKind
from app.people.models import Person, PersonEmail, Post
from app.people.queries import current_name
from app.people.rules import PersonalName
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Enrolment
from cohorts.queries import enrolments, find_people, get_enrolment
from cohorts.roster import RosterRow, read_roster
from cohorts.roster.reasons import Choice, Verdict
from cohorts.services import RosterReport, check_roster, correct_name, import_roster
from tests.integration.cohorts.world import IINS, NOW, ROOT, ROSTERS, World, roster

DIRTY = read_roster((ROSTERS / "kel-2024_dirty_ru_utf8sig.csv").read_bytes()).rows


def load(
    world: World, rows: list[RosterRow] | tuple[RosterRow, ...], code: str = "kel-1", **choices: Choice
) -> RosterReport:
    chosen = {int(name[1:]): choice for name, choice in choices.items()}
    return import_roster(world.session, cohort=world.cohort(code), rows=rows, choices=chosen, actor=None, now=NOW)


def counts(session: Session) -> list[int]:
    tables = (Person, Enrolment, Organisation, PersonEmail, Post)
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "demo" / "rosters").iterdir()))
def test_the_demonstrations_rosters_go_in_once(world: World, name: str) -> None:
    rows = read_roster((ROOT / "demo" / "rosters" / name).read_bytes()).rows
    assert load(world, rows).taken == len(rows)
    before = counts(world.session)
    again = load(world, rows)
    assert (again.taken, again.updated, again.counts[Verdict.SAME]) == (0, 0, len(rows))
    assert counts(world.session) == before


def test_good_rows_go_in_and_bad_ones_are_named(world: World) -> None:
    report = load(world, DIRTY)
    assert (report.taken, report.counts[Verdict.REFUSED], report.counts[Verdict.LOOKALIKE]) == (21, 12, 1)
    assert [
        row.number for row in sorted(enrolments(world.session, world.cohort().id), key=lambda row: row.number)
    ] == list(range(1, 22))
    again = load(world, DIRTY)
    assert (again.taken, again.updated) == (0, 0)
    assert Counter(row.verdict for row in again.judged)[Verdict.REFUSED] == 12


def test_checking_writes_nothing(world: World) -> None:
    before = counts(world.session)
    report = check_roster(world.session, cohort=world.cohort(), rows=DIRTY)
    assert report.goes_in == 21
    assert counts(world.session) == before


def test_an_enrolment_keeps_what_was_true_and_has_a_history(world: World) -> None:
    load(world, roster(["Үлгібек Ада Тестқызы"], latin="Ulgibek Ada", group="3"))
    row = get_enrolment(world.session, world.cohort(), 1)
    assert row.organisation is not None
    assert (row.organisation.kind, row.post.ru if row.post else None, row.group.label if row.group else None) == (
        "university",
        "ректор",
        "3",
    )
    assert (row.history[0].status, row.enrolled_on.isoformat()) == (EnrolmentStatus.ENROLLED, "2026-11-24")
    assert current_name(row.person, NameForm.KK) == current_name(row.person, NameForm.RU)
    latin = current_name(row.person, NameForm.LATIN)
    assert latin is not None
    assert latin.full == "Ulgibek Ada"


def test_changed_details_are_taken_over_and_the_post_of_then_stays(world: World) -> None:
    load(world, roster(["Үлгібек Ада"]))
    changed = roster(["Үлгібек Ада"], post="декан", phone="+7 700 000 00 01", email="new@example.org", group="7")
    report = load(world, changed)
    row = get_enrolment(world.session, world.cohort(), 1)
    assert (report.taken, report.updated) == (0, 1)
    assert row.post is not None
    assert (row.post.ru, row.group.label if row.group else None, row.person.phone) == (
        "ректор",
        "7",
        "+7 700 000 00 01",
    )
    assert [post.title.ru for post in row.person.posts if post.title and post.valid_to is None] == ["декан"]
    assert {email.address for email in row.person.emails} == {"person2@example.org", "new@example.org"}
    assert load(world, changed).updated == 0


def test_the_same_file_does_not_undo_a_corrected_name_nor_take_the_person_for_another(world: World) -> None:
    rows = roster(["Өрнекова Ұлжан"], latin="Ornekova Ulzhan", iin="", email="")
    load(world, rows)
    row = get_enrolment(world.session, world.cohort(), 1)
    right = {NameForm.KK: PersonalName("Әрнекова", "Ұлжан"), NameForm.LATIN: PersonalName("Arnekova", "Ulzhan")}
    correct_name(
        world.session,
        enrolment=row,
        names=right,
        kind=NameKind.IDENTITY_CARD,
        reason="card",
        actor=world.actor("coordinator"),
        now=NOW,
    )
    again = load(world, rows)
    assert (again.taken, again.updated, again.counts[Verdict.SAME]) == (0, 0, 1)
    assert current_name(row.person, NameForm.LATIN) == right[NameForm.LATIN]


def test_somebody_of_another_cohort_is_the_same_person(world: World) -> None:
    load(world, roster(["Үлгібек Ада"]))
    load(world, roster(["Үлгібек Ада"]), code="eulp-1")
    assert world.session.scalar(select(func.count()).select_from(Person)) == 1
    assert world.session.scalar(select(func.count()).select_from(Enrolment)) == 2


def test_people_without_an_iin_are_recognised_by_passport_or_mail(world: World) -> None:
    foreign = RosterRow(2, "en", {"name": "Ada King", "iin": "N1234567", "organisation": "Ministry"})
    mailed = RosterRow(3, "en", {"name": "Bo Li", "email": "bo@example.org", "organisation": "Ministry"})
    assert load(world, [foreign, mailed]).taken == 2
    assert load(world, [foreign, mailed]).counts[Verdict.SAME] == 2


def test_look_alikes_go_in_only_when_the_user_says_so(world: World) -> None:
    load(world, roster(["Үлгібек Ада"]))
    misspelt = roster(["Үлгібек Әда"])
    assert load(world, misspelt).taken == 0
    assert load(world, misspelt, code="eulp-1", r2=Choice.SEPARATE).taken == 0, "an IIN belongs to one person"
    assert load(world, misspelt, code="eulp-1", r2=Choice.SAME_PERSON).taken == 1
    assert world.session.scalar(select(func.count()).select_from(Person)) == 1


def test_a_namesake_becomes_another_person_when_the_user_says_so(world: World) -> None:
    load(world, roster(["Үлгібек Ада"]))
    namesake = [RosterRow(9, "ru", {"name": "Үлгібек Ада", "organisation": "Другой фонд"})]
    assert load(world, namesake).taken == 0
    assert load(world, namesake, r9=Choice.SEPARATE).taken == 1
    assert world.session.scalar(select(func.count()).select_from(Person)) == 2


def test_the_same_person_is_never_enrolled_twice(world: World) -> None:
    load(world, roster(["Үлгібек Ада"]))
    assert load(world, roster(["Үлгібек Әда"]), r2=Choice.SAME_PERSON).taken == 0


def test_names_with_markup_are_refused_and_posts_too(world: World) -> None:
    rows = [
        RosterRow(number, "ru", {"name": name, "organisation": "Фонд", "iin": IINS[number]})
        for number, name in enumerate(("=cmd|' /C calc'!A0", "<b", "{{7*7}}", "Тест <i>Ада</i>"))
    ]
    assert load(world, rows).counts[Verdict.REFUSED] == 4


def test_a_closed_cohort_takes_nobody(world: World) -> None:
    world.cohort().status = CohortStatus.CLOSED
    with pytest.raises(DomainError, match="closed"):
        load(world, roster(["Үлгібек Ада"]))


def test_search_folds_kazakh_letters_and_finds_by_organisation(world: World) -> None:
    world.enrol("Құдайберген Әли", "Жасандыұлы Қанат", "Өрнекова Ұлжан")
    cohort = world.cohort()
    for text, found in (
        ("кудай", 1),
        ("ҚҰДАЙ", 1),
        ("улжан орнек", 1),
        ("тестовый", 3),
        ("нет такого", 0),
        ("%", 3),
        ("", 3),
    ):
        assert find_people(world.session, cohort.id, text=text, limit=10).found == found, text
    first = find_people(world.session, cohort.id, limit=2)
    assert [current_name(row.person, NameForm.KK).surname for row in first.rows] == ["Жасандыұлы", "Құдайберген"]  # type: ignore[union-attr]  # both have one


def test_people_without_an_iin_are_known_by_their_passports(world: World) -> None:
    rows = read_roster((ROOT / "demo" / "rosters" / "diplomats.csv").read_bytes()).rows
    assert load(world, rows).taken == 2
    row = get_enrolment(world.session, world.cohort(), 2)
    assert (row.person.iin, row.person.passport, row.person.citizenship) == (None, "400000025", "TJ")
    assert (row.nomination, row.funding_decision, row.funded_from) == (
        "Министерство иностранных дел Республики Таджикистан, нота № 1 (тест)",
        "решение № 1-С (тест)",
        None,
    )
    later = [RosterRow(line.row, line.language, {**line.cells, "funded_from": "01.09.2025"}) for line in rows]
    report = load(world, later)
    assert (report.taken, report.updated) == (0, 2)
    assert row.funded_from == PartialDate(2025, 9, 1)
    assert row.funder == "Институт дипломатии Академии (тест)"
    assert load(world, later).updated == 0


def test_eight_rectors_are_in_two_programmes_at_once(world: World) -> None:
    rosters = ROOT / "demo" / "rosters"
    load(world, read_roster((rosters / "eulp-2023.csv").read_bytes()).rows)
    report = load(world, read_roster((rosters / "rectors-2023.csv").read_bytes()).rows, code="eulp-1")
    assert report.taken == 20
    assert sum(judged.person is not None for judged in report.judged) == 8
