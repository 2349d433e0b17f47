"""Every form that the pages of a coordinator offer is sent hostile input: all fields at once, then one by one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from app.accounts.enums import ScopeKind
from app.mail.enums import LetterState
from app.mail.models import Letter
from certificates.services import waive
from cohorts.models import Cohort, Group
from cohorts.services.groups import add_group
from modules.models import Expert, Module
from modules.services.calendars import seed_calendar
from projects.enums import Outcome
from projects.models import DefenceSlot
from tests.integration.certificates.making import NOW, World, sign_in
from tests.integration.certificates.teams import ATTENDANCE, DEFENCE, Teams
from tests.integration.mail.own import draft, post_welcome, somebody

DIGITS = "9" * 5000
HOSTILE = ("a\x00b", DIGITS, "<b>x\u202e\r\nX-Evil: 1")  # to each field by itself
EVERYWHERE = (*HOSTILE, "", "-1", "٣", "2147483648", "9999-12-31", "0001-01-01", "\ud800", "x" * 5000)  # to all at once
NOT_OURS = {"accounts.login_post", "accounts.logout", "accounts.password", "web.preferences"}
TYPED = {"date": "2024-06-21", "number": "1", "time": "09:00", "email": "a@example.org"}
MOST_FIELDS = 9  # of one form, such as a register: the rows are alike
C = "/cohorts/um-1-1"
PAGES = (
    "/", f"{C}/", f"{C}/edit", f"{C}/people", f"{C}/people/1", f"{C}/people/1/name", f"{C}/people/mark?number=1",
    f"{C}/schedule/?week=2024-W25", f"{C}/schedule/add", f"{C}/schedule/SESSION/edit", f"{C}/schedule/publish",
    f"{C}/schedule/copy?day=2024-06-20&to=2024-06-21", f"{C}/schedule/online?module=MODULE&since=2024-01-15",
    f"{C}/schedule/pattern", f"{C}/schedule/conflicts", f"{C}/experts", f"{C}/experts/add",
    f"{C}/experts/EXPERT/edit", f"{C}/attendance", f"{C}/attendance/2024-01-15/am", f"{C}/attendance/session/SESSION",
    f"{C}/groups", f"{C}/groups/new", "/cohorts/um-2-1/groups/proposal?by=random&count=2&seed=7", f"{C}/groups/GROUP",
    f"{C}/groups/EMPTY", f"{C}/groups/GROUP/name", f"{C}/defences", f"{C}/defences/new", f"{C}/defences/SITTING",
    f"{C}/defences/SITTING/plan", f"{C}/defences/SITTING/presence", f"{C}/defences/SITTING/items/SLOT",
    f"{C}/defences/SITTING/close", f"{C}/defences/commissions/new", f"{C}/defences/commissions/1",
    f"{C}/completion", f"{C}/completion/1", f"{C}/completion/2", f"{C}/certificates", "/calendars/", "/calendars/KZ",
    f"{C}/announcements/new", f"{C}/mail/WAITING/", f"{C}/mail/SENT/", "/mail/WAITING/", "/mail/SENT/",
    "/notices/", "/notices/choices",
    f"{C}/import", "/programmes/um-1/cohorts/new", "/certificates/", "/defences/",
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """A form of a page, with what a browser would send."""

    endpoint: str
    action: str
    fields: tuple[tuple[str, str], ...]


def value_of(control: Tag) -> str:
    """What a browser sends for a control, or something fitting where the page leaves it to the reader."""
    if control.name == "select":
        chosen = control.select_one("option[selected]") or control.select_one("option[value]:not([value=''])")
        return str(chosen.get("value", "")) if chosen else ""
    if control.name == "textarea":
        return control.text or "text"
    kind = str(control.get("type", "text"))
    if kind in {"radio", "checkbox", "hidden", "submit"}:
        return str(control.get("value", "on"))
    return str(control.get("value") or TYPED.get(kind, "text"))


def forms_on(app: Flask, client: FlaskClient, page: str) -> Iterator[Form]:
    """The forms of a page that write."""
    answer = client.get(page, follow_redirects=True)
    assert answer.status_code == 200, (page, answer.status_code)
    matcher = app.url_map.bind("localhost")
    soup = BeautifulSoup(answer.data, "html5lib")
    for form in soup.select("form[method=post]"):
        action = urljoin(answer.request.path, str(form.get("action") or "")) or answer.request.path
        buttons = [button for button in soup.select("button[formaction]") if button.find_parent("form") is form]
        for target in {action, *(str(button["formaction"]) for button in buttons)}:
            try:
                endpoint = matcher.match(urlsplit(target).path, method="POST")[0]
            except HTTPException as error:
                pytest.fail(f"{page}: {target} answers no form ({error})")
            controls = form.select("input[name], select[name], textarea[name], button[name]")
            fields = {str(one["name"]): value_of(one) for one in controls if one.get("type") != "file"}
            if endpoint not in NOT_OURS:
                yield Form(endpoint, target, tuple(fields.items()))


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    """A coordinator of a cohort with everything in it."""
    app.config["WTF_CSRF_ENABLED"] = False
    world = World(session)
    teams = Teams(world, count=4, people=8, conditions=(DEFENCE, {**ATTENDANCE, "at_least": 100}))
    teams.attend(2, absent={0: 2, 1: 1})
    teams.sit({0: Outcome.ACCEPTED}, number="1")
    teams.sit({1: Outcome.ACCEPTED}, number="2", close=False)
    words = {"condition": "attendance", "reason": "an illness", "document": "No. 4"}
    waive(session, enrolment=teams.enrolments[1], actor=teams.coordinator, now=NOW, **words)
    add_group(session, cohort=teams.cohort, actor=None, now=NOW)
    seed_calendar(session, country="KZ", years=(2024,), actor=None, now=NOW)
    Teams(world, count=2, people=4, code="um-2")
    post_welcome(session, draft(somebody(1)), draft(somebody(2)), scope=ScopeKind.COHORT, scope_id=teams.cohort.id)
    session.flush()
    session.scalars(select(Letter).order_by(Letter.id)).all()[1].state = LetterState.SENT
    return sign_in(app, teams.coordinator)


def places(session: Session) -> dict[str, str]:
    """What stands for the capital letters of the addresses."""
    groups = session.scalars(
        select(Group.id)
        .join(Cohort, Cohort.id == Group.cohort_id)
        .where(Cohort.code == "um-1-1")
        .order_by(Group.position)
    ).all()
    slot = session.scalars(select(DefenceSlot).order_by(DefenceSlot.id.desc())).first()
    assert slot is not None
    letters = session.scalars(select(Letter.id).order_by(Letter.id)).all()
    return {
        "SESSION": str(slot.session_id),
        "MODULE": str(session.scalars(select(Module.id)).first()),
        "EXPERT": str(session.scalars(select(Expert.id)).first()),
        "GROUP": str(groups[0]),
        "EMPTY": str(groups[-1]),
        "SITTING": str(slot.day_id),
        "SLOT": str(slot.id),
        "WAITING": str(letters[0]),
        "SENT": str(letters[1]),
    }


def found_forms(app: Flask, client: FlaskClient, session: Session) -> dict[str, Form]:
    """The forms of all pages, one for each endpoint: that with most fields."""
    forms: dict[str, Form] = {}
    known = places(session)
    for address in PAGES:
        page = address
        for name, key in known.items():
            page = page.replace(name, key)
        for form in forms_on(app, client, page):
            if form.endpoint not in forms or len(form.fields) > len(forms[form.endpoint].fields):
                forms[form.endpoint] = form
    return forms


# Forms that these pages have no occasion to offer; those of approvals and of the register stand in ``test_input``,
# those of an administrator in ``jobs/test_pages``, the file that a group hands in in ``test_materials``.
BY_HAND = (
    Form("schedule.keep", f"{C}/schedule/conflicts/keep", (("mark", "0" * 40), ("reason", "text"))),
    Form("schedule.reopen", f"{C}/schedule/conflicts/reopen", (("mark", "0" * 40),)),
    Form("schedule.cancel", f"{C}/schedule/SESSION/cancel", (("version", "1"), ("reason", "text"))),
    Form("schedule.restore", f"{C}/schedule/SESSION/restore", (("version", "1"), ("reason", "text"))),
    Form("schedule.lay", f"{C}/schedule/lay", ()),
    Form("schedule.take_pattern", f"{C}/schedule/pattern", (("first", "2024-01-15"), ("last", ""), ("start", ""),
        ("countries", "KZ"), ("fit", "stretch"), ("weeks_1", "4"), ("seen", "x"))),
    Form("cohorts.cohort_status", f"{C}/status", (("status", "closed"),)),
    Form("modules.seen", "/me/seen", (("seen", "1:1"),)),
    Form("cohorts.announcement_remind", f"{C}/announcements/1/remind", ()),
    Form("notices.seen", "/notices/seen", (("notice", "1"), ("for", "own"), ("page", "1"))),
    Form("modules.calendar_address", "/me/calendar", (("new", "1"),)),
)  # fmt: skip
ELSEWHERE = {
    "approvals.back", "approvals.issue", "jobs.again", "jobs.call_off", "project.hand_in_file",
    "certificates.verify_pair", "cohorts.roster_take", "register.download",
    "register_entry.annul", "register_entry.reissue",
}  # fmt: skip
REMOVING = ("remove", "delete", "rest", "cohort_status")  # last, or the others find nothing there


def send(client: FlaskClient, form: Form, changes: dict[str, str]) -> str:
    """Send a form with something else in these fields; what is wrong with the answer, or ""."""
    data = {name: text.encode("utf-8", "surrogatepass") for name, text in (dict(form.fields) | changes).items()}
    answer = client.post(form.action, data=data)
    if answer.status_code not in {200, 302, 400, 404, 409, 422}:
        return f"{answer.status_code}"
    if "X-Evil" in answer.headers or b"<b>x" in answer.data:
        return "repeats what was typed as it is"
    return ""


@pytest.mark.timeout(600)  # some thousand requests
def test_every_form_is_sent_nonsense(app: Flask, client: FlaskClient, session: Session) -> None:
    client.set_cookie("lang", "en")
    forms = found_forms(app, client, session)
    session_key = places(session)["SESSION"]
    for form in BY_HAND:
        forms.setdefault(form.endpoint, replace(form, action=form.action.replace("SESSION", session_key)))
    rules = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert rules == forms.keys() | NOT_OURS | ELSEWHERE
    wrong = []
    for form in sorted(forms.values(), key=lambda one: (one.endpoint.endswith(REMOVING), one.endpoint)):
        names = [name for name, _value in form.fields if name != "csrf_token"][:MOST_FIELDS]
        tries = [dict.fromkeys(names, text) for text in EVERYWHERE]
        tries += [{name: text} for name in names for text in HOSTILE]
        for changes in tries:
            said = send(client, form, changes)
            if said:
                wrong.append((form.endpoint, {name: text[:12] for name, text in changes.items()}, said))
    assert not wrong, wrong[:10]
