"""Copying the sessions of a day: first what it would make, then one press."""

from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from app.kernel.errors import DomainError
from app.web import formats
from app.web.forms import place, submitted
from app.web.locale import chosen_language
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from modules.forms.sessions import CopyForm, look
from modules.models import Module
from modules.queries.schedule import Scope, get_scope
from modules.queries.sessions import sources_on
from modules.rules.access import MANAGE_SCHEDULE
from modules.rules.copying import copies, copy_mark
from modules.rules.facts import Facts
from modules.rules.laying import Span
from modules.services import copy_day
from modules.views.frame import blueprint, sections_of
from modules.views.present import Names, Place, audience_text, hours, names_of, place_of


@dataclass(frozen=True, slots=True)
class Line:
    """A session that would be made, or is there already; ``outside``: its module has no dates on that day."""

    hours: str
    title: Markup
    place: Place
    whom: str
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What copying would make, and what is there already."""

    lines: list[Line]
    there: list[Line]


@blueprint.route("/cohorts/<code>/schedule/copy", methods=["GET", "POST"])
@requires(MANAGE_SCHEDULE)
def copy(code: str) -> ResponseReturnValue:
    """Choose two days, see what would be copied, take it."""
    scope = get_scope(db_session(), current_actor().reach(MANAGE_SCHEDULE), code)
    form = CopyForm() if request.method == "POST" else CopyForm(MultiDict(request.args))
    if "to" in request.args and request.method == "GET":
        look(form, "day", "to")
    made: list[int] = []

    def act() -> None:
        added = copy_day(
            db_session(),
            scope_modules=scope.modules,
            day=_day(form.day.data),
            to=_day(form.to.data),
            reviewed=form.reviewed.data or "",
            actor=current_actor(),
            now=moment(),
        )
        made.append(len(added))

    if submitted(form, act):
        [number] = made
        flash(
            ngettext(
                "%(num)s session was copied as a draft. Participants see it when the schedule is published.",
                "%(num)s sessions were copied as drafts. Participants see them when the schedule is published.",
                number,
            )
        )
        return redirect(url_for(".week", code=code, day=_day(form.to.data).isoformat()))
    plan = _plan(scope, form)
    return page(
        "modules/copy.html",
        scope=scope,
        sections=sections_of(scope),
        form=form,
        plan=plan,
        back=url_for(".week", code=code, day=form.day.data.isoformat() if form.day.data else None),
    )


def _plan(scope: Scope, form: CopyForm) -> Plan | None:
    """What would be made; None when it is not asked for yet, or cannot be."""
    day, to = form.day.data, form.to.data
    if day is None or to is None or form.errors:
        return None
    session, lang = db_session(), chosen_language()
    sources = sources_on(session, scope.module_ids, day)
    try:
        wanted = copies(sources, day, to)
    except DomainError as error:
        place(form, error)
        return None
    there = sources_on(session, scope.module_ids, to)
    form.reviewed.data = copy_mark(sources, there, to)
    names = names_of(session, scope.cohort.id, [source.facts for source in (*sources, *there)], lang)
    dated = {module.id for module in scope.modules if _may_hold(module, to)}
    return Plan(
        [
            _line(facts, names, lang, outside=source.module_id not in dated)
            for source, facts in zip(sources, wanted, strict=True)
        ],
        [_line(source.facts, names, lang) for source in there],
    )


def _may_hold(module: Module, day: date) -> bool:
    return any(block.starts_on is None or Span(block.starts_on, block.ends_on).touches(day) for block in module.blocks)


def _line(facts: Facts, names: Names, lang: str, *, outside: bool = False) -> Line:
    title, whom = formats.tri(facts.title, lang), audience_text(facts, names)
    return Line(hours(facts), title, place_of(facts, lang), whom, outside)


def _day(value: date | None) -> date:
    if value is None:
        raise ValueError("a validated form has its days")
    return value
