"""Every page of the tour, at a desk and on a phone, in three languages: accessible, as wide as its window, light."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, Response
from sqlalchemy import select

from app.kernel.database import db
from certificates.enums import CertificateStatus
from certificates.models import Certificate
from cohorts.models import Cohort, Group
from modules.models import ModuleSession, Register
from projects.models import DefenceDay
from tests.journeys.conftest import Site

pytestmark = pytest.mark.xdist_group("pages")

FIRST_LOAD = 40 * 1024  # bytes over the wire
# Each size in two languages and each language at least once, light and dark: Kazakh and Russian have the long words.
# Contrast takes most of axe's time: it is looked at once in each theme.
LOOKS_AT = (("desk", "en"), ("desk", "ru"), ("phone", "kk"), ("phone", "ru"))
CONTRAST = {("desk", "en"), ("phone", "ru")}
COHORT, FINISHED, TEAMS = "/cohorts/kel-now-1", "/cohorts/eulp-2023-1", "/cohorts/um-2020-1"
NOTICES = ("/notices/", "/notices/announcements/1", "/notices/choices")
PAGES: dict[str, tuple[str, ...]] = {
    "": (
        "/login",
        "/login?next=/me/",
        "/verify/",
        "/verify/{genuine}",
        "/verify/{replaced}",
        "/verify/NOSUCH",
        "/nowhere",
    ),
    "coordinator": (
        "/",
        "/programmes/",
        "/programmes/kel-now/",
        "/programmes/eulp-2023/",
        "/programmes/kel-now/cohorts/new",
        f"{COHORT}/",
        f"{FINISHED}/",
        f"{COHORT}/edit",
        f"{COHORT}/people",
        f"{COHORT}/people?q=zzzz",
        f"{COHORT}/people/6",
        f"{COHORT}/people/6/name",
        f"{COHORT}/announcements",
        f"{COHORT}/announcements/1",
        f"{COHORT}/announcements/new",
        f"{TEAMS}/announcements",
        f"{COHORT}/mail/",
        "/mail/1/",
        f"{COHORT}/people/mark?number=1&number=2",
        f"{COHORT}/import",
        f"{COHORT}/schedule/",
        f"{COHORT}/schedule/add",
        f"{COHORT}/schedule/{{session}}/edit",
        f"{COHORT}/schedule/publish",
        f"{COHORT}/schedule/copy",
        f"{COHORT}/schedule/online",
        f"{COHORT}/schedule/conflicts",
        f"{FINISHED}/schedule/?week=2023-W48",
        "/cohorts/empa-2025-1/schedule/pattern",
        f"{COHORT}/experts",
        f"{COHORT}/experts/add",
        f"{COHORT}/attendance",
        f"{COHORT}/attendance/{{register}}",
        f"{COHORT}/groups",
        f"{COHORT}/groups/{{group}}",
        f"{COHORT}/groups/proposal?by=random",
        f"{COHORT}/defences",
        f"{COHORT}/defences/{{sitting}}",
        f"{TEAMS}/defences/{{closed}}",
        f"{COHORT}/defences/new",
        f"{TEAMS}/completion",
        f"{COHORT}/completion/11",
        f"{COHORT}/certificates",
        f"{FINISHED}/certificates",
        "/certificates/",
        "/certificates/{number}/",
        "/defences/",
        "/calendars/",
        "/calendars/KZ",
        "/password",
    ),
    "approver": ("/", "/approvals/", "/certificates/{number}/annul", "/certificates/{number}/reissue"),
    "official": ("/", "/certificates/", "/certificates/?q=zzzz", "/certificates/{number}/", "/verify/"),
    "participant": ("/me/", "/me/?past=1", "/me/project", "/me/certificates/", *NOTICES),
    "assistant": ("/me/", *NOTICES),
    "host": ("/", "/my-module/", f"{COHORT}/attendance", f"{COHORT}/attendance/{{register}}"),
    "auditor": ("/", "/jobs/", "/certificates/"),
    "admin": ("/", "/jobs/", "/jobs/1/", "/programmes/"),
}

LOOKS = """(() => {
    const html = document.documentElement
    const wide = html.scrollWidth > html.clientWidth
    return { wide, titles: document.querySelectorAll("h1").length, lang: html.lang }
})()"""


@pytest.fixture(scope="session")
def places(shown: Site) -> dict[str, Any]:
    """What to put into the addresses."""
    with shown.app.app_context():
        certificates = list(db.session.scalars(select(Certificate).order_by(Certificate.id)))
        running = db.session.scalars(select(Cohort.id).where(Cohort.code == "kel-now-1")).one()
        register = select(Register.day, Register.half).where(Register.cohort_id == running)
        return {
            "genuine": certificates[0].code,
            "number": certificates[0].number,
            "replaced": next(row.code for row in certificates if row.status == CertificateStatus.REPLACED),
            "session": db.session.scalars(select(ModuleSession.id).order_by(ModuleSession.starts_at.desc())).first(),
            "register": "{}/{}".format(*db.session.execute(register.order_by(Register.day.desc())).first() or ()),
            "group": db.session.scalars(select(Group.id).where(Group.cohort_id == running)).first(),
            "sitting": db.session.scalars(select(DefenceDay.id).where(DefenceDay.cohort_id == running)).first(),
            "closed": db.session.scalars(select(DefenceDay.id).where(DefenceDay.closed_at.is_not(None))).first(),
        }


def violations(page: Page, *, contrast: bool) -> list[str]:
    """What axe finds on a page: the rule, and the first place."""
    page.evaluate(AXE_SCRIPT)
    # Only what is wrong crosses over from the browser: what axe passes is many times as much.
    options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": contrast}}}
    found = page.evaluate("options => axe.run(options).then(results => results.violations)", options)
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found]


@pytest.mark.parametrize(("size", "lang"), LOOKS_AT)
@pytest.mark.parametrize("role", PAGES)
def test_pages_are_accessible_and_fit_their_window(
    shown: Site, places: dict[str, Any], visit: Callable[..., Page], role: str, size: str, lang: str
) -> None:
    theme = "dark" if lang == "ru" else "light"
    page = visit(shown, role, size=size, lang=lang, theme=theme)
    wrong = []
    for address in PAGES[role]:
        page.goto(address.format(**places))
        looks = page.evaluate(LOOKS)
        if looks != {"wide": False, "titles": 1, "lang": lang}:
            wrong.append(f"{address}: {looks}")
        found = violations(page, contrast=(size, lang) in CONTRAST)
        wrong += [f"{address}: {violation}" for violation in found]
    assert wrong == []


@pytest.mark.parametrize("role", PAGES)
def test_the_first_load_of_a_page_is_light_and_stays_on_this_host(
    shown: Site, places: dict[str, Any], visit: Callable[..., Page], role: str
) -> None:
    page = visit(shown, role, size="phone")
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - playwright refuses a built-in
    heavy = []
    for address in PAGES[role]:
        answers.clear()
        page.goto(address.format(**places), wait_until="load")
        size = sum(answer.request.sizes()["responseBodySize"] for answer in answers)
        if size > FIRST_LOAD:
            heavy.append((address, size))
        assert len(answers) >= 4, "the page, the stylesheet, the script and the icons are counted"
    assert heavy == []
