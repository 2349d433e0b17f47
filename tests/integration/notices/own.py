"""Notices for the tests."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app.accounts.enums import ScopeKind
from app.kernel.tri import LANGUAGES
from app.kernel.words import Message
from app.mail.queries import Recipient, recipients_of_people, recipients_of_users
from app.mail.templates import LetterTemplate
from app.notices.announcing import ANNOUNCEMENT
from app.notices.kinds import Kinds, NoticeKind
from app.notices.services import Told, tell
from tests.integration.modules.world import NOW, World

Visit = Callable[..., FlaskClient]

LETTER = LetterTemplate("tests.moved", Message("%(what)s"), (Message("%(what)s: %(why)s"),), Message("Open"))
MOVED = NoticeKind("tests.moved", Message("Moves"), Message("%(what)s was moved."), LETTER)
GRAVE = NoticeKind("tests.grave", Message("Grave things"), Message("%(what)s"), LETTER, essential=True)
QUIET = NoticeKind("tests.quiet", Message("Small things"), Message("%(what)s"))


def know(app: Flask) -> None:
    """Let the application know the kinds of the tests, and that of announcements."""
    app.extensions["notices"] = Kinds((ANNOUNCEMENT, MOVED, GRAVE, QUIET))


def person(world: World, name: str = "participant") -> Recipient:
    """The person of an account."""
    [found] = recipients_of_people(world.session, [world.users[name].person_id or 0])
    return found


def account(world: World, name: str) -> Recipient:
    """An account that is nobody's on a roster."""
    [found] = recipients_of_users(world.session, [world.users[name].id])
    return found


def told(recipient: Recipient, what: str = "Ethics", key: str = "1", **options: Any) -> Told:  # noqa: ANN401 - as in Told
    """That something was moved, in each language."""
    values = {lang: {"what": f"{what} {lang}", "why": "rain"} for lang in LANGUAGES}
    return Told(recipient, key, values, **{"path": "/me/", **options})


def say(world: World, *each: Told, kind: NoticeKind = MOVED, now: datetime = NOW, scope_id: int | None = None) -> int:
    """Tell it."""
    return tell(
        world.session,
        kind=kind,
        told=each,
        scope=ScopeKind.COHORT,
        scope_id=scope_id or world.cohort.id,
        actor=None,
        now=now,
    )
