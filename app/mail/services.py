"""Writing letters into the outbox, in the transaction of the act that they tell of; sending again, calling back."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.accounts.rules import Actor
from app.audit.services import record
from app.jobs.services import enqueue
from app.kernel.errors import ConflictError, DomainError
from app.kernel.missing import add_rows
from app.kernel.text import search_key
from app.kernel.tri import LANGUAGES
from app.kernel.words import Message
from app.mail.delivering import DELIVER
from app.mail.enums import LetterState
from app.mail.models import Letter, Mailing
from app.mail.queries import Recipient, Scope, address_of_today, get_letter, later_copy
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
        _check(template, draft, common[draft.recipient.language])
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
    add_rows(session, Letter, rows)
    enqueue(session, kind=DELIVER, key=rows[0]["message_id"], now=now, actor=actor)
    return len(rows)


def _check(template: LetterTemplate, draft: Draft, common: Mapping[str, str]) -> None:
    template.check(draft.values.keys() | common.keys())
    if draft.path is not None and not is_path(draft.path):
        msg = f"the letter {template.name} was not posted: {draft.path!r} is no path of this site"
        raise ValueError(msg)


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
        "search_key": _search_key(name, address),
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


def send_again(session: Session, *, scope: Scope | None, number: int, seen: str, actor: Actor, now: datetime) -> Letter:
    """Send a letter once more, to the address that its recipient has today.

    One that was refused or called back waits again. One that was sent stays as it is, and a new one is written.

    Args:
        seen: the state that whoever asks saw.

    Raises:
        NotFoundError: there is no such letter in this place.
        ConflictError: it is in another state by now, or it was sent again already: then only the later one may be.
        DomainError: the recipient's account is closed, or what is known is no address.

    """
    letter = get_letter(session, scope, number, hold=True)
    if letter.state != seen or letter.state == LetterState.WAITING or later_copy(session, letter):
        raise _faster()
    address = address_of_today(session, letter)
    if address is None:
        raise DomainError(
            Message("Nothing was sent: the recipient's account is closed, and no other address is known.")
        )
    if address_problem(address):
        raise DomainError(
            Message(
                "Nothing was sent: this is not an e-mail address. Correct it where the person or the account is kept, "
                "then send the letter again."
            )
        )
    if letter.state == LetterState.SENT:
        letter = _copy(letter)
        session.add(letter)
    letter.address, letter.search_key = address, _search_key(letter.name, address)
    letter.state, letter.due_at, letter.attempts, letter.problem = LetterState.WAITING, now, 0, None
    session.flush()
    enqueue(session, kind=DELIVER, key=f"{letter.message_id}:{now.isoformat()}", now=now, actor=actor)
    _record(session, "mail.sent_again", letter, actor=actor, now=now)
    return letter


def call_back(session: Session, *, scope: Scope | None, number: int, actor: Actor, now: datetime) -> Letter:
    """Keep a letter that waits from being sent.

    Raises:
        NotFoundError: there is no such letter in this place.
        ConflictError: it does not wait any more.

    """
    letter = get_letter(session, scope, number, hold=True)
    if letter.state != LetterState.WAITING:
        raise _faster()
    letter.state = LetterState.CANCELLED
    _record(session, "mail.called_back", letter, actor=actor, now=now)
    session.flush()
    return letter


def _faster() -> ConflictError:
    return ConflictError(
        Message("Nothing was changed: this letter is not as you saw it any more. Open it again and look.")
    )


def _copy(letter: Letter) -> Letter:
    """The same letter, under a name of its own."""
    return Letter(
        mailing=letter.mailing,
        person_id=letter.person_id,
        user_id=letter.user_id,
        name=letter.name,
        language=letter.language,
        time_zone=letter.time_zone,
        values=letter.values,
        path=letter.path,
        calendar=letter.calendar,
        message_id=secrets.token_hex(16),
    )


def _record(session: Session, act: str, letter: Letter, *, actor: Actor, now: datetime) -> None:
    record(
        session,
        act=act,
        subject="letter",
        subject_id=letter.id,
        actor=actor,
        now=now,
        template=letter.mailing.template,
        message_id=letter.message_id,
    )


def _search_key(name: str, address: str) -> str:
    return f"{search_key(name)} {address[:LONGEST_ADDRESS].casefold()}"
