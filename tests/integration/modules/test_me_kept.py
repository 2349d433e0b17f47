from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.tri import Tri
from modules.models import CalendarFeed
from tests.integration.modules.own import HOUR, look, move, publish_all, read, text_of
from tests.integration.modules.world import NOW, World
from tests.support.pages import post
from tests.support.visiting import Statements

Visit = Callable[..., FlaskClient]


class TestCost:
    @pytest.mark.parametrize(("name", "most"), [("participant", 6), ("assistant", 7)])
    def test_a_few_statements_whatever_the_number_of_sessions(
        self, world: World, visit: Visit, statements: Statements, name: str, most: int
    ) -> None:
        counts = []
        for number in range(1, 4):
            rows = [
                world.add(f"S{number}.{k}", starts_at=NOW + k * HOUR, ends_at=NOW + (k + 1) * HOUR) for k in range(1, 9)
            ]
            publish_all(world)
            look(world, number * 2 - 1)
            for row in rows[: number * 2]:
                move(world, row, rooms=(str(number),))
            publish_all(world)
            client = visit(name)
            with statements() as sent:
                assert client.get("/me/").status_code == 200
            counts.append(len(sent))
        assert counts == [most] * 3

    def test_looking_writes_nothing(self, world: World, visit: Visit, statements: Statements) -> None:
        world.add()
        publish_all(world)
        with statements() as sent:
            visit("participant").get("/me/")
        assert all(statement.startswith("SELECT") for statement in sent)


class TestKeptPages:
    """Pages are rendered once and kept: nobody may get what is another's, or what has changed."""

    def test_each_gets_their_own_address_and_token(self, session: Session, world: World, visit: Visit) -> None:
        world.add()
        publish_all(world)
        secrets = {feed.person_id: feed.secret for feed in session.scalars(select(CalendarFeed))}
        clients = {name: visit(name) for name in ("participant", "colleague", "assistant")}
        tokens = set()
        for _ in range(2):
            for name, client in clients.items():
                page = client.get("/me/").text
                owner = world.users["participant" if name == "assistant" else name].person_id or 0
                assert secrets[owner] in page
                assert not any(secret in page for person, secret in secrets.items() if person != owner)
                found = {str(field["value"]) for field in BeautifulSoup(page, "html5lib").select("[name=csrf_token]")}
                assert len(found) == 1
                tokens |= found
        assert len(tokens) >= 3
        assert clients["colleague"].post("/me/calendar", data={"csrf_token": tokens.pop()}).status_code in {302, 400}

    def test_languages_do_not_mix(self, world: World, visit: Visit) -> None:
        world.add(Tri(kk="Әдеп", ru="Этика", en="Ethics"))
        publish_all(world)
        for _ in range(2):
            for lang, title in (("kk", "Әдеп"), ("ru", "Этика"), ("en", "Ethics")):
                assert text_of(read(visit("participant", lang=lang)), ".sess .c > b") == [title]

    def test_what_is_published_shows_at_once(self, world: World, visit: Visit) -> None:
        meeting = world.add("One")
        client = visit("participant")
        for number in range(2, 5):
            publish_all(world)
            assert len(read(client).select(".sess li")) == 1
            move(world, meeting, title=Tri(en=f"Number {number}"))
            publish_all(world)
            assert text_of(read(client), ".sess .c > b") == [f"Number {number}"]
            move(world, meeting, rooms=(str(number),))

    def test_the_countdown_goes_on(self, world: World, visit: Visit, at: Callable[[datetime], None]) -> None:
        world.add("One")
        publish_all(world)
        client = visit("participant")
        for minutes, says in ((0, "1 h 24 min"), (1, "1 h 23 min"), (30, "starts in 54 min")):
            at(NOW + timedelta(minutes=minutes))
            page = client.get("/me/").text
            assert says in page
            assert f'data-now="{(NOW + timedelta(minutes=minutes)).isoformat()}"' in page


class TestCalendarBox:
    def test_the_address_is_there_after_publishing(self, session: Session, world: World, visit: Visit) -> None:
        world.add()
        publish_all(world)
        person_id = world.users["participant"].person_id
        secret = session.scalars(select(CalendarFeed.secret).where(CalendarFeed.person_id == person_id)).one()
        page = read(visit("participant"))
        field = page.select_one("#ics")
        assert field is not None
        assert field["value"] == f"http://localhost/calendar/{secret}.ics"
        assert page.select(".calbox a")[0]["href"] == f"webcal://localhost/calendar/{secret}.ics"

    def test_a_new_address_makes_the_old_one_unknown(self, session: Session, world: World, visit: Visit) -> None:
        world.add()
        publish_all(world)
        person_id = world.users["participant"].person_id
        wanted = select(CalendarFeed.secret).where(CalendarFeed.person_id == person_id)
        old = session.scalars(wanted).one()
        client = visit("participant")
        answer = post(client, "/me/calendar", {})
        assert answer.location == "/me/#calendar"
        new = session.scalars(wanted).one()
        assert client.get(f"/calendar/{old}.ics").status_code == 404
        assert client.get(f"/calendar/{new}.ics").status_code == 200

    def test_posts_need_the_token(self, world: World, visit: Visit) -> None:
        assert world.modules
        for path in ("/me/seen", "/me/calendar"):
            assert visit("participant").post(path).status_code == 400
