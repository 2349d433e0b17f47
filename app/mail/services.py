"""Writing letters into the outbox, in the transaction of the act that they tell of."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.accounts.rules import Actor
from app.jobs.services import enqueue
from app.kernel.text import search_key
from app.kernel.tri import LANGUAGES
from app.mail.delivering import DELIVER
from app.mail.enums import LetterState
from app.mail.models import Letter, Mailing
from app.mail.queries import Recipient
from app.mail.rules import LONGEST_ADDRESS, MOST_NAME, address_problem, clean_line, is_path
from app.mail.templates import LetterTemplate


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter to one recipient.

    Args:
        values: the tokens that are this recipient's alone, in the recipient's language.
        path: where the button leads, on this site.
        calendar: an iCalendar text with its METHOD, sent as an invitation.

    """

    recipient: Recipient
    values: Mapping[str, str]
    path: str | None = None
    calendar: str | None = None


def post(
    session: Session,
    *,
    template: LetterTemplate,
    drafts: Sequence[Draft],
    scope: ScopeKind,
    scope_id: int | None,
    actor: Actor | None,
    now: datetime,
    shared: Mapping[str, Mapping[str, str]] | None = None,
    essential: bool = True,
) -> int:
    """Put letters into the outbox; they leave after the commit. Any number costs two statements and a job.

    A recipient without an address is passed over; one whose address cannot be one gets a letter that says so.

    Args:
        scope, scope_id: whose coordinators may see them.
        shared: by language the tokens that all letters have in common, for each language that a recipient reads.
        essential: False: letters say where their reader can do without them.

    Returns:
        How many letters were written.

    Raises:
        ValueError: a letter has not exactly the tokens of its template, or a path that is none of this site.

    """
    common = {lang: dict((shared or {}).get(lang, {})) for lang in LANGUAGES}
    addressed = [draft for draft in drafts if draft.recipient.address]
    for draft in addressed:
        template.check(draft.values.keys() | common[draft.recipient.language].keys())
        if draft.path is not None and not is_path(draft.path):
            msg = f"the letter {template.name} was not posted: {draft.path!r} is no path of this site"
            raise ValueError(msg)
    if not addressed:
        return 0
    mailing = Mailing(
        template=template.name,
        texts=template.as_dict(),
        values=common,
        essential=essential,
        scope=scope,
        scope_id=scope_id,
        created_at=now,
        created_by_id=actor.user_id if actor else None,
    )
    session.add(mailing)
    session.flush()
    rows = [_row(draft, mailing.id, now) for draft in addressed]
    session.execute(insert(Letter), rows)
    enqueue(session, kind=DELIVER, key=rows[0]["message_id"], now=now, actor=actor)
    return len(rows)


def _row(draft: Draft, mailing_id: int, now: datetime) -> dict[str, Any]:
    recipient = draft.recipient
    address, name = (recipient.address or "").strip(), clean_line(recipient.name, MOST_NAME)
    problem = address_problem(address)
    return {
        "mailing_id": mailing_id,
        "person_id": recipient.person_id,
        "user_id": recipient.user_id,
        "address": address[:LONGEST_ADDRESS],
        "name": name,
        "search_key": f"{search_key(name)} {address[:LONGEST_ADDRESS].casefold()}",
        "language": recipient.language,
        "time_zone": recipient.time_zone,
        "values": dict(draft.values),
        "path": draft.path,
        "calendar": draft.calendar,
        "message_id": secrets.token_hex(16),
        "state": LetterState.REFUSED if problem else LetterState.WAITING,
        "attempts": 0,
        "due_at": now,
        "sent_at": None,
        "problem": problem.as_dict() if problem else None,
    }
