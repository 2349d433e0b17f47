from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.kernel.errors import ConflictError, DomainError
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from cohorts.enums import EnrolmentStatus, Mode
from cohorts.models import Enrolment, Outline
from modules.models import Block, Module
from modules.queries.planning import planning_ground, propose_plan, usual_last_day
from modules.rules.planning import Fit
from modules.services import add_session, lay_modules
from modules.services.calendars import change_calendar, seed_calendar
from modules.services.planning import take_plan
from tests.integration.modules.reading import Visit, read, text_of
from tests.integration.modules.world import DUBAI, HOME, NOW, World, facts_at, make_world, sign_in
from tests.support.pages import post
from tests.support.visiting import Statements

PATTERN = {"offline_weeks": 2, "distance_weeks": 4, "most_distance_weeks": 5}
OUTLINE: dict[str, Any] = {
    "modules": [{"number": number, "pattern": PATTERN} for number in range(1, 7)],
    "components": [{"kind": "practicum"}, {"kind": "defence", "blocks": [{"after_days": 0, "days": 5}]}],
}
PATH = "/cohorts/masters-1/schedule/pattern"
ASKED = "?first=2025-09-01&start=1&countries=KZ&fit=stretch"
FIRST = date(2025, 9, 1)


def follow(session: Session, world: World, content: dict[str, Any]) -> None:
    """Let the cohort follow the next version of its programme's outline."""
    number = 1 + (session.scalar(select(func.max(Outline.number))) or 0)
    world.cohort.outline = Outline(
        programme_id=world.cohort.programme_id, number=number, content=content, created_at=NOW
    )
    session.flush()


@pytest.fixture
def world(session: Session, at: object) -> World:  # noqa: ARG001 - the clock stands
    """The master's year: patterns without dates."""
    made = make_world(session, code="masters-1", lay=False)
    follow(session, made, OUTLINE)
    made.cohort.starts_on, made.cohort.ends_on = PartialDate(2025, 9, 1), PartialDate(2026, 8, 31)
    session.flush()
    made.modules[:] = lay_modules(session, cohort=made.cohort, actor=None, now=NOW)
    seed_calendar(session, country="KZ", years=[2025, 2026], actor=None, now=NOW)
    return made


def blocks(session: Session) -> list[tuple[int, Mode | None, str, str]]:
    rows = session.execute(select(Module.position, Block).join(Block).order_by(Module.position, Block.position)).all()
    return [(position, row.mode, str(row.starts_on), str(row.ends_on)) for position, row in rows]


def shown(client: FlaskClient, query: str = ASKED) -> dict[str, str]:
    """What the form of the plan that is shown would send."""
    page = read(client, PATH + query)
    return {str(field["name"]): str(field["value"]) for field in page.select("form.barb input")}


