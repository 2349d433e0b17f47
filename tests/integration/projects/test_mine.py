from datetime import date

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.enums import DelegatedArea
from app.accounts.models import Delegation
from app.kernel.tri import Tri
from cohorts.models import Enrolment
from modules.services import publish
from projects.enums import Outcome
from projects.services import change_project
from tests.integration.modules.reading import read, text_of
from tests.integration.modules.world import NOW
from tests.integration.projects.reading import Visit
from tests.integration.projects.world import Stage, make_stage
from tests.support.visiting import Statements

MINE = "/me/project"


def own_place(stage: Stage) -> int:
    """The place of the participant's group."""
    [first] = [row for row in stage.people() if row.number == 1]
    return next(place for place, group in enumerate(stage.groups) if group.id == first.group_id)


def lines(page: BeautifulSoup) -> str:
    return " ".join(text_of(page, "main"))


class TestOwn:
    def test_nothing_yet(self, stage: Stage, visit: Visit) -> None:
        assert text_of(read(visit("participant"), MINE), ".empty h2") == ["You are in no group yet"]

    def test_group_people_project_and_mentors(self, stage: Stage, visit: Visit) -> None:
        stage.split(3)
        group = stage.groups[own_place(stage)]
        mentor = stage.expert("al Misali Salem", country="AE")
        change_project(
            stage.session, group=group, title=Tri(en="Water"), mentors=[mentor.id], version=None, actor=None, now=NOW
        )
        page = read(visit("participant"), MINE)
        assert text_of(page, "h1") == [f"Group {group.label}"]
        assert text_of(page, "#h-people") == ["3 people in the group"]
        assert "Water" in lines(page)
        assert "al Misali Salem, Office, United Arab Emirates" in lines(page)
        assert text_of(page, ".tabs [aria-current]") == ["Project"]

    def test_the_slot_is_seen_once_it_is_published(self, stage: Stage, visit: Visit) -> None:
        stage.split(3)
        place = own_place(stage)
        stage.sitting(place, day=date(2026, 11, 25))
        client = visit("participant")
        assert text_of(read(client, MINE), ".next") == []
        publish(stage.session, cohort=stage.cohort, actor=None, now=NOW)
        assert text_of(read(client, MINE), ".next .big") == ["Wednesday 25 November, 09:00–09:40"]
        assert "305" in text_of(read(client, MINE), ".next .line")[0]

    def test_the_outcome_is_told_when_the_minutes_are_closed(self, stage: Stage, visit: Visit) -> None:
        stage.split(1)
        sitting = stage.sitting(0)
        stage.all_present(sitting)
        stage.decide(sitting.slots[0], Outcome.TO_REVISE)
        client = visit("participant")
        assert "To revise" not in lines(read(client, MINE))
        stage.session.delete(sitting.slots[0])
        stage.session.delete(sitting)
        stage.session.flush()
        stage.held(Outcome.TO_REVISE, number="8")
        page = read(client, MINE)
        assert text_of(page, ".next .tag") == ["To revise"]
        assert "Minutes No. 8 of 23.11.2026, item 1" in lines(page)

    def test_of_several_cohorts_one_is_shown(self, stage: Stage, visit: Visit, session: Session) -> None:
        other = make_stage(session, code="kel-2")
        row = session.scalars(select(Enrolment).where(Enrolment.cohort_id == other.cohort.id)).first()
        mine = next(one for one in stage.people() if one.number == 1)
        assert row is not None
        row.person_id = mine.person_id
        session.flush()
        client = visit("participant")
        chips = read(client, MINE).select(".chips a")
        assert [chip.get("aria-current") for chip in chips] == ["page", None]
        assert read(client, f"{MINE}?cohort=kel-2").select(".chips a")[1].get("aria-current") == "page"
        assert client.get(f"{MINE}?cohort=kel-9").status_code == 404

    def test_the_number_of_statements_does_not_grow(self, stage: Stage, visit: Visit, statements: Statements) -> None:
        client = visit("participant")
        counts = []
        for count in (9, 3):
            stage.split(count, seed=count)
            with statements() as sent:
                read(client, MINE)
            counts.append(len(sent))
        assert counts[0] == counts[1]


class TestAssistant:
    @pytest.fixture
    def trusted(self, stage: Stage) -> int:
        """The key of the person whose project the assistant may see."""
        person_id = stage.world.users["participant"].person_id
        assert person_id is not None
        assistant = stage.world.users["assistant"]
        stage.session.add(Delegation(person_id=person_id, user_id=assistant.id, area=DelegatedArea.PROJECT))
        stage.session.flush()
        return person_id

    def test_an_assistant_sees_what_was_entrusted(self, stage: Stage, visit: Visit, trusted: int) -> None:
        stage.split(3)
        page = read(visit("assistant"), MINE)
        assert "You see this for Сынақбаева Әлия1" in lines(page)
        assert text_of(page, "h1") == [f"Group {stage.groups[own_place(stage)].label}"]
        assert read(visit("assistant"), f"{MINE}?for={trusted}").select("h1")

    def test_the_schedule_alone_opens_no_project(self, stage: Stage, visit: Visit) -> None:
        stage.split(3)
        client = visit("assistant")
        assert text_of(read(client, MINE), ".empty h2") == ["No project was entrusted to you"]
        person_id = stage.world.users["participant"].person_id
        assert client.get(f"{MINE}?for={person_id}").status_code == 404

    def test_the_tabs_are_those_of_what_was_entrusted(self, stage: Stage, visit: Visit) -> None:
        assistant = stage.world.users["assistant"]
        tabs = [text_of(read(visit("assistant"), "/me/"), ".tabs a")]
        [own] = stage.session.scalars(select(Delegation).where(Delegation.user_id == assistant.id))
        stage.session.add(Delegation(person_id=own.person_id, user_id=assistant.id, area=DelegatedArea.PROJECT))
        stage.session.flush()
        tabs.append(text_of(read(visit("assistant"), "/me/"), ".tabs a"))
        stage.session.delete(own)
        stage.session.flush()
        tabs.append(text_of(read(visit("assistant"), MINE), ".tabs a"))
        assert tabs == [["Schedule", "Notices"], ["Schedule", "Project", "Notices"], ["Project", "Notices"]]
        assert visit("assistant").get("/").location == MINE
        assert {"Schedule", "Project"} <= set(text_of(read(visit("participant"), MINE), ".tabs a"))

    def test_of_several_people_one_is_chosen(self, stage: Stage, visit: Visit, trusted: int) -> None:
        colleague, assistant = stage.world.users["colleague"], stage.world.users["assistant"]
        assert colleague.person_id is not None
        assert trusted != colleague.person_id
        stage.session.add(Delegation(person_id=colleague.person_id, user_id=assistant.id, area=DelegatedArea.PROJECT))
        client = visit("assistant")
        assert len(read(client, MINE).select(".card")) == 2
        page = read(client, f"{MINE}?for={colleague.person_id}")
        assert len(page.select(".note a")) == 1

    @pytest.mark.parametrize("who", ["x", "-1", "9" * 30, "0"])
    def test_nonsense_is_nobody(self, stage: Stage, visit: Visit, who: str) -> None:
        assert visit("participant").get(f"{MINE}?for={who}").status_code == 404
        assert visit("coordinator").get(MINE).status_code == 404
