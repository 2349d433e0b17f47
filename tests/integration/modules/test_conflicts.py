import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.kernel.tri import Tri
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Cohort, Enrolment, Group
from modules.enums import SessionStatus
from modules.models import Expert, KeptConflict, ModuleSession, SessionRoom
from modules.queries.conflicts import conflicts_in, conflicts_of, kept_conflicts
from modules.rules.conflicts import Conflict, ConflictKind
from modules.rules.facts import facts_of
from modules.services import change_session, delete_session
from modules.services.calendars import seed_calendar
from modules.services.conflicts import keep_conflict, reopen_conflict
from modules.views.conflicts import conflict_todo
from tests.integration.modules.reading import HOUR, Visit, read, text_of
from tests.integration.modules.world import HOME, NOW, World, make_world, sign_in
from tests.support.pages import post
from tests.support.visiting import Statements

FRIDAY = datetime(2023, 12, 1, 10, 0, tzinfo=HOME)
PEOPLE, ROOM, HOLIDAY = ConflictKind.PEOPLE, ConflictKind.ROOM, ConflictKind.HOLIDAY
SHARED = 8


def waiting(session: Session, world: World) -> list[Conflict]:
    """The conflicts that nobody kept."""
    kept = kept_conflicts(session, [world.cohort.id])
    return [one for one in conflicts_of(session, world.cohort) if one.mark not in kept]


@pytest.fixture
def rectors(session: Session, world: World) -> World:
    """The School of Rectors of 1-3 December 2023: eight of the final's people are also there."""
    school = make_world(session, code="rectors-2023-1", people=2)
    school.cohort.title = Tri(ru="III Национальная школа ректоров", en="III National School of Rectors")
    _join(session, school.cohort, _people(session, world.cohort)[:SHARED])
    return school


@pytest.fixture
def world(session: Session, at: object) -> World:  # noqa: ARG001 - the clock stands
    """The final of the leadership programme, with eleven people."""
    return make_world(session, people=11)


def _people(session: Session, cohort: Cohort) -> list[int]:
    return list(
        session.scalars(select(Enrolment.person_id).where(Enrolment.cohort_id == cohort.id).order_by(Enrolment.number))
    )


def _join(session: Session, cohort: Cohort, people: list[int]) -> None:
    for number, person_id in enumerate(people, start=100):
        session.add(
            Enrolment(
                cohort=cohort,
                person_id=person_id,
                number=number,
                status=EnrolmentStatus.ENROLLED,
                enrolled_on=date(2023, 11, 1),
            )
        )
    session.flush()


def _only(session: Session, cohort: Cohort, number: int) -> tuple[str, ...]:
    """The audience of one person."""
    wanted = select(Enrolment.id).where(Enrolment.cohort_id == cohort.id, Enrolment.number == number)
    return (f"enrolment:{session.scalar(wanted)}",)


def _at(world: World, title: str, begin: datetime, hours: float = 2, **changes: object) -> ModuleSession:
    given = {"starts_at": begin, "ends_at": begin + timedelta(hours=hours), **changes}
    return world.add(title, **given)


def of(kind: ConflictKind, found: list[Conflict]) -> list[Conflict]:
    return [conflict for conflict in found if conflict.kind is kind]


