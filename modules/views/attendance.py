"""The attendance of a cohort: which registers are kept, what each person's come to, and the list as a workbook."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from app.kernel.clock import day_of
from app.kernel.errors import NotFoundError
from app.kernel.spreadsheet import spreadsheet
from app.people.queries import display_name
from app.web import formats
from app.web.downloads import XLSX, send_bytes
from app.web.locale import chosen_language, translate
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from cohorts.enums import EnrolmentStatus
from cohorts.models import Enrolment
from cohorts.queries import enrolments, get_enrolment, in_reach
from cohorts.schema import AttendanceSpec
from modules.enums import AttendanceState, Half
from modules.models import Module
from modules.queries.attendance import HALF_WORDS, Entry, Roll, address_of, attendance_rule, roll_of
from modules.queries.schedule import NOT_FOUND, Scope, get_scope
from modules.rules.access import MARK_ATTENDANCE, VIEW_ATTENDANCE
from modules.rules.attendance import Standing, Tally, standing
from modules.rules.times import read_day
from modules.views.frame import sections_of, sees_cohort
from modules.views.present import module_label

blueprint = Blueprint("attendance", __name__, template_folder="../templates")

LETTERS_IN = {"kk": "ЗОКСЖА", "ru": "ЗОПУНМ", "en": "ROLEAS"}  # of each state, in the order of AttendanceState
TONES = dict(zip(AttendanceState, ("ok", "ok", "chg", "chg", "bad", "chg"), strict=True))
ACTIVE = frozenset(EnrolmentStatus) - {EnrolmentStatus.WITHDRAWN}
VIEWS = ("", "below", "risk", "unmarked")
WORST = 101  # sorts after every percentage
NEAR = 7  # days around today within which a module is shown open


@dataclass(frozen=True, slots=True)
class Key:
    """A state as the register shows it: its letter in the page's language, a short word, the stylesheet's tone."""

    letter: str
    word: str
    tone: str


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody in the list: ``views`` are the chips under which the line is shown."""

    number: int
    name: str
    body: str
    url: str
    tally: Tally
    standing: Standing | None
    views: frozenset[str]

    @property
    def missed(self) -> int:
        """Half-days absent or substituted."""
        return self.tally.marks.get(AttendanceState.ABSENT, 0) + self.tally.marks.get(AttendanceState.SUBSTITUTED, 0)

    @property
    def excused(self) -> int:
        """Half-days excused."""
        return self.tally.marks.get(AttendanceState.EXCUSED, 0)


@dataclass(frozen=True, slots=True)
class Cell:
    """A half-day in the list of registers; ``kind`` is a tag's, "" for one that is still to come."""

    url: str
    label: str
    kind: str
    word: str


@dataclass(frozen=True, slots=True)
class ModulePart:
    """The registers of a module by day: the morning's, the afternoon's, and those of single sessions."""

    label: str
    summary: str
    open: bool
    rows: Sequence[tuple[date, Cell | None, Cell | None, Sequence[Cell]]]


def key_words() -> list[Key]:
    """The six states in the order of :class:`AttendanceState`."""
    words = (
        pgettext("register", "In the room"),
        pgettext("register", "Online"),
        pgettext("register", "Late"),
        pgettext("register", "Excused"),
        pgettext("register", "Absent"),
        pgettext("register", "Subst."),
    )
    letters = LETTERS_IN[chosen_language()]
    return [Key(*values) for values in zip(letters, words, TONES.values(), strict=True)]


def half_word(half: Half) -> str:
    """A half-day in words: "morning"."""
    return translate(HALF_WORDS[half])


def marks_in(scope: Scope, module: Module) -> bool:
    """Whether the reader may keep the registers of a module."""
    reach = current_actor().reach(MARK_ATTENDANCE)
    return in_reach(reach, scope.cohort) or module.id in reach.modules


def crumbs(scope: Scope, *, inside: bool) -> list[tuple[str, object]]:
    """The way back: to the cohort, for who may see it; ``inside``: to its attendance too."""
    code, lang = scope.cohort.code, chosen_language()
    found: list[tuple[str, object]] = []
    if sees_cohort(scope):
        found.append((url_for("cohorts.cohort", code=code), formats.tri(scope.cohort.title, lang)))
    if inside:
        found.append((url_for("attendance.index", code=code), _("Attendance")))
    return found


