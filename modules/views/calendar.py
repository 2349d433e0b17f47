"""The calendar that programs subscribe to, by a secret address."""

import re
from datetime import datetime

from flask import Blueprint, Response, abort, request
from flask_babel import force_locale

from app.kernel.words import Message
from app.web.locale import translate
from app.web.policy import public
from app.web.request import db_session
from modules.enums import SessionStatus
from modules.queries.personal import entries, feed_by_secret
from modules.rules.agenda import Entry
from modules.rules.ics import Event, calendar

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
    with force_locale(lang):
        name = translate(Message("My schedule"))
        cancelled = translate(Message("Cancelled"))
    events = [_event(entry, lang, cancelled) for entry in entries(db_session(), owner.person_id)]
    response = Response(calendar(events, name=name), content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    response.last_modified = _latest(events)
    response.add_etag()
    response.make_conditional(request)
    return response


def _latest(events: list[Event]) -> datetime | None:
    return max((event.changed_at for event in events), default=None)


def _event(entry: Entry, lang: str, cancelled: str) -> Event:
    title = entry.title.best(lang)[0]
    where = (*entry.rooms, entry.address.best(lang)[0] if entry.address else None)
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
        description="\n".join(text for text in (entry.speaker, entry.note, entry.link) if text) or None,
        url=entry.link,
    )
