"""The register of attendance, kept with the keyboard, with a finger, and without JavaScript."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.kernel import clock
from app.kernel.database import db
from cohorts.models import Cohort
from modules.models import Register
from modules.queries.schedule import modules_of
from modules.rules.laying import Span
from tests.journeys.conftest import Site

pytestmark = pytest.mark.xdist_group("browser")

CODE = "kel-now-1"
LETTERS = {"kk": "ЗОКСЖА", "ru": "ЗОПУНМ", "en": "ROLEAS"}
Visit = Callable[..., Page]


def fresh_half_day(site: Site) -> str:
    """The address of a past half-day of a module that has no register yet."""
    with site.app.app_context():
        cohort = db.session.scalars(select(Cohort).where(Cohort.code == CODE)).one()
        kept = set(db.session.execute(select(Register.day, Register.half).where(Register.cohort_id == cohort.id)).all())
        spans = [
            Span(block.starts_on, block.ends_on)
            for module in modules_of(db.session(), cohort.id)
            for block in module.blocks
        ]
        today = clock.day_of(clock.now())
        for days in range(1, 60):
            day = today - timedelta(days=days)
            if any(span.holds(day) for span in spans):
                for half in ("am", "pm"):
                    if (day, half) not in kept:
                        return f"/cohorts/{CODE}/attendance/{day.isoformat()}/{half}"
    raise AssertionError("every half-day of the demonstration has a register")


def states(page: Page) -> list[str]:
    """What is marked, row by row; "" is unmarked."""
    script = "rows => rows.map(row => row.querySelector('input:checked')?.value ?? '')"
    found: list[str] = page.locator(".att tbody tr").evaluate_all(script)
    return found


def focused_row(page: Page) -> int:
    """The row that has the focus, from 0."""
    script = "[...document.querySelectorAll('.att tbody tr')].indexOf(document.activeElement.closest('tr'))"
    found: int = page.evaluate(script)
    return found


@pytest.mark.parametrize("lang", LETTERS)
def test_one_key_for_each_person(site: Site, visit: Visit, lang: str) -> None:
    page = visit(site, "coordinator", lang=lang)
    page.goto(fresh_half_day(site))
    people = page.locator(".att tbody tr").count()
    page.locator(".att input").first.focus()
    for place, letter in enumerate(LETTERS[lang]):
        assert focused_row(page) == place
        page.evaluate(
            "letter => document.activeElement.dispatchEvent("
            "new KeyboardEvent('keydown', { key: letter.toLowerCase(), code: '', bubbles: true, cancelable: true }))",
            letter,
        )
    assert states(page)[:6] == list("roleas")
    for key in "rael":  # the keys of English letters, on any layout
        page.keyboard.press(f"Key{key.upper()}")
    assert states(page)[6:10] == list("rael")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Delete")
    assert states(page)[9] == ""
    assert focused_row(page) == 9
    page.keyboard.press("ArrowDown")
    assert focused_row(page) == 10
    expect(page.locator("[data-n='']")).to_have_text(str(people - 9))
    expect(page.locator("[data-n=r]")).to_have_text("2")
    page.locator("button[value^=rest]").click()
    expect(page.locator("[data-n='']")).to_have_text("0")
    assert states(page)[:6] == list("roleas")
    page.locator(".barb .btn").click()
    expect(page.locator(".flash")).to_be_visible()
    assert states(page)[:9] == [*"roleas", *"rae"]
    assert "" not in states(page)


def test_finding_by_surname_loses_nothing(site: Site, visit: Visit) -> None:
    page = visit(site, "coordinator")
    page.goto(fresh_half_day(site))
    page.locator(".att input").first.focus()
    page.keyboard.press("KeyL")
    name = page.locator(".att tbody th").nth(4).inner_text().split()[0]
    folded = name.lower().translate(str.maketrans("әғқңөұүһі", "агкноуухи"))
    page.fill("#find", folded)
    expect(page.locator(".att tbody tr").nth(4)).to_be_visible()
    expect(page.locator(".att tbody tr").nth(0)).to_be_hidden()
    page.keyboard.press("Enter")
    page.keyboard.press("KeyA")
    page.fill("#find", "")
    assert states(page)[0] == "l"
    assert "a" in states(page)


@pytest.mark.parametrize(
    "way",
    [{"size": "phone", "lang": "kk", "script": True}, {"size": "desk", "lang": "ru", "script": False}],
    ids=lambda way: "-".join(map(str, way.values())),
)
def test_a_finger_and_no_script(site: Site, visit: Visit, way: dict[str, Any]) -> None:
    page = visit(site, "coordinator", **way)
    page.goto(fresh_half_day(site))
    page.locator(".att tbody tr").nth(1).locator(".marks label").nth(4).click()
    if way["size"] == "phone":
        sizes = (
            page.locator(".att tbody tr")
            .nth(1)
            .locator(".marks label")
            .evaluate_all("labels => labels.map(label => [label.offsetWidth, label.offsetHeight])")
        )
        assert all(width >= 44 and height >= 48 for width, height in sizes)
    others = page.locator("button[value^=rest]")  # of a module that is held online they are online
    usual = "o" if others.get_attribute("value") == "rest-online" else "r"
    others.click()
    if way["script"]:
        page.locator(".barb .btn").click()
    expect(page.locator(".flash")).to_be_visible()
    assert states(page)[:3] == [usual, "a", usual]


def test_two_at_once(site: Site, visit: Visit) -> None:
    path = fresh_half_day(site)
    one, other = visit(site, "coordinator"), visit(site, "coordinator", lang="ru", size="phone")
    for page, places in ((one, {0: 0, 1: 0}), (other, {0: 4, 2: 2})):
        page.goto(path)
        for row, state in places.items():
            page.locator(".att tbody tr").nth(row).locator(".marks label").nth(state).click()
    one.locator(".barb .btn").click()
    expect(one.locator(".flash")).to_be_visible()
    other.locator(".barb .btn").click()
    expect(other.locator("main tbody tr")).to_have_count(1)
    other.locator("main tbody .rad").nth(1).click()
    other.locator(".barb button.btn").click()
    expect(other.locator(".flash")).to_be_visible()
    assert states(other)[:3] == ["a", "r", "l"]
