import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.kernel.errors import ConflictError, DomainError
from app.kernel.tri import Tri
from app.people.enums import NameForm
from app.people.models import PersonName
from app.people.rules import split_full_name
from modules.enums import SessionRole
from modules.models import Expert
from modules.queries.experts import expert_line, expert_name, experts_of
from modules.rules.audience import person_in_role
from modules.services import add_expert, change_expert, remove_expert
from tests.integration.modules.own import move, publish_all
from tests.integration.modules.reading import Visit, read, sent_by, text_of, the_form
from tests.integration.modules.teams import expert
from tests.integration.modules.world import NOW, World, make_world
from tests.support.pages import post
from tests.support.visiting import Statements

LIST = "/cohorts/kel-1/experts"
ADD = f"{LIST}/add"


def typed(**changes: str) -> dict[str, str]:
    fields = [f"{field}_{lang}" for field in ("office", "organisation") for lang in ("kk", "ru", "en")]
    given = dict.fromkeys(("name_kk", "name_ru", "name_latin", *fields, "country"), "")
    return {**given, "name_kk": "Үлгілі Сынақ Тестұлы", **changes}


class TestList:
    def test_somebody_is_added_once_for_all_sessions(self, session: Session, world: World, visit: Visit) -> None:
        client = visit("coordinator")
        assert "No expert is on the list yet" in read(client, LIST).get_text()
        answer = post(client, ADD, typed(name_latin="Ulgili Synaq", office_en="Professor", country="AE"))
        assert answer.location == LIST
        page = read(client, LIST)
        assert text_of(page, "tbody th") == ["Ulgili Synaq Үлгілі Сынақ Тестұлы"]
        assert text_of(page, "tbody td") == ["Professor", "–", "United Arab Emirates", "0"]
        [row] = experts_of(session, world.cohort.id)
        assert (expert_name(row, "kk"), row.version) == ("Үлгілі Сынақ Тестұлы", 1)
        assert expert_line(row, "en") == "Ulgili Synaq, Professor, United Arab Emirates"

    def test_an_office_alone_is_enough(self, world: World, visit: Visit) -> None:
        client = visit("coordinator")
        assert post(client, ADD, typed(name_kk="", office_ru="Ректор")).status_code == 302
        assert text_of(read(client, LIST), "tbody th") == ["Ректор name not known"]
        assert world.modules

    @pytest.mark.parametrize(
        ("changes", "field", "says"),
        [
            ({"name_kk": ""}, "name_kk", "Enter a name, or the office"),
            ({"name_kk": "x" * 201}, "name_kk", "at most 200 characters"),
            ({"name_ru": "Я" * 130}, "name_ru", "too long"),
            ({"office_kk": "ә" * 201}, "office_kk", "at most 200 characters"),
            ({"country": "XX"}, "country", "Choose the country from the list"),
        ],
    )
    def test_what_cannot_be_is_said_on_its_field(
        self, session: Session, world: World, visit: Visit, changes: dict[str, str], field: str, says: str
    ) -> None:
        answer = post(visit("coordinator"), ADD, typed(**changes))
        assert answer.status_code == 422
        page = BeautifulSoup(answer.data, "html5lib")
        assert says in text_of(page, f"#{field}-error")[0]
        assert page.select_one(f".esum a[href='#{field}']") is not None
        assert session.scalars(select(Expert)).all() == []
        assert world.modules

    def test_the_same_statements_for_one_and_three(self, world: World, visit: Visit, statements: Statements) -> None:
        counts = []
        client = visit("coordinator")
        for number in (1, 2):
            for place in range(number):
                someone = expert(world, f"Сынақ{number}{place} Тест")
                world.add("S", people=(person_in_role(SessionRole.SPEAKER, someone.id),))
            with statements() as sent:
                client.get(LIST)
            counts.append(len(sent))
        assert counts[0] == counts[1]

    @pytest.mark.parametrize(("name", "status"), [("auditor", 200), ("host", 404), ("participant", 404)])
    def test_who_may_read_it(self, world: World, visit: Visit, name: str, status: int) -> None:
        someone = expert(world)
        client = visit(name)
        page = read(client, LIST, status)
        assert page.select(f"main a[href='{ADD}']") == []
        assert client.get(ADD).status_code == 404
        assert client.get(f"{LIST}/{someone.id}/edit").status_code == 404

    def test_others_are_out_of_reach(self, session: Session, world: World, visit: Visit) -> None:
        other = make_world(session, code="other-1")
        someone = expert(other)
        client = visit("coordinator")
        for path in ("/cohorts/other-1/experts", f"{LIST}/{someone.id}/edit", f"{LIST}/99999999999999999999/edit"):
            assert client.get(path).status_code == 404, path
        assert post(client, f"{LIST}/{someone.id}/remove", {"version": "1"}).status_code == 404
        assert world.modules


