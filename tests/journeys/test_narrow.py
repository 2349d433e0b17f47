"""What a phone shows must fit it, also while something is new."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.accounts.models import User
from app.kernel import clock
from app.kernel.unit import unit_of_work
from app.notices.announcing import ANNOUNCEMENT
from app.notices.models import Notice
from tests.journeys.conftest import Site

pytestmark = pytest.mark.xdist_group("browser")

Visit = Callable[..., Page]


def test_the_number_of_new_notices_makes_no_page_wider(site: Site, visit: Visit) -> None:
    with site.app.app_context(), unit_of_work() as session:
        number = session.scalars(select(User.id).where(User.email == "coordinator@demo.example")).one()
        session.add(
            Notice(key="tests:narrow", kind=ANNOUNCEMENT.name, user_id=number, values={}, created_at=clock.now())
        )
    page = visit(site, "coordinator", size="phone", lang="kk")
    page.goto("/mail/")
    expect(page.locator(".nav .badge")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_the_preview_of_an_announcement_in_one_language_fits(shown: Site, visit: Visit) -> None:
    page = visit(shown, "coordinator", size="phone", lang="en")
    page.goto("/cohorts/kel-now-1/announcements/new")
    page.fill("[name=title_ru]", "Документы для визы")
    page.fill("[name=text_ru]", "Принесите документы.")
    with page.expect_navigation():
        page.click("button[value=preview]")
    expect(page.locator("main")).to_contain_text("Nothing is written in this language")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
