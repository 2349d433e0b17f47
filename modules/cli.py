"""Commands: working calendars, and whether a schedule can be held as planned."""

import json
from typing import Any

import click
from flask.cli import with_appcontext

from app.accounts.rules import EVERYWHERE
from app.cli import command_session
from app.kernel import clock
from app.kernel.tri import Tri
from app.people.queries import display_name
from cohorts.models import Cohort
from cohorts.queries import get_cohort
from modules.models import Module
from modules.queries.conflicts import cohorts_met, conflicts_of, kept_conflicts, people_named
from modules.queries.schedule import modules_of
from modules.rules.conflicts import Booking, Conflict
from modules.rules.times import YEARS, zone_of
from modules.services.calendars import seed_calendar

MOST_NAMES = 3


@click.group("schedule")
def schedule_group() -> None:
    """Schedules and the calendars that they keep to."""


@schedule_group.command("calendars")
@click.argument("country")
@click.argument("years", nargs=-1, required=True, type=click.IntRange(YEARS[0], YEARS[-1]))
@with_appcontext
def calendars(country: str, years: tuple[int, ...]) -> None:
    """Add YEARS to the working calendar of COUNTRY (two letters, KZ) from the library of holidays.

    Years that the calendar has already are left as they are: the same command again changes nothing.
    """
    with command_session() as session:
        calendar = seed_calendar(session, country=country.upper(), years=years, actor=None, now=clock.now())
        days = sum(1 for day in calendar.days if day.day.year in years)
        click.echo(f"{calendar.country}: version {calendar.number}, {days} days in the years asked for")


@schedule_group.command("check")
@click.argument("cohort")
@click.option("--json", "as_json", is_flag=True, help="Write the conflicts as JSON.")
@with_appcontext
def check(cohort: str, *, as_json: bool) -> None:
    """Say what of COHORT's schedule cannot be as planned; exit with 1 when there is anything that was not kept."""
    with command_session() as session:
        found = get_cohort(session, EVERYWHERE, cohort)
        conflicts = conflicts_of(session, found)
        kept = kept_conflicts(session, [found.id])
        modules = {module.id: module for module in modules_of(session, found.id)}
        others = cohorts_met(session, {other.cohort_id for each in conflicts for other in each.others})
        people = people_named(session, {key for each in conflicts for key in each.people})
        names = {key: display_name(person, "en") for key, person in people.items()}
        lines = [_line(each, modules, others, names) | {"kept": each.mark in kept} for each in conflicts]
    waiting = [line for line in lines if not line["kept"]]
    if as_json:
        click.echo(json.dumps({"cohort": cohort, "conflicts": lines}, ensure_ascii=False, indent=2))
    else:
        for line in waiting:
            click.echo(_text(line))
        click.echo(f"{cohort}: {len(waiting)} conflicts, {len(lines) - len(waiting)} kept")
    if waiting:
        raise click.exceptions.Exit(1)


def _line(
    conflict: Conflict, modules: dict[int, Module], others: dict[int, Cohort], names: dict[int, str]
) -> dict[str, Any]:
    """A conflict as data: what, when, with whom."""
    module = modules[conflict.module_id]
    return {
        "kind": str(conflict.kind),
        "module": module.number,
        "day": conflict.day.isoformat(),
        "session": _session(conflict.session) if conflict.session else None,
        "others": [
            _session(other) | {"cohort": others[other.cohort_id].code}
            for other in conflict.others
            if other.cohort_id in others
        ],
        "people": [names[key] for key in conflict.people if key in names],
        "rooms": list(conflict.rooms),
        "holidays": [{"day": day.day.isoformat(), "name": _english(day.name)} for day in conflict.days],
        "country": conflict.country or None,
    }


def _session(booking: Booking) -> dict[str, Any]:
    zone = zone_of(booking.time_zone)
    return {
        "id": booking.id,
        "title": _english(booking.title),
        "starts_at": booking.starts_at.astimezone(zone).isoformat(),
        "ends_at": booking.ends_at.astimezone(zone).isoformat(),
    }


def _english(text: Tri | None) -> str | None:
    return text.best("en")[0] if text else None


def _text(line: dict[str, Any]) -> str:
    """A conflict in one line."""
    title = line["session"]["title"] if line["session"] else f"module {line['module']}"
    parts = [line["day"], str(line["kind"]), title]
    parts += [f"{other['cohort']}: {other['title']}, {other['starts_at']}" for other in line["others"][:1]]
    named = line["people"][:MOST_NAMES]
    rest = len(line["people"]) - len(named)
    parts += [", ".join([*named, *([f"and {rest} more"] if rest else [])]), ", ".join(line["rooms"])]
    parts += [f"{day['day']} {day['name'] or ''}".strip() for day in line["holidays"]]
    return " · ".join(part for part in parts if part)
