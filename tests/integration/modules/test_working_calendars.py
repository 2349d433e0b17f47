from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.kernel.errors import ConflictError, DomainError, NotFoundError
from app.kernel.tri import Tri
from modules.enums import DayKind
from modules.models import CalendarDay, WorkingCalendar
from modules.queries.calendars import days_of, get_calendar, latest_calendars, versions_of
from modules.rules.calendars import Day
from modules.services.calendars import change_calendar, seed_calendar
from tests.integration.modules.reading import Visit, read, text_of
from tests.integration.modules.world import NOW, World
from tests.support.pages import post
from tests.support.visiting import Statements

KZ = "/calendars/KZ"


@pytest.fixture
def kz(session: Session, world: World) -> WorkingCalendar:
    """The calendar of 2026."""
    return seed_calendar(session, country="KZ", years=[2026], actor=world.actor("coordinator"), now=NOW)


def typed(**changes: str) -> dict[str, str]:
    given = {"day": "2026-12-18", "kind": "holiday", "name_kk": "", "name_ru": "Траур", "name_en": "", "version": "1"}
    return {**given, **changes}


class TestVersions:
    def test_a_change_makes_the_next_version_and_the_old_one_stays(
        self, session: Session, world: World, kz: WorkingCalendar
    ) -> None:
        before = days_of(kz)
        new = Day(date(2026, 12, 18), DayKind.HOLIDAY, Tri(ru="Траур"))
        changed = change_calendar(
            session,
            country="KZ",
            expected=1,
            add=[new],
            remove=[date(2026, 7, 6)],
            note=" Decree 1 ",
            actor=world.actor("coordinator"),
            now=NOW,
        )
        assert (changed.number, changed.note) == (2, "Decree 1")
        assert {day.day for day in days_of(changed)} ^ {day.day for day in before} == {new.day, date(2026, 7, 6)}
        assert days_of(get_calendar(session, "KZ", 1)) == before
        assert latest_calendars(session)["KZ"].id == changed.id
        assert [(row.number, who) for row, who in versions_of(session, "KZ")] == [
            (2, "Coordinator"),
            (1, "Coordinator"),
        ]
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry
        assert (entry.detail["version"], entry.detail["added"], entry.detail["removed"]) == (
            2,
            ["2026-12-18"],
            ["2026-07-06"],
        )

    def test_no_change_no_version(self, session: Session, kz: WorkingCalendar) -> None:
        same = change_calendar(session, country="KZ", expected=1, add=days_of(kz)[:2], actor=None, now=NOW)
        assert same.id == kz.id
        again = seed_calendar(session, country="KZ", years=[2026, 2026], actor=None, now=NOW)
        assert again.id == kz.id

    def test_a_year_that_is_there_keeps_what_people_changed(self, session: Session, kz: WorkingCalendar) -> None:
        assert kz.number
        change_calendar(session, country="KZ", expected=1, remove=[date(2026, 7, 6)], actor=None, now=NOW)
        later = seed_calendar(session, country="KZ", years=[2026, 2027], actor=None, now=NOW)
        days = {day.day for day in days_of(later)}
        assert later.number == 3
        assert date(2026, 7, 6) not in days
        assert date(2027, 7, 6) in days

    def test_two_at_once(self, session: Session, kz: WorkingCalendar) -> None:
        assert kz.number
        change_calendar(session, country="KZ", expected=1, remove=[date(2026, 7, 6)], actor=None, now=NOW)
        with pytest.raises(ConflictError):
            change_calendar(session, country="KZ", expected=1, remove=[date(2026, 5, 1)], actor=None, now=NOW)
        with pytest.raises(ConflictError):
            seed_calendar(session, country="KZ", years=[2027], actor=None, now=NOW, expected=1)
        with pytest.raises(ConflictError):
            change_calendar(session, country="AE", expected=0, actor=None, now=NOW)

    @pytest.mark.parametrize(("country", "year"), [("XX", 2026), ("KZ", 1999), ("KZ", 3000), ("", 2026)])
    def test_what_the_library_does_not_know(self, session: Session, country: str, year: int) -> None:
        with pytest.raises(DomainError, match="No holidays are known"):
            seed_calendar(session, country=country, years=[year], actor=None, now=NOW)

    def test_no_calendar(self, session: Session) -> None:
        assert latest_calendars(session, ["KZ"]) == {}
        with pytest.raises(NotFoundError):
            get_calendar(session, "KZ")


