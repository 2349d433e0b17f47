"""Announcements of a cohort: what was told, a new one with a preview, who has not seen it."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from app.accounts.enums import ScopeKind
from app.accounts.queries import user_names
from app.accounts.rules import Permission
from app.kernel.clock import day_of
from app.kernel.tri import LANGUAGES, Tri
from app.kernel.words import Message
from app.notices.announcing import Addressee, Audience, announce, people_in, remind
from app.notices.models import Announcement
from app.notices.queries import announcements as told_in
from app.notices.queries import get_announcement, reached, told_and_seen
from app.notices.rules import checked_announcement, filled, may_remind_from
from app.web import formats
from app.web.forms import submitted
from app.web.locale import chosen_language, force_locale, translate
from app.web.pages import page
from app.web.policy import requires
from app.web.templating import features
from cohorts.forms import AnnouncementForm
from cohorts.queries import programme_in_reach
from cohorts.queries.audiences import phones
from cohorts.rules import MANAGE_COHORT, VIEW_COHORT
from cohorts.views.common import Desk, blueprint, desk

LATEST = 100
MOST_LISTED = 300  # people by name, of those who have seen it and of those who have not
MOST_NAMED = 100  # people without an address who are listed by name

THEIR_OWN = {  # what each reader sees in the place of a token
    "name": Message("the reader's name"),
    "cohort": Message("the reader's cohort"),
    "programme": Message("the programme"),
}


@dataclass(frozen=True, slots=True)
class Version:
    """How an announcement reads in a language: for somebody who reads it, and for how many others.

    Args:
        spoken: the language of the text: another one when nothing is written in the readers'.

    """

    language: str
    spoken: str
    title: str
    text: str
    people: int
    example: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom an announcement will reach, and how it reads.

    Args:
        unreached: names and telephone numbers of those without an address; the first of them.
        more: how many others there are.

    """

    audience: Audience
    people: int
    versions: list[Version]
    unreached: list[tuple[str, str]]
    without: int

    @property
    def more(self) -> int:
        """How many without an address are not named."""
        return self.without - len(self.unreached)


@blueprint.get("/cohorts/<code>/announcements")
@requires(VIEW_COHORT)
def announcements(code: str) -> ResponseReturnValue:
    """What was told to this cohort, its groups and modules, and to the whole programme, the newest first."""
    at = desk(code)
    rows = told_in(at.session, _places(at, VIEW_COHORT), limit=LATEST)
    return page("cohorts/announcements.html", rows=rows, when=_when(at), said=_said, **at.frame())


@blueprint.route("/cohorts/<code>/announcements/new", methods=["GET", "POST"])
@requires(MANAGE_COHORT)
def announcement_new(code: str) -> ResponseReturnValue:
    """Write; look how it reads and whom it reaches; send. Each step sends the whole form."""
    at = desk(code, MANAGE_COHORT)
    audiences = _audiences(at)
    form = AnnouncementForm()
    form.offer(audiences, chosen_language())
    step = request.form.get("step")
    done: list[Announcement] = []
    shown: list[Preview] = []

    def act() -> None:
        audience = next(one for one in audiences if one.ref == form.audience.data)
        title, text = form.texts()
        if step == "send":
            by_mail, key = form.by_mail.data, form.key.data or ""
            sent = announce(
                at.session,
                key=key,
                audience=audience,
                title=title,
                body=text,
                by_mail=by_mail,
                actor=at.actor,
                now=at.now,
            )
            done.append(sent)
        else:
            shown.append(_preview(at, audience, *checked_announcement(title, text)))

    if step != "edit" and submitted(form, act):
        if done:
            flash(_("The announcement was sent."))
            return redirect(url_for("cohorts.announcement", code=code, number=done[0].id))
        return page("cohorts/announcement_preview.html", form=form, preview=shown[0], languages=_names(), **at.frame())
    if not form.is_submitted() or form.key.errors:  # a key that is used up: what is typed goes under a new one
        form.key.data = secrets.token_hex(16)
    if not form.is_submitted():
        form.audience.data = next((one.ref for one in audiences), None)
    return page("cohorts/announcement_new.html", form=form, **desk(code, MANAGE_COHORT).frame())


