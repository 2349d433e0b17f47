"""What a coordinator does between the roster and the certificates, walked in a real browser."""

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlalchemy import select

from app.kernel.database import db
from cohorts.models import Cohort
from demo.stage import FOLDER
from modules.models import Block, Module, ModuleSession
from modules.queries.schedule import modules_of
from tests.journeys.conftest import Site
from tests.journeys.test_tour import WAYS, Visit, press

pytestmark = pytest.mark.xdist_group("browser")

RUNNING, NEW = "/cohorts/kel-now-1", "/cohorts/work-1"
BELOW = 11  # number on the running roster of somebody whose attendance is below the percentage
TWO_WAYS = pytest.mark.parametrize(
    "way",
    [{"size": "desk", "lang": "en", "script": True}, {"size": "phone", "lang": "kk", "script": False}],
    ids=lambda way: "-".join(map(str, way.values())),
)


def new_cohort(page: Page, programme: str, first: str, last: str, roster: str) -> None:
    """A cohort with its people."""
    page.goto(f"/programmes/{programme}/cohorts/new")
    page.fill("#code", "work-1")
    page.fill("#starts_on", first)
    page.fill("#ends_on", last)
    press(page)
    page.goto(f"{NEW}/import")
    page.set_input_files("input[type=file]", str(FOLDER / "rosters" / roster))
    press(page)
    page.locator(".barb button.btn").click()
    page.goto(f"{NEW}/")
    page.locator("form[action$='/status'] button").first.click()


@TWO_WAYS
def test_teams_defend_and_complete(site: Site, visit: Visit, way: dict[str, Any], tmp_path: Path) -> None:
    page = visit(site, "coordinator", **way)
    new_cohort(page, "um-2020", "2020-02-10", "2020-08-28", "um-2020.csv")
    page.goto(f"{NEW}/groups/proposal?by=organisation")
    expect(page.locator(".team")).to_have_count(12)
    press(page)
    for office in ("Minister", "Secretary"):
        page.goto(f"{NEW}/experts/add")
        page.fill("#office_ru", office)
        press(page)
    page.goto(f"{NEW}/defences/commissions/new")
    duties = page.locator("select[name^='duty-']")
    duties.nth(0).select_option("chair")
    duties.nth(1).select_option("secretary")
    press(page)
    plan_a_day_of_two(page)
    hold_the_day(page)
    for language, heading in (("kk", "ХАТТАМА"), ("ru", "ПРОТОКОЛ")):
        with page.expect_download() as download:
            page.locator(f"main a[href$='minutes-{language}.pdf']").first.click()
        path = tmp_path / f"{language}.pdf"
        download.value.save_as(path)
        text = PdfReader(path).pages[0].extract_text()
        assert heading in text.upper()
        assert "7-х" in text
    page.goto(f"{NEW}/completion")
    expect(page.locator("h1")).to_have_text(re.compile(r"\b1\b.*\b12\b|\b12\b.*\b1\b"))


def plan_a_day_of_two(page: Page) -> None:
    """A defence day with the first two of the twelve projects."""
    page.goto(f"{NEW}/defences/new")
    page.select_option("#module", index=page.locator("#module option").count() - 1)
    page.fill("#day", "2020-02-01")
    page.fill("#start", "09:00")
    page.fill("#minutes", "30")
    places = page.locator("input[name^='place-']")
    expect(places).to_have_count(12)
    for number in range(2, 12):
        places.nth(number).fill("")
    press(page)
    expect(page.locator(".esum")).to_be_visible()
    page.fill("#day", "2020-08-20")
    press(page)


def hold_the_day(page: Page) -> None:
    """Who was there, one project accepted, the other not submitted, and the minutes closed."""
    with page.expect_navigation():
        page.locator("form[action$='/presence'] button.btn, form[action$='/presence'] button").last.click()
    for outcome in ("accepted", "not_submitted"):
        if not page.locator("input[name=outcome]").count():
            page.locator(".item:not(:has(.is-ok, .is-bad)) a[href*='/items/']").first.click()
        page.check(f"input[name=outcome][value={outcome}]")
        with page.expect_navigation():
            page.locator("form[action*='/items/'] button.btn").click()
    page.fill("#number", "7-х")
    page.fill("#on", "2020-08-21")
    page.locator("form[action$='/close'] button").click()
    expect(page.locator("form[action$='/close']")).to_have_count(0)


@WAYS
def test_groups_are_drawn_by_lot(site: Site, visit: Visit, way: dict[str, Any]) -> None:
    page = visit(site, "coordinator", **way)
    new_cohort(page, "kel-2024", "2024-03-04", "2024-09-06", "kel-now.xlsx")
    page.goto(f"{NEW}/groups/proposal?by=random&count=5&seed=2024")
    drawn = page.locator(".team li").all_inner_texts()
    assert len(drawn) == 33
    page.reload()
    assert page.locator(".team li").all_inner_texts() == drawn
    press(page)
    page.goto(f"{NEW}/groups")
    expect(page.locator("main")).to_contain_text("7")