class TestTaking:
    def test_the_modules_get_the_weeks_of_the_plan(self, session: Session, world: World) -> None:
        ground = planning_ground(session, world.cohort)
        assert ground.countries == ("KZ",)
        plan = propose_plan(ground, first_day=FIRST, weeks={7: 4})
        assert plan.unknown == ()
        taken = take_plan(session, cohort=world.cohort, plan=plan, actor=world.actor("coordinator"), now=NOW)
        assert [module.position for module in taken] == [1, 2, 3, 4, 5, 6, 7, 8]
        found = blocks(session)
        assert found[:3] == [
            (1, Mode.OFFLINE, "2025-09-02", "2025-09-12"),
            (1, Mode.DISTANCE, "2025-09-15", "2025-10-17"),
            (2, Mode.OFFLINE, "2025-10-20", "2025-10-31"),
        ]
        assert [(position, mode) for position, mode, _first, _last in found[-2:]] == [
            (7, Mode.PRACTICUM),
            (8, Mode.DEFENCE),
        ]
        assert len(found) == 14
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "modules.plan_taken")).one()
        assert entry.detail["calendars"] == {"KZ": 1}
        assert (entry.detail["first_day"], entry.detail["fit"], entry.detail["blocks"]) == ("2025-09-01", "stretch", 14)

    def test_it_can_be_taken_anew_with_a_later_module(self, session: Session, world: World) -> None:
        for start, first in ((1, FIRST), (3, date(2026, 1, 12))):
            plan = propose_plan(planning_ground(session, world.cohort), first_day=first, start=start, fit=Fit.LATER)
            take_plan(session, cohort=world.cohort, plan=plan, actor=None, now=NOW)
        found = blocks(session)
        assert found[0][2] == "2025-09-02"
        assert next(first for position, _mode, first, _last in found if position == 3) == "2026-01-12"

    def test_a_component_without_length_stays_undated(self, session: Session, world: World) -> None:
        plan = propose_plan(planning_ground(session, world.cohort), first_day=FIRST)
        assert plan.unknown == (7,)
        take_plan(session, cohort=world.cohort, plan=plan, actor=None, now=NOW)
        assert (7, Mode.PRACTICUM, "None", "None") in blocks(session)

    @pytest.mark.usefixtures("at")
    def test_modules_are_made_first_if_there_are_none(self, session: Session) -> None:
        made = make_world(session, code="bare-1", lay=False)
        follow(session, made, OUTLINE)
        plan = propose_plan(planning_ground(session, made.cohort), first_day=FIRST)
        assert len(take_plan(session, cohort=made.cohort, plan=plan, actor=None, now=NOW)) == 7

    def test_sessions_are_never_left_without_their_weeks(self, session: Session, world: World) -> None:
        add_session(session, module=world.modules[1], facts=facts_at(), actor=None, now=NOW)
        ground = planning_ground(session, world.cohort)
        plan = propose_plan(ground, first_day=FIRST)
        assert [piece.position for piece in plan.in_the_way] == [2]
        before = blocks(session)
        with pytest.raises(DomainError, match="have sessions already keep their weeks"):
            take_plan(session, cohort=world.cohort, plan=plan, actor=None, now=NOW)
        assert blocks(session) == before
        later = propose_plan(ground, first_day=FIRST, start=3)
        take_plan(session, cohort=world.cohort, plan=later, actor=None, now=NOW)

    def test_who_comes_second_is_told(self, session: Session, world: World) -> None:
        ground = planning_ground(session, world.cohort)
        first, second = (propose_plan(ground, first_day=FIRST + timedelta(weeks=n)) for n in (0, 1))
        take_plan(session, cohort=world.cohort, plan=first, actor=None, now=NOW)
        with pytest.raises(ConflictError):
            take_plan(session, cohort=world.cohort, plan=second, actor=None, now=NOW)
        with pytest.raises(ConflictError):
            take_plan(session, cohort=world.cohort, plan=first, actor=None, now=NOW)

    def test_a_changed_calendar_makes_another_plan(self, session: Session, world: World) -> None:
        plan = propose_plan(planning_ground(session, world.cohort), first_day=FIRST)
        change_calendar(session, country="KZ", expected=1, remove=[FIRST], actor=None, now=NOW)
        with pytest.raises(ConflictError):
            take_plan(session, cohort=world.cohort, plan=plan, actor=None, now=NOW)

    @pytest.mark.usefixtures("at")
    def test_nothing_to_take(self, session: Session) -> None:
        made = make_world(session, code="bare-1")
        plan = propose_plan(planning_ground(session, made.cohort), first_day=FIRST)
        with pytest.raises(DomainError, match="nothing to lay"):
            take_plan(session, cohort=made.cohort, plan=plan, actor=None, now=NOW)


class TestGround:
    def test_places_come_from_blocks_hosts_and_the_cohort(self, session: Session, world: World) -> None:
        abroad = world.modules[0].blocks[0]
        abroad.country, abroad.city, abroad.time_zone = "AE", Tri(en="Abu Dhabi"), DUBAI
        session.flush()
        ground = planning_ground(session, world.cohort)
        assert ground.countries == ("KZ", "AE")
        plan = propose_plan(ground, first_day=FIRST)
        assert [(block.step.place.country, block.step.place.time_zone) for block in plan.plan.blocks[:2]] == [
            ("AE", DUBAI),
            ("KZ", "Asia/Almaty"),
        ]

    @pytest.mark.parametrize(
        ("ends_on", "first", "expected"),
        [
            (None, date(2025, 9, 1), date(2026, 8, 31)),
            (None, date(2024, 2, 29), date(2025, 2, 28)),
            (PartialDate(2026, 6), date(2025, 9, 1), date(2026, 6, 30)),
            (PartialDate(2024, 6), date(2025, 9, 1), date(2026, 8, 31)),
        ],
    )
    def test_twelve_months_unless_the_cohort_says_otherwise(
        self, world: World, ends_on: PartialDate | None, first: date, expected: date
    ) -> None:
        world.cohort.ends_on = ends_on
        assert usual_last_day(world.cohort, first) == expected


