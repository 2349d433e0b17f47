"""The pages of programmes, cohorts and people, as a coordinator sends them."""

from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.people.enums import NameForm
from app.people.queries import current_name
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Enrolment, RosterUpload
from cohorts.queries import get_enrolment
from cohorts.roster import read_roster
from tests.integration.cohorts.world import ROSTERS, World
from tests.support.pages import post
from tests.support.visiting import Statements

Visit = Callable[..., FlaskClient]
DIRTY = (ROSTERS / "kel-2024_dirty_ru_utf8sig.csv").read_bytes()
NAMES = ("Құдайберген Әли", "Жасандыұлы Қанат", "Өрнекова Ұлжан")
READING = (
    "/",
    "/programmes/",
    "/programmes/kel-now/",
    "/programmes/eulp-2023/",
    "/programmes/kel-now/cohorts/new",
    "/cohorts/kel-1/",
    "/cohorts/kel-2/",
    "/cohorts/kel-1/edit",
    "/cohorts/kel-2/edit",
    "/cohorts/kel-1/people",
    "/cohorts/kel-1/people?q=%D0%BA%D1%83%D0%B4%D0%B0%D0%B9",
    "/cohorts/kel-2/people",
    "/cohorts/kel-1/people/1",
    "/cohorts/kel-1/people/1/name",
    "/cohorts/kel-1/people/mark?number=1&number=2",
    "/cohorts/kel-1/people/mark?scope=all",
    "/cohorts/kel-1/people/mark",
    "/cohorts/kel-1/import",
)


def soup(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.data, "html5lib")


def words(answer: TestResponse) -> str:
    return " ".join(soup(answer).get_text(" ").split())


def send_roster(client: FlaskClient, data: bytes, name: str = "list.csv", code: str = "kel-1") -> TestResponse:
    page = f"/cohorts/{code}/import"
    return post(client, page, {"file": (BytesIO(data), name)}, content_type="multipart/form-data")


@pytest.fixture
def enrolled(world: World) -> World:
    world.enrol(*NAMES)
    return world


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
@pytest.mark.parametrize("path", READING)
def test_each_page_is_whole_in_each_language(enrolled: World, visit: Visit, path: str, lang: str) -> None:
    answer = visit("coordinator", lang=lang).get(path)
    page = soup(answer)
    assert answer.status_code == 200
    assert len(page.select("h1")) == 1
    assert page.html is not None
    assert page.html["lang"] == lang
    assert "%(" not in answer.get_data(as_text=True)
    assert enrolled.cohort().status == CohortStatus.RUNNING


@pytest.mark.parametrize(
    ("path", "most"), [("/programmes/", 12), ("/cohorts/kel-1/", 36), ("/cohorts/kel-1/people", 12)]
)
def test_as_many_queries_for_one_row_as_for_three(
    world: World, visit: Visit, statements: Statements, path: str, most: int, app: Flask
) -> None:
    client = visit("coordinator")
    world.enrol(*NAMES[:1])
    client.get(path)
    with statements() as one:
        client.get(path)
    world.enrol(*NAMES)
    with statements() as three:
        client.get(path)
    assert app.testing
    assert len(one) == len(three) <= most, three


def test_the_import_shows_first_and_takes_in_after(world: World, visit: Visit) -> None:
    client = visit("coordinator")
    sent = send_roster(client, DIRTY)
    assert sent.status_code == 302
    shown = client.get(sent.location)
    assert "Nothing has been written yet. 21 rows can go in now. 1 look-alike waits for your choice." in words(shown)
    first = soup(shown).select("tbody tr")[0]
    assert first.select_one("select[name=choice-16]") is not None, "what needs the user stands first"
    assert world.session.scalar(select(func.count()).select_from(Enrolment)) == 0
    done = post(client, sent.location, {"choice-16": "separate", "choice-17": "separate", "choice-x": "separate"})
    assert done.status_code == 302
    assert world.session.scalar(select(func.count()).select_from(Enrolment)) == 22
    assert "22 people were taken in." in words(client.get(done.location))
    assert client.get(sent.location).status_code == 404, "it was taken in"
    assert "This file was taken in already" in words(client.get(post(client, sent.location, {}).location))
    again = send_roster(client, DIRTY)
    assert "0 rows can go in now." in words(client.get(again.location))


def test_names_are_printed_as_text(world: World, visit: Visit) -> None:
    client = visit("coordinator")
    page = client.get(send_roster(client, DIRTY).location).get_data(as_text=True)
    assert world.cohort().code in page
    assert "&lt;b&gt;Тест&lt;/b&gt;" in page
    assert "<b>Тест" not in page


