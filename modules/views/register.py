"""The register of one half-day or of one session: a row per person, six states."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.kernel.clock import day_of
from app.kernel.errors import DomainError, NotFoundError
from app.kernel.text import search_key
from app.kernel.unit import keep_changes
from app.people.queries import display_name
from app.web import formats
from app.web.forms import submitted
from app.web.locale import chosen_language
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from cohorts.enums import CohortStatus, Mode
from cohorts.models import Enrolment
from cohorts.queries import enrolments
from modules.enums import AttendanceState, Half
from modules.forms.attendance import RegisterForm, read_marks, read_rest, seen_text, typed_states
from modules.models import Block, Module, ModuleSession
from modules.queries.attendance import attendance_rule
from modules.queries.registers import (
    Held,
    Kept,
    Mark,
    audience_at,
    find_register,
    held_on,
    held_sessions,
    kept_registers,
    marks_of,
    module_at,
    noon_of,
    not_counted,
    state_counts,
)
from modules.queries.schedule import NOT_FOUND, Scope, get_scope, get_session, zone_at
from modules.rules.access import VIEW_ATTENDANCE
from modules.rules.attendance import LETTERS, Slot, Standing, Tally, half_of, standing
from modules.rules.laying import Span
from modules.rules.times import read_day
from modules.services.attendance import Clash, Saved, save_register
from modules.views.attendance import ACTIVE, blueprint, crumbs, half_word, key_words, marks_in
from modules.views.present import hours, module_label

AROUND = timedelta(days=15)  # how far the links to the half-days before and after look
EARLIER = 3  # columns of half-days before this one


@dataclass(frozen=True, slots=True)
class Place:
    """Which register it is: of a half-day (``slot``), or of one session (``meeting``) that begins in it."""

    scope: Scope
    module: Module
    slot: Slot
    meeting: ModuleSession | None = None

    @property
    def today(self) -> date:
        """The day by the clocks of the place."""
        zone = self.meeting.time_zone if self.meeting else None
        return day_of(moment(), zone or zone_at(self.module, self.slot.day, self.scope.cohort.time_zone))

    @property
    def may_mark(self) -> bool:
        """Whether the reader can save this register now."""
        closed = self.scope.cohort.status == CohortStatus.CLOSED
        return not closed and self.slot.day <= self.today and marks_in(self.scope, self.module)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A register and what its page needs; ``kept`` is None until somebody saved it.

    Args:
        held: the sessions of the modules in scope around the day, in order of time.
        registers: those of the cohort, in order of time.
        rows: whom it is for, by number; ``marks`` by enrolment.

    """

    at: Place
    held: Sequence[Held]
    registers: Sequence[Kept]
    kept: Kept | None
    rows: Sequence[Enrolment]
    marks: Mapping[int, Mark]
    earlier: Sequence[tuple[Kept, Mapping[int, AttendanceState]]]

    @property
    def online(self) -> bool:
        """Whether it is held online only, so that nobody is in the room."""
        meeting, module, slot = self.at.meeting, self.at.module, self.at.slot
        if meeting is not None:
            return bool(meeting.link) and not (meeting.rooms or meeting.address)
        inside = [row.online for row in self.held if row.module_id == module.id and slot in row.slots]
        if inside:
            return all(inside)
        modes = {block.mode for block in module.blocks if _span(block).touches(slot.day)}
        return bool(modes) and modes <= {Mode.ONLINE, Mode.DISTANCE}

    @property
    def saved(self) -> dict[int, AttendanceState]:
        """The marks that are saved, by number."""
        return {row.number: self.marks[row.id].state for row in self.rows if row.id in self.marks}


@blueprint.route("/cohorts/<code>/attendance/<day>/<half>", methods=["GET", "POST"])
@requires(VIEW_ATTENDANCE)
def half_day(code: str, day: str, half: str) -> ResponseReturnValue:
    """Show and save the register of a half-day (``2026-11-24/pm``)."""
    return _answer(code, lambda: half_place(code, day, half))


def half_place(code: str, day: str, half: str) -> Place | None:
    """The register of a half-day; None: the day is not one of the modules'.

    Raises:
        NotFoundError: it is no half-day, or the cohort is out of reach.

    """
    found = read_day(day)
    if found is None or half not in set(Half):
        raise NotFoundError(NOT_FOUND)
    session = db_session()
    scope = get_scope(session, current_actor().reach(VIEW_ATTENDANCE), code)
    slot = Slot(found, Half(half))
    kept = find_register(session, scope.cohort.id, day=found, half=slot.half, meeting=None)
    held = () if kept else held_on(session, scope.module_ids, found)
    module = module_at(scope.modules, slot, held, kept)
    return Place(scope, module, slot) if module else None


@blueprint.route("/cohorts/<code>/attendance/session/<int:number>", methods=["GET", "POST"])
@requires(VIEW_ATTENDANCE)
def meeting(code: str, number: int) -> ResponseReturnValue:
    """Show and save the register of one session."""
    return _answer(code, lambda: _meeting_place(code, number))


