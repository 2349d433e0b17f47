"""The start page of coordinators and hosts: what needs them, over all their cohorts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.enums import Role, ScopeKind
from app.accounts.models import Grant
from app.feature import Todo
from app.home.views import sort_lines
from modules.enums import Half
from modules.rules.facts import facts_of
from modules.services import change_session, publish
from tests.integration.modules.reading import Visit, read, text_of
from tests.integration.modules.registers import INDEX, TODAY, P, ask_for, held, keep
from tests.integration.modules.world import NOW, World, make_world, sign_in
from tests.support.visiting import Statements


def shown(world: World) -> None:
    publish(world.session, cohort=world.cohort, actor=world.actor("coordinator"), now=NOW - timedelta(days=2))


def lines(page: object, section: str) -> list[str]:
    return text_of(page, f"section[aria-labelledby={section}] .todo a")  # type: ignore[arg-type]  # a page


class TestLines:
    def test_a_quiet_day(self, world: World, visit: Visit) -> None:
        assert world.modules
        page = read(visit("coordinator"), "/")
        assert text_of(page, "h1") == ["What needs me today"]
        assert text_of(page, ".lead") == ["Tuesday 24 November · 1 cohort running"]
        assert "Nothing needs you today" in page.get_text()

    def test_registers_of_today_come_before_the_end_of_today(self, world: World, visit: Visit) -> None:
        ask_for(world.cohort)
        held(world)
        held(world, begin="14:00", end="15:30")
        held(world, begin="18:00", end="19:30", day=TODAY + timedelta(days=1))
        keep(world, {1: P})
        shown(world)
        page = read(visit("coordinator"), "/")
        assert lines(page, "h-today") == ["Close the register: 2 people unmarked", "Keep the register"]
        assert [link["href"] for link in page.select(".todo a")] == [f"{INDEX}/2026-11-24/am", f"{INDEX}/2026-11-24/pm"]
        assert text_of(page, ".todo p")[0] == "Executive leadership 2026 · kel-1 · Module 1, today, morning"
        keep(world, {2: P, 3: P})
        keep(world, {1: P, 2: P, 3: P}, half=Half.PM)
        assert lines(read(visit("coordinator"), "/"), "h-today") == []

    def test_a_register_is_asked_for_once_its_session_has_begun(self, world: World, visit: Visit) -> None:
        ask_for(world.cohort)
        held(world, begin="18:00", end="19:30")  # it is 16:36
        shown(world)
        assert lines(read(visit("coordinator"), "/"), "h-today") == []

    def test_cohorts_that_keep_no_registers_are_left_in_peace(self, world: World, visit: Visit) -> None:
        held(world)
        shown(world)
        assert lines(read(visit("coordinator"), "/"), "h-today") == []

    def test_registers_of_the_last_days_are_one_line(self, world: World, visit: Visit) -> None:
        ask_for(world.cohort)
        for days in (1, 4, 5):
            held(world, TODAY - timedelta(days=days))
        shown(world)
        page = read(visit("coordinator"), "/")
        assert lines(page, "h-week") == ["Keep 3 registers of the last days"]
        assert page.select(".todo a")[0]["href"] == INDEX

    def test_changes_sort_by_the_day_of_the_session(self, session: Session, world: World, visit: Visit) -> None:
        soon = held(world, begin="18:00", end="19:30")
        far = held(world, TODAY + timedelta(days=6))
        shown(world)
        client = visit("coordinator")
        assert "Publish" not in read(client, "/").get_text()
        for meeting, section in ((far, "h-week"), (soon, "h-today")):
            facts = replace(facts_of(meeting), rooms=("7",))
            change_session(session, meeting=meeting, facts=facts, expected_version=1, actor=None, now=NOW)
            session.commit()
            page = read(client, "/")
            assert "change" in lines(page, section)[0]
        assert lines(page, "h-today") == ["Publish 2 changes of the schedule"]

    def test_done_today_comes_from_the_audit(self, session: Session, world: World, visit: Visit) -> None:
        keep(world, {1: P})
        keep(world, {2: P})
        keep(world, {3: P}, TODAY - timedelta(days=1), now=NOW - timedelta(days=1))
        session.commit()
        page = read(visit("coordinator"), "/")
        done = next(box for box in page.select("details.more") if "Done today" in box.get_text())
        assert text_of(done, "summary") == ["Done today: 2"]
        assert text_of(done, "li") == ["16:36 Attendance register saved × 2"]
        assert "Done today" not in read(visit("auditor"), "/").get_text()

    def test_my_cohorts_say_plan_and_fact_and_the_module(self, session: Session, world: World, visit: Visit) -> None:
        world.cohort.planned_size = 5
        session.commit()
        text = " ".join(text_of(read(visit("coordinator"), "/"), "aside"))
        assert "3 people of 5 planned" in text
        assert "Module 1 of 3" in text

    @pytest.mark.usefixtures("at")
    def test_at_most_seven_then_all(self, session: Session, app: Flask) -> None:
        first = cohorts(session, 9)
        client = sign_in(app, first, "coordinator")
        page = read(client, "/")
        assert len(lines(page, "h-today")) == 7
        assert "All 9" in page.get_text()
        assert len(lines(read(client, "/?all=1"), "h-today")) == 9


def cohorts(session: Session, number: int, name: str = "many") -> World:
    """So many cohorts of one coordinator, each with a register that waits, changes and people."""
    worlds = [make_world(session, code=f"{name}-{place}") for place in range(number)]
    for world in worlds:
        ask_for(world.cohort)
        held(world)
        keep(world, {1: P})
        if world is not worlds[0]:
            grant = Grant(role=Role.COORDINATOR, scope=ScopeKind.COHORT, scope_id=world.cohort.id)
            worlds[0].users["coordinator"].grants.append(grant)
    session.commit()
    return worlds[0]


@pytest.mark.usefixtures("at")
def test_statements_do_not_grow_with_the_cohorts(session: Session, app: Flask, statements: Statements) -> None:
    counts = []
    for number in (1, 3):
        client = sign_in(app, cohorts(session, number, f"of-{number}"), "coordinator")
        with statements() as sent:
            page = read(client, "/")
        assert (len(lines(page, "h-today")), len(lines(page, "h-week"))) == (number, number)
        counts.append(len(sent))
    assert counts[0] == counts[1]


class TestHost:
    def test_own_module_only(self, world: World, visit: Visit) -> None:
        ask_for(world.cohort)
        held(world)
        held(world, begin="14:00", end="15:30", module=world.modules[1])
        held(world, TODAY + timedelta(days=13), module=world.modules[1], title="Site visit")
        page = read(visit("host"), "/")
        assert text_of(page, "h1") == ["Modules in my care"]
        assert lines(page, "h-today") == ["Keep the register"]
        assert page.select(".todo a")[0]["href"] == f"{INDEX}/2026-11-24/pm"
        assert text_of(page, ".card p")[1] == "Next: Mon 7 Dec, 09:30: Site visit"
        assert "Publish" not in page.get_text()

    def test_nothing_planned(self, world: World, visit: Visit) -> None:
        assert world.modules
        page = read(visit("host"), "/")
        assert "No session is ahead." in page.get_text()


def test_sorting_is_by_deadline_then_harm() -> None:
    def line(text: str, tone: str = "", days: int | None = None) -> Todo:
        return Todo(text, "/", "", tone=tone, when=None if days is None else TODAY + timedelta(days=days))

    given = [line("e"), line("d", "bad"), line("c", "", 3), line("b", "chg", 1), line("a", "bad", 1)]
    assert [found.text for found in sort_lines(given)] == ["a", "b", "c", "d", "e"]
