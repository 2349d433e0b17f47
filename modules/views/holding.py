"""Holding the rest of a module online: first the difference session by session, then one press."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from app.web import formats
from app.web.forms import submitted
from app.web.locale import chosen_language, translate
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from cohorts.enums import MODE_LABELS, Mode
from modules.forms.sessions import OnlineForm, look
from modules.models import Block, Module
from modules.queries.schedule import Scope, get_scope
from modules.queries.sessions import sessions_from
from modules.rules.access import MANAGE_SCHEDULE
from modules.rules.facts import facts_of
from modules.rules.form_of_holding import BlockChange, Fate, block_changes, fate_of
from modules.rules.laying import Span
from modules.rules.times import week_text, zone_of
from modules.services import hold_online
from modules.services.form_of_holding import held_blocks, mark_of
from modules.views.frame import blueprint, sections_of
from modules.views.present import ONLINE, day_of, module_label, place_of, when_text


@dataclass(frozen=True, slots=True)
class Line:
    """A session that changes, or (``kept``) that stays as it is though it is held somewhere."""

    number: int
    title: Markup
    when: str
    before: Markup
    kept: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What would change: sessions, and blocks in words before and after."""

    lines: list[Line]
    blocks: list[tuple[str, str]]

    @property
    def moved(self) -> int:
        """How many sessions go online."""
        return sum(not line.kept for line in self.lines)


@blueprint.route("/cohorts/<code>/schedule/online", methods=["GET", "POST"])
@requires(MANAGE_SCHEDULE)
def online(code: str) -> ResponseReturnValue:
    """Choose a module and a day, see what goes online, take it with the link."""
    scope = get_scope(db_session(), current_actor().reach(MANAGE_SCHEDULE), code)
    form = OnlineForm() if request.method == "POST" else OnlineForm(MultiDict(request.args))
    lang = chosen_language()
    form.module.choices = [(module.id, module_label(module, lang)) for module in scope.modules]
    if request.method == "GET":
        _look(form, scope, moment().astimezone(zone_of(scope.cohort.time_zone)).date())
    done: list[tuple[int, date]] = []

    def act() -> None:
        since, module = _day(form.since.data), _module(scope, form)
        moved = [row for row in sessions_from(db_session(), module.id, since) if fate_of(facts_of(row)) is Fate.ONLINE]
        shown = min(map(day_of, moved), default=since)
        number = hold_online(
            db_session(),
            module=module,
            since=since,
            link=form.link.data or "",
            reviewed=form.reviewed.data or "",
            actor=current_actor(),
            now=moment(),
        )
        done.append((number, shown))

    if submitted(form, act):
        [(number, shown)] = done
        flash(
            ngettext(
                "%(num)s session is held online now, as a draft. Participants see it when the schedule is published.",
                "%(num)s sessions are held online now, as drafts. Participants see it when the schedule is published.",
                number,
            )
        )
        return redirect(url_for(".week", code=code, week=week_text(shown)))
    plan = _plan(scope, form, lang)
    return page(
        "modules/online.html",
        scope=scope,
        sections=sections_of(scope),
        form=form,
        plan=plan,
        module=module_label(_module(scope, form), lang) if plan else "",
        back=url_for(".week", code=code),
    )


def _look(form: OnlineForm, scope: Scope, today: date) -> None:
    """Take what the address asks for as if it was sent; else from today on, the first module still held in person."""
    if "since" in request.args:
        look(form, "since")
    else:
        form.since.data = today
    if "module" in request.args:
        look(form, "module")
    else:
        since = form.since.data or today
        offline = (module.id for module in scope.modules if block_changes(held_blocks(module), since))
        form.module.data = next(offline, scope.modules[0].id if scope.modules else None)


def _module(scope: Scope, form: OnlineForm) -> Module:
    """The module that was chosen, among those in reach; the form has refused any other."""
    return next(module for module in scope.modules if module.id == form.module.data)


def _plan(scope: Scope, form: OnlineForm, lang: str) -> Plan | None:
    """What would change; None when it cannot be said."""
    if form.module.data is None or form.since.data is None or form.module.errors or form.since.errors:
        return None
    module, since, session = _module(scope, form), form.since.data, db_session()
    form.reviewed.data = mark_of(session, module, since)
    lines = []
    for meeting in sessions_from(session, module.id, since):
        facts = facts_of(meeting)
        fate = fate_of(facts)
        if fate is Fate.UNTOUCHED:
            continue
        place = place_of(facts, lang)
        before = Markup(" · ").join(text for text in (escape(place.word), place.where) if text)
        title = formats.tri(facts.title, lang)
        lines.append(Line(meeting.id, title, when_text(facts, lang), before, fate is Fate.KEPT))
    return Plan(lines, _blocks(module.blocks, block_changes(held_blocks(module), since), lang))


def _blocks(blocks: Sequence[Block], changes: Sequence[BlockChange], lang: str) -> list[tuple[str, str]]:
    found = []
    for change in changes:
        block = next(block for block in blocks if block.id == change.key)
        city = block.city.best(lang)[0] if block.city else ""
        in_person = " · ".join(text for text in (translate(MODE_LABELS[Mode.OFFLINE]), city) if text)
        now = [_said(in_person, change.before, lang)] if change.before else []
        now.append(_said(translate(ONLINE), change.after, lang))
        found.append((_said(in_person, Span(block.starts_on, block.ends_on), lang), "; ".join(now)))
    return found


def _said(how: str, span: Span, lang: str) -> str:
    dates = formats.period(span.starts_on, span.ends_on, lang)
    return f"{how}, {dates}" if dates else how


def _day(value: date | None) -> date:
    if value is None:
        raise ValueError("a validated form has its days")
    return value
