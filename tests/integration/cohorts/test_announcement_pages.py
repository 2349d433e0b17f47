"""The pages of announcements: writing, looking, sending, who has seen it; and how its readers read it."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.kernel.tri import Tri
from app.mail.models import Letter
from app.notices.models import Announcement, Notice
from app.people.models import Person, PersonEmail
from tests.integration.cohorts.announcing import TEXTS, account_of, audiences, send
from tests.integration.cohorts.world import NOW, World
from tests.support.pages import post
from tests.support.visiting import Statements

Visit = Callable[..., FlaskClient]
LIST = "/cohorts/kel-1/announcements"
FORM = f"{LIST}/new"


@pytest.fixture
def people(world: World) -> World:
    """Two people in kel-1."""
    world.enrol("Ахметов Али", "Беков Болат")
    return world


def soup_of(client: FlaskClient, path: str, status: int = 200) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return BeautifulSoup(answer.data, "html5lib")


def text_of(soup: Tag, selector: str) -> list[str]:
    return [" ".join(found.get_text(" ").split()) for found in soup.select(selector)]


def fields(soup: BeautifulSoup, form: str) -> dict[str, str]:
    """What a form sends as it stands, without its buttons."""
    return {
        str(field["name"]): str(field.get("value", ""))
        for field in soup.select(f"{form} input[name]")
        if field.get("type") != "checkbox" or field.has_attr("checked")
    }


def write(client: FlaskClient, step: str = "preview", path: str = FORM, **changes: Any) -> tuple[int, BeautifulSoup]:  # noqa: ANN401 - form fields
    """Fill the form in and press a button; the key is that of the form."""
    soup = soup_of(client, path)
    chosen = soup.select_one("#audience option")
    assert chosen is not None
    given = {**fields(soup, "main form"), "audience": str(chosen["value"]), **TEXTS, "by_mail": "y", "step": step}
    answer = client.post(path, data={**given, **changes})
    return answer.status_code, BeautifulSoup(answer.data, "html5lib")


class TestWriting:
    def test_look_then_send_then_look_who_has_seen_it(self, session: Session, people: World, visit: Visit) -> None:
        client = visit("coordinator")
        status, soup = write(client)
        assert status == 200
        assert text_of(soup, "h2") == ["It reaches 2 people", "How it reads"]
        assert text_of(soup, ".said") == [
            "Құрметті Ахметов Али! Кездесу 14:00-де.",
            "Dear Ахметов Али, the meeting is at 14:00.",
        ]
        assert "2 people read it so" in soup.get_text()
        assert "Nobody of them has chosen this language" in soup.get_text()
        assert soup.get_text().count("As Ахметов Али reads it") == 1
        assert session.scalars(select(Announcement)).all() == []
        answer = client.post(FORM, data={**fields(soup, ".barb"), "step": "send"})
        sent = session.scalars(select(Announcement)).one()
        assert answer.location == f"{LIST}/{sent.id}"
        assert (sent.title.kk, sent.body.en) == ("Кездесу", "Dear {name},\n\nthe meeting is at 14:00.")
        soup = soup_of(client, answer.location or "")
        assert text_of(soup, "h1") == ["Seen by 0 of 2"]
        assert text_of(soup, "tbody th") == ["Ахметов Али", "Беков Болат"]
        assert "You can remind them from" in soup.get_text()
        assert people.users

    def test_sent_twice_it_is_told_once(self, session: Session, people: World, visit: Visit) -> None:
        client = visit("coordinator")
        _, soup = write(client)
        data = {**fields(soup, ".barb"), "step": "send"}
        places = {client.post(FORM, data=data).location for _ in range(2)}
        assert len(places) == len(session.scalars(select(Announcement)).all()) == 1
        assert len(session.scalars(select(Letter)).all()) == 2
        assert people.users

    def test_who_goes_back_and_corrects_what_was_sent_is_told_so(
        self, session: Session, people: World, visit: Visit
    ) -> None:
        client = visit("coordinator")
        _, soup = write(client)
        data = {**fields(soup, ".barb"), "step": "send"}
        client.post(FORM, data=data)
        answer = client.post(FORM, data={**data, "title_kk": "Түзетілген"})
        assert answer.status_code == 422
        soup = BeautifulSoup(answer.data, "html5lib")
        assert "You have sent this form already" in soup.get_text()
        kept = fields(soup, "form.stack")
        assert (kept["title_kk"], kept["key"] == data["key"]) == ("Түзетілген", False)
        assert client.post(FORM, data={**data, "title_kk": "Түзетілген", "key": kept["key"]}).status_code == 302
        assert len(session.scalars(select(Announcement)).all()) == 2
        assert people.users

    def test_what_was_typed_comes_back_to_be_changed(self, people: World, visit: Visit) -> None:
        client = visit("coordinator")
        _, soup = write(client, by_mail="")
        answer = client.post(FORM, data={**fields(soup, ".barb"), "step": "edit"})
        soup = BeautifulSoup(answer.data, "html5lib")
        found = soup.select_one("#text_kk")
        assert found is not None
        assert found.get_text().split() == TEXTS["text_kk"].split()
        assert not soup.select("#by_mail[checked]")
        assert people.users

    @pytest.mark.parametrize(
        ("lang", "says"),
        [
            ("en", "{nmae} stands for nothing. You can write {name}, {cohort}, {programme}."),
            ("ru", "Обозначения {nmae} нет. Можно писать {name}, {cohort}, {programme}."),
            ("kk", "{nmae} деген белгі жоқ. Мыналарды жазуға болады: {name}, {cohort}, {programme}."),
        ],
    )
    @pytest.mark.parametrize("step", ["preview", "send"])
    def test_an_unknown_token_is_refused_at_its_field(
        self, session: Session, people: World, visit: Visit, lang: str, says: str, step: str
    ) -> None:
        status, soup = write(visit("coordinator", lang=lang), step, text_kk="Құрметті {nmae}!")
        assert status == 422
        assert says in text_of(soup, "#text_kk-error")[0]
        assert session.scalars(select(Announcement)).all() == []
        assert people.users

    @pytest.mark.parametrize(
        "changes",
        [
            {"title_kk": "", "title_en": "", "text_kk": "", "text_en": ""},
            {"title_kk": ""},
            {"text_en": "x" * 4001},
            {"title_kk": "x" * 201},
            {"audience": "cohort:999999"},
            {"audience": ""},
            {"key": ""},
            {"key": "'; DROP TABLE notice; --"},
        ],
    )
    def test_what_is_not_fit_is_refused(
        self, session: Session, people: World, visit: Visit, changes: Mapping[str, str]
    ) -> None:
        status, soup = write(visit("coordinator"), "send", **changes)
        assert status == 422
        assert text_of(soup, ".esum h2") == ["Nothing was sent"]
        assert soup.get_text().count("Nothing was sent") == 1
        assert session.scalars(select(Announcement)).all() == []
        assert people.users

    def test_hostile_texts_are_texts(self, session: Session, people: World, visit: Visit) -> None:
        bad = "<script>alert(1)</script>"
        status, _ = write(
            visit("coordinator"),
            "send",
            title_kk=f"Кездесу\r\nBcc: all@example.org {bad}",
            text_kk=f"{bad}\r\n%(x)s %s",
        )
        assert status == 302
        sent = session.scalars(select(Announcement)).one()
        assert "\n" not in (sent.title.kk or "")
        for path in (LIST, f"{LIST}/{sent.id}"):
            text = visit("coordinator", lang="kk").get(path).text
            assert "<script>alert" not in text
            assert "&lt;script&gt;alert" in text
        assert people.users

    def test_those_without_an_address_are_named_to_be_called(
        self, session: Session, people: World, visit: Visit
    ) -> None:
        first = session.scalars(select(PersonEmail).order_by(PersonEmail.id)).first()
        assert first is not None
        session.execute(update(Person).where(Person.id == first.person_id).values(phone="+7 700 000 00 01"))
        session.execute(delete(PersonEmail).where(PersonEmail.id == first.id))
        _, soup = write(visit("coordinator"))
        assert "1 person has no e-mail address and gets no letter. Call them:" in soup.get_text()
        assert text_of(soup, ".note li") == ["Ахметов Али, +7 700 000 00 01"]
        assert [str(link["href"]) for link in soup.select(".note a")] == ["tel:+77000000001"]
        _, soup = write(visit("coordinator"), by_mail="")
        assert "no letters are sent" in soup.get_text()
        assert people.users

    def test_a_language_that_is_missing_says_which_one_its_readers_get(
        self, session: Session, people: World, visit: Visit
    ) -> None:
        user = account_of(people, 1)
        user.language = "ru"
        session.flush()
        _, soup = write(visit("coordinator"))
        assert "they read it in another one (Kazakh)" in soup.get_text()


class TestSeeing:
    def test_who_has_seen_it_and_through_whom(self, session: Session, people: World, visit: Visit) -> None:
        sent, user = send(people), account_of(people, 1)
        session.execute(
            update(Notice).where(Notice.person_id == user.person_id).values(seen_at=NOW, seen_by_id=user.id)
        )
        soup = soup_of(visit("coordinator"), f"{LIST}/{sent.id}")
        assert text_of(soup, "h1") == ["Seen by 1 of 2"]
        assert text_of(soup, "tbody th") == ["Беков Болат"]
        assert text_of(soup, "tbody .mute") == ["No account: by e-mail only"]
        assert text_of(soup, ".lines span") == ["Ахметов Али"]
        session.execute(update(Notice).where(Notice.seen_at.is_not(None)).values(seen_by_id=people.users["auditor"].id))
        soup = soup_of(visit("coordinator"), f"{LIST}/{sent.id}")
        assert text_of(soup, ".lines small") == ["Seen through Auditor"]
        assert text_of(soup_of(visit("coordinator"), LIST), "tbody .tag") == ["Seen by 1 of 2"]

    @pytest.mark.parametrize(
        ("lang", "shown", "spoken"),
        [
            ("en", "Dear (the reader's name)", None),
            ("kk", "Құрметті (оқырманның аты-жөні)", None),
            ("ru", "Құрметті (оқырманның аты-жөні)", "kk"),
        ],
    )
    def test_a_token_is_a_word_where_nobody_in_particular_reads_it(
        self, people: World, visit: Visit, lang: str, shown: str, spoken: str | None
    ) -> None:
        title = Tri(kk="Құрметті {name}", en="Dear {name}")
        sent = send(people, title=title, body=Tri(kk="{cohort}, {programme}", en="{cohort}, {programme}"))
        client = visit("coordinator", lang=lang)
        soup = soup_of(client, LIST)
        assert text_of(soup, "tbody th") == [shown]
        assert [str(found["lang"]) for found in soup.select("tbody th [lang]")] == ([spoken] if spoken else [])
        soup = soup_of(client, f"{LIST}/{sent.id}")
        assert "{" not in soup.get_text()
        assert text_of(soup, "aside .said") == [
            "(оқырманның оқу легі), (бағдарлама)",
            "(the reader's cohort), (the programme)",
        ]

    def test_an_empty_list_says_what_it_is_for(self, world: World, visit: Visit) -> None:
        assert text_of(soup_of(visit("coordinator"), LIST), ".empty a") == ["New announcement"]
        assert text_of(soup_of(visit("auditor"), LIST), ".empty a") == []
        assert world.users

    @pytest.mark.parametrize("path", [LIST, f"{LIST}/NUMBER"])
    def test_statements_do_not_grow(self, people: World, visit: Visit, statements: Statements, path: str) -> None:
        counts, client = [], visit("coordinator")
        for many in (1, 3):
            sent = [send(people) for _ in range(many)][-1]
            if many > 1:
                people.enrol("Ахметов Али", "Беков Болат", "Ганиев Ғали", "Дулатов Мир")
                sent = send(people)
            with statements() as asked:
                soup_of(client, path.replace("NUMBER", str(sent.id)))
            counts.append(len(asked))
        assert counts[0] == counts[1]


class TestReaders:
    def test_a_reader_reads_their_own_name_in_their_language(
        self, session: Session, people: World, visit: Visit
    ) -> None:
        sent = send(people)
        account_of(people, 2)
        session.flush()
        for lang, title, text in (("kk", "Кездесу", "Құрметті Беков Болат!"), ("en", "Meeting", "Dear Беков Болат")):
            client = visit("participant", lang=lang)
            answer = client.get(f"/notices/announcements/{sent.id}")
            soup = soup_of(client, answer.location or "")
            assert (text_of(soup, "h1"), text_of(soup, ".said")) == ([title], [text])
        assert session.scalars(select(Notice.seen_by_id).where(Notice.seen_at.is_not(None))).all() == [
            people.users["participant"].id
        ]

    def test_another_language_is_named(self, session: Session, people: World, visit: Visit) -> None:
        sent = send(people, title=Tri(ru="Встреча"), body=Tri(ru="Встреча в 14:00"))
        account_of(people, 1)
        session.flush()
        client = visit("participant")
        soup = soup_of(client, client.get(f"/notices/announcements/{sent.id}").location or "")
        assert "Written in: Russian" in soup.get_text()
        assert text_of(soup, '.said [lang="ru"]') == ["Встреча в 14:00"]
        assert "Written in" not in visit("participant", lang="ru").get(f"/notices/{_notice(session)}").text

    def test_to_whom_it_was_not_told_it_is_not_there(self, session: Session, people: World, visit: Visit) -> None:
        sent = send(people)
        session.flush()
        for name in ("participant", "coordinator", "auditor"):
            assert visit(name).get(f"/notices/announcements/{sent.id}").status_code == 404


class TestReach:
    def test_another_cohorts_announcement_is_not_here(self, people: World, visit: Visit) -> None:
        people.enrol("Ахметов Али", code="eulp-1")
        other = send(people, code="eulp-1", title=Tri(kk="Canary"), body=Tri(kk="Canary"))
        client = visit("coordinator")
        assert client.get(f"{LIST}/{other.id}").status_code == 404
        assert post(client, f"{LIST}/{other.id}/remind", {}).status_code == 404
        assert "Canary" not in client.get(LIST).text
        assert "Canary" in client.get("/cohorts/eulp-1/announcements").text

    def test_a_programmes_announcement_is_for_those_who_reach_all_of_it(
        self, session: Session, world: World, visit: Visit
    ) -> None:
        world.enrol("Ахметов Али", code="eulp-1")
        from_cohort = world.cohort("eulp-1")
        from_cohort.status = "running"  # type: ignore[assignment]  # as the database keeps it
        session.flush()
        sent = send(world, "programme", code="eulp-1", title=Tri(kk="Canary"), body=Tri(kk="Canary"))
        for name, sees in (("of_cohort", False), ("of_programme", True), ("of_owner", True), ("coordinator", True)):
            client = visit(name)
            assert ("Canary" in client.get("/cohorts/eulp-1/announcements").text) is sees
            assert client.get(f"/cohorts/eulp-1/announcements/{sent.id}").status_code == (200 if sees else 404)

    def test_an_audience_out_of_reach_cannot_be_chosen(self, session: Session, people: World, visit: Visit) -> None:
        people.enrol("Ахметов Али", code="eulp-1")
        path = "/cohorts/eulp-1/announcements/new"
        for ref in (audiences(people)["cohort"].ref, audiences(people, code="eulp-1")["programme"].ref):
            status, _ = write(visit("of_cohort"), "send", path, audience=ref)
            assert status == 422
        assert session.scalars(select(Announcement)).all() == []

    def test_those_who_may_not_send_may_look(self, people: World, visit: Visit) -> None:
        sent = send(people)
        client = visit("auditor")
        soup = soup_of(client, f"{LIST}/{sent.id}")
        assert text_of(soup, "h1") == ["Seen by 0 of 2"]
        assert not soup.select("main form")
        assert client.get(FORM).status_code == 404


def _notice(session: Session) -> int:
    return session.scalars(select(Notice.id).order_by(Notice.id)).first() or 0
