"""Defence days: the list, all cohorts' days to come, planning one."""

from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from app.kernel.clock import day_of
from app.kernel.errors import DomainError
from app.kernel.words import Message
from app.web import formats
from app.web.forms import submitted
from app.web.locale import chosen_language
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from cohorts.enums import Mode
from cohorts.views.common import Desk
from modules.models import Module
from modules.queries.experts import expert_name
from modules.queries.schedule import modules_of
from modules.rules.times import read_clock
from modules.views.present import hours, module_label
from projects.enums import Duty
from projects.forms import SittingForm, VersionForm, number_of
from projects.models import Commission, DefenceDay
from projects.queries.commissions import commissions_of
from projects.queries.groups import by_group, groups_of, people_of, projects_of, standings
from projects.queries.sittings import get_sitting, sittings_in_reach, sittings_of
from projects.rules.access import MANAGE_PROJECTS, VIEW_PROJECTS
from projects.rules.sittings import may_defend_again
from projects.services import Plan, change_sitting, delete_sitting, ensure_project, plan_sitting
from projects.services.sittings import plan_of
from projects.views.common import defences, frame, managing, reading
from projects.views.groups import state_of
from projects.views.present import group_name, title_of

USUAL_MINUTES = 40


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """A group that may be put on an agenda; ``place`` None: it cannot."""

    key: int
    name: Markup
    title: Markup
    people: int
    state: tuple[str, str] | None
    place: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """A day in a list of days."""

    sitting: DefenceDay
    day: str
    hours: str
    state: tuple[str, str]
    decided: int

    @property
    def code(self) -> str:
        """The code of the cohort."""
        return self.sitting.cohort.code


@defences.get("/cohorts/<code>/defences")
@requires(VIEW_PROJECTS)
def index(code: str) -> ResponseReturnValue:
    """The commissions of a cohort and its defence days with their state."""
    at = reading(code)
    lang = chosen_language()
    today = day_of(at.now, at.cohort.time_zone)
    commissions = commissions_of(at.session, at.cohort.id)
    return page(
        "projects/defences.html",
        rows=[row_of(sitting, today=today) for sitting in sittings_of(at.session, at.cohort.id)],
        commissions=[(row, _chair(row, lang), len(row.members)) for row in commissions],
        groups=len(groups_of(at.session, at.cohort.id)),
        **frame(at),
    )


@defences.get("/defences/")
@requires(MANAGE_PROJECTS)
def coming() -> ResponseReturnValue:
    """The defence days of all cohorts: those to come, and those whose minutes are open."""
    now = moment()
    session, reach = db_session(), current_actor().reach(MANAGE_PROJECTS)
    today = day_of(now)
    ahead = sittings_in_reach(session, reach, since=today)
    opened = [row for row in sittings_in_reach(session, reach) if row.day < today]
    return page(
        "projects/coming.html",
        opened=[row_of(sitting, today=today) for sitting in opened],
        ahead=[row_of(sitting, today=today) for sitting in ahead],
    )


@defences.route("/cohorts/<code>/defences/new", methods=["GET", "POST"])
@requires(MANAGE_PROJECTS)
def new(code: str) -> ResponseReturnValue:
    """Plan a defence day."""
    at = managing(code)
    form = _offered(at, SittingForm())
    made: list[DefenceDay] = []

    def act() -> None:
        plan = _typed(at, form)
        made.append(
            plan_sitting(
                at.session,
                commission=plan.commission,
                module=plan.module,
                day=plan.day,
                start=plan.start,
                minutes=plan.minutes,
                project_ids=plan.project_ids,
                rooms=plan.rooms,
                link=plan.link,
                materials_due_on=plan.materials_due_on,
                actor=at.actor,
                now=at.now,
            )
        )

    if submitted(form, act):
        flash(_("The day is planned, as a draft. Participants see it when the schedule is published."))
        return redirect(url_for(".sitting", code=code, number=made[0].id))
    if request.method == "GET":
        form.minutes.data, form.start.data = USUAL_MINUTES, "09:00"
        _suggest(at, form)
    return _page(managing(code), form, None)


@defences.route("/cohorts/<code>/defences/<int:number>/plan", methods=["GET", "POST"])
@requires(MANAGE_PROJECTS)
def plan(code: str, number: int) -> ResponseReturnValue:
    """Move a defence day or change its agenda."""
    at = managing(code)
    found = get_sitting(at.session, at.cohort, number)
    form = _offered(at, SittingForm())

    def act() -> None:
        change_sitting(
            at.session, sitting=found, plan=_typed(at, form), version=form.version.data or 0, actor=at.actor, now=at.now
        )

    if submitted(form, act):
        flash(_("The day was changed, as a draft. Participants see it when the schedule is published."))
        return redirect(url_for(".sitting", code=code, number=number))
    if request.method == "GET":
        _show(form, found)
    return _page(managing(code), form, number)


@defences.post("/cohorts/<code>/defences/<int:number>/delete")
@requires(MANAGE_PROJECTS)
def delete(code: str, number: int) -> ResponseReturnValue:
    """Delete a defence day that participants never saw."""
    at = managing(code)
    found = get_sitting(at.session, at.cohort, number)
    form = VersionForm()

    def act() -> None:
        delete_sitting(at.session, sitting=found, version=None, actor=at.actor, now=at.now)

    if submitted(form, act):
        flash(_("The defence day was deleted."))
        return redirect(url_for(".index", code=code))
    again = managing(code)
    whole = _offered(again, SittingForm(formdata=None))
    _show(whole, get_sitting(again.session, again.cohort, number))
    whole.form_errors.extend(form.form_errors)
    return _page(again, whole, number)


