from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from modules.models import ModuleSession, ScheduleVersion
from modules.rules.facts import facts_of
from modules.services import change_session, publish
from tests.integration.modules.reading import ADD, HOUR, PUBLISH, WEEK, Visit, only, read, text_of, typed
from tests.integration.modules.world import NOW, World, make_world
from tests.support.pages import post


class TestPublishing:
    def test_what_changes_is_shown_and_published(self, session: Session, world: World, visit: Visit) -> None:
        meeting = world.add("Known", rooms=("118",))
        publish(session, cohort=world.cohort, actor=None, now=NOW)
        change_session(
            session,
            meeting=meeting,
            facts=replace(facts_of(meeting), rooms=("214",)),
            expected_version=1,
            actor=None,
            now=NOW,
        )
        world.add("Brand new")
        client = visit("coordinator")
        page = read(client, PUBLISH)
        assert text_of(page, "h1") == ["Publish version 2"]
        assert text_of(page, "tbody del") == ["118"]
        assert text_of(page, "tbody ins") == ["214"]
        assert text_of(page, "tbody .tag") == ["Changed, not published", "New session"]
        assert "Publish and tell 3 people" in page.get_text()
        reviewed = str(page.select_one("input[name=reviewed]")["value"])  # type: ignore[index]  # it is there
        assert post(client, PUBLISH, {"reviewed": reviewed}).status_code == 302
        assert session.scalars(select(ScheduleVersion.number).order_by(ScheduleVersion.number)).all() == [1, 2]
        assert text_of(read(client, PUBLISH), "h1") == ["Nothing to publish"]
        again = post(client, PUBLISH, {"reviewed": reviewed})
        assert again.status_code == 409
        assert len(session.scalars(select(ScheduleVersion)).all()) == 2

    def test_a_draft_added_meanwhile_is_not_published_unseen(
        self, session: Session, world: World, visit: Visit
    ) -> None:
        world.add("Looked at")
        client = visit("coordinator")
        reviewed = str(read(client, PUBLISH).select_one("input[name=reviewed]")["value"])  # type: ignore[index]  # it is there
        world.add("Meanwhile")
        assert post(client, PUBLISH, {"reviewed": reviewed}).status_code == 409
        assert session.scalars(select(ScheduleVersion)).all() == []

    @pytest.mark.parametrize("reviewed", ["", "0", "x" * 5000, "0-0"])
    def test_no_mark_no_publication(self, session: Session, world: World, visit: Visit, reviewed: str) -> None:
        world.add()
        assert post(visit("coordinator"), PUBLISH, {"reviewed": reviewed}).status_code in {409, 422}
        assert session.scalars(select(ScheduleVersion)).all() == []


class TestHosts:
    """A host coordinator plans their own module, publishes nothing, and sees nothing of the others."""

    def test_their_module_and_no_other(self, world: World, visit: Visit) -> None:
        world.add("CANARY", note="CANARY")
        mine = world.add(
            "Mine", module=world.modules[1], starts_at=NOW + 13 * 24 * HOUR, ends_at=NOW + 13 * 24 * HOUR + HOUR
        )
        client = visit("host")
        home = client.get("/my-module/")
        assert home.location == WEEK
        page = read(client)
        assert text_of(page, ".ev > a") == ["Mine"]
        assert "CANARY" not in str(page)
        assert "Public policy" not in str(page)
        assert text_of(page, ".barb .btn") == []
        assert text_of(page, ".subnav a") == ["Schedule", "Attendance"]
        form = read(client, f"{WEEK}{mine.id}/edit")
        assert len(form.select("#block option")) == 1
        assert "Modules in my care" in client.get("/").text

    def test_they_add_and_move_within_it(self, session: Session, world: World, visit: Visit) -> None:
        client = visit("host")
        assert post(client, ADD, typed(world, 1, date="2026-12-08")).status_code == 302
        meeting = only(session)
        path = f"{WEEK}{meeting.id}/edit"
        assert post(client, path, typed(world, 1, date="2026-12-09", version="1")).status_code == 302
        moved = post(client, path, typed(world, 0, version="2"))
        assert moved.status_code == 422, "not into a module of others"
        session.refresh(meeting)
        assert meeting.module_id == world.modules[1].id

    def test_the_rest_is_not_found(self, session: Session, world: World, visit: Visit) -> None:
        other = world.add("Of others")
        client = visit("host")
        for path in (PUBLISH, f"{WEEK}{other.id}/edit", "/cohorts/kel-1/people", "/cohorts/kel-1/"):
            assert client.get(path).status_code == 404, path
        for act in ("edit", "cancel", "restore", "delete"):
            answer = post(client, f"{WEEK}{other.id}/{act}", typed(world, 0, version="1"))
            assert answer.status_code == 404, act
        assert post(client, f"{WEEK}lay", {}).status_code == 404
        assert session.get_one(ModuleSession, other.id).version == 1

    def test_a_host_of_nothing_is_told_so(self, session: Session, world: World, visit: Visit) -> None:
        world.users["host"].grants[0].scope_id = 999_999
        session.flush()
        assert "No module is in your care" in visit("host").get("/my-module/").text


class TestReach:
    @pytest.mark.parametrize("name", ["coordinator", "host", "participant", "assistant"])
    def test_another_cohort_is_not_found(self, session: Session, world: World, visit: Visit, name: str) -> None:
        other = make_world(session, code="other-1")
        meeting = other.add("CANARY")
        client = visit(name)
        base = "/cohorts/other-1/schedule/"
        for path in ("", "add", "publish", f"{meeting.id}/edit"):
            assert client.get(base + path).status_code == 404, path
        for act in ("lay", "publish", f"{meeting.id}/edit", f"{meeting.id}/cancel", f"{meeting.id}/delete"):
            answer = post(client, base + act, typed(world, version="1"))
            assert answer.status_code == 404, act
        assert "CANARY" not in client.get("/", follow_redirects=True).text

    def test_a_session_of_another_cohort_under_ones_own_address(
        self, session: Session, world: World, visit: Visit
    ) -> None:
        assert world.modules
        meeting = make_world(session, code="other-1").add()
        client = visit("coordinator")
        assert client.get(f"{WEEK}{meeting.id}/edit").status_code == 404
        assert client.get(f"{WEEK}999999999/edit").status_code == 404

    @pytest.mark.parametrize("number", ["99999999999999999999999", "0"])
    def test_numbers_beyond_any_key(self, world: World, visit: Visit, number: str) -> None:
        assert world.modules
        assert visit("coordinator").get(f"{WEEK}{number}/edit").status_code == 404