class TestChanging:
    def test_a_name_is_corrected_and_the_former_kept(self, session: Session, world: World, visit: Visit) -> None:
        someone = expert(world)
        client, path = visit("coordinator"), f"{LIST}/{someone.id}/edit"
        mine = sent_by(the_form(read(client, path)))
        assert (mine["name_kk"], mine["office_en"], mine["country"]) == ("Үлгілі Сынақ", "Professor", "KZ")
        mine["name_kk"], mine["name_ru"] = "Үлгілиев Сынақ", "Улгилиев Сынак"
        assert client.post(path, data=mine).status_code == 302
        session.refresh(someone)
        assert (expert_name(someone, "ru"), someone.version) == ("Улгилиев Сынак", 2)
        old = session.scalars(select(PersonName.surname).where(PersonName.valid_to.is_not(None))).all()
        assert old == ["Үлгілі"]

    def test_two_editors(self, session: Session, world: World, visit: Visit) -> None:
        someone = expert(world)
        client, path = visit("coordinator"), f"{LIST}/{someone.id}/edit"
        first = sent_by(the_form(read(client, path)))
        second = first.copy()
        first["office_en"], second["name_kk"] = "Dean", "Өзге Сынақ"
        assert client.post(path, data=first).status_code == 302
        answer = client.post(path, data=second)
        assert answer.status_code == 409
        page = BeautifulSoup(answer.data, "html5lib")
        assert text_of(page, "tbody th") == ["Name in Kazakh Different", "Office Different"]
        mine = sent_by(the_form(page))
        assert (mine["name_kk"], mine["version"]) == ("Өзге Сынақ", "2")
        assert client.post(path, data=mine).status_code == 302
        session.refresh(someone)
        assert (expert_name(someone, "kk"), someone.office) == ("Өзге Сынақ", Tri(en="Professor"))

    def test_names_may_become_unknown(self, session: Session, world: World) -> None:
        someone = add_expert(
            session,
            cohort=world.cohort,
            names={NameForm.KK: split_full_name("Бір Сынақ"), NameForm.RU: split_full_name("Бир Сынак")},
            office=Tri(kk="Ректор", assumed=frozenset({"kk"})),
            organisation=Tri(kk=" "),
            country=None,
            actor=None,
            now=NOW,
        )
        assert (someone.office, someone.organisation) == (Tri(kk="Ректор", assumed=frozenset({"kk"})), None)

        def change(names: dict[NameForm, str], version: int) -> None:
            change_expert(
                session,
                expert=someone,
                names={form: split_full_name(name) for form, name in names.items()},
                office=someone.office,
                organisation=None,
                country=None,
                version=version,
                actor=None,
                now=NOW,
            )

        change({NameForm.RU: "Бир Сынак"}, 1)
        assert expert_name(someone, "kk") == "Бир Сынак"
        change({}, 2)
        assert (expert_name(someone, "kk"), someone.person) == ("Ректор", None)
        change({NameForm.LATIN: "Bir Synaq"}, 3)
        assert expert_name(someone, "kk") == "Bir Synaq"
        with pytest.raises(ConflictError):
            change({}, 3)


class TestRemoving:
    def test_who_has_no_part_goes(self, session: Session, world: World, visit: Visit) -> None:
        someone = expert(world)
        client = visit("coordinator")
        assert post(client, f"{LIST}/{someone.id}/remove", {"version": "1"}).location == LIST
        assert session.scalars(select(Expert)).all() == []
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject == "expert")).all()
        assert acts == ["modules.expert_added", "modules.expert_removed"]

    def test_who_has_a_part_stays(self, session: Session, world: World, visit: Visit) -> None:
        someone = expert(world)
        meeting = world.add("S", people=(person_in_role(SessionRole.SPEAKER, someone.id),))
        path = f"{LIST}/{someone.id}/remove"
        answer = post(visit("coordinator"), path, {"version": "1"})
        assert answer.status_code == 422
        assert "this expert has a part in a session" in answer.text
        publish_all(world)
        move(world, meeting, people=())
        with pytest.raises(DomainError, match="has a part"):
            remove_expert(session, expert=someone, version=1, actor=None, now=NOW)
        assert session.scalars(select(Expert.id)).all() == [someone.id]

    def test_what_somebody_else_changed_is_not_removed_unseen(self, session: Session, world: World) -> None:
        someone = expert(world)
        with pytest.raises(ConflictError):
            remove_expert(session, expert=someone, version=2, actor=None, now=NOW)
        assert session.scalars(select(Expert.id)).all() == [someone.id]
