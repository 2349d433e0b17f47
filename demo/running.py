"""The sessions of the running cohort, laid around today from ``sessions/kel-now.yaml``."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from modules.enums import SessionKind
from modules.queries.schedule import drafts, modules_of
from modules.rules.facts import Facts, facts_of
from modules.services import add_session, change_session, move_schedule, publish

FILE = Path(__file__).resolve().parent / "sessions" / "kel-now.yaml"
WEEKS_BEFORE = 3  # the cohort began so many weeks before the day of the demonstration
LAST_DAY = 86  # the day of its last session, counted from its first day


class RunningCohort(Protocol):
    """What is asked of the cohort here."""

    id: int
    starts_on: PartialDate | None


def first_day_for(today: date) -> date:
    """The Monday on which the cohort began."""
    return today - timedelta(weeks=WEEKS_BEFORE, days=today.weekday())


def has_ended(cohort: RunningCohort, *, today: date) -> bool:
    """Whether its last session is over, so that nobody would have a next one."""
    return cohort.starts_on is not None and today > cohort.starts_on.first_day + timedelta(days=LAST_DAY - 1)


def fill(session: Session, cohort: Any, *, actor: Actor, published: datetime, now: datetime) -> None:  # noqa: ANN401 - no models here
    """Add and publish the sessions; then move one and publish again; then leave a draft to be published."""
    plan = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    modules = list(modules_of(session, cohort.id))
    by_number = {module.number: module for module in modules}
    first = cohort.starts_on.first_day
    for entry in plan["sessions"]:
        module = by_number[entry["module"]] if "module" in entry else modules[-1]
        add_session(session, module=module, facts=_facts(entry, plan, first, module), actor=actor, now=published)
    publish(session, cohort=cohort, actor=actor, now=published)
    _move_the_next(session, [module.id for module in modules], actor=actor, now=now)
    publish(session, cohort=cohort, actor=actor, now=now - timedelta(hours=16))
    draft = {**plan["sessions"][-1], "day": LAST_DAY - 1, "from": "15:00", "to": "17:00", "kind": "consultation"}
    draft["title"] = {"kk": "Таныстыруға дайындық", "ru": "Репетиция презентаций", "en": "Rehearsal"}
    add_session(session, module=modules[-1], facts=_facts(draft, plan, first, modules[-1]), actor=actor, now=now)


def move_on(session: Session, cohort: Any, *, today: date, actor: Actor, now: datetime) -> None:  # noqa: ANN401 - no models here
    """Move the whole cohort on to today and publish it."""
    days = (first_day_for(today) - cohort.starts_on.first_day).days
    move_schedule(session, cohort=cohort, days=days, actor=actor, now=now)
    publish(session, cohort=cohort, actor=actor, now=now)


def _facts(entry: dict[str, Any], plan: dict[str, Any], first: date, module: Any) -> Facts:  # noqa: ANN401 - no models here
    zone = ZoneInfo(module.blocks[0].time_zone)
    day = first + timedelta(days=entry["day"])
    place = entry.get("place")
    return Facts(
        title=Tri(**entry["title"]),
        starts_at=datetime.combine(day, time.fromisoformat(entry["from"]), zone),
        ends_at=datetime.combine(day, time.fromisoformat(entry["to"]), zone),
        time_zone=zone.key,
        kind=SessionKind(entry["kind"]),
        rooms=tuple(entry.get("rooms", ())),
        address=Tri(**plan["rooms"][place]) if place else None,
        link=plan["link"] if entry.get("online") else None,
        speaker=entry.get("speaker"),
    )


def _move_the_next(session: Session, module_ids: list[int], *, actor: Actor, now: datetime) -> None:
    """The second session from now begins half an hour later than was published."""
    coming = [row for row in drafts(session, module_ids) if row.starts_at > now]
    meeting = coming[1]
    facts = facts_of(meeting)
    later = timedelta(minutes=30)
    moved = replace(facts, starts_at=facts.starts_at + later, ends_at=facts.ends_at + later)
    change_session(
        session,
        meeting=meeting,
        facts=moved,
        expected_version=meeting.version,
        actor=actor,
        now=now - timedelta(hours=17),
    )