def _meeting_place(code: str, number: int) -> Place:
    scope = get_scope(db_session(), current_actor().reach(VIEW_ATTENDANCE), code)
    found = get_session(db_session(), scope, number)
    module = next(module for module in scope.modules if module.id == found.module_id)
    return Place(scope, module, half_of(found.starts_at, found.time_zone), found)


def _span(block: Block) -> Span:
    return Span(block.starts_on, block.ends_on)


def sheet_of(at: Place) -> Sheet:
    """The register with the people, their marks, and what lies around it."""
    session, cohort, noon = db_session(), at.scope.cohort, noon_of(at.slot.day)
    held: Sequence[Held] = ()
    if at.meeting is None:
        held = held_sessions(session, module_ids=at.scope.module_ids, begin=noon - AROUND, end=noon + AROUND)
    registers = kept_registers(session, (cohort.id,))
    key = at.meeting.id if at.meeting else None
    kept = next((row for row in registers if row.session_id == key and (key or row.slot == at.slot)), None)
    earlier = [
        row for row in registers if row.slot < at.slot and row.session_id is None and row.module_id == at.module.id
    ]
    wanted = [row.id for row in (*earlier[-EARLIER:], *((kept,) if kept else ()))]
    marks = marks_of(session, wanted) if wanted else []
    states: dict[int, dict[int, AttendanceState]] = {key: {} for key in wanted}
    for mark in marks:
        states[mark.register_id][mark.enrolment_id] = mark.state
    here = {mark.enrolment_id: mark for mark in marks if kept and mark.register_id == kept.id}
    audience = audience_at(held, day=at.slot.day, half=at.slot.half, meeting=at.meeting)
    shown = [
        row
        for row in sorted(enrolments(session, cohort.id, statuses=ACTIVE), key=lambda row: row.number)
        if audience.expects(row.id, row.group_id) or row.id in here
    ]
    return Sheet(at, held, registers, kept, shown, here, [(row, states[row.id]) for row in earlier[-EARLIER:]])


def _answer(code: str, find: Callable[[], Place | None]) -> ResponseReturnValue:
    at = find()
    if at is None:
        return _nowhere(code)
    if request.method == "POST" and not marks_in(at.scope, at.module):
        raise NotFoundError(NOT_FOUND)
    form = RegisterForm()
    outcome: list[Saved] = []
    if submitted(form, lambda: outcome.append(_save(at))):
        if outcome[0].clashes:
            keep_changes()  # the other rows are saved, and the page says so
            return _conflict(at, outcome[0])
        flash(_said(outcome[0]))
        return redirect(url_for(request.endpoint or "", **(request.view_args or {}), q=request.args.get("q") or None))
    # What was refused is rolled back: the page shows what is there now.
    now = find() if form.is_submitted() else at
    return _page(sheet_of(now), form) if now else _nowhere(code)


def _nowhere(code: str) -> ResponseReturnValue:
    flash(_("There is no register of this half-day: it is not one of the modules’ days."), "bad")
    return redirect(url_for("attendance.index", code=code))


def _save(at: Place) -> Saved:
    return save_register(
        db_session(),
        cohort=at.scope.cohort,
        module=at.module,
        slot=at.slot,
        meeting=at.meeting,
        marks=read_marks(request.form),
        rest=read_rest(request.form),
        actor=current_actor(),
        now=moment(),
    )


def _said(saved: Saved) -> str:
    """What was saved, in words."""
    if not saved.written:
        return str(_("Nothing was changed."))
    if not saved.left:
        return str(_("The register is saved: everybody is marked."))
    return str(
        ngettext(
            "The register is saved. %(num)s person is not marked yet.",
            "The register is saved. %(num)s people are not marked yet.",
            saved.left,
        )
    )


def _conflict(at: Place, saved: Saved) -> ResponseReturnValue:
    """Ask about the rows that two people changed, and about no others."""
    lang = chosen_language()
    by_id = {row.id: row for row in enrolments(db_session(), at.scope.cohort.id)}
    zone = at.scope.cohort.time_zone

    def line(clash: Clash) -> dict[str, object]:
        row = by_id[clash.enrolment_id]
        return {
            "number": row.number,
            "name": display_name(row.person, lang),
            "saved": clash.saved,
            "wanted": clash.wanted,
            "by": clash.by,
            "at": formats.clock(clash.at, zone) if clash.at else "",
        }

    seen = {by_id[clash.enrolment_id].number: clash.saved for clash in saved.clashes if clash.saved}
    return page(
        "modules/register_conflict.html",
        status=409,
        title=_title(at),
        lines=[line(clash) for clash in saved.clashes],
        written=saved.written,
        words=dict(zip(AttendanceState, key_words(), strict=True)),
        letters=LETTERS,
        seen=seen_text(seen),
        back=request.path,
    )


