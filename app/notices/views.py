"""What somebody was told: the feed, one notice, and which letters they want."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.accounts.rules import Actor
from app.kernel.clock import HOME_ZONE
from app.kernel.tri import LANGUAGES, Tri
from app.kernel.words import Message
from app.notices.forms import ChoicesForm
from app.notices.kinds import Kinds, NoticeKind
from app.notices.models import Notice
from app.notices.queries import Reader, choices_of, feed, get_notice, notice_of_announcement, readers, seen_by, unread
from app.notices.rules import filled, reads_for_others_only
from app.notices.seeing import choose, see
from app.web import formats
from app.web.forms import submitted
from app.web.locale import LANGUAGE_COOKIE, chosen_language, remember, translate
from app.web.pages import page
from app.web.policy import signed_in, writes
from app.web.request import current_actor, db_session, moment

blueprint = Blueprint("notices", __name__)

PER_PAGE = 50
LONGEST_NUMBER = 10  # digits
UNKNOWN_KIND = Message("This notice belongs to a part of the system that is not in use any more.")


@dataclass(frozen=True, slots=True)
class Line:
    """A notice as the feed shows it.

    Args:
        new: not seen yet.
        by: through whose account it was seen, if that is not the reader's.

    """

    number: int
    text: Markup
    time: str
    new: bool
    by: str


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that the reader may open; ``unread``: how much of it is new."""

    label: str
    url: str
    unread: int
    current: bool