class TestPages:
    def test_a_country_is_added_from_the_library(self, session: Session, world: World, visit: Visit) -> None:
        assert world.cohort.id
        client = visit("coordinator")
        page = read(client, "/calendars/")
        assert text_of(page, ".empty h2") == ["There is no working calendar yet"]
        answer = post(client, "/calendars/", {"country": "KZ", "year": "2026"})
        assert answer.location == KZ + "?year=2026"
        page = read(client, answer.location)
        assert text_of(page, "h1") == ["Kazakhstan: working calendar of 2026"]
        assert "Version 1 of 24 November 2026 · Coordinator" in page.get_text()
        rows = {
            row[0]: row[1] for row in (text_of(line, "th a, td:nth-of-type(1)") for line in page.select("tbody tr"))
        }
        assert rows["Mon 9 Mar Change"] == "International Women's Day, moved from the weekend"
        assert text_of(page, "tbody .is-ask") == ["May still move"]
        assert text_of(read(client, "/calendars/"), "tbody th") == ["Kazakhstan"]

    @pytest.mark.parametrize(
        "data",
        [
            {"country": "XX", "year": "2026"},
            {"country": "KZ", "year": "1850"},
            {"country": "KZ", "year": "soon"},
            {"country": "", "year": ""},
        ],
    )
    def test_nonsense_makes_no_calendar(
        self, session: Session, world: World, visit: Visit, data: dict[str, str]
    ) -> None:
        assert world.cohort.id
        assert post(visit("coordinator"), "/calendars/", data).status_code == 422
        assert session.scalar(select(func.count(WorkingCalendar.id))) == 0

    def test_days_are_added_changed_and_taken_out(self, session: Session, kz: WorkingCalendar, visit: Visit) -> None:
        assert kz.number
        client = visit("admin")
        assert post(client, KZ, typed()).location == KZ + "?year=2026"
        page = read(client, KZ + "?year=2026&day=2026-12-18")
        assert page.select_one("#name_ru")["value"] == "Траур"  # type: ignore[index]  # it is there
        assert post(client, KZ, typed(version="2", name_ru="День скорби", estimated="y")).status_code == 302
        day = session.scalars(
            select(CalendarDay).where(CalendarDay.day == date(2026, 12, 18)).order_by(CalendarDay.id.desc())
        ).first()
        assert day
        assert (day.name, day.estimated) == (Tri(ru="День скорби"), True)
        gone = post(client, KZ + "/remove", {"day": "2026-12-18", "version": "3"})
        assert gone.status_code == 302
        assert date(2026, 12, 18) not in {day.day for day in days_of(get_calendar(session, "KZ"))}
        assert "2026-12-18" not in read(client, KZ).get_text()
        old = read(client, KZ + "?year=2026&version=2")
        assert "Fri 18 Dec" in old.get_text()
        assert "You are looking at an earlier version." in old.get_text()
        assert old.select("main form") == []

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"day": ""}, 422),
            ({"day": "2026-02-30"}, 422),
            ({"day": "0026-02-03"}, 422),
            ({"kind": "party"}, 422),
            ({"name_ru": "x" * 201}, 422),
            ({"note": "x" * 501}, 422),
            ({"version": ""}, 422),
            ({"version": "7"}, 409),
        ],
    )
    def test_what_cannot_be(
        self, session: Session, kz: WorkingCalendar, visit: Visit, changes: dict[str, str], status: int
    ) -> None:
        assert kz.number
        assert post(visit("coordinator"), KZ, typed(**changes)).status_code == status
        assert session.scalar(select(func.count(WorkingCalendar.id))) == 1

    def test_presses_that_cannot_be(self, kz: WorkingCalendar, visit: Visit) -> None:
        assert kz.number
        client = visit("coordinator")
        assert post(client, KZ + "/remove", {"day": "x", "version": "1"}).status_code == 422
        assert post(client, KZ + "/remove", {"day": "2026-05-01", "version": "9"}).status_code == 409
        assert post(client, KZ + "/year", {"country": "KZ", "year": "x", "version": "1"}).status_code == 422
        assert post(client, KZ + "/year", {"country": "KZ", "year": "2099", "version": "3"}).status_code == 409
        assert post(client, KZ + "/year", {"country": "KZ", "year": "2027", "version": "1"}).status_code == 302

    @pytest.mark.parametrize("path", ["/calendars/XX", "/calendars/kz", KZ + "?version=9", KZ + "?version=99999"])
    def test_what_is_not_there(self, kz: WorkingCalendar, visit: Visit, path: str) -> None:
        assert kz.number
        assert visit("coordinator").get(path).status_code == 404

    @pytest.mark.parametrize("query", ["?year=x", "?year=1", "?version=x", "?day=x", "?year=99999999999999999999"])
    def test_nonsense_shows_the_usual_year(self, kz: WorkingCalendar, visit: Visit, query: str) -> None:
        assert kz.number
        assert text_of(read(visit("coordinator"), KZ + query), "h1") == ["Kazakhstan: working calendar of 2026"]

    @pytest.mark.parametrize("name", ["auditor", "participant", "host", "assistant"])
    def test_for_whom(self, kz: WorkingCalendar, visit: Visit, name: str) -> None:
        assert kz.number
        assert visit(name).get(KZ).status_code == 404
        assert visit(name).get("/calendars/").status_code == 404

    @pytest.mark.parametrize("lang", ["kk", "ru"])
    def test_in_the_readers_language(self, kz: WorkingCalendar, visit: Visit, lang: str) -> None:
        assert kz.number
        text = read(visit("coordinator", lang=lang), KZ).get_text()
        assert {"kk": "Қазақстан: 2026 жылдың жұмыс күнтізбесі", "ru": "День Победы, перенос с выходного"}[lang] in text

    def test_the_same_statements_for_one_and_many(
        self, session: Session, kz: WorkingCalendar, visit: Visit, statements: Statements
    ) -> None:
        assert kz.number
        client = visit("coordinator")
        counts = []
        for country in ("AE", "FR", "TR"):
            seed_calendar(session, country=country, years=[2025, 2026, 2027], actor=None, now=NOW)
            for path in ("/calendars/", KZ):
                with statements() as sent:
                    assert client.get(path).status_code == 200
                counts.append((path, len(sent)))
        assert len(set(counts)) == 2, counts


