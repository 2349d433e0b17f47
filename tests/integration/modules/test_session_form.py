"""The form of a session: for whom, by whom, in which languages; what cannot be; two editors at once."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cohorts.enums import EnrolmentStatus
from cohorts.models import Group
from modules.enums import SessionKind, SessionRole
from modules.models import ModuleSession
from modules.rules.audience import group_word, person_in_role, person_word
from modules.services import cancel_session
from tests.integration.modules.own import publish_all
from tests.integration.modules.reading import ADD, WEEK, Visit, only, read, sent_by, text_of, the_form, typed
from tests.integration.modules.teams import ONE, TWO, enrolled, expert, group_of
from tests.integration.modules.world import NOW, World, make_world, sign_in
from tests.support.pages import csrf_token


def send(client: FlaskClient, path: str, world: World, module: int = 0, /, **changes: Any) -> TestResponse:  # noqa: ANN401 - lists of ticks, too
    return client.post(path, data={**typed(world, module), **changes, "csrf_token": csrf_token(client)})


class TestFilling:
    @pytest.mark.parametrize("kind", SessionKind)
    def test_every_kind_can_be_chosen(self, session: Session, world: World, visit: Visit, kind: SessionKind) -> None:
        assert send(visit("coordinator"), ADD, world, kind=kind.value).status_code == 302
        assert only(session).kind == kind

    def test_ticks_are_kept_and_shown_again(self, session: Session, world: World, visit: Visit) -> None:
        group, person = group_of(world, "3", TWO), enrolled(world, ONE)
        one, two = expert(world), expert(world, "", "Dean")
        client = visit("coordinator")
        people = ["", f"speaker:{one.id}", f"moderator:{one.id}", f"mentor:{two.id}"]
        answer = send(
            client,
            ADD,
            world,
            whom="some",
            groups=[str(group.id)],
            persons=[str(person.id)],
            people=people,
            languages=["en", "kk"],
            rooms="214, 305",
        )
        assert answer.status_code == 302
        meeting = only(session)
        assert meeting.audience == [group_word(group.id), person_word(person.id)]
        assert meeting.people == [
            person_in_role(SessionRole.SPEAKER, one.id),
            person_in_role(SessionRole.MODERATOR, one.id),
            person_in_role(SessionRole.MENTOR, two.id),
        ]
        assert (meeting.languages, meeting.rooms) == (["kk", "en"], ["214", "305"])
        path = f"{WEEK}{meeting.id}/edit"
        again = sent_by(the_form(read(client, path)))
        assert again["whom"] == "some"
        assert (again.getlist("groups"), again.getlist("persons")) == ([str(group.id)], [str(person.id)])
        assert sorted(again.getlist("people")) == sorted(people[1:])
        assert again.getlist("languages") == ["kk", "en"]
        assert client.post(path, data=again).status_code == 302
        session.refresh(meeting)
        assert meeting.version == 1, "what is sent as it was shown changes nothing"

    def test_ticks_do_not_count_for_the_whole_cohort(self, session: Session, world: World, visit: Visit) -> None:
        group = group_of(world, "3", TWO)
        assert send(visit("coordinator"), ADD, world, whom="all", groups=[str(group.id)]).status_code == 302
        assert only(session).audience == []

    def test_a_day_outside_the_block_is_warned_of(self, session: Session, world: World, visit: Visit) -> None:
        client = visit("coordinator")
        answer = send(client, ADD, world, date="2027-03-01")
        assert answer.status_code == 302
        assert only(session).audience == []
        text = read(client, answer.location).get_text()
        assert "lies outside the dates of the place that was chosen (2 November – 4 December 2026)" in text
        inside = send(client, ADD, world, date="2026-11-30")
        assert "lies outside" not in read(client, inside.location).get_text()


class TestRefusals:
    def refused(self, answer: TestResponse, field: str, says: str) -> None:
        assert answer.status_code == 422
        page = BeautifulSoup(answer.data, "html5lib")
        assert says in text_of(page, f"#{field}-error")[0]
        assert page.select_one(f".esum a[href='#{field}']") is not None
        assert page.select_one(f"#{field}") is not None

    def test_for_some_but_nobody_ticked(self, session: Session, world: World, visit: Visit) -> None:
        self.refused(send(visit("coordinator"), ADD, world, whom="some"), "whom", "Tick at least one group or person")
        assert session.scalars(select(ModuleSession)).all() == []

    @pytest.mark.parametrize("whom", ["", "nobody"])
    def test_whom_it_is_for_must_be_said(self, world: World, visit: Visit, whom: str) -> None:
        assert send(visit("coordinator"), ADD, world, whom=whom).status_code == 422

    @pytest.mark.parametrize(
        ("field", "says"),
        [
            ("groups", "A group that was chosen is not of this cohort"),
            ("persons", "A person who was chosen is not of this cohort"),
            ("people", "Choose among the experts of this cohort"),
        ],
    )
    def test_those_of_another_cohort(self, session: Session, world: World, visit: Visit, field: str, says: str) -> None:
        other = make_world(session, code="other-1")
        strangers = {
            "groups": group_of(other, "1", ONE).id,
            "persons": enrolled(other, ONE).id,
            "people": f"speaker:{expert(other).id}",
        }
        ticked = {field: [str(strangers[field])]}
        answer = send(visit("coordinator"), ADD, world, whom="some" if field != "people" else "all", **ticked)
        self.refused(answer, field, says)
        assert session.scalars(select(ModuleSession)).all() == []

    @pytest.mark.parametrize("value", ["x", "-1", "9" * 40, "1 OR 1=1"])
    @pytest.mark.parametrize("field", ["groups", "persons", "people", "languages"])
    def test_nonsense(self, session: Session, world: World, visit: Visit, field: str, value: str) -> None:
        answer = send(visit("coordinator"), ADD, world, whom="some", **{field: [value]})
        assert answer.status_code == 422
        assert session.scalars(select(ModuleSession)).all() == []

    def test_who_withdrew(self, session: Session, world: World, visit: Visit) -> None:
        person = enrolled(world, TWO)
        person.status = EnrolmentStatus.WITHDRAWN
        session.flush()
        client = visit("coordinator")
        assert person.id not in {int(str(box["value"])) for box in read(client, ADD).select("#persons input")}
        answer = send(client, ADD, world, whom="some", persons=[str(person.id)])
        self.refused(answer, "persons", "Сынақбаева Әлия2 withdrew from the cohort")
        assert "withdrew" in text_of(BeautifulSoup(answer.data, "html5lib"), "#persons")[0]

    def test_a_group_that_has_gone_does_not_open_the_session_to_all(
        self, session: Session, world: World, visit: Visit
    ) -> None:
        group = group_of(world, "9")
        meeting = world.add(audience=(group_word(group.id),))
        session.execute(delete(Group).where(Group.id == group.id))
        client, path = visit("coordinator"), f"{WEEK}{meeting.id}/edit"
        answer = client.post(path, data=sent_by(the_form(read(client, path))))
        self.refused(answer, "whom", "Tick at least one")
        session.refresh(meeting)
        assert meeting.audience == [group_word(group.id)]


class TestTwoEditors:
    def test_who_changed_what_and_mine_to_be_mended(self, session: Session, world: World, visit: Visit) -> None:
        group = group_of(world, "3", TWO)
        someone = expert(world)
        meeting = world.add("Workshop")
        path = f"{WEEK}{meeting.id}/edit"
        mine, theirs = visit("coordinator"), visit("coordinator")
        opened = sent_by(the_form(read(mine, path)))
        other = sent_by(the_form(read(theirs, path)))
        other["rooms"], other["whom"] = "5", "some"
        other.setlist("groups", [str(group.id)])
        assert theirs.post(path, data=other).status_code == 302
        opened["start"], opened["note"] = "19:00", "Bring <b> charts"
        opened.setlist("people", [f"speaker:{someone.id}"])
        answer = mine.post(path, data=opened)
        assert answer.status_code == 409
        page = BeautifulSoup(answer.data, "html5lib")
        time = "24.11.2026, {}:00–19:30 (UTC+5)"
        assert text_of(page, "h1") == ["Somebody else changed this while you were editing"]
        assert text_of(page, "main .lines b") == ["Coordinator"]
        assert text_of(page, "main .lines small") == ["changed: Place, For whom"]
        assert text_of(page, "tbody tr") == [
            f"Time Different {time.format(18)} {time.format(19)}",
            "Place Different 5 –",
            "Speaker Different – Speaker: Үлгілі Сынақ",
            "For whom Different Group 3 The whole cohort",
            "Kind, languages or note Different Lecture Lecture · Bring <b> charts",
        ]
        form = the_form(page)
        assert text_of(form, ".acts .btn") == ["Save mine", "Keep what is saved"]
        again = sent_by(form)
        assert (again["start"], again["note"], again["version"]) == ("19:00", "Bring <b> charts", "2")
        again["rooms"] = "5"  # what the other did is right
        assert mine.post(path, data=again).status_code == 302
        session.refresh(meeting)
        assert (meeting.rooms, meeting.note, meeting.audience, meeting.version) == (["5"], "Bring <b> charts", [], 3)

    def test_both_did_the_same(self, world: World, visit: Visit) -> None:
        meeting = world.add("Workshop")
        path = f"{WEEK}{meeting.id}/edit"
        client = visit("coordinator")
        opened = sent_by(the_form(read(client, path)))
        opened["rooms"] = "5"
        assert client.post(path, data=opened).status_code == 302
        answer = client.post(path, data=opened)
        assert answer.status_code == 409
        assert "What you typed is what is saved already" in answer.text

    def test_it_was_cancelled_meanwhile(self, session: Session, world: World, visit: Visit) -> None:
        meeting = world.add("Workshop")
        publish_all(world)
        path = f"{WEEK}{meeting.id}/edit"
        client = visit("coordinator")
        opened = sent_by(the_form(read(client, path)))
        cancel_session(session, meeting=meeting, expected_version=1, reason="Ill", actor=None, now=NOW)
        answer = client.post(path, data=opened)
        assert answer.status_code == 409
        page = BeautifulSoup(answer.data, "html5lib")
        assert text_of(page, "main .lines div") == ["by a command changed: State"]

    def test_a_version_of_nobody_is_a_conflict_too(self, world: World, visit: Visit) -> None:
        meeting = world.add("Workshop")
        answer = send(visit("coordinator"), f"{WEEK}{meeting.id}/edit", world, version="7")
        assert answer.status_code == 409

    @pytest.mark.parametrize("lang", ["kk", "ru"])
    def test_in_every_language(self, app: Any, world: World, lang: str) -> None:  # noqa: ANN401 - the fixture's type
        meeting = world.add("Workshop")
        client = sign_in(app, world, "coordinator", lang=lang)
        answer = send(client, f"{WEEK}{meeting.id}/edit", world, version="7")
        assert answer.status_code == 409
        texts = " ".join(text_of(BeautifulSoup(answer.data, "html5lib"), "main"))
        assert not {"Saved now", "Save mine", "Different", "For whom"} & set(texts.split("  "))
        assert {"kk": "Менікін сақтау", "ru": "Сохранить моё"}[lang] in texts
