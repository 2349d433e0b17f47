"""A person's own page: reading it, and changing what it shows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from modules.models import ModuleSession
from modules.rules.facts import facts_of
from modules.services import change_session, mark_seen, publish
from tests.integration.modules.world import NOW, World

Visit = Callable[..., FlaskClient]
HOUR = timedelta(hours=1)
ROOM = "https://meet.example.org/room"


def read(client: FlaskClient, path: str = "/me/", status: int = 200) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return BeautifulSoup(answer.data, "html5lib")


def text_of(soup: Tag, selector: str) -> list[str]:
    return [" ".join(found.get_text(" ").split()) for found in soup.select(selector)]


def publish_all(world: World, **options: object) -> None:
    moment = options.get("now", NOW)
    assert isinstance(moment, datetime)
    publish(world.session, cohort=world.cohort, actor=world.actor("coordinator"), now=moment)


def look(world: World, version: int, name: str = "participant") -> None:
    actor = world.actor(name)
    mark_seen(world.session, person_id=actor.person_id or 0, versions={world.cohort.id: version}, actor=actor, now=NOW)


def move(world: World, meeting: ModuleSession, **changes: object) -> None:
    changed = replace(facts_of(meeting), **changes)  # type: ignore[arg-type]  # any field
    change_session(world.session, meeting=meeting, facts=changed, expected_version=meeting.version, actor=None, now=NOW)
