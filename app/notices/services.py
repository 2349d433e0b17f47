"""Telling people: notices are written once, and letters for those who want them, in the transaction of the act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.accounts.rules import Actor
from app.kernel.missing import new_keys
from app.mail.queries import Recipient
from app.mail.services import Draft, post
from app.mail.templates import LetterTemplate
from app.notices.kinds import NoticeKind
from app.notices.models import Notice, NoticeChoice


@dataclass(frozen=True, slots=True)
class Told:
    """What one person is told.

    Args:
        key: what exactly it is, unique within its kind and for this recipient over all time.
        values: for each language the tokens of the notice and of its letter, in words.
        path: the page of this site that it leads to.
        calendar: iCalendar text that goes with the letter.

    """

    recipient: Recipient
    key: str
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    path: str | None = None
    calendar: str | None = None


def tell(
    session: Session,
    *,
    kind: NoticeKind,
    told: Sequence[Told],
    scope: ScopeKind,
    scope_id: int | None,
    actor: Actor | None,
    now: datetime,
) -> int:
    """Add notices, each once whoever else tells the same, and letters to those whose notice is new and who want them.

    Args:
        scope, scope_id: whose coordinators may see the letters.

    Returns:
        How many notices are new.

    """
    by_key = {f"{kind.name}:{each.key}:{each.recipient.ref}": each for each in told}
    rows = [
        notice_row(kind, key, each.recipient, now=now, values=_kept(kind, each.values), path=each.path)
        for key, each in by_key.items()
    ]
    new = [by_key[key] for key in new_keys(session, Notice, rows, unless=Notice.key)]
    if kind.letter and new:
        unwilling = frozenset() if kind.essential else without_letters(session, kind)
        post(
            session,
            template=kind.letter,
            drafts=[_draft(kind.letter, each) for each in new if each.recipient.user_id not in unwilling],
            scope=scope,
            scope_id=scope_id,
            actor=actor,
            now=now,
            essential=kind.essential,
        )
    return len(new)


def _draft(letter: LetterTemplate, told: Told) -> Draft:
    texts = told.values.get(told.recipient.language, {})
    values = {token: texts[token] for token in letter.tokens}
    return Draft(told.recipient, values, told.path if letter.button else None, told.calendar)


def notice_row(
    kind: NoticeKind, key: str, recipient: Recipient, *, now: datetime, values: dict[str, Any], path: str | None
) -> dict[str, Any]:
    """A row of the feed: a person's when there is one, so that an assistant sees it too, else an account's."""
    return {
        "key": key,
        "kind": kind.name,
        "person_id": recipient.person_id,
        "user_id": None if recipient.person_id else recipient.user_id,
        "values": values,
        "path": path,
        "created_at": now,
    }


def _kept(kind: NoticeKind, values: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    return {lang: {token: texts[token] for token in kind.tokens} for lang, texts in values.items()}


def without_letters(session: Session, kind: NoticeKind) -> frozenset[int]:
    """The accounts that want no letters of a kind."""
    refused = select(NoticeChoice.user_id).where(NoticeChoice.kind == kind.name, NoticeChoice.wanted.is_(False))
    return frozenset(session.scalars(refused))