def test_the_report_follows_the_file(world: World, visit: Visit) -> None:
    client = visit("coordinator", lang="ru")
    answer = client.get(send_roster(client, DIRTY).location + "/report.xlsx")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [str(number) for number in range(2, 38)]
    assert rows[33][1:3] == ('=HYPERLINK("http://example.org";"x")', "Отклонены")
    assert world.cohort().code in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_empty_sheet_can_be_filled_and_sent(world: World, visit: Visit, lang: str) -> None:
    client = visit("coordinator", lang=lang)
    book = openpyxl.load_workbook(BytesIO(client.get("/cohorts/kel-1/import/sheet.xlsx").data))
    assert book.active is not None
    book.active.append(["Үлгібек Ада", "ректор", "Академия", "849923463775", "a@b.org", "+7 700", "1", "Ulgibek Ada"])
    buffer = BytesIO()
    book.save(buffer)
    assert len(read_roster(buffer.getvalue()).rows[0].cells) == 8
    assert send_roster(client, buffer.getvalue(), "тізім.xlsx").status_code == 302
    upload = world.session.scalars(select(RosterUpload)).one()
    assert upload.file_name == "тізім.xlsx"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"%PDF-1.7", "it is not a table"),
        (b"PK\x03\x04", "the workbook is damaged"),
        (b"a;b\n1;2\n", "no row of headings was found"),
    ],
)
def test_a_file_that_is_no_roster_is_refused_on_the_page(
    world: World, visit: Visit, data: bytes, sentence: str
) -> None:
    answer = send_roster(visit("coordinator"), data, "../../roster.xlsx")
    assert answer.status_code == 422
    summary = soup(answer).select_one(".esum")
    assert summary is not None
    assert sentence in summary.get_text()
    assert world.session.scalar(select(func.count()).select_from(RosterUpload)) == 0


def test_a_large_file_is_refused_before_it_is_read(world: World, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cohorts.roster.reading.MAX_BYTES", 1024)
    answer = send_roster(visit("coordinator"), DIRTY)
    assert (answer.status_code, "The file was not read: it is larger than" in words(answer)) == (422, True)
    assert world.session.scalar(select(func.count()).select_from(RosterUpload)) == 0


def test_no_file_is_a_field_error(world: World, visit: Visit) -> None:
    answer = post(visit("coordinator"), "/cohorts/kel-1/import", {})
    assert (answer.status_code, "Choose a file first." in words(answer)) == (422, True)
    assert world.cohort().code == "kel-1"


def test_an_upload_is_its_owners_alone(world: World, visit: Visit) -> None:
    location = send_roster(visit("of_cohort"), DIRTY, code="eulp-1").location
    assert visit("of_cohort").get(location).status_code == 200
    assert visit("coordinator").get(location).status_code == 404
    assert visit("of_cohort").get(location.replace("eulp-1", "kel-1")).status_code == 404
    assert world.cohort("eulp-1").code == "eulp-1"


@pytest.mark.parametrize("name", ["of_programme", "of_cohort", "of_owner"])
@pytest.mark.parametrize(
    "path", ["/cohorts/{}/", "/cohorts/{}/edit", "/cohorts/{}/people", "/cohorts/{}/import", "/cohorts/{}/people/mark"]
)
def test_out_of_reach_is_not_there(enrolled: World, visit: Visit, name: str, path: str) -> None:
    client = visit(name)
    assert client.get(path.format("eulp-1")).status_code == 200
    assert client.get(path.format("kel-1")).status_code == 404
    assert "kel-1" not in client.get("/programmes/").get_data(as_text=True)
    assert "kel-1" not in client.get("/").get_data(as_text=True)
    assert enrolled.cohort().code == "kel-1"


def test_only_a_coordinator_of_the_programme_creates_cohorts(world: World, visit: Visit) -> None:
    path = "/programmes/eulp-2023/cohorts/new"
    expected = {"coordinator": 200, "of_programme": 200, "of_owner": 200, "of_cohort": 404, "auditor": 404}
    assert {name: visit(name).get(path).status_code for name in expected} == expected
    assert world.cohort("eulp-1").code == "eulp-1"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"code": ""}, "Enter a code."),
        ({"code": "kel-1"}, "the code kel-1 is taken"),
        ({"code": "kel-9", "starts_on": "24.11.2026"}, "Enter a day such as 2026-11-24"),
        ({"code": "kel-9", "starts_on": "2026-11", "ends_on": "2026-10"}, "the cohort would end before it starts"),
        ({"code": "kel-9", "planned_size": "many"}, "Not a valid integer value."),
        ({"code": "kel-9", "planned_size": "0"}, "Enter a number from 1 to 100,000."),
        ({"code": "kel-9", "time_zone": "Mars/Base"}, "Not a valid choice."),
    ],
)
def test_a_cohort_that_makes_no_sense_is_refused(
    world: World, visit: Visit, data: dict[str, str], sentence: str
) -> None:
    answer = post(visit("coordinator"), "/programmes/kel-now/cohorts/new", {"time_zone": "Asia/Almaty", **data})
    assert (answer.status_code, sentence in words(answer)) == (422, True)
    assert world.cohort().code == "kel-1"


