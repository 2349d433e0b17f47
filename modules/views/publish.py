"""Publishing the schedule: what is new, what changes, what falls out, and one button."""

from dataclasses import dataclass

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.web import formats
from app.web.forms import submitted
from app.web.locale import chosen_language, translate
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from modules import services
from modules.forms.sessions import PublishForm
from modules.queries.schedule import audience_size, get_scope, latest_version, pending_changes, published_now
from modules.rules.access import PUBLISH_SCHEDULE
from modules.rules.facts import PART_LABELS, Part
from modules.rules.publishing import DraftState, Pending, review_mark
from modules.views.present import STATUS_NOW, part_texts, place_of, when_text
from modules.views.schedule import blueprint, sections_of


@dataclass(frozen=True, slots=True)
class Line:
    """A change as the page shows it; ``parts`` are (label, before, after)."""

    number: int
    title: Markup
    state: DraftState
    when: str
    place: Markup
    parts: list[tuple[str, str | Markup, str | Markup]]


@blueprint.route("/cohorts/<code>/schedule/publish", methods=["GET", "POST"])
@requires(PUBLISH_SCHEDULE)
def publish(code: str) -> ResponseReturnValue:
    """Show what would be published, and publish it."""
    session, actor, lang = db_session(), current_actor(), chosen_language()
    scope = get_scope(session, actor.reach(PUBLISH_SCHEDULE), code)
    form = PublishForm()

    def act() -> None:
        services.publish(session, cohort=scope.cohort, actor=actor, now=moment(), reviewed=form.reviewed.data)

    if submitted(form, act):
        flash(_("The schedule was published. Participants see it now."))
        return redirect(url_for(".week", code=code))
    latest = latest_version(session, scope.cohort.id)
    number = latest.number if latest else 0
    changes = pending_changes(session, scope.module_ids, published_now(session, scope.cohort.id))
    form.reviewed.data = review_mark(number, changes)
    return page(
        "modules/publish.html",
        scope=scope,
        sections=sections_of(scope),
        form=form,
        latest=latest,
        number=number + 1,
        lines=[_line(change, lang) for change in changes],
        people=audience_size(session, scope.cohort.id),
    )


def _line(change: Pending, lang: str) -> Line:
    facts = change.draft.facts
    place = place_of(facts, lang)
    return Line(
        number=change.draft.id,
        title=formats.tri(facts.title, lang),
        state=change.state,
        when=when_text(facts, lang),
        place=Markup(" · ").join(text for text in (escape(place.word), place.where) if text),
        parts=_parts(change, lang),
    )


def _parts(change: Pending, lang: str) -> list[tuple[str, str | Markup, str | Markup]]:
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
            texts = before.note or "–", after.note or "–"
        else:
            texts = part_texts(part, before, after, lang)
        rows.append((translate(PART_LABELS[part]), *texts))
    return rows
