from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.kernel.errors import ConflictError, DomainError
from modules.enums import SessionStatus
from modules.models import ModuleSession, PublishedSession
from modules.rules.audience import group_word
from modules.rules.facts import facts_of
from modules.services import copy_day, publish
from tests.integration.modules.own import move
from tests.integration.modules.reading import HOUR, WEEK, Visit, read, text_of
from tests.integration.modules.teams import ONE, group_of
from tests.integration.modules.world import DUBAI, HOME, NOW, World, make_world
from tests.support.pages import post
from tests.support.visiting import Statements

COPY = WEEK + "copy"
DAY, NEXT = date(2026, 11, 24), date(2026, 11, 25)
ASK = f"{COPY}?day=2026-11-24&to=2026-11-25"


def hidden(page: BeautifulSoup) -> dict[str, str]:
    return {str(field["name"]): str(field["value"]) for field in page.select("form.barb input")}


class TestService:
    def test_a_day_comes_again_as_drafts(self, session: Session, world: World) -> None:
        group = group_of(world, "1", ONE)
        one = world.add("One", rooms=("214",), note="Why", audience=(group_word(group.id),))
        away = world.add("Away", module=world.modules[1], time_zone=DUBAI)
        world.add("Cancelled", status=SessionStatus.CANCELLED)
        world.add("Another day", starts_at=NOW + 24 * HOUR, ends_at=NOW + 25 * HOUR)
        publish(session, cohort=world.cohort, actor=None, now=NOW)
        added = copy_day(session, scope_modules=world.modules, day=DAY, to=NEXT, actor=None, now=NOW)
        assert [row.title.en for row in added] == ["One", "Away"]
        for copy, source in zip(added, (one, away), strict=True):
            assert copy.starts_at == source.starts_at + timedelta(days=1)
            assert (copy.module_id, copy.version, copy.note) == (source.module_id, 1, None)
            assert copy.uid != source.uid
        assert (added[0].rooms, added[0].audience) == (["214"], [group_word(group.id)])
        shown = set(session.scalars(select(PublishedSession.session_id)))
        assert not shown & {row.id for row in added}, "drafts are invisible"
        acts = session.scalars(select(AuditEntry.subject_id).where(AuditEntry.act == "modules.session_copied")).all()
        assert list(acts) == [row.id for row in added]

    def test_all_or_nothing_in_the_night_of_the_change(self, session: Session, world: World) -> None:
        day = datetime(2024, 2, 20, tzinfo=HOME)
        world.add("Early", starts_at=day.replace(hour=10), ends_at=day.replace(hour=11))
        world.add("Late", starts_at=day.replace(hour=23, minute=30), ends_at=day.replace(hour=23, minute=50))
        with pytest.raises(DomainError, match="“Late”"):
            copy_day(session, scope_modules=world.modules, day=day.date(), to=date(2024, 2, 29), actor=None, now=NOW)
        assert len(session.scalars(select(ModuleSession)).all()) == 2

    def test_nothing_to_copy_is_said(self, session: Session, world: World) -> None:
        with pytest.raises(DomainError, match="no session on that day"):
            copy_day(session, scope_modules=world.modules, day=DAY, to=NEXT, actor=None, now=NOW)

    def test_what_was_not_looked_at_is_not_copied(self, session: Session, world: World) -> None:
        world.add()
        with pytest.raises(ConflictError):
            copy_day(session, scope_modules=world.modules, day=DAY, to=NEXT, reviewed="other", actor=None, now=NOW)