def test_a_cohort_is_created(world: World, visit: Visit) -> None:
    data = {"code": "kel-9", "starts_on": "2027-03-01", "ends_on": "", "planned_size": "30", "time_zone": "Asia/Dubai"}
    answer = post(visit("coordinator"), "/programmes/kel-now/cohorts/new", data)
    assert answer.location == "/cohorts/kel-9/"
    made = world.cohort("kel-9")
    assert (str(made.starts_on), str(made.ends_on), made.planned_size) == ("2027-03-01", "2027-05-26", 30)


def mark_form(client: FlaskClient, query: str) -> dict[str, list[str]]:
    page = soup(client.get(f"/cohorts/kel-1/people/mark?{query}"))
    return {
        name: [str(field["value"]) for field in page.select(f"main form input[name={name}]")]
        for name in ("number", "version")
    }


def test_all_who_were_found_are_marked_by_one_order(enrolled: World, visit: Visit) -> None:
    client = visit("coordinator")
    form = mark_form(client, "scope=all")
    data = {**form, "status": "completed", "order_number": "214-ө", "order_date": "2026-11-20"}
    answer = post(client, "/cohorts/kel-1/people/mark", data)
    assert answer.status_code == 302
    assert "3 people were marked." in words(client.get(answer.location))
    history = client.get("/cohorts/kel-1/people/1")
    assert "No. 214-ө of 20 Nov 2026" in words(history)
    assert history.headers["Cache-Control"] == "no-store"
    assert enrolled.cohort().code == "kel-1"


def test_what_is_missing_of_an_order_is_said_and_nothing_is_changed(enrolled: World, visit: Visit) -> None:
    client = visit("coordinator")
    form = mark_form(client, "number=1")
    path = "/cohorts/kel-1/people/mark"
    empty = post(client, path, {**form})
    assert empty.status_code == 422
    assert "Choose the new status. Enter the number of the order. Enter the date of the order." in words(empty)
    future = {**form, "status": "completed", "order_number": "1", "order_date": "2027-01-01"}
    assert "the date of the order is in the future" in words(post(client, path, future))
    leaving = {**form, "status": "withdrawn", "order_number": "1", "order_date": "2026-11-20"}
    assert "give the reason" in words(post(client, path, leaving))
    assert get_enrolment(enrolled.session, enrolled.cohort(), 1).status == EnrolmentStatus.ENROLLED


def test_two_coordinators_at_once_meet_a_page_of_conflict_and_can_save_theirs(enrolled: World, visit: Visit) -> None:
    client, path = visit("coordinator"), "/cohorts/kel-1/people/mark"
    form = mark_form(client, "number=1")
    order = {**form, "order_number": "1", "order_date": "2026-11-20"}
    assert post(client, path, {**order, "status": "completed"}).status_code == 302
    late = {**order, "status": "not_completed", "reason": "an appeal"}
    answer = post(client, path, late)
    assert answer.status_code == 409
    resent = {str(field["name"]): str(field["value"]) for field in soup(answer).select("main form input")}
    assert client.post(path, data=resent).status_code == 302
    assert get_enrolment(enrolled.session, enrolled.cohort(), 1).status == EnrolmentStatus.NOT_COMPLETED


def test_the_page_of_conflict_speaks_the_readers_language(enrolled: World, visit: Visit) -> None:
    client, path = visit("coordinator", lang="kk"), "/cohorts/kel-1/people/mark"
    form = {**mark_form(client, "number=1"), "order_number": "1", "order_date": "2026-11-20"}
    post(client, path, {**form, "status": "completed"})
    late = post(client, path, {**form, "status": "withdrawn", "reason": "хат"})
    assert late.status_code == 409
    assert "Аяқтады" in words(late)
    assert "Шықты" in words(late)
    assert enrolled.cohort().code == "kel-1"


