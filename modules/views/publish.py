"""Publishing the schedule: what is new, what changes, what falls out, and one button."""

from collections import Counter
from dataclasses import dataclass

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from app.kernel.tri import LANGUAGES
from app.mail.queries import recipients_of_people
from app.mail.rules import SEE_MAIL
from app.web import formats
from app.web.forms import submitted
from app.web.locale import chosen_language, translate
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from cohorts.queries import in_reach
from cohorts.queries.audiences import phones
from modules import services
from modules.enums import SESSION_KIND_LABELS
from modules.forms.sessions import PublishForm
from modules.queries.audiences import members
from modules.queries.conflicts import open_conflicts
from modules.queries.schedule import Scope, get_scope, latest_version, pending_changes, published_now
from modules.queries.telling import people_of
from modules.rules.access import PUBLISH_SCHEDULE
from modules.rules.audience import Members
from modules.rules.facts import PART_LABELS, WHOLE_COHORT, Facts, Part
from modules.rules.publishing import DraftState, Pending, review_mark
from modules.rules.publishing import told as concerned
from modules.rules.telling import will_change
from modules.views.frame import blueprint, sections_of
from modules.views.present import (
    STATUS_NOW,
    Names,
    audience_text,
    helpers,
    languages_text,
    names_of,
    part_texts,
    place_of,
    speakers,
    when_text,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A change as the page shows it; ``parts`` are (label, before, after).

    ``told`` and ``lost`` are numbers of people: whom it is for now, and for whom it falls away.
    """

    number: int
    title: Markup
    state: DraftState
    when: str
    place: Markup
    who: str
    whom: str
    told: int
    lost: int
    parts: list[tuple[str, str | Markup, str | Markup]]


@dataclass(frozen=True, slots=True)
class Tellees:
    """Who will be told of a publication.

    Args:
        letters: the name of each language, and how many letters go out in it.
        unreached: names and telephone numbers of those without an e-mail address.

    """

    people: int
    letters: list[tuple[str, int]]
    unreached: list[tuple[str, str]]


@blueprint.route("/cohorts/<code>/schedule/publish", methods=["GET", "POST"])
@requires(PUBLISH_SCHEDULE)
def publish(code: str) -> ResponseReturnValue:
    """Show what would be published, and publish it."""
    session, actor, lang = db_session(), current_actor(), chosen_language()
    scope = get_scope(session, actor.reach(PUBLISH_SCHEDULE), code)
    form = PublishForm()
    told = _told_of(session, scope, lang)

    def act() -> None:
        services.publish(session, cohort=scope.cohort, actor=actor, now=moment(), reviewed=form.reviewed.data)

    if submitted(form, act):
        flash(_published(scope, told.people))
        return redirect(url_for(".week", code=code))
    latest = latest_version(session, scope.cohort.id)
    number = latest.number if latest else 0
    changes = pending_changes(session, scope.module_ids, published_now(session, scope.cohort.id))
    form.reviewed.data = review_mark(number, changes)
    states = [state for change in changes for state in (change.before, change.draft.facts) if state]
    names, people = names_of(session, scope.cohort.id, states, lang), members(session, scope.cohort.id)
    return page(
        "modules/publish.html",
        scope=scope,
        sections=sections_of(scope),
        form=form,
        latest=latest,
        number=number + 1,
        lines=[_line(change, names, people, lang) for change in changes],
        conflicts=len(open_conflicts(session, scope.cohort)) if changes else 0,
        told=told,
    )


def _published(scope: Scope, people: int) -> Markup:
    """How many are told, with the way to their letters."""
    sentence = ngettext(
        "The schedule was published. %(num)s person is told that their sessions changed.",
        "The schedule was published. %(num)s people are told that their sessions changed.",
        people,
    )
    if not people or not in_reach(current_actor().reach(SEE_MAIL), scope.cohort):
        return escape(sentence)
    letters = url_for("cohorts.mail_letters", code=scope.cohort.code)
    return Markup('{} <a href="{}">{}</a>').format(sentence, letters, _("Show their letters"))


def _told_of(session: Session, scope: Scope, lang: str) -> Tellees:
    """Whose own sessions the next publication changes, by the rule that tells them afterwards."""
    cohort_id = scope.cohort.id
    latest = latest_version(session, cohort_id)
    changes = pending_changes(session, scope.module_ids, published_now(session, cohort_id))
    version = (latest.number if latest else 0) + 1
    groups = members(session, cohort_id).groups
    affected = will_change(changes, groups, cohort_id=cohort_id, version=version, now=moment())
    people = [person_id for key, person_id in people_of(session, cohort_id).items() if key in affected]
    recipients = recipients_of_people(session, people)
    counts = Counter(one.language for one in recipients if one.address)
    without = [one for one in recipients if not one.address]
    known = phones(session, [one.person_id for one in without if one.person_id])
    return Tellees(
        len(recipients),
        [(formats.language_name(code, lang), counts[code]) for code in LANGUAGES if counts[code]],
        [(one.name, known.get(one.person_id or 0, "")) for one in without],
    )


def _line(change: Pending, names: Names, people: Members, lang: str) -> Line:
    facts, found = change.draft.facts, concerned(change, people)
    who = (speakers(facts, names, lang), *helpers(facts, names, lang), languages_text(facts, lang))
    place = place_of(facts, lang)
    return Line(
        number=change.draft.id,
        title=formats.tri(facts.title, lang),
        state=change.state,
        when=when_text(facts, lang),
        place=Markup(" · ").join(text for text in (escape(place.word), place.where) if text),
        who=" · ".join(text for text in who if text),
        whom=audience_text(facts, names) or translate(WHOLE_COHORT),
        told=len(found.now),
        lost=len(found.lost),
        parts=_parts(change, names, lang),
    )


def _parts(change: Pending, names: Names, lang: str) -> list[tuple[str, str | Markup, str | Markup]]:
    before, after = change.before, change.draft.facts
    if before is None:
        return []
    rows: list[tuple[str, str | Markup, str | Markup]] = []
    for part in change.parts:
        if part is Part.STATUS:
            texts: tuple[str | Markup, str | Markup] = (
                translate(STATUS_NOW[before.status]),
                translate(STATUS_NOW[after.status]),
            )
        elif part is Part.LINK:
            texts = before.link or "–", after.link or "–"
        elif part is Part.OTHER:
            texts = _other(before, lang), _other(after, lang)
        else:
            texts = part_texts(part, before, after, lang, names)
        rows.append((translate(PART_LABELS[part]), *texts))
    return rows


def _other(facts: Facts, lang: str) -> str:
    """Kind, languages and note."""
    texts = (translate(SESSION_KIND_LABELS[facts.kind]), languages_text(facts, lang), facts.note)
    return " · ".join(text for text in texts if text)