@blueprint.get("/cohorts/<code>/attendance")
@requires(VIEW_ATTENDANCE)
def index(code: str) -> ResponseReturnValue:
    """Show the registers by module, and what each person's come to."""
    scope, rule, roll = _read(code)
    today = day_of(moment(), scope.cohort.time_zone)
    lines = _people(scope, rule, roll)
    view = request.args.get("view", "")
    view = view if view in VIEWS else ""
    by = "worst" if request.args.get("by") == "worst" else "number"
    shown = [line for line in lines if not view or view in line.views]
    if by == "worst":
        shown.sort(key=lambda line: (WORST if line.tally.percent is None else line.tally.percent, line.number))
    upcoming = _next(roll.entries, today) if any(marks_in(scope, module) for module in scope.modules) else None
    parts = [_part(scope, module, roll, today) for module in scope.modules]
    return page(
        "modules/attendance.html",
        scope=scope,
        crumbs=crumbs(scope, inside=False),
        sections=sections_of(scope),
        parts=[part for part in parts if part.rows],
        rule=rule if scope.whole else None,
        next=_cell(scope, upcoming, today) if upcoming else None,
        next_day=upcoming.slot.day if upcoming else None,
        today=today,
        halves=[(half.value, half_word(half)) for half in Half],
        people=shown,
        counts={name: sum(name in line.views for line in lines) for name in VIEWS[1:]},
        everybody=len(lines),
        view=view,
        by=by,
    )


@blueprint.get("/cohorts/<code>/attendance/day")
@requires(VIEW_ATTENDANCE)
def any_day(code: str) -> ResponseReturnValue:
    """Lead to the register of the day and half that were typed."""
    scope = get_scope(db_session(), current_actor().reach(VIEW_ATTENDANCE), code)
    day, half = read_day(request.args.get("day", "")), request.args.get("half", "")
    if day is None or half not in set(Half):
        flash(_("Enter a day such as 2026-11-24."), "bad")
        return redirect(url_for("attendance.index", code=scope.cohort.code))
    return redirect(url_for("attendance.half_day", code=scope.cohort.code, day=day.isoformat(), half=half))


@blueprint.get("/cohorts/<code>/attendance/people/<int:number>")
@requires(VIEW_ATTENDANCE)
def person(code: str, number: int) -> ResponseReturnValue:
    """Show every half-day of one person: the evidence behind the percentage."""
    scope, rule, roll = _read(code)
    lang = chosen_language()
    enrolment = get_enrolment(db_session(), scope.cohort, number)
    if enrolment.status not in ACTIVE:
        raise NotFoundError(NOT_FOUND)
    labels = {module.id: module_label(module, lang) for module in scope.modules}
    tally = roll.tallies[enrolment.id]
    words = dict(zip(AttendanceState, key_words(), strict=True))
    lines = []
    for entry in roll.entries:
        state = roll.states.get(entry.kept.id, {}).get(enrolment.id) if entry.kept else None
        if entry.kept is None or (state is None and not entry.audience.expects(enrolment.id, enrolment.group_id)):
            continue
        endpoint, values = address_of(code, entry)
        lines.append(
            {
                "url": url_for(endpoint, **values),
                "day": entry.slot.day,
                "half": half_word(entry.slot.half),
                "what": _single_title(entry, lang) or labels[entry.module_id],
                "key": words[state] if state else None,
                "counted": entry.counted,
            }
        )
    return page(
        "modules/attendance_person.html",
        scope=scope,
        crumbs=crumbs(scope, inside=True),
        name=display_name(enrolment.person, lang),
        body=formats.tri(enrolment.organisation.name, lang) if enrolment.organisation else "",
        tally=tally,
        rule=rule if scope.whole else None,
        standing=standing(tally, rule.at_least) if rule and scope.whole else None,
        lines=lines,
    )


@blueprint.get("/cohorts/<code>/attendance/register.xlsx")
@requires(VIEW_ATTENDANCE)
def workbook(code: str) -> ResponseReturnValue:
    """The whole register as a workbook: a row per person, a column per half-day that was kept."""
    scope, _rule, roll = _read(code)
    lang = chosen_language()
    kept = [entry for entry in roll.entries if entry.kept]
    words = dict(zip(AttendanceState, key_words(), strict=True))
    headings = [
        ("№", 5),
        (_("Name"), 34),
        (_("Organisation"), 34),
        (_("Percent"), 9),
        (_("Attended"), 9),
        (_("Counted"), 9),
        (_("Unmarked"), 9),
        *((_heading(entry, lang), 12) for entry in kept),
    ]
    rows = []
    for row in _active(scope):
        tally = roll.tallies[row.id]
        states = [roll.states.get(entry.kept.id, {}).get(row.id) for entry in kept if entry.kept]
        rows.append(
            [
                str(row.number),
                display_name(row.person, lang),
                row.organisation.name.best(lang)[0] if row.organisation else "",
                "" if tally.percent is None else f"{tally.percent}%",
                str(tally.attended),
                str(tally.counted),
                str(tally.unmarked),
                *(words[state].word if state else "" for state in states),
            ]
        )
    name = _("attendance")
    return send_bytes(spreadsheet(headings, rows, title=code), f"{code}-{name}.xlsx", XLSX)


