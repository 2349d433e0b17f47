"""The sessions of a week or a day in words and at their places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import url_for
from markupsafe import Markup

from app.web import formats
from app.web.request import db_session
from modules.enums import SessionStatus
from modules.models import ModuleSession
from modules.queries.schedule import Scope, as_draft, drafts
from modules.rules.facts import Part, differing, facts_of
from modules.rules.grid import Cell, Grid, grid, local_hours
from modules.rules.laying import Span
from modules.rules.publishing import DraftState, Published, state_of
from modules.rules.times import zone_of
from modules.views.conflicts import ConflictView
from modules.views.present import (
    Names,
    Place,
    audience_text,
    day_of,
    hours,
    hours_at_home,
    module_label,
    names_of,
    place_of,
    speakers,
    was_lines,
)

WEEK = timedelta(days=7)
MARGIN = timedelta(hours=15)  # no zone is further from UTC
WORKING_DAYS = 5
LANES = ("lane-a", "lane-b", "lane-c", "lane-d")


@dataclass(frozen=True, slots=True)
class Slot:
    """A session in the list of a day, and its place on the grid."""

    meeting: ModuleSession
    hours: str
    title: Markup
    place: Place
    zone: str
    module: str
    state: DraftState
    was: Sequence[Markup]
    away: bool
    tentative: bool
    clashes: Sequence[str]
    speakers: str
    audience: str
    url: str
    cell: Cell | None
    lane: str


@dataclass(frozen=True, slots=True)
class Column:
    """A day of the week: its sessions in order of time, and where people are."""

    day: date
    slots: list[Slot]
    where: str

    @property
    def lanes(self) -> int:
        """How many sessions stand beside each other at most."""
        return max((slot.cell.lanes for slot in self.slots if slot.cell), default=1)


def period_of(monday: date) -> tuple[datetime, datetime]:
    """The moments between which every session of a week lies, in whatever zone."""
    first = datetime.combine(monday, datetime.min.time(), tzinfo=UTC)
    return first - MARGIN, first + WEEK + MARGIN


def sessions_of_week(scope: Scope, monday: date) -> list[ModuleSession]:
    """The sessions whose day at their place lies in a week."""
    begin, end = period_of(monday)
    rows = drafts(db_session(), scope.module_ids, begin=begin, end=end)
    return [row for row in rows if monday <= day_of(row) < monday + WEEK]


def days_of_week(monday: date, found: Sequence[ModuleSession]) -> list[date]:
    """Monday to Friday, and the days of the weekend on which something happens."""
    used = {day_of(meeting) for meeting in found}
    week = [monday + timedelta(days=n) for n in range(7)]
    return [day for n, day in enumerate(week) if n < WORKING_DAYS or day in used]


def grid_of(found: Sequence[ModuleSession]) -> Grid | None:
    """The places of a week's sessions; None when a list is easier to read."""
    by_day: dict[date, list[ModuleSession]] = {}
    for row in found:
        by_day.setdefault(day_of(row), []).append(row)
    return grid(
        {
            day: [local_hours(row.id, row.starts_at, row.ends_at, row.time_zone) for row in rows]
            for day, rows in by_day.items()
        }
    )


def slots_of(
    scope: Scope,
    found: Sequence[ModuleSession],
    published: Mapping[int, Published],
    conflicts: Sequence[ConflictView],
    placed: Grid | None,
    lang: str,
) -> list[tuple[date, Slot]]:
    """Each session with its day."""
    labels = {module.id: module_label(module, lang) for module in scope.modules}
    clashes: dict[int, list[str]] = {}
    for conflict in conflicts:
        for key in conflict.sessions:
            clashes.setdefault(key, []).append(conflict.word)
    away = [block for module in scope.modules for block in module.blocks if block.time_zone != scope.cohort.time_zone]
    names = names_of(db_session(), scope.cohort.id, found, lang)
    slots = []
    for meeting in found:
        shown = published.get(meeting.id)
        state = state_of(as_draft(meeting), shown)
        cell = placed.cells.get(meeting.id) if placed else None
        slot = Slot(
            meeting=meeting,
            hours=hours(meeting),
            title=formats.tri(meeting.title, lang),
            place=place_of(meeting, lang),
            zone=hours_at_home(meeting, scope.cohort.time_zone),
            module=labels[meeting.module_id],
            state=state,
            was=_was(state, shown, meeting, lang, names),
            away=any(Span(block.starts_on, block.ends_on).holds(day_of(meeting)) for block in away),
            tentative=meeting.status == SessionStatus.TENTATIVE,
            clashes=list(dict.fromkeys(clashes.get(meeting.id, ()))),
            speakers=speakers(meeting, names, lang),
            audience=audience_text(meeting, names),
            url=url_for("schedule.edit", code=scope.cohort.code, number=meeting.id),
            cell=cell,
            lane=LANES[cell.lane] if cell else "",
        )
        slots.append((day_of(meeting), slot))
    return slots


def column_of(day: date, slots: Sequence[tuple[date, Slot]], scope: Scope, home: str, lang: str) -> Column:
    """A day with its sessions; its head names the place and zone when people are not at home."""
    places = []
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone_of(home))
    for module in scope.modules:
        for block in module.blocks:
            if not Span(block.starts_on, block.ends_on).holds(day):
                continue
            city = block.city.best(lang)[0] if block.city else ""
            zone = formats.offset(noon, block.time_zone)
            places.append(", ".join(text for text in (city, "" if block.time_zone == home else zone) if text))
    where = " · ".join(dict.fromkeys(text for text in places if text))
    return Column(day, [slot for at, slot in slots if at == day], where)


def _was(
    state: DraftState, shown: Published | None, meeting: ModuleSession, lang: str, names: Names
) -> Sequence[Markup]:
    """What participants still see of a session that was changed."""
    if shown is None or state is not DraftState.CHANGED:
        return []
    parts: tuple[Part, ...] = differing(shown.facts, facts_of(meeting))
    return was_lines(shown.facts, meeting, parts, meeting.status, lang, names) if parts else []
