"""Letters for the tests."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.kernel.words import Message
from app.mail.queries import Recipient
from app.mail.services import Draft, post
from app.mail.templates import LetterTemplate

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
WELCOME = LetterTemplate(
    "tests.welcome",
    Message("Hello %(who)s"),
    (Message("You begin on %(day)s."), Message("Until then, %(who)s.")),
    Message("Open the schedule"),
)


def somebody(number: int = 1, **changes: Any) -> Recipient:  # noqa: ANN401 - the fields of a recipient
    """A recipient without an account."""
    values: dict[str, Any] = {
        "person_id": None,
        "user_id": None,
        "address": f"person{number}@example.kz",
        "name": f"Үлгібеков Ә. {number}",
        "language": "kk",
        "time_zone": "Asia/Almaty",
        **changes,
    }
    return Recipient(**values)


def draft(recipient: Recipient | None = None, **changes: Any) -> Draft:  # noqa: ANN401 - the fields of a draft
    """A letter of welcome."""
    values: dict[str, Any] = {"values": {"who": "Әсел"}, "path": "/me/", **changes}
    return Draft(recipient or somebody(), **values)


def post_welcome(session: Session, *drafts: Draft, **changes: Any) -> int:  # noqa: ANN401 - those of ``post``
    """Post letters of welcome."""
    days = {"kk": "9 қараша", "ru": "9 ноября", "en": "9 November"}
    options: dict[str, Any] = {
        "template": WELCOME,
        "shared": {lang: {"day": day} for lang, day in days.items()},
        "scope": ScopeKind.EVERYWHERE,
        "scope_id": None,
        "actor": None,
        "now": NOON,
        **changes,
    }
    return post(session, drafts=drafts or [draft()], **options)
