"""Announcements: told to an audience at once, and once more to those who have not seen them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.accounts.queries import user_names
from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import ConflictError, DomainError
from app.kernel.missing import add_rows, new_keys
from app.kernel.tri import LANGUAGES, Tri
from app.kernel.words import Message
from app.mail.queries import Recipient
from app.mail.services import Draft, post
from app.mail.templates import LetterTemplate
from app.notices.kinds import NoticeKind
from app.notices.models import Announcement, Notice
from app.notices.rules import REMIND_AFTER, TOKENS, checked_announcement, filled, tokens_in
from app.notices.services import notice_row
from app.web.routing import path_of

_TITLE, _TEXT = "%(title)s", "%(text)s"  # these are alike in every language
ANNOUNCEMENT = NoticeKind(
    "notices.announcement",
    Message("Announcements of your coordinators, when they send them by e-mail too"),
    Message("Announcement: %(title)s"),
    LetterTemplate("notices.announcement", Message(_TITLE), (Message(_TEXT),), Message("Open the announcement")),
    essential=True,
)
REMINDER_LETTER = LetterTemplate(
    "notices.announcement_reminder",
    Message("Reminder: %(title)s"),
    (Message("You have not opened this announcement yet:"), Message(_TEXT)),
    Message("Open the announcement"),
)


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody in an audience, and what the tokens of texts (``cohort``, ``programme``) are called for them."""

    recipient: Recipient
    tokens: Mapping[str, Tri] = field(default_factory=dict)

    def values(self, lang: str, used: Collection[str] = TOKENS) -> dict[str, str]:
        """The tokens that are used, in a language."""
        own = {token: name.best(lang)[0] for token, name in self.tokens.items() if token in used}
        return {"name": self.recipient.name} | own if "name" in used else own


@dataclass(frozen=True, slots=True)
class Audience:
    """People who can be told something together.

    Args:
        ref: ``kind:key``, unique over all features.
        name: what they are called, in each language.
        scope, scope_id: whose coordinators see what was told.
        people: who is in it at present.

    """

    ref: str
    name: Tri
    scope: ScopeKind
    scope_id: int | None
    people: Callable[[], Sequence[Addressee]]


# The audiences in a place that the actor may tell something, at a moment.
AudienceSource = Callable[[Session, Actor, ScopeKind, int, datetime], Sequence[Audience]]


def people_in(audience: Audience) -> Sequence[Addressee]:
    """Who is in an audience at present.

    Raises:
        DomainError: nobody is.

    """
    people = audience.people()
    if not people:
        raise DomainError(Message("Nobody is in this audience. Choose another."), field="audience")
    return people


def announce(
    session: Session, *, key: str, audience: Audience, title: Tri, body: Tri, by_mail: bool, actor: Actor, now: datetime
) -> Announcement:
    """Tell an audience something: a notice for each, and letters if wanted. A form sent twice tells it once.

    Args:
        key: that of the form, which makes the announcement exist once.

    Raises:
        DomainError: the texts are not fit, nobody is in the audience, or the form was sent with other words before.
        ConflictError: somebody else sent a form with this key.

    """
    title, body = checked_announcement(title, body)
    people = people_in(audience)
    row = {
        "key": key,
        "scope": audience.scope,
        "scope_id": audience.scope_id,
        "audience": audience.ref,
        "audience_name": audience.name,
        "title": title,
        "body": body,
        "by_mail": by_mail,
        "created_at": now,
        "created_by_id": actor.user_id,
    }
    added = new_keys(session, Announcement, [row], unless=Announcement.key)
    announcement = session.scalars(select(Announcement).where(Announcement.key == key)).one()
    if not added:
        if announcement.created_by_id != actor.user_id:
            raise ConflictError(Message("Nothing was sent: open the form again."))
        _check_same(announcement, row)
        return announcement
    _tell(session, announcement, people, actor, now)
    record(
        session,
        act="notices.announced",
        subject="announcement",
        subject_id=announcement.id,
        actor=actor,
        now=now,
        audience=audience.ref,
        people=len(people),
        by_mail=by_mail,
    )
    session.flush()
    return announcement


def _check_same(sent: Announcement, row: Mapping[str, Any]) -> None:
    """Refuse other words under the key of a form that was sent: whoever went back to correct them must not miss it."""
    if any(getattr(sent, name) != row[name] for name in ("audience", "title", "body", "by_mail")):
        raise DomainError(
            Message(
                "You have sent this form already, with other words or to others, and that stands. "
                "If these words are to be told as well, send them once more."
            ),
            field="key",
        )


def _tell(
    session: Session, announcement: Announcement, people: Sequence[Addressee], actor: Actor, now: datetime
) -> None:
    used = tokens_in((*announcement.title.forms(), *announcement.body.forms()))
    by_key = {f"{ANNOUNCEMENT.name}:{announcement.id}:{one.recipient.ref}": one for one in people}
    values = {key: _used(one, used) for key, one in by_key.items()}
    rows = [
        notice_row(ANNOUNCEMENT, key, one.recipient, now=now, values=values[key], path=None)
        | {"announcement_id": announcement.id}
        for key, one in by_key.items()
    ]
    add_rows(session, Notice, rows)  # the announcement is new: nobody can have been told of it
    if announcement.by_mail:
        letters = [(one.recipient, values[key]) for key, one in by_key.items()]
        assert ANNOUNCEMENT.letter is not None  # noqa: S101 - its declaration stands above
        _post(session, announcement, ANNOUNCEMENT.letter, letters, actor, now)


