from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.audit.models import AuditEntry
from modules.services import publish
from projects.enums import Outcome
from projects.models import Commission, DefenceDay
from projects.services import change_project
from tests.integration.modules.reading import read, text_of
from tests.integration.modules.world import NOW
from tests.integration.projects.reading import DEFENCES, Visit, resent, soup
from tests.integration.projects.world import DAY, Stage, make_stage
from tests.support.pages import post
from tests.support.visiting import Statements


def typed_plan(stage: Stage, **changes: str) -> dict[str, str]:
    """What a coordinator types to plan a day for the first two groups, the second one first."""
    commission = stage.session.scalars(select(Commission)).first()
    assert commission is not None
    given = {
        "commission": str(commission.id),
        "module": str(stage.world.modules[0].id),
        "day": "2026-11-25",
        "start": "09:00",
        "minutes": "40",
        "rooms": "305, 306",
        "link": "",
        f"place-{stage.groups[0].id}": "2",
        f"place-{stage.groups[1].id}": "1",
    }
    return {**given, **changes}


class TestCommissionPage:
    def test_appointing_and_changing(self, stage: Stage, visit: Visit) -> None:
        for name in ("Бір Төраға", "Екі Мүше", "Үш Хатшы"):
            stage.expert(name)
        one, two, three = (str(expert.id) for expert in stage.experts)
        client = visit("coordinator")
        data = {f"duty-{one}": "member", f"duty-{two}": "chair", f"duty-{three}": "secretary", f"place-{one}": "1"}
        new = f"{DEFENCES}/commissions/new"
        assert post(client, new, {**data, "quorum": "9"}).status_code == 422
        assert post(client, new, {**data, "quorum": ""}).status_code == 302
        page = read(client, f"{DEFENCES}/commissions/1")
        assert page.select_one(f"input[name=place-{one}]")["value"] == "1"  # type: ignore[index]  # it is there
        assert text_of(page, f"select[name=duty-{two}] option[selected]") == ["Chair"]
        changed = {**data, "quorum": "2", "version": "1"}
        assert post(client, f"{DEFENCES}/commissions/1", changed).status_code == 302
        answer = post(client, f"{DEFENCES}/commissions/1", changed)
        assert answer.status_code == 409
        assert client.post(f"{DEFENCES}/commissions/1", data=MultiDict(resent(soup(answer.data)))).status_code == 302

    def test_what_was_typed_stays(self, stage: Stage, visit: Visit) -> None:
        expert = stage.expert("Бір Мүше")
        answer = post(visit("coordinator"), f"{DEFENCES}/commissions/new", {f"duty-{expert.id}": "member"})
        assert answer.status_code == 422
        page = soup(answer.data)
        assert "exactly one chair" in text_of(page, ".esum")[0]
        assert text_of(page, "option[selected]") == ["Member"]

    def test_nobody_to_appoint_leads_to_the_experts(self, stage: Stage, visit: Visit) -> None:
        page = read(visit("coordinator"), f"{DEFENCES}/commissions/new")
        assert page.select_one(".empty a")["href"] == "/cohorts/kel-1/experts"  # type: ignore[index]  # it is there