@WAYS
def test_a_condition_is_waived_with_a_document(site: Site, visit: Visit, way: dict[str, Any]) -> None:
    page = visit(site, "coordinator", **way)
    page.goto(f"{RUNNING}/completion/{BELOW}")
    page.locator("details.more summary").last.click() if not page.locator("#reason").is_visible() else None
    page.fill("#reason", "Ауырған")
    page.locator("form:has(#document) button.btn").click()
    expect(page.locator(".esum")).to_be_visible()
    assert page.input_value("#reason") == "Ауырған"
    page.fill("#document", "№ 12, 02.11.2026")
    page.locator("form:has(#document) button.btn").click()
    expect(page.locator("main")).to_contain_text("№ 12, 02.11.2026")


@WAYS
def test_the_rest_of_a_module_is_held_online(site: Site, visit: Visit, way: dict[str, Any]) -> None:
    with site.app.app_context():
        wanted = select(ModuleSession).join(Module).join(Cohort).join(Block, Block.module_id == Module.id)
        there = wanted.where(Cohort.code == "kel-now-1", Block.mode == "offline", Module.number.is_not(None))
        meeting = db.session.scalars(there.order_by(ModuleSession.starts_at)).first()
        assert meeting is not None
        module, day, count = meeting.module_id, meeting.starts_at.date(), db.session.query(ModuleSession).count()
    page = visit(site, "coordinator", **way)
    page.goto(f"{RUNNING}/schedule/online?module={module}&since={day}")
    page.fill("#link", "http://meet.example.org/rest")
    page.locator("form:has(#link) button.btn").click()
    expect(page.locator(".esum")).to_be_visible()
    page.fill("#link", "https://meet.example.org/rest")
    page.locator("form:has(#link) button.btn").click()
    with site.app.app_context():
        held = list(db.session.scalars(select(ModuleSession).where(ModuleSession.module_id == module)))
        assert {row.link for row in held if row.kind not in {"meal", "transfer"}} == {"https://meet.example.org/rest"}
        assert db.session.query(ModuleSession).count() == count


@WAYS
def test_a_year_is_laid_from_its_pattern(site: Site, visit: Visit, way: dict[str, Any]) -> None:
    page = visit(site, "coordinator", **way)
    page.goto("/programmes/empa/cohorts/new")
    page.fill("#code", "work-1")
    page.fill("#starts_on", "2027-09-06")
    page.fill("#ends_on", "2028-09-01")
    press(page)
    page.goto(f"{NEW}/schedule/pattern")
    for weeks, box in zip(("4", "4", "1"), page.locator("input[name^='weeks_']").all(), strict=True):
        box.fill(weeks)
    page.locator("form[method=get] button").click()
    expect(page.locator("main table tbody tr")).to_have_count(15)
    press(page)
    with site.app.app_context():
        cohort = db.session.scalars(select(Cohort).where(Cohort.code == "work-1")).one()
        spans = [
            (block.starts_on.first_day, block.ends_on.last_day)
            for module in modules_of(db.session(), cohort.id)
            for block in module.blocks
            if block.starts_on and block.ends_on
        ]
    assert len(spans) == 15
    assert all(before[1] < after[0] for before, after in itertools.pairwise(spans))
    assert str(spans[-1][1]) <= "2028-09-01"


@WAYS
def test_one_person_in_two_places_is_said(shown: Site, visit: Visit, way: dict[str, Any]) -> None:
    page = visit(shown, "coordinator", **way)
    page.goto("/cohorts/eulp-2023-1/schedule/conflicts")
    expect(page.locator("main a[href^='/cohorts/rectors-2023-1/']")).not_to_have_count(0)


@WAYS
def test_the_second_editor_keeps_what_was_typed(site: Site, visit: Visit, way: dict[str, Any]) -> None:
    with site.app.app_context():
        wanted = select(ModuleSession.id).join(Module).join(Cohort).where(Cohort.code == "kel-now-1")
        number = db.session.scalars(wanted.order_by(ModuleSession.starts_at.desc())).first()
    first, second = visit(site, "coordinator", **way), visit(site, "coordinator", **way)
    for page in (first, second):
        page.goto(f"{RUNNING}/schedule/{number}/edit")
    first.fill("#title_en", "What the first one typed")
    press_save(first)
    second.fill("#title_en", "What the second one typed")
    press_save(second)
    expect(second.locator("main")).to_contain_text("What the first one typed")
    assert second.input_value("#title_en") == "What the second one typed"


def press_save(page: Page) -> None:
    """Save the form of a session."""
    page.locator("form:has(#title_en) .acts .btn:not(.ghost)").first.click()