@blueprint.get("/notices/")
@signed_in
def index() -> ResponseReturnValue:
    """The reader's notices, or those of the person for whom an assistant reads, newest first."""
    actor, lang = current_actor(), chosen_language()
    reader = _reader(actor)
    number = max(_number(request.args.get("page", "1")), 1)
    rows, total = feed(db_session(), reader, offset=(number - 1) * PER_PAGE, limit=PER_PAGE)
    counts = unread(db_session(), actor)
    names = seen_by(db_session(), rows, but=actor.user_id)
    query = _query(actor, reader)
    pages = -(-total // PER_PAGE)
    return page(
        "app/notices.html",
        reader=reader,
        query=query,
        feeds=_feeds(actor, reader, counts),
        unread=counts.get(reader.person_id if reader.name is not None else None, 0),
        fresh=[row.id for row in rows if row.seen_at is None],
        days=_days(rows, names, actor, lang),
        page_number=number,
        pages=pages,
        before=url_for(".index", page=number - 1, **query) if number > 1 else "",
        after=url_for(".index", page=number + 1, **query) if number < pages else "",
    )


@blueprint.get("/notices/<int:number>")
@signed_in
@writes
def notice(number: int) -> ResponseReturnValue:
    """Remember that a notice was seen, and go where it leads; an announcement is read here."""
    actor, lang = current_actor(), chosen_language()
    found, reader = get_notice(db_session(), actor, number)
    see(db_session(), numbers=[found.id], reader=reader, actor=actor, now=moment())
    query = _query(actor, reader)
    if found.announcement is None:
        return redirect(found.path or url_for(".index", **query))
    spoken = found.announcement.body.best(lang)[1]
    return page(
        "app/announcement.html",
        reader=reader,
        back=url_for(".index", **query),
        title=_filled_in(found, found.announcement.title, lang),
        text=_filled_in(found, found.announcement.body, lang),
        foreign="" if spoken == lang else formats.language_name(spoken, lang),
        when=_when(found.created_at, actor, lang),
        whom=found.announcement.audience_name,
    )


@blueprint.get("/notices/announcements/<int:number>")
@signed_in
def announcement(number: int) -> ResponseReturnValue:
    """The reader's own notice of an announcement: letters know only the latter."""
    return redirect(url_for(".notice", number=notice_of_announcement(db_session(), current_actor(), number)))


@blueprint.post("/notices/seen")
@signed_in
def seen() -> ResponseReturnValue:
    """Remember that the new notices of a page were seen: those that it showed."""
    actor = current_actor()
    reader = _reader(actor)
    numbers = [_number(text) for text in request.form.getlist("notice")]
    if not numbers or not all(numbers) or len(numbers) > PER_PAGE:
        abort(400)
    see(db_session(), numbers=numbers, reader=reader, actor=actor, now=moment())
    return redirect(url_for(".index", page=_number(request.form.get("page", "")) or None, **_query(actor, reader)))


@blueprint.route("/notices/choices", methods=["GET", "POST"])
@signed_in
def choices() -> ResponseReturnValue:
    """Language, times and letters of the reader's own account."""
    actor, kinds = current_actor(), [kind for kind in _kinds().listed if kind.letter]
    offered = [kind for kind in kinds if not kind.essential and _concerns(kind, actor)]
    zone = actor.time_zone or HOME_ZONE
    form = ChoicesForm()
    form.offer(offered, zone)

    def act() -> None:
        choose(
            db_session(),
            language=form.language.data,
            time_zone=form.time_zone.data,
            wanted={kind.name: kind.name in (form.wanted.data or ()) for kind in offered},
            actor=actor,
            now=moment(),
        )

    if submitted(form, act):
        flash(_("Your choices were saved."))
        response = redirect(url_for(".choices"))
        remember(response, LANGUAGE_COOKIE, form.language.data)
        return response
    if not form.is_submitted():
        chosen = choices_of(db_session(), actor.user_id)
        form.language.data = actor.language or chosen_language()
        form.time_zone.data = zone
        form.wanted.data = [kind.name for kind in offered if chosen.get(kind.name, True)]
    return page("app/notice_choices.html", form=form, always=[kind.label for kind in kinds if kind.essential])


def _concerns(kind: NoticeKind, actor: Actor) -> bool:
    """Whether somebody is ever told of this: most is told to people, which many accounts are not."""
    return actor.person_id is not None if kind.told_to is None else actor.may(kind.told_to)


def _kinds() -> Kinds:
    kinds: Kinds = current_app.extensions["notices"]
    return kinds


def _reader(actor: Actor) -> Reader:
    """Whose feed is asked for.

    Raises:
        NotFound: it is somebody for whom the reader does not act.

    """
    own, *others = readers(actor)
    wanted = request.values.get("for")
    if wanted is None:
        return others[0] if others and reads_for_others_only(actor) else own
    found = next((reader for reader in others if str(reader.person_id) == wanted), own if wanted == "own" else None)
    if found is None:
        abort(404)
    return found


def _query(actor: Actor, reader: Reader) -> dict[str, Any]:
    """What the addresses of a feed carry."""
    if reader.name is not None:
        return {"for": reader.person_id}
    return {"for": "own"} if reads_for_others_only(actor) else {}


def _feeds(actor: Actor, current: Reader, counts: dict[int | None, int]) -> list[FeedLink]:
    """Links to the feeds of somebody who reads for others too; nothing for everybody else."""
    found = readers(actor)
    if len(found) == 1:
        return []
    return [
        FeedLink(
            reader.name or _("My own notices"),
            url_for(".index", **_query(actor, reader)),
            counts.get(reader.person_id if reader.name is not None else None, 0),
            reader == current,
        )
        for reader in found
    ]


def _days(
    rows: Sequence[Notice], names: dict[int, str], actor: Actor, lang: str
) -> list[tuple[str, str, bool, list[Line]]]:
    """The lines by day: the day, its word (today, yesterday), whether it is today, its lines."""
    zone = actor.time_zone or HOME_ZONE
    today = _day_of(moment(), zone)
    lines = [
        (
            _day_of(row.created_at, zone),
            Line(
                row.id,
                _sentence(row, lang),
                formats.clock(row.created_at, zone),
                row.seen_at is None,
                names.get(row.seen_by_id or 0, ""),
            ),
        )
        for row in rows
    ]
    return [
        (formats.day(day, lang), _day_word(day, today), day == today, [line for _day, line in group])
        for day, group in groupby(lines, key=lambda pair: pair[0])
    ]


def _sentence(row: Notice, lang: str) -> Markup:
    """The line of a notice in the page's language; what was told is in another when it was not told in this one."""
    kind = _kinds().by_name.get(row.kind)
    if kind is None:
        return escape(translate(UNKNOWN_KIND))
    if row.announcement is not None:
        values: dict[str, Any] = {"title": _filled_in(row, row.announcement.title, lang)}
    else:
        values = next((row.values[code] for code in (lang, *LANGUAGES) if code in row.values), {})
    return Markup(translate(kind.text)) % _Kept(values)  # noqa: S704 - our catalogues


class _Kept(dict[str, Any]):
    """The values of a notice, which may have been told before its kind got the sentence that it has now."""

    def __missing__(self, token: str) -> str:
        return "–"


def _filled_in(row: Notice, text: Tri, lang: str) -> Markup:
    """A text of an announcement as this reader reads it."""
    words, spoken = text.best(lang)
    return formats.tri(Tri.from_dict({spoken: filled(words, row.values.get(spoken, {}))}), lang)


def _when(at: datetime, actor: Actor, lang: str) -> str:
    zone = actor.time_zone or HOME_ZONE
    return f"{formats.day(_day_of(at, zone), lang)}, {formats.clock(at, zone)}"


def _day_of(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _day_word(day: date, today: date) -> str:
    if day == today:
        return str(_("Today"))
    return str(_("Yesterday")) if day == today - timedelta(days=1) else ""


def _number(text: str) -> int:
    """A number that fits every database; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER else 0
