"""Reading the coordinators' pages of the schedule, and typing into them."""

from collections.abc import Callable
from datetime import timedelta

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from modules.models import ModuleSession
from tests.integration.modules.world import World

Visit = Callable[..., FlaskClient]
WEEK = "/cohorts/kel-1/schedule/"
ADD = "/cohorts/kel-1/schedule/add"
PUBLISH = "/cohorts/kel-1/schedule/publish"
HOUR = timedelta(hours=1)


def read(client: FlaskClient, path: str = WEEK, status: int = 200) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return BeautifulSoup(answer.data, "html5lib")


def text_of(soup: Tag, selector: str) -> list[str]:
    return [" ".join(found.get_text(" ").split()) for found in soup.select(selector)]


def typed(world: World, module: int = 0, /, **changes: str) -> dict[str, str]:
    """What a coordinator types."""
    given = {
        "date": "2026-11-26",
        "start": "18:30",
        "end": "20:00",
        "end_date": "",
        "block": str(world.modules[module].blocks[0].id),
        "kind": "lecture",
        "title_kk": "Дәріс",
        "title_ru": "",
        "title_en": "Talk",
        "rooms": "",
        "link": "https://meet.example.org/r",
        "speaker": "",
        "whom": "all",
        "note": "",
    }
    return {**given, **changes}


def only(session: Session) -> ModuleSession:
    return session.scalars(select(ModuleSession)).one()


def sent_by(form: Tag) -> MultiDict[str, str]:
    """What a browser would send of a form as it stands."""
    sent: MultiDict[str, str] = MultiDict()
    for control in form.select("input[name], select[name]"):
        name = str(control["name"])
        if control.name == "select":
            options = control.select("option")
            chosen = [option for option in options if option.has_attr("selected")] or options[:1]
            for option in chosen:
                sent.add(name, str(option["value"]))
        elif control.get("type") not in {"checkbox", "radio"} or control.has_attr("checked"):
            sent.add(name, str(control.get("value", "")))
    return sent


def the_form(page: BeautifulSoup) -> Tag:
    """The form with the fields of a session."""
    [form] = page.select("form[novalidate]")
    return form