class TestPlanPage:
    def test_a_day_is_planned_changed_and_deleted(self, stage: Stage, visit: Visit) -> None:
        stage.split(3)
        stage.commission()
        client = visit("coordinator")
        page = read(client, f"{DEFENCES}/new")
        assert [field["value"] for field in page.select("td input")] == ["1", "2", "3"]
        answer = post(client, f"{DEFENCES}/new", typed_plan(stage))
        assert answer.status_code == 302
        path = answer.location
        page = read(client, path)
        assert text_of(page, ".items h3") == ["1. Group 2: Project 2", "2. Group 1: Project 1"]
        assert text_of(page, ".items .mute .nw") == ["09:00–09:40", "09:40–10:20"]
        page = read(client, f"{path}/plan")
        shown = [field.get("value", "") for field in page.select("td input")]
        assert shown == ["2", "1", ""]
        again = typed_plan(stage, day="2026-11-26", version="1")
        assert post(client, f"{path}/plan", again).status_code == 302
        conflict = post(client, f"{path}/plan", again)
        assert conflict.status_code == 409
        assert client.post(f"{path}/plan", data=MultiDict(resent(soup(conflict.data)))).status_code == 302
        assert post(client, f"{path}/delete", {}).status_code == 302
        assert stage.session.scalars(select(DefenceDay)).all() == []

    @pytest.mark.parametrize(
        ("changes", "field", "says"),
        [
            ({"day": ""}, "day", "Enter the date"),
            ({"day": "2026-11-01"}, "day", "module begins on 02.11.2026"),
            ({"start": "soon"}, "start", "Enter a time such as"),
            ({"start": "23:30"}, "minutes", "after midnight"),
            ({"minutes": ""}, "minutes", "Enter a whole number"),
            ({"minutes": "x"}, "minutes", "Not a valid integer"),
            ({"module": "999999"}, "module", "Not a valid choice"),
            ({"link": "ftp://x"}, "link", "beginning with https://"),
        ],
    )
    def test_what_cannot_be_is_said_and_nothing_is_lost(
        self, stage: Stage, visit: Visit, changes: dict[str, str], field: str, says: str
    ) -> None:
        stage.split(2)
        stage.commission()
        answer = post(visit("coordinator"), f"{DEFENCES}/new", typed_plan(stage, **changes))
        assert answer.status_code == 422
        page = soup(answer.data)
        assert says in text_of(page, f"#{field}-error")[0]
        assert [box["value"] for box in page.select("td input")] == ["2", "1"]
        assert stage.session.scalars(select(DefenceDay)).all() == []

    def test_no_project_is_chosen(self, stage: Stage, visit: Visit) -> None:
        stage.split(1)
        stage.commission()
        data = {name: value for name, value in typed_plan_of_one(stage).items() if not name.startswith("place")}
        answer = post(visit("coordinator"), f"{DEFENCES}/new", data)
        assert "choose between 1 and" in text_of(soup(answer.data), ".esum")[0]

    def test_a_published_day_is_moved_not_deleted(self, stage: Stage, visit: Visit) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        publish(stage.session, cohort=stage.cohort, actor=None, now=NOW)
        path = f"{DEFENCES}/{sitting.id}"
        answer = post(visit("coordinator"), f"{path}/delete", {})
        assert answer.status_code == 422
        assert "participants know of this day" in answer.text


def typed_plan_of_one(stage: Stage) -> dict[str, str]:
    """The same for the only group."""
    stage.groups = [*stage.groups, *stage.groups]
    return typed_plan(stage)


