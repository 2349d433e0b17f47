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
from modules.forms.attendance import RegisterForm, read_marks, seen_text, typed_states
from modules.models import Block, Module, ModuleSession
from modules.queries.attendance import attendance_rule
from modules.queries.registers import (
    Held,
    Kept,
    Mark,
    audience_at,
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
class Sheet:
    """A register and what its page needs; ``kept`` is None until somebody saved it.

    Args:
        held: the sessions of the modules in scope around the day, in order of time.
        registers: those of the cohort, in order of time.
        rows: whom it is for, by number; ``marks`` by enrolment.

    """

    scope: Scope
    module: Module
    slot: Slot
    meeting: ModuleSession | None
    held: Sequence[Held]
    registers: Sequence[Kept]
    kept: Kept | None
    rows: Sequence[Enrolment]
    everybody: Mapping[int, int]
    marks: Mapping[int, Mark]
    earlier: Sequence[tuple[Kept, Mapping[int, AttendanceState]]]
    today: date

    @property
    def may_mark(self) -> bool:
        """Whether the reader can save this register now."""
        closed = self.scope.cohort.status == CohortStatus.CLOSED
        return not closed and self.slot.day <= self.today and marks_in(self.scope, self.module)

    @property
    def online(self) -> bool:
        """Whether it is held online only, so that nobody is in the room."""
        if self.meeting is not None:
            return bool(self.meeting.link) and not (self.meeting.rooms or self.meeting.address)
        inside = [row.online for row in self.held if row.module_id == self.module.id and self.slot in row.slots]
        if inside:
            return all(inside)
        modes = {block.mode for block in self.module.blocks if _span(block).touches(self.slot.day)}
        return bool(modes) and modes <= {Mode.ONLINE, Mode.DISTANCE}

    @property
    def saved(self) -> dict[int, AttendanceState]:
        """The marks that are saved, by number."""
        return {row.number: self.marks[row.id].state for row in self.rows if row.id in self.marks}


@blueprint.route("/cohorts/<code>/attendance/<day>/<half>", methods=["GET", "POST"])
@requires(VIEW_ATTENDANCE)
def half_day(code: str, day: str, half: str) -> ResponseReturnValue:
    """Show and save the register of a half-day (``2026-11-24/pm``)."""
    sheet = half_sheet(code, day, half)
    if sheet is None:
        flash(_("There is no register of this half-day: it is not one of the modules’ days."), "bad")
        return redirect(url_for("attendance.index", code=code))
    return _answer(sheet)


def half_sheet(code: str, day: str, half: str) -> Callable[[], Sheet] | None:
    """What makes the register of a half-day, as often as it is called; None: the day is not one of the modules'.

    Raises:
        NotFoundError: it is no half-day, or the cohort is out of reach.

    """
    found = read_day(day)
    if found is None or half not in set(Half):
        raise NotFoundError(NOT_FOUND)
    scope = get_scope(db_session(), current_actor().reach(VIEW_ATTENDANCE), code)
    slot = Slot(found, Half(half))
    noon = noon_of(found)
    held = held_sessions(db_session(), module_ids=scope.module_ids, begin=noon - AROUND, end=noon + AROUND)
    registers = kept_registers(db_session(), (scope.cohort.id,))
    kept = next((row for row in registers if row.slot == slot and row.session_id is None), None)
    module = module_at(scope.modules, slot, held, kept)
    if module is None:
        return None
    return lambda: _sheet(scope, module, slot, None, held, registers, kept)


@blueprint.route("/cohorts/<code>/attendance/session/<int:number>", methods=["GET", "POST"])
@requires(VIEW_ATTENDANCE)
def meeting(code: str, number: int) -> ResponseReturnValue:
    """Show and save the register of one session."""
    scope = get_scope(db_session(), current_actor().reach(VIEW_ATTENDANCE), code)
    found = get_session(db_session(), scope, number)
    slot = half_of(found.starts_at, found.time_zone)
    registers = kept_registers(db_session(), (scope.cohort.id,))
    kept = next((row for row in registers if row.session_id == found.id), None)
    module = next(module for module in scope.modules if module.id == found.module_id)
    return _answer(lambda: _sheet(scope, module, slot, found, (), registers, kept))


def _span(block: Block) -> Span:
    return Span(block.starts_on, block.ends_on)


def _sheet(
    scope: Scope,
    module: Module,
    slot: Slot,
    of_session: ModuleSession | None,
    held: Sequence[Held],
    registers: Sequence[Kept],
    kept: Kept | None,
) -> Sheet:
    session = db_session()
    audience = audience_at(held, day=slot.day, half=slot.half, meeting=of_session)
    everybody = enrolments(session, scope.cohort.id)
    earlier = [row for row in registers if row.slot < slot and row.session_id is None and row.module_id == module.id]
    wanted = [row.id for row in (*earlier[-EARLIER:], *((kept,) if kept else ()))]
    marks = marks_of(session, wanted) if wanted else []
    states: dict[int, dict[int, AttendanceState]] = {key: {} for key in wanted}
    for mark in marks:
        states[mark.register_id][mark.enrolment_id] = mark.state
    here = {mark.enrolment_id: mark for mark in marks if kept and mark.register_id == kept.id}
    shown = [
        row
        for row in sorted(everybody, key=lambda row: row.number)
        if row.status in ACTIVE and (audience.expects(row.id, row.group_id) or row.id in here)
    ]
    return Sheet(
        scope=scope,
        module=module,
        slot=slot,
        meeting=of_session,
        held=held,
        registers=registers,
        kept=kept,
        rows=shown,
        everybody={row.number: row.id for row in everybody},
        marks=here,
        earlier=[(row, states[row.id]) for row in earlier[-EARLIER:]],
        today=day_of(
            moment(), of_session.time_zone if of_session else zone_at(module, slot.day, scope.cohort.time_zone)
        ),
    )


def _answer(build: Callable[[], Sheet]) -> ResponseReturnValue:
    sheet = build()
    if request.method == "POST" and not marks_in(sheet.scope, sheet.module):
        raise NotFoundError(NOT_FOUND)
    form = RegisterForm()
    outcome: list[Saved] = []
    if submitted(form, lambda: outcome.append(_save(sheet))):
        if outcome[0].clashes:
            keep_changes()  # the other rows are saved, and the page says so
            return _conflict(sheet, outcome[0])
        flash(_said(sheet, outcome[0]))
        return redirect(url_for(request.endpoint or "", **(request.view_args or {}), q=request.args.get("q") or None))
    return _page(build() if request.method == "POST" else sheet, form)


def _save(sheet: Sheet) -> Saved:
    unmarked = {row.number for row in sheet.rows} - sheet.saved.keys()
    return save_register(
        db_session(),
        cohort=sheet.scope.cohort,
        module=sheet.module,
        day=sheet.slot.day,
        half=None if sheet.meeting else sheet.slot.half,
        meeting=sheet.meeting,
        marks=read_marks(request.form, sheet.everybody, unmarked),
        actor=current_actor(),
        now=moment(),
    )


def _said(sheet: Sheet, saved: Saved) -> str:
    """What was saved, in words."""
    if not saved.written:
        return str(_("Nothing was changed."))
    rows = marks_of(db_session(), (saved.register.id,)) if saved.register else []
    expected = {row.id for row in sheet.rows}
    left = len(expected - {mark.enrolment_id for mark in rows})
    if not left:
        return str(_("The register is saved: everybody is marked."))
    return str(
        ngettext(
            "The register is saved. %(num)s person is not marked yet.",
            "The register is saved. %(num)s people are not marked yet.",
            left,
        )
    )


def _conflict(sheet: Sheet, saved: Saved) -> ResponseReturnValue:
    """Ask about the rows that two people changed, and about no others."""
    lang = chosen_language()
    by_id = {row.id: row for row in sheet.rows}
    zone = sheet.scope.cohort.time_zone

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

    lines = [line(clash) for clash in saved.clashes if clash.enrolment_id in by_id]
    seen = {by_id[clash.enrolment_id].number: clash.saved for clash in saved.clashes if clash.saved}
    return page(
        "modules/register_conflict.html",
        status=409,
        title=_title(sheet),
        lines=lines,
        written=saved.written,
        words=dict(zip(AttendanceState, key_words(), strict=True)),
        letters=LETTERS,
        seen=seen_text(seen),
        back=request.path,
    )


def _title(sheet: Sheet) -> str:
    """Which register it is: module, day and half, or the session."""
    lang = chosen_language()
    day = formats.day(sheet.slot.day, lang)
    if sheet.meeting is None:
        return f"{module_label(sheet.module, lang)} · {day}, {half_word(sheet.slot.half)}"
    return f"{sheet.meeting.title.best(lang)[0]} · {day}, {hours(sheet.meeting)}"


def _page(sheet: Sheet, form: RegisterForm) -> ResponseReturnValue:
    lang = chosen_language()
    rule = attendance_rule(sheet.scope.cohort)
    excused = rule.excused if rule else "left_out"
    totals = state_counts(db_session(), sheet.scope.cohort.id, but=_left_out(sheet))
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
        scope=sheet.scope,
        title=_title(sheet),
        column=_("This session") if sheet.meeting else _("This half-day"),
        crumbs=crumbs(sheet.scope, inside=True),
        rows=rows,
        people=len(sheet.rows),
        earlier=[(kept.slot.day, half_word(kept.slot.half)) for kept, _states in sheet.earlier],
        keys=key_words(),
        letters=LETTERS,
        counts=Counter(states[row.number] for row in sheet.rows if row.number in states),
        seen=seen_text(sheet.saved),
        saved_by=sheet.kept.saved_by if sheet.kept else "",
        saved_at=_saved_at(sheet),
        may_mark=sheet.may_mark,
        online=sheet.online,
        future=sheet.slot.day > sheet.today,
        closed=sheet.scope.cohort.status == CohortStatus.CLOSED,
        sessions=_sessions(sheet, lang),
        before=_beside(sheet, -1),
        after=_beside(sheet, 1),
        text=text,
        signing=sheet.meeting is None and not sheet.online and bool(sheet.rows),
    )