def row_of(sitting: DefenceDay, *, today: date) -> Row:
    """A day with its state in words."""
    lang = chosen_language()
    decided = sum(slot.outcome is not None for slot in sitting.slots)
    return Row(
        sitting, formats.date_long(sitting.day, lang), span_of(sitting), _state(sitting, decided, today=today), decided
    )


def span_of(sitting: DefenceDay) -> str:
    """From when to when by the clocks of the place; "" without projects."""
    meetings = sorted((slot.session for slot in sitting.slots), key=lambda meeting: meeting.starts_at)
    if not meetings:
        return ""
    return f"{hours(meetings[0]).partition('–')[0]}–{hours(meetings[-1]).partition('–')[2]}"


def _state(sitting: DefenceDay, decided: int, *, today: date) -> tuple[str, str]:
    if sitting.closed_at is not None:
        return "ok", _("Minutes No. %(number)s closed", number=sitting.minutes_number)
    if decided:
        return "now", _("Minutes open")
    if sitting.day < today:
        return "bad", _("No minutes yet")
    return "wait", _("Planned")


def _chair(commission: Commission, lang: str) -> str:
    names = [expert_name(row.expert, lang) for row in commission.members if row.duty == Duty.CHAIR]
    return names[0] if names else "–"


def _offered(at: Desk, form: SittingForm) -> SittingForm:
    lang = chosen_language()
    commissions = commissions_of(at.session, at.cohort.id)
    form.offer(
        [(row.id, _("Commission %(n)s: %(chair)s", n=row.number, chair=_chair(row, lang))) for row in commissions],
        [(module.id, module_label(module, lang) or "–") for module in modules_of(at.session, at.cohort.id)],
    )
    return form


def _suggest(at: Desk, form: SittingForm) -> None:
    """The module of the defence with its first day still to come; else the last module."""
    today = day_of(at.now, at.cohort.time_zone)
    modules = modules_of(at.session, at.cohort.id)
    blocks = [(module, block) for module in modules for block in module.blocks if block.mode == Mode.DEFENCE]
    ahead = [(module, block) for module, block in blocks if block.ends_on and block.ends_on.last_day >= today]
    for module, block in (ahead or blocks)[:1]:
        form.module.data = module.id
        form.day.data = block.starts_on.first_day if block.starts_on and block.starts_on.day else None
    if not blocks and modules:
        form.module.data = modules[-1].id


def _typed(at: Desk, form: SittingForm) -> Plan:
    """The plan that was typed; a group on the agenda gets a project if it has none yet."""
    commissions = {row.id: row for row in commissions_of(at.session, at.cohort.id)}
    modules = {row.id: row for row in modules_of(at.session, at.cohort.id)}
    start = read_clock(form.start.data or "")
    if form.commission.data not in commissions or form.module.data not in modules:
        raise DomainError(Message("Choose the commission and the module."), field="commission")
    if start is None or form.day.data is None:
        raise DomainError(Message("Enter a time such as 18:30."), field="start")
    placed = []
    for order, group in enumerate(groups_of(at.session, at.cohort.id)):
        place = number_of(request.form.get(f"place-{group.id}"))
        if place:
            placed.append((place, order, group))
    chosen: Module = modules[form.module.data]
    return Plan(
        commissions[form.commission.data],
        chosen,
        form.day.data,
        start,
        form.minutes.data or 0,
        tuple(
            ensure_project(at.session, group=group).id
            for _place, _order, group in sorted(placed, key=lambda one: one[:2])
        ),
        tuple(part.strip() for part in (form.rooms.data or "").split(",") if part.strip()),
        form.link.data or None,
        form.materials_due_on.data,
    )


def _show(form: SittingForm, sitting: DefenceDay) -> None:
    form.version.data = sitting.version
    form.commission.data, form.day.data = sitting.commission_id, sitting.day
    form.materials_due_on.data = sitting.materials_due_on
    shown = plan_of(sitting)
    if shown:
        form.module.data, form.minutes.data = shown.module.id, shown.minutes
        form.day.data, form.start.data = shown.day, f"{shown.start:%H:%M}"
        form.rooms.data, form.link.data = ", ".join(shown.rooms), shown.link


def _page(at: Desk, form: SittingForm, number: int | None) -> ResponseReturnValue:
    sitting = get_sitting(at.session, at.cohort, number) if number is not None else None
    return page("projects/sitting_plan.html", form=form, sitting=sitting, rows=_agenda_rows(at, sitting), **frame(at))


def _agenda_rows(at: Desk, sitting: DefenceDay | None) -> list[AgendaRow]:
    """The groups with what was decided before and their place, typed or suggested."""
    inside = by_group(people_of(at.session, at.cohort.id))
    projects = projects_of(at.session, at.cohort.id)
    places = standings(at.session, at.cohort.id)
    here = {slot.project.group_id: slot.position for slot in sitting.slots} if sitting else {}
    rows = []
    suggested = 0
    for group in groups_of(at.session, at.cohort.id):
        elsewhere = [one for one in places.get(group.id, []) if sitting is None or one.sitting_id != sitting.id]
        people = len(inside.get(group.id, []))
        free = people > 0 and may_defend_again(one.outcome for one in elsewhere)
        suggested += free
        typed = request.form.get(f"place-{group.id}") if request.method == "POST" else None
        usual = str(here[group.id]) if group.id in here else str(suggested) if sitting is None else ""
        place = (typed if typed is not None else usual) if free else None
        title = title_of(projects.get(group.id))
        rows.append(AgendaRow(group.id, group_name(group), title, people, state_of(elsewhere), place))
    return rows