def _read(code: str) -> tuple[Scope, AttendanceSpec | None, Roll]:
    scope = get_scope(db_session(), current_actor().reach(VIEW_ATTENDANCE), code)
    rule = attendance_rule(scope.cohort)
    excused = rule.excused if rule else "left_out"
    return scope, rule, roll_of(db_session(), scope.cohort, excused=excused, module_ids=scope.module_ids)


def _active(scope: Scope) -> list[Enrolment]:
    """Those who did not withdraw, by their number in the list."""
    return sorted(enrolments(db_session(), scope.cohort.id, statuses=ACTIVE), key=lambda row: row.number)


def _people(scope: Scope, rule: AttendanceSpec | None, roll: Roll) -> list[PersonLine]:
    lang = chosen_language()
    lines = []
    for row in _active(scope):
        tally = roll.tallies[row.id]
        stands = standing(tally, rule.at_least) if rule and scope.whole else None
        views = {stands.value} if stands in {Standing.BELOW, Standing.RISK} else set()
        line = PersonLine(
            number=row.number,
            name=display_name(row.person, lang),
            body=formats.tri(row.organisation.name, lang) if row.organisation else "",
            url=url_for("attendance.person", code=scope.cohort.code, number=row.number),
            tally=tally,
            standing=stands,
            views=frozenset(views | ({"unmarked"} if tally.unmarked else set())),
        )
        lines.append(line)
    return lines


def _next(entries: Iterable[Entry], today: date) -> Entry | None:
    """The register to be kept now: today's first that is not complete, else the oldest."""
    waiting = [entry for entry in entries if not entry.complete and entry.slot.day <= today and entry.expected]
    return next((entry for entry in waiting if entry.slot.day == today), waiting[0] if waiting else None)


def _part(scope: Scope, module: Module, roll: Roll, today: date) -> ModulePart:
    own = [entry for entry in roll.entries if entry.module_id == module.id and entry.expected]
    due = [entry for entry in own if entry.slot.day <= today]
    complete = sum(entry.complete for entry in due)
    waiting = len(due) - complete
    days: dict[date, list[Entry]] = {}
    for entry in own:
        days.setdefault(entry.slot.day, []).append(entry)
    rows = []
    for day, entries in days.items():
        halves = {entry.slot.half: _cell(scope, entry, today) for entry in entries if not entry.single}
        singles = [_cell(scope, entry, today) for entry in entries if entry.single]
        rows.append((day, halves.get(Half.AM), halves.get(Half.PM), singles))
    summary = ngettext("%(num)s register complete", "%(num)s registers complete", complete)
    if waiting:
        summary += " · " + ngettext("%(num)s still to be kept", "%(num)s still to be kept", waiting)
    running = any(abs((entry.slot.day - today).days) <= NEAR for entry in own)
    return ModulePart(module_label(module, chosen_language()), summary, bool(running or waiting), rows)


def _cell(scope: Scope, entry: Entry, today: date) -> Cell:
    endpoint, values = address_of(scope.cohort.code, entry)
    label = _single_title(entry, chosen_language()) or half_word(entry.slot.half)
    url = url_for(endpoint, **values)
    if entry.complete:
        return Cell(url, label, "ok", _("%(n)s of %(of)s", n=entry.marked, of=entry.expected))
    if entry.kept:
        return Cell(url, label, "chg", _("%(n)s of %(of)s", n=entry.marked, of=entry.expected))
    if entry.slot.day > today:
        return Cell(url, label, "", "")
    return Cell(url, label, "wait", _("Not kept"))


def _single_title(entry: Entry, lang: str) -> str:
    return entry.kept.title.best(lang)[0] if entry.single and entry.kept and entry.kept.title else ""


def _heading(entry: Entry, lang: str) -> str:
    return f"{formats.date_short(entry.slot.day, lang)}, {_single_title(entry, lang) or half_word(entry.slot.half)}"
