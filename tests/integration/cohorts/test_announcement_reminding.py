"""Reminding by the page of an announcement: whom the button reaches, and what is said to who comes second."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.kernel import clock
from app.notices.models import Announcement
from cohorts.enums import EnrolmentStatus
from cohorts.models import Enrolment
from tests.integration.cohorts.announcing import TEXTS, audiences, send
from tests.integration.cohorts.world import NOW, World
from tests.integration.modules.reading import text_of
from tests.integration.projects.reading import soup
from tests.support.pages import post

Visit = Callable[..., FlaskClient]
LIST = "/cohorts/eulp-1/announcements"


@pytest.fixture
def sent(world: World, monkeypatch: pytest.MonkeyPatch) -> Announcement:
    """An announcement to two people of eulp-1, an hour ago."""
    world.enrol("Ахметов Али", "Беков Болат", code="eulp-1")
    announcement = send(world, code="eulp-1")
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=1))
    return announcement


def remind(client: FlaskClient, sent: Announcement) -> str:
    """Press the button; what is said on its page, or on that of a refusal."""
    page = f"{LIST}/{sent.id}"
    answer = post(client, f"{page}/remind", {}, headers={"Referer": f"http://localhost{page}"})
    if answer.status_code == 302:
        return text_of(soup(client.get(page).data), ".flash p")[0]
    return refusal(answer.status_code, answer.data, page)


def refusal(status: int, data: bytes, back: str) -> str:
    """What the page of a refusal says; it leads back to the page whose button was pressed."""
    assert status in {409, 422}
    page = soup(data)
    assert str(page.select(".links a")[0]["href"]) == back
    return text_of(page, ".lead")[0]


def test_of_two_coordinators_the_second_is_told_who_did_it(sent: Announcement, visit: Visit) -> None:
    assert remind(visit("of_owner"), sent) == "2 people were reminded."
    assert remind(visit("coordinator"), sent).startswith("Nobody was reminded: Of_Owner did it less than an hour ago.")


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("kk", "Ешкімге екінші рет еске салынбады: сіз бір сағат өтпей тұрып еске салғансыз."),
        ("ru", "Второй раз напоминание не отправлено: вы сделали это меньше часа назад."),
        ("en", "Nobody was reminded twice: you did it less than an hour ago."),
    ],
)
def test_a_second_press_is_told_that_the_first_one_counts(
    sent: Announcement, visit: Visit, lang: str, says: str
) -> None:
    client = visit("coordinator", lang=lang)
    remind(client, sent)
    assert remind(client, sent).startswith(says)


def test_who_has_withdrawn_since_is_not_reminded(session: Session, sent: Announcement, visit: Visit) -> None:
    session.execute(update(Enrolment).where(Enrolment.number == 1).values(status=EnrolmentStatus.WITHDRAWN))
    assert remind(visit("coordinator"), sent) == "1 person was reminded."


def test_a_group_that_is_gone_reminds_nobody(session: Session, sent: Announcement, visit: Visit) -> None:
    session.execute(update(Announcement).values(audience="group:999999"))
    said = remind(visit("coordinator"), sent)
    assert said == "Nobody was reminded: everybody who is still in this audience has seen it."


def test_the_key_of_somebody_elses_form_is_refused(
    session: Session, world: World, sent: Announcement, visit: Visit
) -> None:
    form = f"{LIST}/new"
    data: Mapping[str, str] = {
        **TEXTS,
        "audience": audiences(world, code="eulp-1")["cohort"].ref,
        "key": sent.key,
        "step": "send",
    }
    answer = post(visit("of_owner"), form, data, headers={"Referer": f"http://localhost{form}"})
    assert refusal(answer.status_code, answer.data, form) == "Nothing was sent: open the form again."
    assert len(session.scalars(select(Announcement)).all()) == 1