class TestTheRectors:
    def test_the_final_and_the_school_at_once(self, session: Session, world: World, rectors: World) -> None:
        final = _at(world, "Defence", FRIDAY)
        _at(world, "Later", FRIDAY + 30 * HOUR)
        school = _at(rectors, "Opening of the school", FRIDAY + HOUR)
        found = of(PEOPLE, conflicts_of(session, world.cohort))
        assert [(one.session.id if one.session else 0, [other.id for other in one.others]) for one in found] == [
            (final.id, [school.id])
        ]
        assert list(found[0].people) == _people(session, world.cohort)[:SHARED]
        assert len(of(PEOPLE, conflicts_of(session, rectors.cohort))) == 1

    def test_the_week_says_who_and_links_what_is_in_reach(
        self, session: Session, world: World, rectors: World, app: Flask
    ) -> None:
        _at(world, "Defence", FRIDAY)
        _at(rectors, "Opening of the school", FRIDAY)
        session.flush()
        page = read(sign_in(app, world, "admin"), "/cohorts/kel-1/schedule/?week=2023-W48")
        box = page.select("aside .conf")[0]
        assert text_of(box, ".tag") == ["Person in two places"]
        assert "At the same time in “III National School of Rectors”: " in box.get_text()
        assert box.get_text().count("Сынақбаева") == 3
        assert "and 5 more" in box.get_text()
        assert [link["href"] for link in box.select("a")][1] == "/cohorts/rectors-2023-1/schedule/?day=2023-12-01"
        assert text_of(page, ".ev.is-bad .tag")[0] == "Person in two places"

    def test_what_is_out_of_reach_is_not_named(
        self, session: Session, world: World, rectors: World, visit: Visit
    ) -> None:
        _at(world, "Defence", FRIDAY)
        _at(rectors, "Opening of the school", FRIDAY)
        for path in ("/cohorts/kel-1/schedule/?week=2023-W48", "/cohorts/kel-1/schedule/conflicts"):
            page = read(visit("coordinator"), path)
            text = page.select("article.conf")[0].get_text()
            assert "At the same time in another programme" in text
            assert "Rectors" not in page.get_text()
            assert page.select("a[href*=rectors]") == []

    def test_withdrawn_cancelled_and_other_groups_are_left_out(
        self, session: Session, world: World, rectors: World
    ) -> None:
        final = _at(world, "Defence", FRIDAY)
        school = _at(rectors, "Opening of the school", FRIDAY)
        group = Group(cohort_id=world.cohort.id, position=1, label="1")
        session.add(group)
        session.flush()
        mine = session.scalars(select(Enrolment).where(Enrolment.cohort_id == world.cohort.id)).all()
        for enrolment in mine[1:]:
            enrolment.status = EnrolmentStatus.WITHDRAWN
        session.flush()
        assert [len(one.people) for one in of(PEOPLE, conflicts_of(session, world.cohort))] == [1]
        final.audience = [f"group:{group.id}"]
        session.flush()
        assert of(PEOPLE, conflicts_of(session, world.cohort)) == []
        mine[0].group_id = group.id
        session.flush()
        assert len(of(PEOPLE, conflicts_of(session, world.cohort))) == 1
        school.status = SessionStatus.CANCELLED
        session.flush()
        assert of(PEOPLE, conflicts_of(session, world.cohort)) == []

    def test_an_expert_who_takes_part_elsewhere(self, session: Session, world: World, rectors: World) -> None:
        person = _people(session, rectors.cohort)[0]
        teacher = Expert(cohort_id=world.cohort.id, person_id=person)
        session.add(teacher)
        session.flush()
        _at(world, "Lecture", FRIDAY, people=(f"speaker:{teacher.id}",), audience=_only(session, world.cohort, 11))
        _at(rectors, "Opening of the school", FRIDAY)
        assert [one.people for one in of(PEOPLE, conflicts_of(session, world.cohort))] == [(person,)]


class TestRooms:
    def test_two_cohorts_in_one_room(self, session: Session, world: World, rectors: World) -> None:
        house: dict[str, Any] = {"address": Tri(en="Kabanbay Batyr 53"), "link": None}
        alone = _only(session, rectors.cohort, 1)
        own = _at(world, "Defence", FRIDAY, rooms=("Hall 1", "302"), **house)
        _at(rectors, "Opening", FRIDAY + HOUR, rooms=(" hall 1",), audience=alone, **house)
        _at(rectors, "Elsewhere", FRIDAY + HOUR, rooms=("302",), audience=alone, link=None)
        found = of(ROOM, conflicts_of(session, world.cohort))
        assert [(one.session.id if one.session else 0, one.rooms) for one in found] == [(own.id, ("hall 1",))]

    def test_rooms_are_kept_with_their_sessions(self, session: Session, world: World) -> None:
        meeting = _at(world, "Night", datetime(2026, 11, 24, 3, 0, tzinfo=HOME), 4, rooms=("A", "Ә", "A"))

        def taken() -> set[tuple[str, str]]:
            rows = session.execute(select(SessionRoom.room, SessionRoom.day))
            return {(room, day.isoformat()) for room, day in rows}

        days = ("2026-11-23", "2026-11-24")  # by UTC
        assert taken() == {(room, day) for room in ("a", "ә") for day in days}
        facts = replace(facts_of(meeting), rooms=("B",), starts_at=meeting.starts_at + 3 * HOUR)
        change_session(session, meeting=meeting, facts=facts, expected_version=1, actor=None, now=NOW)
        assert taken() == {("b", "2026-11-24")}
        delete_session(session, meeting=meeting, expected_version=2, actor=None, now=NOW)
        assert taken() == set()


