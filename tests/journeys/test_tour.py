"""The tour of the README, walked in a real browser: with and without JavaScript, at a desk and on a phone."""

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.kernel.database import db
from certificates.enums import CertificateStatus
from certificates.models import Certificate
from demo.stage import FOLDER
from tests.journeys.conftest import Site
from tests.support.demonstration import PASSWORD

pytestmark = pytest.mark.xdist_group("browser")

# A visit in one of three ways; together they cover both sizes, three languages, with and without JavaScript.
EACH_WAY: tuple[dict[str, Any], ...] = (
    {"size": "desk", "lang": "en", "script": True},
    {"size": "phone", "lang": "kk", "script": False},
    {"size": "phone", "lang": "ru", "script": True},
)
WAYS = pytest.mark.parametrize("way", EACH_WAY, ids=lambda way: "-".join(map(str, way.values())))
Visit = Callable[..., Page]
# Where each role lands after the sign-in page: some roles in each way.
STARTS = (
    {"coordinator": "/", "host": "/", "official": "/"},
    {"assistant": "/me/", "auditor": "/", "approver": "/"},
    {"participant": "/me/", "admin": "/"},
)


def press(page: Page) -> None:
    """Press the one primary button of the page's main part."""
    page.locator("main .btn:not(.ghost)").last.click()


@WAYS
def test_a_visitor_chooses_a_language_and_a_theme(shown: Site, visit: Visit, way: dict[str, Any]) -> None:
    page = visit(shown, **way)
    page.goto("/login")
    for chosen in ("kk", "ru", "en"):
        page.click(f"button[name=lang][value={chosen}]")
        expect(page.locator("html")).to_have_attribute("lang", chosen)
    page.click("button[name=theme][value=dark]")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page).to_have_url(re.compile("/login$"))


@pytest.mark.parametrize(("way", "starts"), tuple(zip(EACH_WAY, STARTS, strict=True)), ids=tuple(map("-".join, STARTS)))
def test_each_role_signs_in_with_a_password(
    shown: Site, visit: Visit, way: dict[str, Any], starts: dict[str, str]
) -> None:
    for role, place in starts.items():
        page = visit(shown, **way)
        page.goto("/login")
        page.fill("#email", f"{role}@demo.example")
        page.fill("#password", PASSWORD)
        press(page)
        expect(page).to_have_url(re.compile(f"{re.escape(shown.address)}{place}$"))
        expect(page.locator("h1")).to_have_count(1)


@WAYS
def test_a_coordinator_finds_people_without_kazakh_letters(shown: Site, visit: Visit, way: dict[str, Any]) -> None:
    page = visit(shown, "coordinator", **way)
    page.goto("/cohorts/eulp-2023-1/people")
    page.fill("#q", "урнекбаев")
    page.press("#q", "Enter")
    expect(page.locator("#results tbody tr")).to_have_count(0)
    page.fill("#q", "орнекбаев")
    page.press("#q", "Enter")
    expect(page.locator("#results tbody tr")).to_have_count(3)


@WAYS
def test_a_moved_session_reaches_the_participant_only_when_published(
    site: Site, visit: Visit, way: dict[str, Any]
) -> None:
    coordinator = visit(site, "coordinator", **way)
    coordinator.goto("/cohorts/kel-now-1/schedule/add")
    coordinator.fill("#title_kk", "Тексеру сабағы")
    coordinator.fill("#title_ru", "Проверочное занятие")
    coordinator.fill("#title_en", "Trial session")
    date = coordinator.input_value("#date")
    coordinator.fill("#start", "21:00")
    coordinator.fill("#end", "20:00")
    press(coordinator)
    expect(coordinator.locator(".esum")).to_be_visible()
    assert coordinator.input_value("#title_en") == "Trial session"
    assert coordinator.input_value("#date") == date
    coordinator.fill("#date", "2031-03-04")
    coordinator.fill("#start", "21:00")
    coordinator.fill("#end", "22:30")
    coordinator.fill("#link", "https://meet.example.org/trial")
    press(coordinator)
    participant = visit(site, "participant", **{**way, "lang": "en"})
    participant.goto("/me/")
    expect(participant.locator("main")).not_to_contain_text("Trial session")
    coordinator.goto("/cohorts/kel-now-1/schedule/publish")
    press(coordinator)
    participant.reload()
    expect(participant.locator(".agenda")).to_contain_text("Trial session")
    expect(participant.locator(".changes")).to_be_visible()
    participant.locator(".changes button").click()
    expect(participant.locator(".changes")).to_have_count(0)