@blueprint.get("/cohorts/<code>/announcements/<int:number>")
@requires(VIEW_COHORT)
def announcement(code: str, number: int) -> ResponseReturnValue:
    """What was told, who has seen it, and who has not."""
    at, lang = desk(code), chosen_language()
    found = get_announcement(at.session, _places(at, VIEW_COHORT), number)
    people, saw = told_and_seen(at.session, [found.id])[found.id]
    from_when = may_remind_from(found.created_at, found.reminded_at)
    mine = (found.scope, found.scope_id) in _places(at, MANAGE_COHORT)
    return page(
        "cohorts/announcement.html",
        told=found,
        languages=_names(),
        people=people,
        saw=saw,
        rest=reached(at.session, found.id, lang, seen=False, limit=MOST_LISTED),
        seen=reached(at.session, found.id, lang, seen=True, limit=MOST_LISTED),
        names=user_names(at.session, [found.created_by_id, found.reminded_by_id]),
        remindable=mine,
        remind_from=from_when if from_when > at.now else None,
        when=_when(at),
        said=_said,
        **at.frame(),
    )


@blueprint.post("/cohorts/<code>/announcements/<int:number>/remind")
@requires(MANAGE_COHORT)
def announcement_remind(code: str, number: int) -> ResponseReturnValue:
    """Remind those who have not seen it and are still in its audience, at most once an hour."""
    at = desk(code, MANAGE_COHORT)
    found = get_announcement(at.session, _places(at, MANAGE_COHORT), number)
    audience = next((one for one in _audiences(at) if one.ref == found.audience), None)
    inside = audience.people() if audience else ()
    people = remind(at.session, announcement=found, people=inside, actor=at.actor, now=at.now)
    flash(ngettext("%(num)s person was reminded.", "%(num)s people were reminded.", people))
    return redirect(url_for("cohorts.announcement", code=code, number=number))


def _places(at: Desk, wanted: Permission) -> list[tuple[ScopeKind, int]]:
    """Whose announcements the reader may see or send here: the programme's, if all of it is in reach."""
    places = []
    if at.may(wanted):
        places.append((ScopeKind.COHORT, at.cohort.id))
    if programme_in_reach(at.actor.reach(wanted), at.cohort.programme):
        places.append((ScopeKind.PROGRAMME, at.cohort.programme_id))
    return places


def _audiences(at: Desk) -> list[Audience]:
    sources = [source for feature in features() for source in feature.audiences]
    return [one for source in sources for one in source(at.session, at.actor, ScopeKind.COHORT, at.cohort.id, at.now)]


def _preview(at: Desk, audience: Audience, title: Tri, text: Tri) -> Preview:
    people = people_in(audience)
    without = [one.recipient for one in people if not one.recipient.address]
    named = without[:MOST_NAMED]
    known = phones(at.session, [one.person_id for one in named if one.person_id])
    return Preview(
        audience,
        len(people),
        [version for lang in LANGUAGES if (version := _version(lang, people, title, text))],
        [(one.name, known.get(one.person_id or 0, "")) for one in named],
        len(without),
    )


def _version(lang: str, people: Sequence[Addressee], title: Tri, text: Tri) -> Version | None:
    """How it reads in a language; None when nobody reads that and nothing is written in it."""
    readers = [one for one in people if one.recipient.language == lang]
    if not readers and not title.get(lang):
        return None
    example = (readers or people)[0]
    (heading, heading_lang), (words, spoken) = title.best(lang), text.best(lang)
    return Version(
        lang,
        spoken,
        filled(heading, example.values(heading_lang)),
        filled(words, example.values(spoken)),
        len(readers),
        example.recipient.name,
    )


def _said(text: Tri, lang: str | None = None) -> Markup:
    """A text of an announcement in a language, else in the page's, with a word for what each reader sees there."""
    lang = lang or chosen_language()
    words, spoken = text.best(lang)
    with force_locale(spoken):
        values = {token: f"({translate(word)})" for token, word in THEIR_OWN.items()}
    return formats.tri(Tri.from_dict({spoken: filled(words, values)}), lang)


def _when(at: Desk) -> Callable[[datetime], str]:
    """Days and hours by the cohort's clocks, in the page's language."""
    lang, zone = chosen_language(), at.cohort.time_zone
    return lambda moment: f"{formats.day_short(day_of(moment, zone), lang)}, {formats.clock(moment, zone)}"


def _names() -> dict[str, str]:
    """The languages of the product in that of the page."""
    lang = chosen_language()
    return {code: formats.language_name(code, lang) for code in LANGUAGES}