class TestPage:
    def test_it_shows_what_it_would_make_and_makes_it(self, session: Session, world: World, visit: Visit) -> None:
        world.add("One", rooms=("214",), link=None)
        world.add("There already", starts_at=NOW + 24 * HOUR, ends_at=NOW + 25 * HOUR)
        client = visit("coordinator")
        page = read(client, ASK)
        assert text_of(page, "h2") == [
            "1 session comes on Wednesday 25 November",
            "1 session is on that day already and stays",
        ]
        assert text_of(page, ".sess b")[:3] == ["18:00", "One", "16:36"]
        assert session.scalar(select(ModuleSession.id).where(ModuleSession.starts_at > NOW + 25 * HOUR)) is None
        answer = post(client, COPY, hidden(page))
        assert answer.location == WEEK + "?day=2026-11-25"
        copy = session.scalars(select(ModuleSession).order_by(ModuleSession.id.desc())).first()
        assert copy is not None
        assert copy.starts_at == datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
        assert "1 session was copied as a draft" in read(client, answer.location).get_text()
        again = post(client, COPY, hidden(page))
        assert again.status_code == 409, "pressed twice"

    def test_a_day_outside_the_module_is_said(self, world: World, visit: Visit) -> None:
        world.add("One")
        page = read(visit("coordinator"), f"{COPY}?day=2026-11-24&to=2026-12-20")
        assert text_of(page, ".sess .tag") == ["Outside the dates of its module"]

    def test_what_changed_meanwhile_is_not_copied(self, session: Session, world: World, visit: Visit) -> None:
        meeting = world.add("One")
        client = visit("coordinator")
        looked_at = hidden(read(client, ASK))
        move(world, meeting, rooms=("305",))
        answer = post(client, COPY, looked_at)
        assert answer.status_code == 409
        assert "Nothing was copied" in answer.text
        assert session.scalars(select(ModuleSession.id)).all() == [meeting.id]

    @pytest.mark.parametrize(
        ("query", "field", "says"),
        [
            ("?day=2026-11-24&to=2026-11-24", "to", "choose another day"),
            ("?day=2026-11-24&to=", "to", "Enter the date"),
            ("?day=&to=2026-11-25", "day", "Enter the date"),
            ("?day=x&to=2026-11-25", "day", "Not a valid date"),
            ("?day=0202-11-24&to=2026-11-25", "day", "Enter a year between"),
        ],
    )
    def test_what_cannot_be_is_said(self, world: World, visit: Visit, query: str, field: str, says: str) -> None:
        world.add("One")
        page = read(visit("coordinator"), COPY + query, 422)
        assert says in text_of(page, f"#{field}-error")[0]
        assert page.select("form.barb") == []

    def test_the_night_of_the_change_is_refused(self, session: Session, world: World, visit: Visit) -> None:
        late = datetime(2024, 2, 20, 23, 30, tzinfo=HOME)
        world.add("Late", starts_at=late, ends_at=late + timedelta(minutes=20))
        client = visit("coordinator")
        page = read(client, f"{COPY}?day=2024-02-20&to=2024-02-29", 422)
        assert "the clocks of the place skip or repeat an hour of “Late” (23:30–23:50)" in text_of(page, "#to-error")[0]
        forced = {"day": "2024-02-20", "to": "2024-02-29", "reviewed": ""}
        assert post(client, COPY, forced).status_code in {409, 422}
        assert len(session.scalars(select(ModuleSession)).all()) == 1

    def test_an_empty_day_offers_another(self, world: World, visit: Visit) -> None:
        page = read(visit("coordinator"), ASK)
        assert text_of(page, ".empty h2") == ["There is nothing to copy"]
        assert world.modules

    def test_hosts_copy_their_own(self, session: Session, world: World, visit: Visit) -> None:
        world.add("CANARY")
        world.add("Mine", module=world.modules[1], time_zone=DUBAI)
        client = visit("host")
        page = read(client, ASK)
        assert "CANARY" not in str(page)
        assert post(client, COPY, hidden(page)).status_code == 302
        made = session.scalars(select(ModuleSession).order_by(ModuleSession.id.desc())).first()
        assert made is not None
        assert facts_of(made).title.en == "Mine"

    @pytest.mark.parametrize("name", ["auditor", "participant", "assistant"])
    def test_nobody_else(self, world: World, visit: Visit, name: str) -> None:
        assert world.modules
        assert visit(name).get(COPY).status_code == 404

    def test_another_cohort_is_not_found(self, session: Session, world: World, visit: Visit) -> None:
        assert world.modules
        make_world(session, code="other-1")
        assert visit("coordinator").get("/cohorts/other-1/schedule/copy").status_code == 404

    def test_the_same_statements_for_one_and_three(self, world: World, visit: Visit, statements: Statements) -> None:
        group, counts = group_of(world, "1", ONE), []
        client = visit("coordinator")
        for number in (1, 2):
            for _ in range(number):
                world.add("One", audience=(group_word(group.id),))
            with statements() as sent:
                client.get(ASK)
            counts.append(len(sent))
        assert counts[0] == counts[1]