class TestMinutesPage:
    def test_presence_then_items_then_the_close(self, stage: Stage, visit: Visit) -> None:
        stage.split(2)
        sitting = stage.sitting(0, 1)
        client, path = visit("coordinator"), f"{DEFENCES}/{sitting.id}"
        page = read(client, path)
        assert text_of(page, ".lacking a") == [
            "Who is present: not recorded of 4",
            "Group 1: decision",
            "Group 2: decision",
        ]
        members = {str(box["name"]): "room" for box in page.select("select[name^=member]")}
        assert post(client, f"{path}/presence", {**members, "version": "1"}).status_code == 302
        page = read(client, path)
        assert text_of(page, "#present") == ["Present who vote: 3 of 3"]
        assert text_of(page, ".is-open h3") == ["1. Group 1: Project 1"]
        assert "Votes expected: 3" in page.get_text()
        first, second = (f"{path}/items/{slot.id}" for slot in sitting.slots)
        written = {"questions": "Кім?", "votes_for": "2", "votes_abstained": "1", "score": "87,5", "version": "1"}
        assert post(client, first, written).status_code == 302
        assert text_of(read(client, path), ".is-open .tag") == ["Decision missing"]
        assert post(client, first, {**written, "outcome": "accepted", "version": "2"}).status_code == 302
        page = read(client, path)
        assert text_of(page, "#item-1 .tag") == ["Accepted, 2 for"]
        assert text_of(page, ".is-open h3") == ["2. Group 2: Project 2"]
        assert post(client, second, {"outcome": "not_submitted", "version": "1"}).status_code == 302
        page = read(client, path)
        assert text_of(page, "#close") == ["Close the minutes"]
        assert (page.select_one("#number")["value"], page.select_one("#on")["value"]) == ("1", "2026-11-23")  # type: ignore[index]  # they are there
        data = {"number": "14-ө", "on": "2026-11-24", "version": "2"}
        assert post(client, f"{path}/close", data).status_code == 302
        page = read(client, path)
        assert text_of(page, "h1") == ["Minutes No. 14-ө"]
        assert page.select("main form") == []
        assert client.get(first).location == f"{path}#item-1"
        late = client.post(first, data={**written, "csrf_token": "x", "version": "3"})
        assert late.status_code == 400

    @pytest.mark.parametrize(
        ("data", "field", "says"),
        [
            ({"votes_for": "4"}, "votes_for", "only 3 who vote are present"),
            ({"votes_for": "x"}, "votes_for", "Not a valid integer"),
            ({"score": "many"}, "score", "A score is a number"),
            ({"score": "101"}, "score", "between 0 and 100"),
            ({"outcome": "perhaps"}, "outcome", "Not a valid choice"),
            ({"outcome": "not_submitted", "score": "5"}, "outcome", "neither votes nor a score"),
            ({"remark": "r" * 1001}, "remark", "at most 1000"),
        ],
    )
    def test_what_cannot_be_is_said_and_nothing_is_lost(
        self, stage: Stage, visit: Visit, data: dict[str, str], field: str, says: str
    ) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        stage.all_present(sitting)
        path = f"{DEFENCES}/{sitting.id}/items/{sitting.slots[0].id}"
        answer = post(visit("coordinator"), path, {"questions": "Мен жаздым", "version": "1", **data})
        assert answer.status_code == 422
        page = soup(answer.data)
        assert says in text_of(page, ".esum")[0]
        assert page.select_one(f".esum a[href='#{field}']") is not None
        assert text_of(page, ".is-open textarea") == ["Мен жаздым"]

    def test_two_secretaries(self, stage: Stage, visit: Visit) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        stage.all_present(sitting)
        client, path = visit("coordinator"), f"{DEFENCES}/{sitting.id}/items/{sitting.slots[0].id}"
        mine = {"questions": "Менікі", "outcome": "accepted", "votes_for": "3", "version": "1"}
        assert post(client, path, {**mine, "questions": "Бірінші"}).status_code == 302
        answer = post(client, path, mine)
        assert answer.status_code == 409
        page = soup(answer.data)
        assert "Бірінші" in page.get_text()
        assert page.select_one("main a.ghost")["href"] == path  # type: ignore[index]  # it is there
        assert client.post(path, data=MultiDict(resent(page))).status_code == 302
        stage.session.expire_all()
        assert sitting.slots[0].questions == "Менікі"

    def test_presence_of_two(self, stage: Stage, visit: Visit) -> None:
        stage.split(1)
        path = f"{DEFENCES}/{stage.sitting(0).id}"
        client = visit("coordinator")
        assert post(client, f"{path}/presence", {"version": "1"}).status_code == 302
        stage.all_present(stage.session.scalars(select(DefenceDay)).one())
        answer = post(client, f"{path}/presence", {"version": "1"})
        assert answer.status_code == 409
        assert client.get(f"{path}/presence").location == f"{path}#present"
        assert client.get(f"{path}/close").location == f"{path}#close"

    def test_a_number_that_is_taken(self, stage: Stage, visit: Visit) -> None:
        stage.split(2)
        stage.held(Outcome.ACCEPTED, number="1")
        sitting = stage.sitting(1)
        stage.all_present(sitting)
        stage.decide(sitting.slots[0])
        path = f"{DEFENCES}/{sitting.id}"
        data = {"number": "1", "on": "2026-11-23", "version": "2"}
        answer = post(visit("coordinator"), f"{path}/close", data)
        assert answer.status_code == 422
        assert "other minutes of this cohort" in text_of(soup(answer.data), "#number-error")[0]

    def test_whoever_judges_their_own_is_named(self, stage: Stage, visit: Visit) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        change_project(
            stage.session,
            group=stage.groups[0],
            title=None,
            mentors=[stage.experts[0].id],
            version=None,
            actor=None,
            now=NOW,
        )
        note = text_of(read(visit("coordinator"), f"{DEFENCES}/{sitting.id}"), ".note")[0]
        assert note == "Құрбанғалиева Ғазиза Әбдімүтәліпқызы sits on this commission and mentors Group 1."

    @pytest.mark.parametrize(("lang", "word"), [("kk", "АЛҒАШҚЫ НҰСҚА"), ("ru", "ЧЕРНОВИК")])
    def test_the_documents(self, stage: Stage, visit: Visit, lang: str, word: str) -> None:
        stage.split(2)
        draft, closed = stage.sitting(1), stage.held(Outcome.ACCEPTED, number="3")
        client = visit("auditor")
        for sitting, marked in ((draft, True), (closed, False)):
            answer = client.get(f"{DEFENCES}/{sitting.id}/minutes-{lang}.pdf")
            assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
            text = PdfReader(BytesIO(answer.data)).pages[0].extract_text()
            assert (word in text) is marked
        assert client.get(f"{DEFENCES}/{closed.id}/minutes-en.pdf").status_code == 404
        entries = stage.session.scalars(
            select(AuditEntry.detail).where(AuditEntry.act == "projects.minutes_downloaded").order_by(AuditEntry.id)
        ).all()
        assert entries == [{"language": lang, "draft": True}, {"language": lang, "draft": False}]

    def test_a_reader_sees_no_form(self, stage: Stage, visit: Visit) -> None:
        stage.split(1)
        page = read(visit("auditor"), f"{DEFENCES}/{stage.sitting(0).id}")
        assert page.select("main form") == []
        assert text_of(page, ".lacking a")[0] == "Who is present: not recorded of 4"

    def test_the_number_of_statements_does_not_grow(self, stage: Stage, visit: Visit, statements: Statements) -> None:
        stage.split(4)
        client = visit("coordinator")
        counts = []
        for sitting in (stage.sitting(0), stage.sitting(1, 2, 3)):
            stage.all_present(sitting)
            with statements() as sent:
                read(client, f"{DEFENCES}/{sitting.id}")
            counts.append(len(sent))
        assert counts[0] == counts[1]


