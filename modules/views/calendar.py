"""The calendar that programs subscribe to, by a secret address."""

import re
from collections.abc import Iterable

from flask import Blueprint, Response, abort, request

from app.kernel.words import Message
from app.web.locale import force_locale, translate
from app.web.policy import public
from app.web.request import db_session
from modules.enums import SessionStatus
from modules.queries.experts import known_experts
from modules.queries.personal import entries, feed_by_secret
from modules.rules.agenda import Entry
from modules.rules.audience import expert_ids
from modules.rules.ics import Event, calendar
from modules.views.present import Names, helpers, languages_text, speakers

blueprint = Blueprint("calendar", __name__)

SECRET = re.compile(r"[A-Za-z0-9_-]{1,43}")
USUAL_LANGUAGE = "kk"


@blueprint.get("/calendar/<secret>.ics")
@public
def feed(secret: str) -> Response:
    """All sessions of a person, cancelled ones too; 304 when nothing changed since the reader's copy."""
    owner = feed_by_secret(db_session(), secret) if SECRET.fullmatch(secret) else None
    if owner is None:
        abort(404)
    lang = owner.language or USUAL_LANGUAGE
    own = [entry for entry in entries(db_session(), owner.person_id) if entry.mine]
    names = Names(known_experts(db_session(), (key for entry in own for key in expert_ids(entry.people))))
    response = Response(calendar_of(own, names, lang), content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    # No Last-Modified: a session that falls away from somebody's calendar leaves nothing behind that is newer.
    response.add_etag()
    response.make_conditional(request)
    return response


def calendar_of(own: Iterable[Entry], names: Names, lang: str) -> bytes:
    """The calendar of some published sessions, in a language."""
    with force_locale(lang):
        cancelled = translate(Message("Cancelled"))
        events = [_event(entry, names, lang, cancelled) for entry in own]
        return calendar(events, name=translate(Message("My schedule")))


def _event(entry: Entry, names: Names, lang: str, cancelled: str) -> Event:
    title = entry.title.best(lang)[0]
    where = (*entry.rooms, entry.address.best(lang)[0] if entry.address else None)
    who = (speakers(entry, names, lang), *helpers(entry, names, lang), languages_text(entry, lang))
    return Event(
        uid=entry.uid,
        sequence=entry.sequence,
        changed_at=entry.changed_at,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        time_zone=entry.time_zone,
        summary=f"{cancelled}: {title}" if entry.cancelled else title,
        cancelled=entry.cancelled,
        tentative=entry.status == SessionStatus.TENTATIVE,
        location=", ".join(text for text in where if text) or entry.link,
        description="\n".join(text for text in (*who, entry.note, entry.link) if text) or None,
        url=entry.link,
    )