class TestCommand:
    def test_seeding_twice_changes_nothing(self, session: Session, world: World, app: Flask) -> None:
        assert world.cohort.id
        run = app.test_cli_runner()
        first = run.invoke(args=["schedule", "calendars", "kz", "2025", "2026"])
        assert (first.exit_code, first.output) == (0, "KZ: version 1, 42 days in the years asked for\n")
        assert run.invoke(args=["schedule", "calendars", "KZ", "2026"]).output.startswith("KZ: version 1, ")
        assert session.scalar(select(func.count(WorkingCalendar.id))) == 1

    @pytest.mark.parametrize(
        ("args", "code", "says"),
        [
            (["XX", "2026"], 1, "No holidays are known of the country XX."),
            (["Қазақстан", "2026"], 1, "No holidays are known of the country ҚАЗАҚСТАН."),
            (["KZ", "1850"], 2, "Error: Invalid value for 'YEARS...': 1850 is not in the range 2000<=x<=2100."),
            (["KZ", "soon"], 2, "Error: Invalid value for 'YEARS...': 'soon' is not a valid integer range."),
            (["KZ"], 2, "Error: Missing argument 'YEARS...'."),
        ],
    )
    def test_refusals(self, session: Session, world: World, app: Flask, args: list[str], code: int, says: str) -> None:
        assert world.cohort.id
        refused = app.test_cli_runner().invoke(args=["schedule", "calendars", *args])
        assert (refused.exit_code, refused.output.splitlines()[-1]) == (code, says)
        assert code != 1 or refused.output.count("\n") == 1
        assert session.scalar(select(func.count(WorkingCalendar.id))) == 0