class TestLists:
    def test_the_days_of_a_cohort_with_their_state(self, stage: Stage, visit: Visit) -> None:
        stage.split(4)
        stage.held(Outcome.ACCEPTED, number="1")
        stage.sitting(1)
        opened = stage.sitting(2)
        stage.all_present(opened)
        stage.decide(opened.slots[0])
        stage.sitting(3, day=date(2026, 11, 30))
        page = read(visit("auditor"), DEFENCES)
        assert text_of(page, "h1") == ["Defence days: 4"]
        assert text_of(page, ".tbl .tag") == ["Minutes No. 1 closed", "No minutes yet", "Minutes open", "Planned"]

    def test_each_empty_page_says_what_comes_first(self, stage: Stage, visit: Visit) -> None:
        client = visit("coordinator")
        assert text_of(read(client, DEFENCES), ".empty h2") == ["There are no groups yet"]
        stage.split(1)
        assert text_of(read(client, DEFENCES), ".empty h2") == ["There is no commission yet"]
        stage.commission()
        assert text_of(read(client, DEFENCES), ".empty h2") == ["No defence day is planned yet"]
        assert text_of(read(client, "/defences/"), ".empty h2") == ["No defence is ahead"]

    def test_all_cohorts_in_reach(self, stage: Stage, visit: Visit) -> None:
        other = make_stage(stage.session, code="kel-2")
        for one in (stage, other):
            one.split(2)
            one.sitting(0)
            one.sitting(1, day=DAY + timedelta(days=3))
        page = read(visit("coordinator"), "/defences/")
        assert text_of(page, "h1") == ["Defences: 1 to come"]
        assert text_of(page, "td small") == ["kel-1", "kel-1"]

    def test_the_home_page_and_the_cohort_say_what_waits(self, stage: Stage, visit: Visit) -> None:
        stage.split(3)
        stage.sitting(0)
        opened = stage.sitting(1)
        stage.all_present(opened)
        stage.decide(opened.slots[0])
        stage.sitting(2, day=date(2026, 12, 1))
        client = visit("coordinator")
        for path in ("/", "/cohorts/kel-1/"):
            page = read(client, path).get_text()
            assert "Keep the minutes of the defence day" in page
            assert page.count("Close the minutes of the defence day") == 1
            assert page.count("of the defence day") == 2

    @pytest.mark.parametrize("path", [DEFENCES, "/defences/", "/"])
    def test_the_number_of_statements_does_not_grow(
        self, stage: Stage, visit: Visit, statements: Statements, path: str
    ) -> None:
        stage.split(6)
        commission = stage.commission()
        client = visit("coordinator")
        counts = []
        for places in ((0, 1), (2, 3, 4, 5)):  # one day gone by and one to come, then three of each
            for place in places:
                day = DAY + timedelta(days=place % 2 * (place + 2))
                stage.sitting(place, commission=commission, day=day)
            with statements() as sent:
                read(client, path)
            counts.append(len(sent))
        assert counts[0] == counts[1]


class TestReach:
    def test_days_of_another_cohort_do_not_exist(self, stage: Stage, visit: Visit) -> None:
        other = make_stage(stage.session, code="kel-2")
        other.split(1)
        theirs = other.sitting(0)
        stage.split(1)
        mine = stage.sitting(0)
        client = visit("coordinator")
        key, item = theirs.id, theirs.slots[0].id
        own = f"{DEFENCES}/{mine.id}"
        for path in (
            f"{DEFENCES}/{key}",
            f"{DEFENCES}/{key}/plan",
            f"{DEFENCES}/{key}/minutes-kk.pdf",
            f"{own}/items/{item}",
            f"/cohorts/kel-2/defences/{key}",
            "/cohorts/kel-2/defences",
            f"{DEFENCES}/commissions/99",
        ):
            assert client.get(path).status_code == 404, path
        for path in (f"{DEFENCES}/{key}/close", f"{DEFENCES}/{key}/presence", f"{own}/items/{item}"):
            assert post(client, path, {"version": "1", "number": "1"}).status_code == 404, path

    @pytest.mark.parametrize("who", ["participant", "host", "assistant"])
    def test_others_have_none_of_these_pages(self, stage: Stage, visit: Visit, who: str) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        client = visit(who)
        for path in ("/cohorts/kel-1/groups", DEFENCES, f"{DEFENCES}/{sitting.id}", "/defences/"):
            assert client.get(path).status_code == 404, path