@WAYS
def test_a_roster_becomes_certificates_that_a_stranger_verifies(site: Site, visit: Visit, way: dict[str, Any]) -> None:
    page = visit(site, "coordinator", **way)
    page.goto("/programmes/kel-2024/cohorts/new")
    page.fill("#code", "tour-1")
    page.fill("#starts_on", "2024-03-04")
    page.fill("#ends_on", "2024-05-31")
    press(page)
    page.goto("/cohorts/tour-1/import")
    page.set_input_files("input[type=file]", str(FOLDER / "rosters" / "kel-now.xlsx"))
    press(page)
    expect(page.locator("tbody tr")).to_have_count(33)
    page.locator(".barb button.btn").click()
    page.goto("/cohorts/tour-1/")
    page.locator("form[action$='/status'] button").first.click()
    page.goto("/cohorts/tour-1/people/mark?scope=all")
    page.check("input[name=status][value=completed]")
    page.fill("#order_number", "15-ө")
    page.fill("#order_date", "2024-05-31")
    press(page)
    page.goto("/cohorts/tour-1/certificates")
    page.fill("#order_number", "16-ө")
    page.fill("#order_date", "2024-05-31")
    page.fill("#issued_on", "2024-06-03")
    press(page)
    approve_and_verify(site, visit, way)


def approve_and_verify(site: Site, visit: Visit, way: dict[str, Any]) -> None:
    """The approver's half, then a stranger's."""
    approver = visit(site, "approver", **way)
    approver.goto("/approvals/")
    approver.locator("main table a, main .todo a").first.click()
    expect(approver.locator("main tbody tr")).to_have_count(33)
    approver.check("#looked")
    press(approver)
    with site.app.app_context():
        rows = list(
            db.session.scalars(
                select(Certificate).where(Certificate.cohort.has(code="tour-1")).order_by(Certificate.id)
            )
        )
        # The cohort of 2024 itself has the first 33 numbers of that year.
        assert [row.number for row in rows] == [f"KELP-2024-{number:06}" for number in range(34, 67)]
        number, control = rows[0].number, rows[0].control_code
    stranger = visit(site, **way)
    stranger.goto("/verify/")
    stranger.fill("#number", number.lower().replace("-", " "))
    stranger.fill("#code", f"{control[:4]}-{control[4:]}".lower())
    press(stranger)
    expect(stranger.locator(".panel.is-valid")).to_be_visible()
    expect(stranger.locator("main")).to_contain_text(number)
    stranger.fill("#number", number)
    stranger.fill("#code", "0000-0000")
    press(stranger)
    expect(stranger.locator(".panel.is-unknown")).to_be_visible()


@WAYS
def test_an_official_downloads_the_ticked_ones(site: Site, visit: Visit, way: dict[str, Any], tmp_path: Path) -> None:
    page = visit(site, "official", **way)
    page.goto("/certificates/")
    boxes = page.locator("tbody input[type=checkbox]")
    boxes.nth(1).check()
    boxes.nth(2).check()
    page.check("#scope-ticked")
    with page.expect_download() as download:
        page.click("button[name=as][value=zip]")
    path = tmp_path / "files.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(BytesIO(path.read_bytes())) as archive:
        names = archive.namelist()
        assert len([name for name in names if name.endswith(".pdf")]) == 2
        assert len([name for name in names if name.endswith(".xlsx")]) == 1
        assert archive.testzip() is None


@WAYS
def test_a_replaced_certificate_leads_to_the_right_one(shown: Site, visit: Visit, way: dict[str, Any]) -> None:
    with shown.app.app_context():
        wanted = select(Certificate).where(Certificate.status == CertificateStatus.REPLACED)
        rows = db.session.scalars(wanted).all()
        code = next(row.code for row in rows if row.replaced_by and row.replaced_by.number == "EULP-2023-000082")
    page = visit(shown, **way)
    page.goto(f"/verify/{code}")
    expect(page.locator(".panel.is-replaced")).to_be_visible()
    expect(page.locator("main")).to_contain_text("EULP-2023-000082")


@WAYS
def test_the_assistant_sees_the_same_schedule_and_says_for_whom(site: Site, visit: Visit, way: dict[str, Any]) -> None:
    participant = visit(site, "participant", **way)
    assistant = visit(site, "assistant", **way)
    for page in (participant, assistant):
        page.goto("/me/")
    assert participant.locator(".sess").all_inner_texts() == assistant.locator(".sess").all_inner_texts()
    said = {"kk": "Қаралып отырған кесте", "ru": "Вы смотрите за", "en": "You are looking for"}[way["lang"]]
    expect(assistant.locator("main")).to_contain_text(said)
    expect(assistant.locator("main .note")).to_have_count(participant.locator("main .note").count() + 1)
