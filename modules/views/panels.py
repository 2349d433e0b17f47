"""Pieces that this package gives to the pages of a cohort: the timeline, the links to schedule and registers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date
from flask import url_for
from flask_babel import ngettext
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.feature import Panel
from app.kernel.words import Message
from app.web import formats
from app.web.locale import chosen_language, translate
from cohorts.enums import MODE_LABELS, CohortStatus, Mode
from cohorts.models import Cohort
from cohorts.queries import in_reach
from cohorts.tabs import CohortTab
from modules.models import Block, Module
from modules.queries.planning import has_pattern
from modules.queries.schedule import modules_of
from modules.rules.access import PUBLISH_SCHEDULE, VIEW_ATTENDANCE, VIEW_SCHEDULE
from modules.rules.laying import Span
from modules.rules.timeline import LOOKS, Bar, Look, Progress, Row, Timeline, length_in_weeks, timeline
from modules.rules.times import monday_of, week_text, zone_of
from modules.views.present import module_label

ROOMY = 26  # with so few columns a single one holds "7–11"
WIDE = 2  # columns below which a month or a length in words doesn't fit
LETTER, ICON_WIDTH = 8, 18  # px of a label above a bar
NARROWEST = 780  # px of all columns in the smallest window that shows them
DESK, BAR_LETTER, BAR_EDGES = 975, 7.5, 6  # px of all columns at the desk; of a letter inside a bar; of its two edges
ICONS = {Look.OFFLINE: "pin", Look.ONLINE: "screen", Look.INTERN: "bag", Look.DEFENCE: "flag", Look.UNKNOWN: "pin"}
LEGEND = {
    Look.OFFLINE: Message("In person"),
    Look.ONLINE: Message("Online"),
    Look.INTERN: Message("Internship"),
    Look.DEFENCE: Message("Defence"),
    Look.UNKNOWN: Message("Form not known"),
}


@dataclass(frozen=True, slots=True)
class BarView:
    """A block on the chart, in words.

    ``at_end``: its label would not fit before the right edge; ``pictured``: its icon fits beside what stands in it.
    """

    column: int
    columns: int
    look: Look
    icon: str
    label: str
    short: str
    when: str
    exact: bool
    url: str
    at_end: bool
    pictured: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """A module on the chart, in words."""

    number: int | None
    title: str
    host: Markup
    progress: Progress
    bars: list[BarView]
    url: str


def timeline_panel(session: Session, actor: Actor, cohort: Cohort, now: datetime) -> Panel | None:
    """The weeks of a cohort, for its overview; an empty one offers to lay the pattern."""
    if not actor.may(VIEW_SCHEDULE) and not actor.may(PUBLISH_SCHEDULE):
        return None
    lang = chosen_language()
    modules = modules_of(session, cohort.id)
    spans = [[Span(block.starts_on, block.ends_on) for block in module.blocks] for module in modules]
    today = now.astimezone(zone_of(cohort.time_zone)).date()
    chart = timeline(spans, today=today)
    rows = [
        _row(module, chart.rows[place] if chart else None, cohort.code, lang, columns=chart.columns if chart else 0)
        for place, module in enumerate(modules)
    ]
    looks = {bar.look for row in rows for bar in row.bars}
    may_lay = in_reach(actor.reach(PUBLISH_SCHEDULE), cohort)
    context = {
        "code": cohort.code,
        "chart": chart,
        "rows": rows,
        "names": _month_names(chart, lang) if chart else [],
        "legend": [(look.value, translate(word)) for look, word in LEGEND.items() if look in looks],
        "approximate": any(not bar.exact for row in rows for bar in row.bars),
        "undated": _undated(modules, lang),
        "may_lay": may_lay,
        "may_plan": may_lay and cohort.status != CohortStatus.CLOSED and has_pattern(cohort),
    }
    return Panel("modules/timeline.html", context)


def schedule_tab(_session: Session, actor: Actor, _cohort: Cohort, _now: datetime) -> Panel | None:
    """The links to the schedule and to the registers on every page of a cohort."""
    if not actor.may(VIEW_SCHEDULE):
        return None
    week = CohortTab(Message("Schedule"), "schedule.week", 20, "schedule")
    registers = CohortTab(Message("Attendance"), "attendance.index", 35, "attendance")
    return Panel("", {"tabs": (week, registers) if actor.may(VIEW_ATTENDANCE) else (week,)})


def _row(module: Module, row: Row | None, code: str, lang: str, *, columns: int) -> RowView:
    title = module.title.best(lang)[0] if module.title else ""
    first = next((block.starts_on for block in module.blocks if block.starts_on), None)
    week = week_text(monday_of(first.first_day)) if first else None
    return RowView(
        number=module.number,
        title=title or module_label(module, lang),
        host=formats.tri(module.host.name, lang) if module.host else escape(""),
        progress=row.progress if row else Progress.AHEAD,
        bars=[_bar(module.blocks[bar.block], bar, code, lang, columns=columns) for bar in row.bars] if row else [],
        url=url_for("schedule.week", code=code, week=week),
    )


def _bar(block: Block, bar: Bar, code: str, lang: str, *, columns: int) -> BarView:
    look = LOOKS.get(block.mode, Look.OFFLINE) if block.mode else Look.UNKNOWN
    word = translate(MODE_LABELS[block.mode]) if block.mode else ""
    city = block.city.best(lang)[0] if block.city else ""
    label = city if look in {Look.OFFLINE, Look.UNKNOWN} and city else word
    first = block.starts_on.first_day if block.starts_on else None
    short, room = _short(block, bar, lang, columns=columns), _room(bar, columns)
    return BarView(
        column=bar.column,
        columns=bar.columns,
        look=look,
        icon=ICONS[look],
        label=label,
        short=short,
        when=formats.period(block.starts_on, block.ends_on, lang),
        exact=bar.exact,
        url=url_for("schedule.week", code=code, week=week_text(first) if first else None),
        pictured=look in {Look.ONLINE, Look.INTERN} and ICON_WIDTH + BAR_LETTER * len(short) <= room,
        at_end=ICON_WIDTH + LETTER * len(label) > (columns - bar.column + 1) * NARROWEST / columns,
    )


def _room(bar: Bar, columns: int) -> float:
    """How many px a bar has inside at the desk."""
    return bar.columns * DESK / columns - BAR_EDGES


def _short(block: Block, bar: Bar, lang: str, *, columns: int) -> str:
    """What fits into a bar: the days of a block in person, the length of others, ≈ and the month if that is all."""
    span = Span(block.starts_on, block.ends_on)
    weeks, room, roomy = length_in_weeks(span), _room(bar, columns), columns <= ROOMY
    if not bar.exact or weeks is None or block.starts_on is None:
        month = format_date(block.starts_on.first_day, "LLL", locale=lang) if block.starts_on else ""
        return f"≈ {month}" if roomy or bar.columns > WIDE else "≈"
    if block.mode in {Mode.OFFLINE, Mode.DEFENCE, None}:
        last = block.ends_on.day if block.ends_on else None
        days = f"{block.starts_on.day}–{last}" if last != block.starts_on.day else str(last)
        return days if BAR_LETTER * len(days) <= room else str(block.starts_on.day)
    words = _weeks(weeks)
    return words if BAR_LETTER * len(words) <= room else str(weeks)


def _weeks(n: int) -> str:
    return str(ngettext("%(num)s week", "%(num)s weeks", n))


def _month_names(chart: Timeline, lang: str) -> list[Markup]:
    """The months of the head; the first of each year that is wide enough says the year."""
    names, said = [], set()
    for month in chart.months:
        name = escape(format_date(month.first_day, "LLL", locale=lang).rstrip("."))
        year = month.first_day.year
        if year not in said and month.columns > WIDE:
            said.add(year)
            name += Markup(" <b>{}</b>").format(year)
        names.append(name)
    return names


def _undated(modules: Sequence[Module], lang: str) -> list[tuple[str, str]]:
    """The modules with blocks of which no date is known, and their ways."""
    found = []
    for module in modules:
        modes = [block.mode for block in module.blocks if block.starts_on is None]
        words = dict.fromkeys(translate(MODE_LABELS[mode]) for mode in modes if mode)
        label = module_label(module, lang)
        if modes:
            found.append((label, " · ".join(word for word in words if word != label)))
    return found