class TestDays:
    def test_sessions_and_blocks_on_holidays_and_outside(self, session: Session, world: World) -> None:
        seed_calendar(session, country="KZ", years=[2026, 2027], actor=None, now=NOW)
        seed_calendar(session, country="AE", years=[2026], actor=None, now=NOW)
        _at(world, "On Independence Day", datetime(2026, 12, 16, 10, tzinfo=HOME), module=world.modules[0])
        found = conflicts_of(session, world.cohort)
        assert {(one.kind, one.day) for one in found} == {
            (HOLIDAY, date(2026, 12, 16)),
            (ConflictKind.OUTSIDE, date(2026, 12, 16)),
        }
        abroad = world.modules[1].blocks[0]
        seen = [one.block.id for one in of(ConflictKind.BLOCK, found) if one.block]
        assert abroad.id not in seen

    def test_the_words(self, session: Session, world: World, visit: Visit) -> None:
        seed_calendar(session, country="KZ", years=[2026], actor=None, now=NOW)
        _at(world, "On Independence Day", datetime(2026, 12, 16, 10, tzinfo=HOME))
        page = read(visit("coordinator"), "/cohorts/kel-1/schedule/conflicts")
        assert text_of(page, "h1") == ["2 conflicts"]
        assert text_of(page, ".conf .tag") == ["On a holiday", "Outside its module"]
        assert "Kazakhstan doesn’t work: Wed 16 Dec, Independence Day." in page.get_text()
        assert read(visit("coordinator", lang="kk"), "/cohorts/kel-1/schedule/conflicts").title
        text = read(visit("coordinator", lang="ru"), "/cohorts/kel-1/schedule/conflicts").get_text()
        assert "Казахстан не работает: ср 16 дек., День Независимости." in text


class TestKeeping:
    path = "/cohorts/kel-1/schedule/conflicts"

    def _one(self, session: Session, world: World) -> Conflict:
        _at(world, "One", NOW + HOUR, 1)
        _at(world, "Two", NOW + HOUR, 1)
        (found,) = conflicts_of(session, world.cohort)
        return found

    def test_kept_with_a_reason_until_it_changes(self, session: Session, world: World, visit: Visit) -> None:
        found, client = self._one(session, world), visit("coordinator")
        answer = post(client, self.path + "/keep", {"mark": found.mark, "reason": "They <b>choose"})
        assert (answer.status_code, answer.location) == (302, self.path)
        page = read(client, self.path)
        assert text_of(page, "h1") == ["No conflicts"]
        assert "They <b>choose" in page.select("#h-kept ~ .conf")[0].get_text()
        assert waiting(session, world) == []
        assert kept_conflicts(session, [world.cohort.id])[found.mark].kept_by == "Coordinator"
        assert text_of(read(client, "/cohorts/kel-1/schedule/"), "aside .conf") == []
        meeting = session.scalars(select(ModuleSession)).first()
        assert meeting
        meeting.ends_at += HOUR
        session.flush()
        assert len(waiting(session, world)) == 1

    def test_publishing_says_how_many_are_open_and_allows_it(
        self, session: Session, world: World, visit: Visit
    ) -> None:
        found, client, path = self._one(session, world), visit("coordinator"), "/cohorts/kel-1/schedule/publish"
        page = read(client, path)
        assert text_of(page, "main .note") == [
            "1 conflict of this schedule is open. You may publish it as it is. All conflicts"
        ]
        assert page.select(".note a")[0]["href"] == self.path
        keep_conflict(session, cohort=world.cohort, mark=found.mark, reason="Why", actor=None, now=NOW)
        assert text_of(read(client, path), "main .note") == []

    def test_counted_again(self, session: Session, world: World, visit: Visit) -> None:
        found = self._one(session, world)
        actor = world.actor("coordinator")
        keep_conflict(session, cohort=world.cohort, mark=found.mark, reason="Why", actor=actor, now=NOW)
        keep_conflict(session, cohort=world.cohort, mark=found.mark, reason="Other", actor=actor, now=NOW)
        assert session.scalars(select(KeptConflict.reason)).all() == ["Why"]
        assert post(visit("coordinator"), self.path + "/reopen", {"mark": found.mark}).status_code == 302
        assert len(waiting(session, world)) == 1
        reopen_conflict(session, cohort=world.cohort, mark=found.mark, actor=actor, now=NOW)
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.act.like("modules.conflict%"))).all()
        assert acts == ["modules.conflict_kept", "modules.conflict_reopened"]

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
    def test_no_reason_no_keeping(self, session: Session, world: World, visit: Visit, reason: str) -> None:
        found = self._one(session, world)
        data = {"mark": found.mark, "reason": reason}
        answer = post(visit("coordinator"), self.path + "/keep", data)
        assert answer.status_code == 422
        assert "reason-1" in answer.text
        assert session.scalar(select(func.count(KeptConflict.id))) == 0

    def test_a_conflict_that_is_gone(self, session: Session, world: World, visit: Visit) -> None:
        self._one(session, world)
        data = {"mark": "0" * 64, "reason": "Why"}
        assert post(visit("coordinator"), self.path + "/keep", data).status_code == 409
        data = {"mark": "", "reason": "Why"}
        assert post(visit("coordinator"), self.path + "/keep", data).status_code == 422

    def test_a_host_sees_and_keeps_those_of_the_own_module(self, session: Session, world: World, visit: Visit) -> None:
        foreign = self._one(session, world)
        for title in ("Here", "There"):
            _at(world, title, datetime(2026, 12, 8, 10, tzinfo=HOME), module=world.modules[1])
        host = visit("host")
        assert text_of(read(host, self.path), ".conf h3") == ["Here"]
        data = {"mark": foreign.mark, "reason": "Why"}
        assert post(host, self.path + "/keep", data).status_code == 409
        own = next(one for one in conflicts_of(session, world.cohort) if one.mark != foreign.mark)
        assert post(host, self.path + "/keep", data | {"mark": own.mark}).status_code == 302

    @pytest.mark.parametrize("name", ["participant", "assistant"])
    def test_not_for_participants(self, world: World, visit: Visit, name: str) -> None:
        assert world.cohort.id
        assert visit(name).get(self.path).status_code == 404

    def test_an_auditor_reads_only(self, session: Session, world: World, visit: Visit) -> None:
        self._one(session, world)
        page = read(visit("auditor"), self.path)
        assert text_of(page, ".conf h3") == ["One"]
        assert page.select("main form") == []