def test_numbers_and_versions_that_do_not_fit_are_refused(enrolled: World, visit: Visit) -> None:
    client, path = visit("coordinator"), "/cohorts/kel-1/people/mark"
    assert post(client, path, {"number": ["1", "2"], "version": "1"}).status_code == 400
    good = {"status": "completed", "order_number": "1", "order_date": "2026-11-20"}
    answer = post(client, path, {**good, "number": "99", "version": "1"})
    assert answer.status_code == 404
    assert enrolled.cohort().code == "kel-1"


def test_a_name_is_corrected_and_the_former_one_shown(enrolled: World, visit: Visit) -> None:
    client, path = visit("coordinator"), "/cohorts/kel-1/people/1/name"
    page = soup(client.get(path))
    data = {str(field["name"]): str(field.get("value", "")) for field in page.select("main form input[type=text]")}
    data |= {"version": "1", "kind": "identity_card", "reason": "identity card", "kk_surname": "Құдайбергенов"}
    assert post(client, path, data).status_code == 302
    shown = words(client.get("/cohorts/kel-1/people/1"))
    assert "Құдайбергенов Әли" in shown
    assert "Former spellings until 24 Nov 2026 Құдайберген Әли" in shown
    late = post(client, path, {**data, "kk_surname": "Басқа"})
    assert late.status_code == 409
    name = current_name(get_enrolment(enrolled.session, enrolled.cohort(), 1).person, NameForm.KK)
    assert name is not None
    assert name.surname == "Құдайбергенов"


def test_a_name_needs_a_surname_and_a_document(enrolled: World, visit: Visit) -> None:
    path = "/cohorts/kel-1/people/1/name"
    answer = post(visit("coordinator"), path, {"version": "1", "kind": "stated", "kk_given": "Әли", "reason": ""})
    assert answer.status_code == 422
    assert "Enter the surname" in words(answer)
    assert "Say which document shows it." in words(answer)
    assert enrolled.cohort().code == "kel-1"


def test_the_iin_is_for_coordinators(enrolled: World, visit: Visit) -> None:
    assert "849923463775" in words(visit("coordinator").get("/cohorts/kel-1/people/1"))
    masked = words(visit("auditor").get("/cohorts/kel-1/people/1"))
    assert "849923463775" not in masked
    assert "••••••••3775" in masked
    assert enrolled.cohort().code == "kel-1"


def test_a_cohort_is_closed_when_everybody_has_a_decision(enrolled: World, visit: Visit) -> None:
    client, page = visit("coordinator"), "/cohorts/kel-1/"
    assert soup(client.get(page)).select_one("#closing") is None, "before the last day on demand only"
    asked = soup(client.get(page + "?closing=1"))
    links = [link["href"] for link in asked.select("section[aria-labelledby=closing] a")]
    assert links == ["/cohorts/kel-1/people?status=enrolled"]
    answer = post(client, "/cohorts/kel-1/status", {"status": "closed"})
    assert (answer.status_code, "neither completed nor not completed: 3" in words(answer)) == (422, True)
    form = mark_form(client, "scope=all")
    data = {**form, "status": "completed", "order_number": "1", "order_date": "2026-11-20"}
    post(client, "/cohorts/kel-1/people/mark", data)
    assert "Nothing is open any more." in words(client.get(page + "?closing=1"))
    assert post(client, "/cohorts/kel-1/status", {"status": "closed"}).status_code == 302
    closed = words(client.get("/cohorts/kel-1/import"))
    assert "The cohort is closed" in closed
    assert post(client, "/cohorts/kel-1/status", {"status": "running"}).status_code == 302
    assert enrolled.cohort().status == CohortStatus.RUNNING


@pytest.fixture
def pages_of_people(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("cohorts.views.people.PAGE", 2)
    world.enrol(*NAMES)
    return world


def test_a_long_list_has_pages(pages_of_people: World, visit: Visit) -> None:
    client = visit("coordinator")
    first = soup(client.get("/cohorts/kel-1/people"))
    assert len(first.select("tbody tr")) == 2
    following = first.select_one(".pager a[rel=next]")
    assert following is not None
    assert len(soup(client.get(str(following["href"]))).select("tbody tr")) == 1
    for odd in ("0", "-1", "x", "99", "9" * 40):
        assert client.get(f"/cohorts/kel-1/people?page={odd}").status_code == 200
    assert pages_of_people.cohort().code == "kel-1"
