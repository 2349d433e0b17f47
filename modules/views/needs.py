"""What waits in schedules and registers: lines for the home page, and for the top of a cohort's page."""

from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.feature import Panel, Todo
from app.kernel.clock import day_of
from app.web import formats
from app.web.locale import chosen_language
from cohorts.enums import CohortStatus
from cohorts.models import Cohort
from cohorts.queries import cohorts_in_reach, in_reach
from modules.queries.attendance import Entry, address_of
from modules.queries.due import Due, Unpublished, due_registers, latest_numbers, unpublished
from modules.rules.access import MARK_ATTENDANCE, PUBLISH_SCHEDULE
from modules.views.attendance import half_word
from modules.views.conflicts import conflict_todo
from modules.views.present import module_label

OPEN = (CohortStatus.RUNNING, CohortStatus.PLANNED)


def home_needs(session: Session, actor: Actor, now: datetime) -> Panel | None:
    """Unpublished changes, conflicts and registers of all cohorts in reach; the statements do not grow with them."""
    if not actor.may(PUBLISH_SCHEDULE) and not actor.may(MARK_ATTENDANCE):
        return None
    publishing = cohorts_in_reach(session, actor.reach(PUBLISH_SCHEDULE), statuses=OPEN)
    changes = _changes(session, publishing, now)
    registers = due_registers(session, actor.reach(MARK_ATTENDANCE), now=now)
    lines = [line for due in registers for line in _registers(due, now)]
    return Panel("", {}, todo=(*lines, *conflict_todo(session, actor, now), *changes))


def cohort_needs(session: Session, actor: Actor, cohort: Cohort, now: datetime) -> Panel | None:
    """The same for one cohort."""
    if cohort.status == CohortStatus.CLOSED:
        return None
    publishing = [cohort] if in_reach(actor.reach(PUBLISH_SCHEDULE), cohort) else []
    changes = _changes(session, publishing, now)
    registers = due_registers(session, actor.reach(MARK_ATTENDANCE), now=now, only=cohort.id)
    lines = [line for due in registers for line in _registers(due, now)]
    todo = (*lines, *conflict_todo(session, actor, now, cohort), *changes)
    return Panel("", {}, todo=todo) if todo else None


def _changes(session: Session, cohorts: list[Cohort], now: datetime) -> list[Todo]:
    keys = [cohort.id for cohort in cohorts]
    waiting, numbers = unpublished(session, keys, now=now), latest_numbers(session, keys)
    return [
        _unpublished(cohort, waiting[cohort.id], numbers.get(cohort.id)) for cohort in cohorts if cohort.id in waiting
    ]


def _unpublished(cohort: Cohort, waiting: Unpublished, version: int | None) -> Todo:
    known = _("participants see version %(n)s", n=version) if version else _("nothing was published yet")
    return Todo(
        ngettext("Publish %(num)s change of the schedule", "Publish %(num)s changes of the schedule", waiting.changes),
        url_for("schedule.publish", code=cohort.code),
        _where(cohort),
        known,
        "cal",
        when=day_of(waiting.first, cohort.time_zone) if waiting.first else None,
    )


def _registers(due: Due, now: datetime) -> list[Todo]:
    """A line for each register of today, and one for those of the week before."""
    lines = [_register(due, entry, now) for entry in due.today]
    if len(due.earlier) == 1:
        lines.append(_register(due, due.earlier[0], now))
    elif due.earlier:
        number = len(due.earlier)
        lines.append(
            Todo(
                ngettext("Keep %(num)s register of the last days", "Keep %(num)s registers of the last days", number),
                url_for("attendance.index", code=due.cohort.code),
                _where(due.cohort),
                _about(due, due.earlier[0], now),
                "check",
                "chg",
            )
        )
    return lines


def _register(due: Due, entry: Entry, now: datetime) -> Todo:
    endpoint, values = address_of(due.cohort.code, entry)
    left = entry.expected - entry.marked
    text = (
        ngettext("Close the register: %(num)s person unmarked", "Close the register: %(num)s people unmarked", left)
        if entry.kept
        else _("Keep the register")
    )
    today = entry.slot.day == day_of(now, due.cohort.time_zone)
    tone = "" if today else "chg"
    return Todo(
        text,
        url_for(endpoint, **values),
        _where(due.cohort),
        _about(due, entry, now),
        "check",
        tone,
        when=entry.slot.day if today else None,
    )


def _about(due: Due, entry: Entry, now: datetime) -> str:
    """Which register: module, day and half."""
    lang = chosen_language()
    module = due.modules[entry.module_id]
    label = _("Module %(n)s", n=module.number) if module.number else module_label(module, lang)
    today = entry.slot.day == day_of(now, due.cohort.time_zone)
    day = _("today") if today else formats.day_short(entry.slot.day, lang)
    return f"{label}, {day}, {half_word(entry.slot.half)}"


def _where(cohort: Cohort) -> str:
    return f"{cohort.title.best(chosen_language())[0]} · {cohort.code}"
