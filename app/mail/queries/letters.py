"""Reading the outbox: what stands in it, within what somebody may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVarTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.enums import ScopeKind
from app.kernel.errors import NotFoundError
from app.kernel.text import search_key
from app.kernel.words import Message
from app.mail.enums import LetterState
from app.mail.models import Letter, Mailing
from app.mail.outbox import AWAY, TOO_LATE, is_due
from app.mail.queries.recipients import recipients_of_people, recipients_of_users

PAGE = 100
MOST_WORDS = 8
Row = TypeVarTuple("Row")


class Scope(NamedTuple):
    """A place whose letters are looked at; there is a page for all, too."""

    kind: ScopeKind
    key: int


@dataclass(frozen=True, slots=True)
class LettersPage:
    """A page of letters, the newest mailing first.

    Args:
        counts: how many letters of each state there are, whatever is searched for.
        found: how many letters match.
        of_mailings: for each mailing on the page its letters by state.

    """

    rows: Sequence[Letter]
    counts: dict[LetterState, int]
    found: int
    of_mailings: dict[int, dict[LetterState, int]]
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.found // PAGE))


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand: when the last letter was sent, and why none can be sent now."""

    last_sent: datetime | None
    trouble: Message | None


def letters_page(
    session: Session, scope: Scope | None, *, state: LetterState | None, text: str, number: int
) -> LettersPage:
    """Letters by state, name and address. Three statements, and one more for words that are searched."""
    counts = state_counts(session, scope)
    found = counts.get(state, 0) if state else sum(counts.values())
    where = [_matching(word) for word in text.split()[:MOST_WORDS]]
    if state:
        where.append(Letter.state == state)
    if text:
        found = session.scalar(_within(scope, select(func.count(Letter.id)).where(*where))) or 0
    number = min(number, max(1, -(-found // PAGE)))
    wanted = _within(scope, select(Letter).where(*where)).order_by(Letter.mailing_id.desc(), Letter.id)
    page = wanted.offset((number - 1) * PAGE).limit(PAGE).options(joinedload(Letter.mailing))
    rows = session.scalars(page).all()
    return LettersPage(rows, counts, found, _of_mailings(session, rows), number)


def state_counts(session: Session, scope: Scope | None) -> dict[LetterState, int]:
    """How many letters of each state there are."""
    wanted = _within(scope, select(Letter.state, func.count()).group_by(Letter.state))
    return {state: number for state, number in session.execute(wanted)}  # noqa: C416 - rows are tuples to mypy only so


def _of_mailings(session: Session, rows: Sequence[Letter]) -> dict[int, dict[LetterState, int]]:
    keys = {row.mailing_id for row in rows}
    wanted = (
        select(Letter.mailing_id, Letter.state, func.count())
        .where(Letter.mailing_id.in_(keys))
        .group_by(Letter.mailing_id, Letter.state)
    )
    found: dict[int, dict[LetterState, int]] = {key: {} for key in keys}
    for key, state, number in session.execute(wanted):
        found[key][state] = number
    return found


def get_letter(session: Session, scope: Scope | None, number: int, *, hold: bool = False) -> Letter:
    """A letter with its mailing.

    Args:
        hold: nobody else changes it until the end of the transaction.

    Raises:
        NotFoundError: there is none, or it is of another place.

    """
    wanted = _within(scope, select(Letter).where(Letter.id == number)).options(joinedload(Letter.mailing))
    if hold:
        wanted = wanted.with_for_update(of=Letter).execution_options(populate_existing=True)
    letter = session.scalar(wanted)
    if letter is None:
        raise NotFoundError(Message("There is no such page"))
    return letter


def later_copy(session: Session, letter: Letter) -> int | None:
    """The number of the letter that was written to send this one again, the latest; None: nobody has."""
    whose = (Letter.person_id == letter.person_id, Letter.user_id == letter.user_id, Letter.name == letter.name)
    later = select(Letter).where(Letter.mailing_id == letter.mailing_id, Letter.id > letter.id, *whose)
    said = (letter.values, letter.path, letter.calendar)
    return next(
        (
            other.id
            for other in session.scalars(later.order_by(Letter.id.desc()))
            if (other.values, other.path, other.calendar) == said
        ),
        None,
    )


def address_of_today(session: Session, letter: Letter) -> str | None:
    """Where a letter would go if it were sent again; None: its account is closed, and no other address is known."""
    if letter.person_id:
        found = recipients_of_people(session, [letter.person_id])
    else:
        found = recipients_of_users(session, [letter.user_id] if letter.user_id else [])
    known = next((recipient.address for recipient in found if recipient.address), None)
    if known is None and letter.user_id is None:  # it never went to an account
        known = letter.address
    return known.strip() if known else None


def standing(session: Session, scope: Scope | None, *, now: datetime) -> Standing:
    """How things stand with the letters of a place; trouble with the server is everybody's."""
    last = session.scalar(_within(scope, select(func.max(Letter.sent_at))))
    return Standing(last, _trouble(session, now=now))


def late_since(session: Session, *, now: datetime) -> tuple[datetime, Message | None] | None:
    """Since when letters wait that should have left, and why; None while letters leave, however many wait in line."""
    oldest = session.scalar(select(func.min(Letter.due_at)).where(is_due(now)))
    if oldest is None or oldest > now - TOO_LATE:
        return None
    lately = Letter.sent_at.between(now - TOO_LATE, now)
    if session.scalar(select(Letter.id).where(lately).limit(1)):
        return None
    return oldest, _trouble(session, now=now)


def _trouble(session: Session, *, now: datetime) -> Message | None:
    """Why nothing can be sent now, if that is known: it stands on the letter whose turn it was."""
    tried = select(Letter.problem).where(is_due(now), Letter.problem.is_not(None)).order_by(Letter.id).limit(1)
    problem = session.scalar(tried)
    if not problem or problem["text"] != AWAY:
        return None
    reason = Message.from_dict(problem).values["reason"]
    return reason if isinstance(reason, Message) else None


def _within(scope: Scope | None, wanted: Select[*Row]) -> Select[*Row]:
    """What is wanted of letters, of those of a place alone; for all letters nothing is asked of their mailings."""
    if scope is None:
        return wanted
    return wanted.join(Letter.mailing).where(Mailing.scope == scope.kind, Mailing.scope_id == scope.key)


def _matching(word: str) -> ColumnElement[bool]:
    """A part of a name, however its letters are marked, or a part of an address as it stands."""
    forms = {word.casefold(), search_key(word)} - {""}
    return or_(*(Letter.search_key.contains(form, autoescape=True) for form in sorted(forms)))