class TestPage:
    def test_at_once_the_plan_that_suggests_itself(self, world: World, visit: Visit) -> None:
        assert world.cohort.id
        page = read(visit("coordinator"), PATH)
        assert page.select_one("#first")["value"] == "2025-09-01"  # type: ignore[index]  # it is there
        assert page.select_one("#last")["value"] == "2026-08-31"  # type: ignore[index]  # it is there
        assert page.select_one("#c-KZ[checked]") is not None
        assert "2 weeks in person + 4–5 at a distance" in page.get_text()
        assert text_of(page, "#h-plan") == ["The plan: 13 blocks, 2 September 2025 – 10 July 2026"]
        sent = {str(box["name"]): str(box["value"]) for box in page.select("form.barb input")}
        assert sent.keys() - {"csrf_token"} == {"seen", "first", "start", "last", "countries", "fit"}
        assert post(visit("coordinator"), PATH, sent).location == "/cohorts/masters-1/"

    def test_without_a_first_day_it_asks(self, session: Session, world: World, visit: Visit) -> None:
        world.cohort.starts_on = PartialDate(2025, 9)
        session.flush()
        page = read(visit("coordinator"), PATH)
        assert text_of(page, "#h-plan") == ["The plan"]
        assert page.select("form.barb") == []

    def test_then_the_plan_block_by_block(self, world: World, visit: Visit) -> None:
        assert world.cohort.id
        page = read(visit("coordinator"), PATH + ASKED + "&weeks_7=4")
        assert text_of(page, "#h-plan") == ["The plan: 14 blocks, 2 September 2025 – 7 August 2026"]
        rows = [text_of(row, "th, td") for row in page.select("tbody tr")]
        assert rows[0] == [
            "Module 1",
            "2–12 September 2025",
            "In person 2 weeks",
            "begins on Tue 2 Sep, after 1 Sep (Constitution Day)",
        ]
        assert rows[5][3] == (
            "1 week of holidays doesn’t count: 1–2 Jan (New Year's Day); skipped: 7 Jan (Orthodox Christmas);"
            " stretched from 4 to 5 weeks"
        )
        assert rows[6][3] == "as the pattern says"
        assert rows[8][3] == "moved 1 week later: 23–25 Mar (Nowruz Holiday)"
        assert "27 May may still move" in rows[10][3]
        assert rows[13][0] == "Defence"
        assert "stay free until 31 August 2026" in page.get_text()

    @pytest.mark.parametrize("lang", ["kk", "ru"])
    def test_in_the_readers_language(self, world: World, visit: Visit, lang: str) -> None:
        assert world.cohort.id
        text = read(visit("coordinator", lang=lang), PATH + ASKED).get_text()
        assert {"kk": "1 аптаға кейінге жылжытылды: 23–25 нау. (Наурыз мейрамы)", "ru": "растянуто с 4 до 5 недель"}[
            lang
        ] in " ".join(text.split())

    def test_it_is_taken_by_one_press(self, session: Session, world: World, visit: Visit) -> None:
        assert world.cohort.id
        client = visit("coordinator")
        answer = post(client, PATH, shown(client))
        assert (answer.status_code, answer.location) == (302, "/cohorts/masters-1/")
        assert blocks(session)[0][2] == "2025-09-02"
        assert "The plan was taken" in read(client, answer.location).get_text()

    def test_two_coordinators_at_once(self, session: Session, world: World, visit: Visit) -> None:
        assert world.cohort.id
        one, two = visit("coordinator"), visit("coordinator")
        first, second = shown(one), shown(two, ASKED.replace("-01&", "-08&"))
        assert post(one, PATH, first).status_code == 302
        taken = blocks(session)
        for late in (second, first):
            assert post(two, PATH, late).status_code == 409
        assert blocks(session) == taken

    @pytest.mark.parametrize(
        "changes",
        [
            {"seen": ""},
            {"seen": "0" * 64},
            {"first": "2025-09-08"},
            {"fit": "later"},
            {"countries": ""},
            {"weeks_7": "9"},
        ],
    )
    def test_only_what_was_looked_at_is_taken(
        self, session: Session, world: World, visit: Visit, changes: dict[str, str]
    ) -> None:
        assert world.cohort.id
        client = visit("coordinator")
        before = blocks(session)
        assert post(client, PATH, {**shown(client), **changes}).status_code in {409, 422}
        assert blocks(session) == before

    @pytest.mark.parametrize(
        ("query", "says"),
        [
            ("?first=", "Enter the first day."),
            ("?first=soon&start=1&fit=stretch", "Not a valid date value."),
            ("?first=0201-09-01&start=1&fit=stretch", "Enter a year between 2000 and 2100."),
            ("?first=2025-09-01&start=99&fit=stretch", "Not a valid choice."),
            ("?first=2025-09-01&start=1&fit=dance", "Not a valid choice."),
            ("?first=2025-09-01&start=1&fit=stretch&last=2025-08-31", "The last day is before the first."),
            ("?first=2025-09-01&start=1&fit=stretch&weeks_7=99", "Enter weeks between 0 and 52."),
            ("?first=2025-09-01&start=1&fit=stretch&weeks_7=x", "Not a valid integer value."),
        ],
    )
    def test_what_cannot_be(self, world: World, visit: Visit, query: str, says: str) -> None:
        assert world.cohort.id
        page = read(visit("coordinator"), PATH + query, 422)
        assert says in page.select(".esum")[0].get_text()
        assert page.select("form.barb") == []

    def test_modules_with_sessions_are_named_and_nothing_can_be_pressed(
        self, session: Session, world: World, visit: Visit
    ) -> None:
        add_session(session, module=world.modules[0], facts=facts_at(), actor=None, now=NOW)
        page = read(visit("coordinator"), PATH + ASKED)
        assert "These have sessions already, so their weeks stay: Module 1." in page.get_text()
        assert page.select("form.barb") == []
        assert read(visit("coordinator"), PATH).select_one("#start option[selected]")["value"] == "2"  # type: ignore[index]  # it is there

    def test_other_cohorts_and_missing_years_are_named(
        self, session: Session, world: World, app: Flask, visit: Visit
    ) -> None:
        other = make_world(session, code="other-1", people=2)
        people = session.scalars(select(Enrolment.person_id).where(Enrolment.cohort_id == world.cohort.id)).all()
        for number, person in enumerate(people, start=50):
            session.add(
                Enrolment(
                    cohort=other.cohort,
                    person_id=person,
                    number=number,
                    status=EnrolmentStatus.ENROLLED,
                    enrolled_on=FIRST,
                )
            )
        for day in (3, 4):
            begin = datetime(2025, 9, day, 10, tzinfo=HOME)
            other.add("Meanwhile", starts_at=begin, ends_at=begin + timedelta(hours=1))
        text = read(visit("coordinator"), PATH + ASKED).get_text()
        assert "1 conflict with another cohort." in text
        assert "3 people of this cohort are in another programme on 3–4 Sep." in text
        far = read(visit("coordinator"), PATH + ASKED.replace("2025-09-01", "2027-09-06")).get_text()
        assert "The calendar of Kazakhstan has no days of 2027 yet." in far
        own = sign_in(app, world, "coordinator")
        assert "Executive leadership 2026" not in own.get(PATH + ASKED).text.partition('id="h-plan"')[2]

    @pytest.mark.usefixtures("at")
    def test_no_pattern(self, session: Session, app: Flask) -> None:
        made = make_world(session, code="plain-1")
        page = read(sign_in(app, made, "coordinator"), "/cohorts/plain-1/schedule/pattern")
        assert text_of(page, ".empty h2") == ["This programme has no pattern of weeks"]

    def test_the_plan_may_end_too_late(self, world: World, visit: Visit) -> None:
        assert world.cohort.id
        page = read(visit("coordinator"), PATH + ASKED + "&weeks_7=40")
        assert "after 31 August 2026. Begin earlier, or give the components fewer weeks." in page.get_text()

    @pytest.mark.parametrize("name", ["auditor", "admin", "participant"])
    def test_for_whom(self, world: World, visit: Visit, name: str) -> None:
        assert world.cohort.id
        assert visit(name).get(PATH).status_code == 404

    def test_the_same_statements_for_few_and_many(
        self, session: Session, world: World, visit: Visit, statements: Statements
    ) -> None:
        client = visit("coordinator")
        read(client, PATH + ASKED)
        counts = []
        for number in (1, 2, 6):
            follow(session, world, {**OUTLINE, "modules": OUTLINE["modules"][:number]})
            with statements() as sent:
                assert client.get(PATH + ASKED).status_code == 200
            counts.append(len(sent))
        assert len(set(counts)) == 1, counts
