import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from cohorts.enums import CohortStatus
from cohorts.models import Group
from projects.enums import Outcome
from projects.models import Project
from projects.queries.groups import groups_of
from projects.services import change_project
from tests.integration.modules.reading import read, text_of
from tests.integration.modules.world import NOW
from tests.integration.projects.reading import GROUPS, Visit, resent, soup
from tests.integration.projects.world import Stage, make_stage
from tests.support.pages import csrf_token, post
from tests.support.visiting import Statements


def ticked(page: BeautifulSoup, *numbers: int) -> list[str]:
    """The values of the boxes of these people."""
    values = [str(box["value"]) for box in page.select("input[name=person]")]
    return [value for value in values if int(value.partition(":")[0]) in numbers]


class TestAll:
    def test_people_without_a_group_come_first(self, stage: Stage, visit: Visit) -> None:
        page = read(visit("coordinator"), GROUPS)
        assert text_of(page, "h1") == ["Groups: 0, people: 9"]
        assert text_of(page, "#h-alone") == ["Without a group 9"]
        assert len(page.select("input[name=person]")) == 9
        assert page.select_one("details.more[open]") is not None

    def test_moving_into_a_new_group_and_out_again(self, stage: Stage, visit: Visit) -> None:
        client = visit("coordinator")
        page = read(client, GROUPS)
        answer = post(client, GROUPS, {"person": ticked(page, 1, 2), "target": "new"})
        assert answer.status_code == 302
        page = read(client, GROUPS)
        assert text_of(page, "[role=status] p") == ["2 people were moved."]
        assert text_of(page, ".team h2") == ["Group 1"]
        assert text_of(page, "#h-alone") == ["Without a group 7"]
        assert post(client, GROUPS, {"person": ticked(page, 1), "target": "out"}).status_code == 302
        assert [group.label for group in groups_of(stage.session, stage.cohort.id)] == ["1"]

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            ({"target": "new"}, "tick people first"),
            ({"person": ["1:0"], "target": ""}, "Choose the group"),
            ({"person": ["x:y", "9999999999:1"], "target": "out"}, "tick people first"),
            ({"person": ["1:0"], "target": "999"}, "Not a valid choice"),
        ],
    )
    def test_what_cannot_be_is_said_and_the_ticks_stay(
        self, stage: Stage, visit: Visit, data: dict[str, object], says: str
    ) -> None:
        answer = post(visit("coordinator"), GROUPS, data)
        assert answer.status_code == 422
        page = soup(answer.data)
        assert says in text_of(page, ".esum")[0]
        assert len(page.select("input[name=person][checked]")) == ("1:0" in str(data))

    def test_somebody_moved_meanwhile(self, stage: Stage, visit: Visit) -> None:
        client = visit("coordinator")
        first = ticked(read(client, GROUPS), 1)
        assert post(client, GROUPS, {"person": first, "target": "new"}).status_code == 302
        answer = post(client, GROUPS, {"person": first, "target": "out"})
        assert answer.status_code == 409
        assert "Сынақбаева Әлия1" in answer.text

    def test_a_reader_moves_nobody(self, stage: Stage, visit: Visit) -> None:
        stage.split(2)
        page = read(visit("auditor"), GROUPS)
        assert page.select("main form button") == []
        assert page.select("input[name=person]") == []

    def test_a_closed_cohort_is_only_read(self, stage: Stage, visit: Visit) -> None:
        stage.split(2)
        stage.cohort.status = CohortStatus.CLOSED
        assert read(visit("coordinator"), GROUPS).select("input[name=person]") == []

    def test_the_number_of_statements_does_not_grow(self, stage: Stage, visit: Visit, statements: Statements) -> None:
        client = visit("coordinator")
        counts = []
        for count in (1, 3):
            for group in stage.split(count, seed=count):
                change_project(
                    stage.session,
                    group=group,
                    title=None,
                    mentors=[stage.expert(f"Тәлімгер {group.label}{count}").id],
                    version=None,
                    actor=None,
                    now=NOW,
                )
            with statements() as sent:
                read(client, GROUPS)
            counts.append(len(sent))
        assert counts[0] == counts[1]


