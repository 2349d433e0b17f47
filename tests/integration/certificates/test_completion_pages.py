"""The pages of completion, the evidence on the approver's page, and the official's home page."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.enums import Role, ScopeKind
from app.accounts.rules import Actor
from app.audit.models import AuditEntry
from certificates.models import Waiver
from certificates.services import approve, waive
from cohorts.enums import EnrolmentStatus
from modules.services import lay_modules
from projects.enums import Outcome
from tests.integration.certificates.making import HOUSE, NOW, World, sign_in
from tests.integration.certificates.teams import ATTENDANCE, DEFENCE, Teams
from tests.support.visiting import Statements

PAGE = "/cohorts/um-1-1/completion"
ORDER = {"order_number": "50", "order_date": "2024-07-01"}
PLACE = {"kk": "Абу-Даби", "ru": "Абу-Даби", "en": "Abu Dhabi"}
STAGES = {
    "modules": [
        {"number": 1, "blocks": [{"mode": "online", "start": "2020-01-06", "end": "2020-01-10"}]},
        {"number": 2, "blocks": [{"mode": "offline", "start": "2099-03-02", "end": "2099-03-06", "city": PLACE}]},
    ]
}


def read(answer: TestResponse, status: int = 200) -> BeautifulSoup:
    assert answer.status_code == status, answer.get_data(as_text=True)[:400]
    return BeautifulSoup(answer.get_data(as_text=True).replace("\u00a0", " "), "html.parser")


def words(page: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(found.get_text(" ").split()) for found in page.select(selector)]


@pytest.fixture
def both(world: World) -> Teams:
    """Four universities of two; the first person missed half-days, the third team is to revise, the fourth waits."""
    found = Teams(world, count=4, people=8, conditions=(ATTENDANCE, DEFENCE))
    found.attend(10, absent={0: 4})
    found.sit({0: Outcome.ACCEPTED, 1: Outcome.ACCEPTED, 2: Outcome.NOT_ACCEPTED}, number="1")
    return found


@pytest.fixture
def desk(app: Flask, both: Teams) -> FlaskClient:
    return sign_in(app, both.coordinator)


class TestLedger:
    def test_the_answer_is_the_title(self, desk: FlaskClient) -> None:
        page = read(desk.get(PAGE))
        assert words(page, "h1") == ["Completion: 2 of 4 universities"]
        assert words(page, ".score div") == [
            "Universities complete 2 of 4",
            "People complete 3 of 8",
            "Did not reach 80% attendance 1 person",
            "Not accepted: the development plan 2 universities, 4 people",
            "Still open 2 people",
        ]
        assert words(page, ".chips a") == ["All 8", "Complete 3", "Something missing 3", "Still open 2"]
        assert words(page, ".hero .btn") == ["Propose 3 certificates", "XLSX"]
        assert words(page, ".unit")[0] == "Model University No. 1 Accepted Minutes No. 1 of 20.06.2024, item 1"
        assert len(page.select("tbody tr:not(.unit)")) == 8

    def test_the_filter_is_an_address(self, desk: FlaskClient) -> None:
        page = read(desk.get(PAGE + "?v=missing"))
        assert words(page, ".chips [aria-current]") == ["Something missing 3"]
        assert words(page, "tbody tr:not(.unit) th") == ["Сынақов011 Тест", "Сынақов031 Тест", "Сынақов032 Тест"]
        assert words(page, ".tag")[-1] == "Not complete"
        for nonsense in ("?v=x", "?page=0", "?page=x", "?page=999999999", "?page=٣"):
            assert len(read(desk.get(PAGE + nonsense)).select("tbody tr:not(.unit)")) == 8

    def test_a_long_list_has_pages(self, world: World, app: Flask) -> None:
        found = Teams(world, count=1, people=51, conditions=(ATTENDANCE,))
        client = sign_in(app, found.coordinator)
        first, second = read(client.get(PAGE)), read(client.get(PAGE + "?page=2"))
        assert words(first, "h1") == ["Completion: 0 of 51 people"]
        assert (len(first.select("tbody tr")), len(second.select("tbody tr"))) == (50, 1)
        assert words(second, ".pager span") == ["Page 2 of 2"]

    def test_groups_have_their_own_word(self, world: World, app: Flask) -> None:
        found = Teams(world, count=2, people=4, conditions=({"kind": "defence", "unit": "group"},))
        found.sit({0: Outcome.ACCEPTED}, number="1")
        page = read(sign_in(app, found.coordinator).get(PAGE))
        assert words(page, "h1") == ["Completion: 1 of 2 groups"]
        assert words(page, ".rule span")[-1] == "each group – the commission accepted the project"

    def test_the_workbook_has_everybody(self, desk: FlaskClient) -> None:
        sheet = load_workbook(io.BytesIO(desk.get(PAGE + "/list.xlsx").data)).worksheets[0]
        rows = list(sheet.values)
        assert len(rows) == 9
        assert rows[1][1:6] == ("Сынақов011 Тест", "Model University No. 1", "60% (6/10)", rows[1][4], "Accepted")
        assert [row[-3] for row in rows[1:]].count("Complete") == 3

    def test_an_approver_reads_but_follows_no_link_that_is_closed_to_them(self, both: Teams, app: Flask) -> None:
        approver = sign_in(app, both.approver)
        page = read(approver.get(PAGE))
        assert page.select("details form, .hero a.btn[href$=certificates], td a") == []
        assert words(page, "tbody tr:not(.unit) td")[2].startswith(
            "Attendance (Attendance register) · Minutes (Minutes"
        )
        assert approver.post(PAGE + "/rest", data=ORDER).status_code == 404
        assert approver.post(PAGE + "/1", data={}).status_code == 404
        auditor = sign_in(app, both.world.actor(Role.AUDITOR))
        assert read(auditor.get(PAGE)).select("td a[href*=attendance]")

    def test_out_of_reach_there_is_no_such_page(self, both: Teams, world: World, app: Flask) -> None:
        other = world.actor(Role.COORDINATOR, name="stranger", scope=ScopeKind.COHORT, scope_id=world.cohort.id)
        stranger = sign_in(app, other)
        participant = sign_in(app, world.actor(Role.PARTICIPANT, person_id=both.enrolments[0].person_id))
        for client in (stranger, participant):
            for path in (PAGE, PAGE + "/1", PAGE + "/list.xlsx"):
                assert client.get(path).status_code == 404
        assert stranger.post(PAGE + "/rest", data=ORDER).status_code == 404
        assert stranger.get("/cohorts/kel-1/completion").status_code == 200

    def test_without_conditions_an_order_decides(self, world: World, app: Flask) -> None:
        world.many(2)
        world.enrol(("Кейінов Тест", "", ""), status=EnrolmentStatus.ENROLLED)
        page = read(sign_in(app, world.actor(Role.COORDINATOR)).get("/cohorts/kel-1/completion"))
        assert words(page, "h1") == ["Completion: 2 of 3 people"]
        assert "an order alone decides" in words(page, ".note")[0]
        assert page.select_one("a.btn[href='/cohorts/kel-1/people?status=enrolled']")
        assert page.select("table") == []


class TestRest:
    def test_one_order_marks_everybody_else(self, desk: FlaskClient, both: Teams) -> None:
        assert words(read(desk.get(PAGE)), "summary") == ["Mark the other 5 people as not completed"]
        page = read(desk.post(PAGE + "/rest", data={"order_number": "", "order_date": ""}), 422)
        assert words(page, ".esum li") == ["Enter the number of the order.", "Enter the date of the order."]
        future = read(desk.post(PAGE + "/rest", data=ORDER | {"order_date": "2124-01-01"}), 422)
        assert words(future, ".esum li") == ["Nothing was changed: the date of the order is in the future."]
        done = read(desk.post(PAGE + "/rest", data=ORDER, follow_redirects=True))
        assert "5 people were marked as not completed." in done.get_text()
        assert done.select("details.more") == []
        assert both.enrolments[0].status == EnrolmentStatus.NOT_COMPLETED
        assert read(desk.post(PAGE + "/rest", data=ORDER), 422)

    @pytest.mark.parametrize("path", ["/", "/cohorts/um-1-1/"])
    def test_whoever_is_to_mark_people_is_led_to_the_conditions(
        self, desk: FlaskClient, both: Teams, session: Session, path: str
    ) -> None:
        found = {str(link["href"]): link.get_text() for link in read(desk.get(path)).select(".todo a, .attn a")}
        assert "Mark 8 people: completed or not" in found[PAGE]
        assert [link for link in found if "people" in link] == []
        both.cohort.completion_rule = {}  # an order alone decides then, on the page of people
        session.commit()
        found = {str(link["href"]): link.get_text() for link in read(desk.get(path)).select(".todo a, .attn a")}
        assert PAGE not in found
        assert "Mark 8 people: completed or not" in found["/cohorts/um-1-1/people?status=enrolled"]


class TestPerson:
    def test_it_says_what_is_missing_and_what_would_change_it(self, desk: FlaskClient) -> None:
        assert words(read(desk.get(PAGE + "/1")), ".note b") == [
            "Not complete: attendance is 60% (6/10), the rule is 80%."
        ]
        turn = "Registers corrected by 2 half-days, or a waiver, would change this."
        assert words(read(desk.get(PAGE + "/1")), ".note")[0].endswith(turn)
        assert "A later sitting that accepts the project" in words(read(desk.get(PAGE + "/5")), ".note")[0]
        assert words(read(desk.get(PAGE + "/7")), ".note")[0].startswith("The defence is still open: ")
        complete = read(desk.get(PAGE + "/2"))
        assert words(complete, ".note") == ["Complete: every condition is met."]
        assert complete.select("details") == []
        assert desk.get(PAGE + "/99").status_code == 404

    def test_a_condition_is_waived_and_the_waiver_taken_back(
        self, desk: FlaskClient, both: Teams, session: Session
    ) -> None:
        page = read(desk.post(PAGE + "/1", data={"condition": "attendance", "reason": "", "document": ""}), 422)
        assert words(page, ".esum li") == ["Enter the reason.", "Name the document."]
        assert read(desk.post(PAGE + "/1", data={"condition": "x", "reason": "r", "document": "d"}), 422)
        given = {"condition": "attendance", "reason": "<b>illness</b>", "document": "No. 04-11"}
        done = read(desk.post(PAGE + "/1", data=given, follow_redirects=True))
        assert words(done, ".note")[-1] == "Complete: 1 condition is waived, the others are met."
        assert "Waived: <b>illness</b>, No. 04-11" in words(done, "td small")
        assert words(done, ".lines li")[0].endswith("Waived: attendance <b>illness</b> · No. 04-11 · coordinator-um-1")
        assert words(read(desk.get(PAGE + "?v=waived")), "tbody .tag")[-1] == "Complete, 1 waived"
        again = read(desk.post(PAGE + "/1", data=given), 422)
        assert words(again, ".esum li") == ["Nothing was waived: this condition is waived already."]
        key = session.query(Waiver).one().id
        assert desk.post(f"{PAGE}/2/waivers/{key}").status_code == 404
        back = read(desk.post(f"{PAGE}/1/waivers/{key}", follow_redirects=True))
        assert words(back, ".lines li")[0].startswith(
            words(back, ".lines li time")[0] + " Waiver taken back: attendance"
        )
        assert desk.post(f"{PAGE}/1/waivers/{key}").status_code == 409
        assert both.enrolments[0].status == EnrolmentStatus.ENROLLED

    def test_a_waiver_under_a_certificate_stays(self, desk: FlaskClient, both: Teams, session: Session) -> None:
        texts = {"condition": "attendance", "reason": "r", "document": "d"}
        waiver = waive(session, enrolment=both.enrolments[0], actor=both.coordinator, now=NOW, **texts)
        both.world.approved(both.proposed(), both.approver)
        page = read(desk.post(f"{PAGE}/1/waivers/{waiver.id}"), 422)
        assert "stands on this waiver" in words(page, ".esum li")[0]
        assert "Certificate issued UM-1-2024-000001" in " ".join(words(page, ".lines li"))

    def test_who_withdrew_is_judged_by_nothing(self, desk: FlaskClient, both: Teams, session: Session) -> None:
        both.enrolments[0].status = EnrolmentStatus.WITHDRAWN
        session.commit()
        page = read(desk.get(PAGE + "/1"))
        assert (words(page, ".note"), page.select("details, table")) == (
            ["This person has left the programme, and is judged by nothing."],
            [],
        )


class TestIssue:
    def test_the_preflight_counts_who_is_not_complete(self, desk: FlaskClient) -> None:
        page = read(desk.get("/cohorts/um-1-1/certificates"))
        assert words(page, "h1") == ["Before issue: 3 of 3 can be issued"]
        text = page.get_text(" ")
        assert "Not here: 5 people who have not met the conditions." in text
        assert "The same order marks 3 people as completed." in text
        assert page.select_one(f"a[href='{PAGE}']")

    def test_nobody_complete_leads_to_the_ledger(self, world: World, app: Flask) -> None:
        found = Teams(world, count=2, people=4)
        page = read(sign_in(app, found.coordinator).get("/cohorts/um-1-1/certificates"))
        assert page.select_one(f".empty a[href='{PAGE}']")

    def test_the_approver_sees_waivers_marked_and_the_evidence(self, both: Teams, session: Session, app: Flask) -> None:
        texts = {"condition": "attendance", "reason": "an illness", "document": "No. 04-11"}
        waive(session, enrolment=both.enrolments[0], actor=both.coordinator, now=NOW, **texts)
        batch = both.proposed()
        session.commit()
        page = read(sign_in(app, both.approver).get(f"/approvals/{batch.key}/"))
        assert words(page, "tbody .tag") == ["1 waived", "All met", "All met", "All met"]
        assert "Waived: an illness, No. 04-11" in words(page, "tbody small")
        assert "100% (10/10) ( Attendance register ) · Accepted ( Minutes No. 1 of 20.06.2024, item 1 )" in words(
            page, "tbody small"
        )
        assert "4 people of the cohort have no certificate and are not in this list:" in page.get_text()
        same = read(sign_in(app, both.coordinator).get(f"/cohorts/um-1-1/certificates/{batch.key}"))
        assert words(same, "tbody .tag") == ["1 waived", "All met", "All met", "All met"]

    def test_an_order_alone_says_so(self, world: World, app: Flask) -> None:
        world.many(1)
        batch = world.proposed(world.actor(Role.COORDINATOR))
        page = read(sign_in(app, world.actor(Role.APPROVER)).get(f"/approvals/{batch.key}/"))
        assert "an order alone decides" in page.get_text()


def test_the_same_number_of_statements_for_one_and_three(world: World, app: Flask, statements: Statements) -> None:
    sent: dict[str, set[int]] = {}
    for number in (1, 3):
        found = Teams(world, count=number, people=2 * number, conditions=(ATTENDANCE, DEFENCE), code=f"x{number}")
        found.attend(4, absent={0: 4})
        found.sit(dict.fromkeys(range(number), Outcome.ACCEPTED), number="1")
        batch = found.proposed()
        coordinator, approver = sign_in(app, found.coordinator), sign_in(app, found.approver)
        base = f"/cohorts/x{number}-1"
        for client, name, path in (
            (coordinator, "ledger", f"{base}/completion"),
            (coordinator, "workbook", f"{base}/completion/list.xlsx"),
            (coordinator, "person", f"{base}/completion/1"),
            (coordinator, "preflight", f"{base}/certificates"),
            (approver, "approve", f"/approvals/{batch.key}/"),
        ):
            client.get(path)
            with statements() as seen:
                assert client.get(path).status_code == 200
            sent.setdefault(name, set()).add(len(seen))
    assert {name for name, counts in sent.items() if len(counts) > 1} == set(), sent


class TestOfficial:
    @pytest.fixture
    def official(self, world: World) -> Actor:
        return world.actor(Role.OFFICIAL, scope=ScopeKind.ORGANISATION, scope_id=world.ministry.id)

    def test_what_is_new_since_the_last_visit(
        self, world: World, official: Actor, app: Flask, session: Session
    ) -> None:
        now = datetime.now(UTC)
        world.many(2)
        world.issued()
        client = sign_in(app, official)
        page = read(client.get("/"))
        assert words(page, "#h-newest") == ["Newest certificates"]
        assert "Nothing new in the last 90 days." in words(page, ".hint")
        world.many(1)
        batch = world.proposed(world.actor(Role.COORDINATOR, name="later"))
        approver = world.actor(Role.APPROVER, name="latest")
        issue = approve(session, batch=batch, actor=approver, now=now - timedelta(days=3), house=HOUSE)
        assert words(read(client.get("/")), "#h-newest") == ["New in the last 90 days: 1 certificate"]
        visit = now - timedelta(days=10)
        detail = {"act": "accounts.signed_in", "subject": "user", "subject_id": official.user_id, "detail": {}}
        session.add(AuditEntry(at=visit, actor_id=official.user_id, **detail))
        session.commit()
        page = read(client.get("/"))
        assert words(page, "#h-newest")[0].startswith("New since ")
        assert len(page.select("tbody tr")) == 1
        form = page.select_one("form[action='/certificates/download']")
        assert form
        fields = {str(one["name"]): str(one["value"]) for one in form.select("input, button") if one["name"]}
        answer = client.post("/certificates/download", data=fields)
        assert answer.mimetype == "application/zip"
        assert words(read(client.get("/")), "#h-downloads + .lines li")[0].endswith(
            f"ZIP {issue.certificates[0].number}"
        )
        found = read(client.get(f"/certificates/?since={visit:%Y-%m-%d}&status=valid"))
        assert len(found.select("tbody tr")) == 1
        assert len(read(client.get("/certificates/?since=yesterday")).select("tbody tr")) == 3

    def test_who_studies_and_what_comes_next(self, world: World, official: Actor, app: Flask, session: Session) -> None:
        programme = world.make_programme("stages", "STG", content=STAGES)
        cohort = world.make_cohort(programme, "stages-1")
        list(lay_modules(session, cohort=cohort, actor=None, now=NOW))
        world.many(8, cohort=cohort, status=EnrolmentStatus.ENROLLED)
        client = sign_in(app, official)
        page = read(client.get("/"))
        assert words(page, "#h-studying + .lines li")[0] == (
            "Сынақов001 Тест Executive Leadership stages Next stage: 2 March 2099, Abu Dhabi, In person Active"
        )
        assert (len(page.select("#h-studying + .lines li")), "and 2 more people" in page.get_text()) == (6, True)
        assert words(page, "details.more summary") == ["Why this list?"]

    def test_the_same_number_of_statements_for_one_and_three(
        self, world: World, official: Actor, app: Flask, statements: Statements
    ) -> None:
        client, counts = sign_in(app, official), set()
        for number in (1, 3):
            cohort = world.make_cohort(world.programme, f"kel-x{number}")
            world.many(number, cohort=cohort)
            world.issued(cohort=cohort)
            world.many(number, cohort=cohort, status=EnrolmentStatus.ENROLLED)
            client.get("/")
            with statements() as seen:
                assert client.get("/").status_code == 200
            counts.add(len(seen))
        assert len(counts) == 1, counts
        assert date(2024, 7, 5) == NOW.date()
