"""The pages of letters, for all letters and for those of one place: what they show, and what their buttons do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.queries import user_names
from app.kernel.clock import HOME_ZONE, day_of
from app.kernel.errors import NotFoundError
from app.kernel.files.names import safe_name
from app.kernel.words import Message
from app.mail.enums import LETTER_STATE_LABELS, LetterState
from app.mail.models import Letter
from app.mail.queries import Scope, address_of_today, get_letter, later_copy, letters_page, standing
from app.mail.rendering import content_of, message_id, subject_of
from app.mail.services import call_back, send_again
from app.web import formats
from app.web.downloads import send_bytes
from app.web.locale import chosen_language
from app.web.pages import page
from app.web.request import current_actor, db_session, moment, settings

LONGEST_TEXT, DIGITS = 200, 9
TAGS = {LetterState.WAITING: "wait", LetterState.SENT: "ok", LetterState.REFUSED: "bad", LetterState.CANCELLED: "no"}


@dataclass(frozen=True, slots=True)
class Shelf:
    """Letters that belong together, and the pages that show them.

    Args:
        scope: the place whose letters they are; None: all letters.
        pages: the beginning of the pages' endpoints.
        address: what these endpoints take besides the letter.
        frame: what the head of the pages shows: ``crumbs``, ``sections``, ``place``.
        may_act: whether the reader may send again and call back.

    """

    scope: Scope | None
    pages: str
    may_act: bool
    address: Mapping[str, Any] = field(default_factory=dict)
    frame: Mapping[str, Any] = field(default_factory=dict)

    def url(self, name: str, **values: Any) -> str:  # noqa: ANN401 - parts of an address
        """The address of a page or of a button."""
        return url_for(f"{self.pages}{name}", **self.address, **values)

    def context(self) -> dict[str, Any]:
        """What the templates of all these pages need."""
        return {
            "shelf": self,
            "at": _moment_words,
            "language_name": lambda code: formats.language_name(code, chosen_language()),
            "labels": LETTER_STATE_LABELS,
            "tags": TAGS,
            "crumbs": (),
            "sections": (),
            "place": "",
            **self.frame,
        }


def show_letters(shelf: Shelf) -> ResponseReturnValue:
    """How things stand, then mailings with their letters."""
    session = db_session()
    state, text = _state(), request.args.get("q", "")[:LONGEST_TEXT].strip()
    found = letters_page(session, shelf.scope, state=state, text=text, number=_number())
    return page(
        "app/letters.html",
        found=found,
        groups=_groups(found.rows),
        stand=standing(session, shelf.scope, now=moment()),
        writers=user_names(session, (row.mailing.created_by_id for row in found.rows)),
        subject_of=subject_of,
        state=state,
        text=text,
        **shelf.context(),
    )


def show_letter(shelf: Shelf, number: int) -> ResponseReturnValue:
    """What exactly is or will be sent, and what became of it."""
    session = db_session()
    letter = get_letter(session, shelf.scope, number)
    return page(
        "app/letter.html",
        letter=letter,
        later=later_copy(session, letter),
        closed=letter.state != LetterState.WAITING and address_of_today(session, letter) is None,
        content=content_of(letter, letter.mailing, settings()),
        sender=settings().MAIL_FROM,
        message_id=message_id(letter, settings()),
        writer=user_names(session, [letter.mailing.created_by_id]).get(letter.mailing.created_by_id or 0, ""),
        **shelf.context(),
    )


def send_part(shelf: Shelf, number: int, kind: str) -> Response:
    """The letter in HTML, or its invitation, as files that no browser opens on our site.

    Raises:
        NotFoundError: there is no such letter here, or it has no invitation.

    """
    letter = get_letter(db_session(), shelf.scope, number)
    content = content_of(letter, letter.mailing, settings())
    if kind == "html":
        return send_bytes(content.html.encode(), safe_name(f"{content.subject}.html"), "text/html")
    if content.calendar is None:
        raise NotFoundError(Message("There is no such page"))
    return send_bytes(content.calendar.encode(), "invite.ics", "text/calendar")


def press_again(shelf: Shelf, number: int) -> ResponseReturnValue:
    """Send a letter once more."""
    seen = request.form.get("seen", "")
    letter = send_again(db_session(), scope=shelf.scope, number=number, seen=seen, actor=current_actor(), now=moment())
    flash(_("The letter goes to %(address)s once more: what becomes of it stands below.", address=letter.address))
    return redirect(shelf.url("letter", number=letter.id))


def press_back(shelf: Shelf, number: int) -> ResponseReturnValue:
    """Call a letter back that waits."""
    call_back(db_session(), scope=shelf.scope, number=number, actor=current_actor(), now=moment())
    flash(_("The letter was called back and will not be sent."))
    return redirect(shelf.url("letter", number=number))


def _groups(rows: Sequence[Letter]) -> list[tuple[Letter, list[Letter]]]:
    """Letters that follow each other and are of one mailing, each group with its first."""
    groups: list[tuple[Letter, list[Letter]]] = []
    for row in rows:
        if groups and groups[-1][0].mailing_id == row.mailing_id:
            groups[-1][1].append(row)
        else:
            groups.append((row, [row]))
    return groups


def _state() -> LetterState | None:
    value = request.args.get("state", "")
    return LetterState(value) if value in set(LetterState) else None


def _number() -> int:
    value = request.args.get("page", "1")[:DIGITS]
    return max(1, int(value)) if value.isascii() and value.isdigit() else 1


def _moment_words(when: datetime) -> str:
    """A moment in the reader's zone; of today the time alone."""
    zone = current_actor().time_zone or HOME_ZONE
    time, day = formats.clock(when, zone), day_of(when, zone)
    return time if day == day_of(moment(), zone) else f"{formats.day_short(day, chosen_language())}, {time}"