def _left_out(sheet: Sheet) -> set[int]:
    """The registers that do not enter the percentages: counted elsewhere, or of modules out of scope."""
    strange = {row.id for row in sheet.registers if row.module_id not in sheet.scope.module_ids}
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
    zone = sheet.scope.cohort.time_zone
    at = formats.clock(sheet.kept.saved_at, zone)
    day = day_of(sheet.kept.saved_at, zone)
    return at if day == day_of(moment(), zone) else f"{formats.day_short(day, chosen_language())}, {at}"


def _sessions(sheet: Sheet, lang: str) -> list[dict[str, object]]:
    """The sessions of a half-day, each with the address of a register of its own."""
    code = sheet.scope.cohort.code
    return [
        {
            "hours": f"{formats.clock(row.starts_at, row.time_zone)}–{formats.clock(row.ends_at, row.time_zone)}",
            "title": formats.tri(row.title, lang),
            "url": url_for("attendance.meeting", code=code, number=row.id),
        }
        for row in sheet.held
        if sheet.meeting is None and sheet.slot in row.slots
    ]


def _beside(sheet: Sheet, way: int) -> tuple[str, date, str] | None:
    """The half-day of the module before or after this one: its address, day and half."""
    if sheet.meeting is not None:
        return None
    slots = {slot for row in sheet.held if row.module_id == sheet.module.id for slot in row.slots}
    slots |= {row.slot for row in sheet.registers if row.module_id == sheet.module.id and row.session_id is None}
    earlier = sorted(slot for slot in slots if slot < sheet.slot)
    later = sorted(slot for slot in slots if slot > sheet.slot and slot.day <= sheet.today)
    found = (later[:1] if way > 0 else earlier[-1:]) or None
    if found is None:
        return None
    slot = found[0]
    url = url_for("attendance.half_day", code=sheet.scope.cohort.code, day=slot.day.isoformat(), half=slot.half.value)
    return url, slot.day, half_word(slot.half)
