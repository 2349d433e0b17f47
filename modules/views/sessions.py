"""One session: adding, moving, cancelling it, going back to what is published, deleting a draft."""

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.web import formats
from app.web.forms import submitted
from app.web.locale import chosen_language
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from modules.forms.sessions import ActForm, SessionForm
from modules.models import Block, Module, ModuleSession
from modules.queries.schedule import Scope, as_draft, as_published, get_scope, get_session, published_now
from modules.rules.access import MANAGE_SCHEDULE
from modules.rules.facts import Facts
from modules.rules.laying import Span
from modules.rules.publishing import DraftState, state_of
from modules.rules.times import read_day, week_text
from modules.services import add_session, cancel_session, change_session, delete_session, restore_session
from modules.views.frame import blueprint, sections_of
from modules.views.present import day_of, zone_sentence
from modules.views.session_form import Conflict, blocks_of, choices, chosen, conflict_of, labelled


@blueprint.route("/cohorts/<code>/schedule/add", methods=["GET", "POST"])
@requires(MANAGE_SCHEDULE)
def add(code: str) -> ResponseReturnValue:
    """Add a session, as a draft."""
    scope = _scope(code)
    blocks = blocks_of(scope)
    if not blocks:
        flash(_("Lay the pattern first: a session belongs to a module."), "info")
        return redirect(url_for(".week", code=code))
    form = SessionForm()
    form.offer(labelled(blocks))
    if request.method == "GET":
        _suggest(form, blocks)
    made: list[tuple[ModuleSession, Block]] = []

    def act() -> None:
        module, block = chosen(form, blocks)
        facts = form.facts(block, block.time_zone)
        added = add_session(db_session(), module=module, facts=facts, actor=current_actor(), now=moment())
        made.append((added, block))

    if not submitted(form, act):
        return _form_page(scope, form, None)
    [(meeting, block)] = made
    flash(_("Added as a draft. Participants see it when the schedule is published."))
    _warn(meeting, block)
    return redirect(_week_of(code, meeting))


@blueprint.route("/cohorts/<code>/schedule/<int:number>/edit", methods=["GET", "POST"])
@requires(MANAGE_SCHEDULE)
def edit(code: str, number: int) -> ResponseReturnValue:
    """Change or move a session, as a draft."""
    scope = _scope(code)
    meeting = get_session(db_session(), scope, number)
    blocks = blocks_of(scope)
    form = SessionForm()
    form.offer(labelled(blocks))
    if request.method == "GET":
        form.fill(meeting, _block_of(meeting, blocks))
    seen = form.version.data
    typed: list[tuple[Facts, Block]] = []

    def act() -> None:
        module, block = chosen(form, blocks)
        typed.append((form.facts(block, block.time_zone, meeting), block))
        change_session(
            db_session(),
            meeting=meeting,
            module=module,
            facts=typed[0][0],
            expected_version=form.version.data or 0,
            actor=current_actor(),
            now=moment(),
        )

    if not submitted(form, act):
        conflict = conflict_of(form, meeting, scope, seen, typed[0][0] if typed else None)
        return _form_page(scope, form, meeting, conflict)
    flash(_("Kept as a draft. Participants see the change when the schedule is published."))
    _warn(meeting, typed[0][1])
    return redirect(_week_of(code, meeting))


@blueprint.post("/cohorts/<code>/schedule/<int:number>/cancel")
@requires(MANAGE_SCHEDULE)
def cancel(code: str, number: int) -> ResponseReturnValue:
    """Cancel a session that participants know; they learn of it with the next publication."""

    def act(meeting: ModuleSession, form: ActForm) -> None:
        cancel_session(
            db_session(),
            meeting=meeting,
            expected_version=form.version.data or 0,
            reason=form.reason.data or None,
            actor=current_actor(),
            now=moment(),
        )

    done = _("Cancelled, as a draft. Participants learn of it when the schedule is published.")
    return _press(code, number, act, done)


@blueprint.post("/cohorts/<code>/schedule/<int:number>/restore")
@requires(MANAGE_SCHEDULE)
def restore(code: str, number: int) -> ResponseReturnValue:
    """Throw the unpublished changes of a session away."""

    def act(meeting: ModuleSession, form: ActForm) -> None:
        restore_session(
            db_session(), meeting=meeting, expected_version=form.version.data or 0, actor=current_actor(), now=moment()
        )

    return _press(code, number, act, _("The session is again as participants see it."))