def _title(at: Place) -> str:
    """Which register it is: module, day and half, or the session."""
    lang = chosen_language()
    day = formats.day(at.slot.day, lang)
    if at.meeting is None:
        return f"{module_label(at.module, lang)} · {day}, {half_word(at.slot.half)}"
    return f"{at.meeting.title.best(lang)[0]} · {day}, {hours(at.meeting)}"


def _page(sheet: Sheet, form: RegisterForm) -> ResponseReturnValue:
    lang = chosen_language()
    rule = attendance_rule(sheet.at.scope.cohort)
    excused = rule.excused if rule else "left_out"
    totals = state_counts(db_session(), sheet.at.scope.cohort.id, but=_left_out(sheet))
    states = _shown_states(sheet, form)
    text = request.args.get("q", "")[:80]
    wanted = search_key(text).split()
    rows = []
    for row in sheet.rows:
        if not all(word in row.person.search_key for word in wanted):
            continue
        tally = Tally(totals.get(row.id, {}), excused_as=excused)
        rows.append(
            {
                "number": row.number,
                "name": display_name(row.person, lang),
                "body": formats.tri(row.organisation.name, lang) if row.organisation else "",
                "earlier": [found.get(row.id) for _kept, found in sheet.earlier],
                "state": states.get(row.number),
                "percent": tally.percent,
                "low": rule is not None and standing(tally, rule.at_least) is Standing.BELOW,
            }
        )
    return page(
        "modules/register.html",
        form=form,
        scope=sheet.at.scope,
        title=_title(sheet.at),
        column=_("This session") if sheet.at.meeting else _("This half-day"),
        crumbs=crumbs(sheet.at.scope, inside=True),
        rows=rows,
        people=len(sheet.rows),
        earlier=[(kept.slot.day, half_word(kept.slot.half)) for kept, _states in sheet.earlier],
        keys=key_words(),
        letters=LETTERS,
        counts=Counter(states[row.number] for row in sheet.rows if row.number in states),
        seen=seen_text(sheet.saved),
        saved_by=sheet.kept.saved_by if sheet.kept else "",
        saved_at=_saved_at(sheet),
        may_mark=sheet.at.may_mark,
        online=sheet.online,
        future=sheet.at.slot.day > sheet.at.today,
        closed=sheet.at.scope.cohort.status == CohortStatus.CLOSED,
        sessions=_sessions(sheet, lang),
        before=_beside(sheet, -1),
        after=_beside(sheet, 1),
        text=text,
        signing=sheet.at.meeting is None and not sheet.online and bool(sheet.rows),
    )


def _left_out(sheet: Sheet) -> set[int]:
    """The registers that do not enter the percentages: counted elsewhere, or of modules out of scope."""
    strange = {row.id for row in sheet.registers if row.module_id not in sheet.at.scope.module_ids}
    return not_counted(sheet.registers) | strange


def _shown_states(sheet: Sheet, form: RegisterForm) -> dict[int, AttendanceState]:
    """What is saved, and on top of it what was typed when that was refused."""
    states = dict(sheet.saved)
    if form.is_submitted():
        try:
            typed = typed_states(request.form)
        except DomainError:
            return states
        for number, state in typed.items():
            if state is None:
                states.pop(number, None)
            else:
                states[number] = state
    return states


def _saved_at(sheet: Sheet) -> str:
    if sheet.kept is None:
        return ""
    zone = sheet.at.scope.cohort.time_zone
    at = formats.clock(sheet.kept.saved_at, zone)
    day = day_of(sheet.kept.saved_at, zone)
    return at if day == day_of(moment(), zone) else f"{formats.day_short(day, chosen_language())}, {at}"


def _sessions(sheet: Sheet, lang: str) -> list[dict[str, object]]:
    """The sessions of a half-day, each with the address of a register of its own."""
    code = sheet.at.scope.cohort.code
    return [
        {
            "hours": f"{formats.clock(row.starts_at, row.time_zone)}–{formats.clock(row.ends_at, row.time_zone)}",
            "title": formats.tri(row.title, lang),
            "url": url_for("attendance.meeting", code=code, number=row.id),
        }
        for row in sheet.held
        if sheet.at.meeting is None and sheet.at.slot in row.slots
    ]


def _beside(sheet: Sheet, way: int) -> tuple[str, date, str] | None:
    """The half-day of the module before or after this one: its address, day and half."""
    if sheet.at.meeting is not None:
        return None
    slots = {slot for row in sheet.held if row.module_id == sheet.at.module.id for slot in row.slots}
    slots |= {row.slot for row in sheet.registers if row.module_id == sheet.at.module.id and row.session_id is None}
    earlier = sorted(slot for slot in slots if slot < sheet.at.slot)
    later = sorted(slot for slot in slots if slot > sheet.at.slot and slot.day <= sheet.at.today)
    found = (later[:1] if way > 0 else earlier[-1:]) or None
    if found is None:
        return None
    slot = found[0]
    url = url_for(
        "attendance.half_day", code=sheet.at.scope.cohort.code, day=slot.day.isoformat(), half=slot.half.value
    )
    return url, slot.day, half_word(slot.half)