class TestCounting:
    def test_the_same_statements_however_many(
        self, session: Session, world: World, rectors: World, visit: Visit, statements: Statements
    ) -> None:
        counts = []
        client = visit("coordinator")
        read(client, "/cohorts/kel-1/schedule/")
        for number in (0, 1, 3, 9):
            for place in range(number):
                _at(world, "Mine", FRIDAY + place * HOUR, rooms=("1",))
                _at(rectors, "Theirs", FRIDAY + place * HOUR, rooms=("1",))
            with statements() as sent:
                conflicts_in(session, [world.cohort.id])
            counts.append(("query", len(sent)))
            for path in ("/cohorts/kel-1/schedule/?week=2023-W48", "/cohorts/kel-1/schedule/conflicts"):
                with statements() as sent:
                    assert client.get(path).status_code == 200
                counts.append((path, len(sent)))
        assert len(set(counts)) == 3, counts

    def test_a_line_for_each_cohort_with_coming_conflicts(self, session: Session, world: World, app: Flask) -> None:
        assert app.name
        actor = world.actor("coordinator")
        for begin in (NOW - 48 * HOUR, NOW + HOUR):
            for title in ("One", "Two"):
                _at(world, title, begin, 1, rooms=("214",))
        with app.test_request_context(headers={"Cookie": "lang=en"}):
            (line,) = conflict_todo(session, actor, NOW)
            assert line.text == "Resolve 2 conflicts of the schedule"
            assert (line.url, line.tone) == ("/cohorts/kel-1/schedule/conflicts", "bad")
            assert line.where == "Executive leadership 2026 · kel-1"
            assert line.about == "Person in two places: One · Tue 24 Nov"
            assert conflict_todo(session, actor, NOW, world.cohort)[0].where == ""
            assert conflict_todo(session, world.actor("auditor"), NOW) == ()
            for found in conflicts_of(session, world.cohort):
                keep_conflict(session, cohort=world.cohort, mark=found.mark, reason="x", actor=actor, now=NOW)
            assert conflict_todo(session, actor, NOW) == ()
            world.cohort.status = CohortStatus.CLOSED
            assert conflict_todo(session, actor, NOW, world.cohort) == ()


class TestCommand:
    def test_check(self, session: Session, world: World, rectors: World, app: Flask) -> None:
        run = app.test_cli_runner()
        free = run.invoke(args=["schedule", "check", "kel-1"])
        assert (free.exit_code, free.output) == (0, "kel-1: 0 conflicts, 0 kept\n")
        _at(world, "Defence", FRIDAY)
        _at(rectors, "Opening of the school", FRIDAY)
        found = run.invoke(args=["schedule", "check", "kel-1"])
        assert found.exit_code == 1
        assert "2023-12-01 · people · Defence · rectors-2023-1: Opening of the school" in found.output
        assert "and 5 more" in found.output
        as_json = run.invoke(args=["schedule", "check", "kel-1", "--json"])
        assert as_json.exit_code == 1
        lines = json.loads(as_json.output)["conflicts"]
        assert [line["kind"] for line in lines] == ["people", "outside"]
        assert len(lines[0]["people"]) == SHARED
        assert lines[0]["others"][0]["cohort"] == "rectors-2023-1"
        assert lines[0]["session"]["starts_at"] == "2023-12-01T10:00:00+06:00"

    def test_no_such_cohort(self, world: World, app: Flask) -> None:
        assert world.cohort.id
        for more in ([], ["--json"]):
            result = app.test_cli_runner().invoke(args=["schedule", "check", "nowhere", *more])
            assert (result.exit_code, result.output) == (1, "There is no such cohort, or it is not open to you.\n")
        without = app.test_cli_runner().invoke(args=["schedule", "check"])
        assert (without.exit_code, without.output.splitlines()[-1]) == (2, "Error: Missing argument 'COHORT'.")