@blueprint.post("/cohorts/<code>/schedule/<int:number>/delete")
@requires(MANAGE_SCHEDULE)
def delete(code: str, number: int) -> ResponseReturnValue:
    """Delete a draft that was never published."""

    def act(meeting: ModuleSession, form: ActForm) -> None:
        delete_session(
            db_session(), meeting=meeting, expected_version=form.version.data or 0, actor=current_actor(), now=moment()
        )

    return _press(code, number, act, _("The draft was deleted."))


def _press(code: str, number: int, act: Callable[[ModuleSession, ActForm], None], done: str) -> ResponseReturnValue:
    """One press about a session; a refusal shows its form again with the reason."""
    scope = _scope(code)
    meeting = get_session(db_session(), scope, number)
    back = _week_of(code, meeting)
    form = ActForm()
    if submitted(form, lambda: act(meeting, form)):
        flash(done)
        return redirect(back)
    blocks = blocks_of(scope)
    whole = SessionForm(formdata=None)
    whole.offer(labelled(blocks))
    whole.fill(meeting, _block_of(meeting, blocks))
    whole.form_errors.extend([*form.form_errors, *(text for texts in form.errors.values() for text in texts)])
    return _form_page(scope, whole, meeting)


def _scope(code: str) -> Scope:
    return get_scope(db_session(), current_actor().reach(MANAGE_SCHEDULE), code)


def _form_page(
    scope: Scope, form: SessionForm, meeting: ModuleSession | None, conflict: Conflict | None = None
) -> ResponseReturnValue:
    state = _state(scope, meeting) if meeting else DraftState.NEW
    shown = form.date.data if isinstance(form.date.data, date) else None
    blocks = blocks_of(scope)
    picked = next((block for _module, block in blocks if block.id == form.block.data), blocks[0][1])
    return page(
        "modules/session.html",
        scope=scope,
        sections=sections_of(scope),
        form=form,
        choices=choices(form, scope.cohort.id),
        conflict=conflict,
        meeting=meeting,
        state=state,
        zone_hint=zone_sentence(picked.time_zone, shown or moment().date()),
        back=_week_of(scope.cohort.code, meeting) if meeting else url_for(".week", code=scope.cohort.code),
    )


def _state(scope: Scope, meeting: ModuleSession) -> DraftState:
    row = published_now(db_session(), scope.cohort.id).get(meeting.id)
    return state_of(as_draft(meeting), as_published(row) if row else None)


def _warn(meeting: ModuleSession, block: Block) -> None:
    """A day outside the dates of its block is allowed, as excursions and late sessions are, but worth a look."""
    known = Span(block.starts_on, block.ends_on)
    if block.starts_on and not known.touches(day_of(meeting)):
        dates = formats.period(block.starts_on, block.ends_on, chosen_language())
        flash(
            _("Look at the date: it lies outside the dates of the place that was chosen (%(dates)s).", dates=dates),
            "chg",
        )


def _block_of(meeting: ModuleSession, blocks: list[tuple[Module, Block]]) -> Block | None:
    """The block of the session's module that holds its day, else one in the same zone."""
    own = [block for module, block in blocks if module.id == meeting.module_id]
    alike = [block for block in own if block.time_zone == meeting.time_zone]
    day = day_of(meeting)
    for block in alike:
        if Span(block.starts_on, block.ends_on).touches(day):
            return block
    return next(iter(alike or own), None)


def _suggest(form: SessionForm, blocks: list[tuple[Module, Block]]) -> None:
    """Propose the day that was looked at (``?day=``), and the block that holds it."""
    day = read_day(request.args.get("day", ""))
    form.date.data = day
    form.block.data = blocks[0][1].id
    for _module, block in blocks:
        if day and Span(block.starts_on, block.ends_on).touches(day):
            form.block.data = block.id


def _week_of(code: str, meeting: ModuleSession) -> str:
    return url_for("schedule.week", code=code, week=week_text(day_of(meeting)))
