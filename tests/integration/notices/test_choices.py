"""Which letters somebody gets, in which language and by which clocks."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.audit.models import AuditEntry
from app.notices.kinds import Kinds, NoticeKind
from app.notices.models import NoticeChoice
from modules.reminders import REGISTER_DUE, SESSION_TOMORROW
from modules.telling import CHANGED, READY
from projects.reminders import DEFENCE_SOON, MATERIALS_DUE
from tests.integration.modules.own import read, text_of
from tests.integration.modules.world import World
from tests.integration.notices.own import Visit, know
from tests.support.pages import post

PATH = "/notices/choices"
GIVEN = {"language": "ru", "time_zone": "Europe/London", "wanted": []}


@pytest.fixture(autouse=True)
def _kinds(app: Flask) -> None:
    know(app)


def kept(session: Session) -> dict[str, bool]:
    rows = session.execute(select(NoticeChoice.kind, NoticeChoice.wanted))
    return dict(rows.all())


def test_what_is_always_sent_is_said_and_is_no_checkbox(visit: Visit) -> None:
    soup = read(visit("participant"), PATH)
    assert [str(box["value"]) for box in soup.select("[name=wanted]")] == ["tests.moved"]
    assert soup.select("[name=wanted][checked]")
    assert text_of(soup, ".note li") == [
        "Announcements of your coordinators, when they send them by e-mail too",
        "Grave things",
    ]
    assert soup.select_one("[disabled]") is None
    assert "participant@kel-1.example" in soup.get_text()


OF_PEOPLE = (CHANGED, DEFENCE_SOON, MATERIALS_DUE, READY, SESSION_TOMORROW)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("participant", OF_PEOPLE),
        ("coordinator", (REGISTER_DUE,)),
        ("host", (REGISTER_DUE,)),
        ("assistant", ()),
        ("admin", ()),
        ("auditor", ()),
    ],
)
def test_nobody_is_asked_about_letters_that_never_come(
    app: Flask, visit: Visit, name: str, kinds: tuple[NoticeKind, ...]
) -> None:
    app.extensions["notices"] = Kinds((*OF_PEOPLE, REGISTER_DUE))
    soup = read(visit(name), PATH)
    offered = [str(box["value"]) for box in soup.select("[name=wanted]")]
    assert offered == [kind.name for kind in kinds]
    assert ("There are none that you could choose or refuse." in soup.get_text()) == (not kinds)


def test_an_official_who_takes_part_is_asked_what_participants_are(app: Flask, world: World, visit: Visit) -> None:
    app.extensions["notices"] = Kinds((*OF_PEOPLE, REGISTER_DUE))
    world.users["auditor"].person_id = world.users["colleague"].person_id
    world.session.flush()
    offered = [str(box["value"]) for box in read(visit("auditor"), PATH).select("[name=wanted]")]
    assert offered == [kind.name for kind in OF_PEOPLE]


def test_the_language_is_said_to_be_that_of_pages_too(visit: Visit) -> None:
    client = visit("participant")
    assert text_of(read(client, PATH), "#language legend") == ["Language of letters and pages"]
    post(client, PATH, GIVEN)
    assert text_of(read(client, "/notices/"), "h1") == ["Уведомления"]


def test_choices_are_kept_and_shown_again(session: Session, world: World, visit: Visit) -> None:
    client = visit("participant")
    answer = post(client, PATH, GIVEN)
    assert answer.status_code == 302
    assert "lang=ru" in answer.headers["Set-Cookie"]
    user = session.get_one(User, world.users["participant"].id, populate_existing=True)
    assert (user.language, user.time_zone, kept(session)) == ("ru", "Europe/London", {"tests.moved": False})
    soup = read(client, PATH)
    assert [str(box["value"]) for box in soup.select("[name=language][checked]")] == ["ru"]
    assert [str(box["value"]) for box in soup.select("#time_zone [selected]")] == ["Europe/London"]
    assert not soup.select("[name=wanted][checked]")
    post(client, PATH, {**GIVEN, "wanted": ["tests.moved"]})
    assert kept(session) == {"tests.moved": True}
    assert len(session.scalars(select(AuditEntry).where(AuditEntry.act == "notices.chosen")).all()) == 2


def test_a_zone_that_is_saved_already_stays_on_offer(session: Session, world: World, visit: Visit) -> None:
    world.users["participant"].time_zone = "Pacific/Chatham"
    session.flush()
    soup = read(visit("participant"), PATH)
    assert [str(box["value"]) for box in soup.select("#time_zone [selected]")] == ["Pacific/Chatham"]


@pytest.mark.parametrize(
    "changes",
    [
        {"language": "xx"},
        {"language": ""},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"wanted": ["tests.grave"]},
        {"wanted": ["nobody.knows"]},
    ],
)
def test_what_was_not_offered_is_refused(
    session: Session, world: World, visit: Visit, changes: dict[str, object]
) -> None:
    answer = post(visit("participant"), PATH, {**GIVEN, **changes})
    assert answer.status_code == 422
    assert "Your choices were not saved" in answer.text
    user = session.get_one(User, world.users["participant"].id, populate_existing=True)
    assert (user.language, user.time_zone, kept(session)) == (None, None, {})


def test_nobody_changes_more_than_that_or_another_account(session: Session, world: World, visit: Visit) -> None:
    extra = {"email": "x@example.org", "user_id": world.users["admin"].id, "person_id": 1, "active": ""}
    post(visit("participant"), PATH, {**GIVEN, **extra})
    user = session.get_one(User, world.users["participant"].id, populate_existing=True)
    assert (user.email, user.active) == ("participant@kel-1.example", True)
    assert {row.user_id for row in session.scalars(select(NoticeChoice))} == {user.id}