class TestProposal:
    def test_it_is_shown_before_it_is_taken(self, stage: Stage, visit: Visit) -> None:
        client = visit("coordinator")
        address = f"{GROUPS}/proposal?by=random&count=2&seed=7"
        page = read(client, address)
        assert text_of(page, "h1") == ["Proposed groups: 2, people: 9"]
        assert text_of(page, ".lead") == ["Seed 7"]
        assert groups_of(stage.session, stage.cohort.id) == []
        shown = [text_of(team, "li") for team in page.select(".team")]
        data = dict(resent(page))
        assert client.post(f"{GROUPS}/proposal", data=data).status_code == 302
        page = read(client, GROUPS)
        assert [text_of(team, "li") for team in page.select(".team")] == shown

    def test_what_was_looked_at_is_gone(self, stage: Stage, visit: Visit) -> None:
        client = visit("coordinator")
        data = dict(resent(read(client, f"{GROUPS}/proposal?by=organisation")))
        stage.split(2)
        answer = client.post(f"{GROUPS}/proposal", data=data)
        assert answer.status_code == 409
        assert [group.label for group in groups_of(stage.session, stage.cohort.id)] == ["1", "2"]

    def test_groups_that_would_go_are_named(self, stage: Stage, visit: Visit) -> None:
        stage.split(3)
        page = read(visit("coordinator"), f"{GROUPS}/proposal?by=random&count=2&seed=1")
        assert "Group 3 goes, with its project: Project 3" in text_of(page, ".note")[0]

    @pytest.mark.parametrize("query", ["count=99&seed=1", "count=2&seed=x" + "9" * 40, "by=party&count=-1"])
    def test_nonsense_is_no_error_of_ours(self, stage: Stage, visit: Visit, query: str) -> None:
        assert visit("coordinator").get(f"{GROUPS}/proposal?by=random&{query}").status_code in {200, 422}

    def test_decided_defences_keep_the_groups(self, stage: Stage, visit: Visit) -> None:
        stage.split(2)
        stage.held(Outcome.ACCEPTED)
        client = visit("coordinator")
        answer = client.get(f"{GROUPS}/proposal?by=random&count=3&seed=1")
        assert answer.status_code == 422
        assert "Defences are decided already" in answer.text
        assert "Arrange everybody" not in client.get(GROUPS).text


class TestOne:
    def address(self, stage: Stage, place: int = 0) -> str:
        return f"{GROUPS}/{stage.groups[place].id}"

    def test_title_and_mentors_with_their_country(self, stage: Stage, visit: Visit) -> None:
        stage.split(1)
        mentor = stage.expert("al Misali Salem", country="AE")
        client, path = visit("coordinator"), self.address(stage)
        assert "United Arab Emirates" in text_of(read(client, path), "#mentors")[0]
        data = {"title_kk": "Су", "title_ru": "", "title_en": "Water", "mentors": [str(mentor.id)], "version": "2"}
        assert post(client, path, data).status_code == 302
        page = read(client, path)
        assert page.select_one("#title_kk")["value"] == "Су"  # type: ignore[index]  # it is there
        assert len(page.select("input[name=mentors][checked]")) == 1

    def test_two_editors(self, stage: Stage, visit: Visit) -> None:
        stage.split(1)
        client, path = visit("coordinator"), self.address(stage)
        data = {"title_kk": "", "title_ru": "Первый", "title_en": "", "version": "2"}
        assert post(client, path, data).status_code == 302
        answer = post(client, path, {**data, "title_ru": "Второй"})
        assert answer.status_code == 409
        assert "Saved by Coordinator" in answer.text
        assert client.post(path, data=MultiDict(resent(soup(answer.data)))).status_code == 302
        stage.session.expire_all()
        assert stage.session.scalars(select(Project.title)).one().ru == "Второй"  # type: ignore[union-attr]  # it has one

    def test_what_cannot_be_is_said(self, stage: Stage, visit: Visit) -> None:
        stage.split(1)
        path = self.address(stage)
        answer = post(visit("coordinator"), path, {"title_en": "w" * 401, "mentors": ["7"], "version": "2"})
        assert answer.status_code == 422
        assert len(text_of(soup(answer.data), ".esum li")) == 2

    def test_renaming_and_removing(self, stage: Stage, visit: Visit) -> None:
        stage.split(2)
        client, path = visit("coordinator"), self.address(stage)
        assert post(client, f"{path}/name", {"label": "2", "version": "1"}).status_code == 422
        assert post(client, f"{path}/name", {"label": "Алтай", "version": "1"}).status_code == 302
        assert post(client, f"{path}/name", {"label": "B", "version": "1"}).status_code == 409
        refused = post(client, f"{path}/remove", {})
        assert refused.status_code == 422
        assert "people in this group" in refused.text
        token = csrf_token(client)
        assert client.post(f"{GROUPS}/new", data={"csrf_token": token, "label": ""}).status_code == 302
        stage.session.expire_all()
        empty = stage.session.scalars(select(Group).where(Group.label == "1")).one()
        assert post(client, f"{GROUPS}/{empty.id}/remove", {}).status_code == 302

    def test_a_mentor_on_a_commission_is_said(self, stage: Stage, visit: Visit) -> None:
        stage.split(1)
        stage.commission()
        change_project(
            stage.session,
            group=stage.groups[0],
            title=None,
            mentors=[stage.experts[1].id],
            version=None,
            actor=None,
            now=NOW,
        )
        assert "also sits on commission 1" in text_of(read(visit("coordinator"), self.address(stage)), ".note")[0]

    def test_groups_of_another_cohort_do_not_exist(self, stage: Stage, visit: Visit) -> None:
        other = make_stage(stage.session, code="kel-2")
        other.split(1)
        client, key = visit("coordinator"), other.groups[0].id
        stage.split(1)
        for path in (f"{GROUPS}/{key}", f"/cohorts/kel-2/groups/{key}", "/cohorts/kel-2/groups", f"{GROUPS}/0"):
            assert client.get(path).status_code == 404, path
        for path in (f"{GROUPS}/{key}", f"{GROUPS}/{key}/remove", f"{GROUPS}/{key}/name"):
            assert post(client, path, {"version": "1", "label": "Mine"}).status_code == 404
        data = {"person": ["1:0"], "target": str(key)}
        assert post(client, GROUPS, data).status_code == 422