def _used(one: Addressee, used: frozenset[str]) -> dict[str, Any]:
    return {lang: one.values(lang, used) for lang in LANGUAGES} if used else {}


def _post(
    session: Session,
    announcement: Announcement,
    template: LetterTemplate,
    letters: Sequence[tuple[Recipient, Mapping[str, Mapping[str, str]]]],
    actor: Actor,
    now: datetime,
) -> None:
    """Letters of an announcement; a text without tokens is kept once for all of them.

    Args:
        letters: recipients, each with the tokens in every language: they are said in that of the text around them.

    """
    texts = {lang: {"title": announcement.title.best(lang), "text": announcement.body.best(lang)} for lang in LANGUAGES}
    own = bool(tokens_in((*announcement.title.forms(), *announcement.body.forms())))
    path = path_of("notices.announcement", number=announcement.id)
    post(
        session,
        template=template,
        drafts=[
            Draft(
                recipient,
                {name: filled(text, values[lang]) for name, (text, lang) in texts[recipient.language].items()}
                if own
                else {},
                path if recipient.user_id else None,
            )
            for recipient, values in letters
        ],
        scope=announcement.scope,
        scope_id=announcement.scope_id,
        actor=actor,
        now=now,
        shared=None
        if own
        else {lang: {name: text for name, (text, _lang) in words.items()} for lang, words in texts.items()},
    )


def remind(
    session: Session, *, announcement: Announcement, people: Sequence[Addressee], actor: Actor, now: datetime
) -> int:
    """Put an announcement on top again for those who have not seen it, with a letter; at most once an hour.

    Args:
        people: who is in its audience at present; whoever has left since is not reminded.

    Returns:
        How many were reminded.

    Raises:
        DomainError: nobody is left to be reminded.
        ConflictError: it was sent, or somebody reminded them, less than an hour ago.

    """
    _take_turn(session, announcement, actor, now)
    recipients = [one.recipient for one in people]
    unseen = (Notice.announcement_id == announcement.id, Notice.seen_at.is_(None))
    rest = session.execute(
        update(Notice)
        .where(*unseen, Notice.id.not_in(_left(session, unseen, recipients)))
        .values(created_at=now)
        .returning(Notice.person_id, Notice.user_id, Notice.values),
        execution_options={"synchronize_session": False},
    ).all()
    if not rest:
        raise DomainError(Message("Nobody was reminded: everybody who is still in this audience has seen it."))
    values = {(row.person_id, row.user_id): row[2] for row in rest}
    letters = [(one, kept) for one in recipients if (kept := _kept(values, one)) is not None]
    _post(session, announcement, REMINDER_LETTER, letters, actor, now)
    record(
        session,
        act="notices.reminded",
        subject="announcement",
        subject_id=announcement.id,
        actor=actor,
        now=now,
        people=len(rest),
    )
    session.flush()
    return len(rest)


def _left(session: Session, told: Sequence[ColumnElement[bool]], recipients: Sequence[Recipient]) -> list[int]:
    """The notices of those who are in the audience no more: a few, whatever its size."""
    inside = {key for one in recipients for key in ((one.person_id, None), (None, one.user_id))}
    rows = session.execute(select(Notice.id, Notice.person_id, Notice.user_id).where(*told))
    return [row.id for row in rows if (row.person_id, row.user_id) not in inside]


def _take_turn(session: Session, announcement: Announcement, actor: Actor, now: datetime) -> None:
    """Of several who remind at once, one does."""
    earliest = now - REMIND_AFTER
    taken = session.execute(
        update(Announcement)
        .where(
            Announcement.id == announcement.id,
            Announcement.created_at <= earliest,
            or_(Announcement.reminded_at.is_(None), Announcement.reminded_at <= earliest),
        )
        .values(reminded_at=now, reminded_by_id=actor.user_id)
        .returning(Announcement.id),
        execution_options={"synchronize_session": False},
    ).first()
    session.refresh(announcement)
    if taken is None:
        raise _too_soon(session, announcement, actor)


def _kept(
    values: Mapping[tuple[int | None, int | None], Mapping[str, Any]], one: Recipient
) -> Mapping[str, Any] | None:
    return values.get((one.person_id, None), values.get((None, one.user_id)))


def _too_soon(session: Session, announcement: Announcement, actor: Actor) -> ConflictError:
    by = announcement.reminded_by_id
    if announcement.reminded_at is None:
        return ConflictError(
            Message("Nobody was reminded: it was sent less than an hour ago. Give people time to open it.")
        )
    if by == actor.user_id:
        return ConflictError(
            Message("Nobody was reminded twice: you did it less than an hour ago. Wait until the hour is over.")
        )
    who = user_names(session, [by]).get(by or 0, "–")
    return ConflictError(
        Message("Nobody was reminded: %(who)s did it less than an hour ago. Wait until the hour is over.", who=who)
    )
