"""The running cohort, laid around today: attendance so far, five groups, a defence to come, one draft."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from app.accounts.enums import ScopeKind
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.notices.announcing import announce
from cohorts.audiences import audiences_of_cohort
from demo.defences import Day, hand_in_paper, plan
from demo.stage import Row, Stage, Theatre, at, entropy, open_cohort, script
from modules.enums import AttendanceState, Half
from modules.queries.schedule import drafts
from modules.rules.facts import facts_of
from modules.services import change_session, move_schedule, publish

CODE = "kel-now-1"
WEEKS_BEFORE = 3  # the cohort began so many weeks before the day of the demonstration
LAST_DAY = 86  # the day of its last session, counted from its first day
ONLINE_MODULE = 1
HANDED_IN = (6, 2)  # numbers of people, of two groups
OFTEN_AWAY, SOMETIMES_AWAY = (11, 27), 4  # numbers on the roster; every which evening the others miss one


def first_day_for(today: date) -> date:
    """The Monday on which the cohort began."""
    return today - timedelta(weeks=WEEKS_BEFORE, days=today.weekday())


def has_ended(cohort: Row, *, today: date) -> bool:
    """Whether its last session is over, so that nobody would have a next one."""
    return bool(cohort.starts_on) and today > cohort.starts_on.first_day + timedelta(days=LAST_DAY - 1)


def play(theatre: Theatre) -> None:
    """Publish the schedule; move a session and publish again; leave a draft; keep the registers so far; hand in."""
    first = first_day_for(theatre.today)
    began = at(first, "09:00") - timedelta(weeks=2)
    cohort = open_cohort(
        theatre, CODE, "kel-now", "kel-now.xlsx", starts_on=PartialDate.of(first), planned_size=30, now=began
    )
    stage = Stage(theatre, cohort, script("kel-now"), origin=first)
    stage.bring_experts(now=began)
    projects = stage.give_projects(now=began)
    stage.fill(stage.script["sessions"], now=began)
    plan(stage, stage.appoint(now=began), projects, _defence(stage, tuple(projects)), now=began)
    publish(stage.session, cohort=cohort, actor=stage.actor, now=began)
    _attend(stage)
    _move_the_next(stage, now=theatre.now)
    publish(stage.session, cohort=cohort, actor=stage.actor, now=theatre.now - timedelta(hours=16))
    for hours, number in enumerate(HANDED_IN, start=18):
        hand_in_paper(stage, number, now=theatre.now - timedelta(hours=hours))
    stage.fill([stage.script["draft"]], now=theatre.now)
    _announce(stage, now=theatre.now - timedelta(hours=14))


def move_on(theatre: Theatre, cohort: Row) -> None:
    """Move the whole cohort on to today, with its registers and its defence, and publish it."""
    session, actor = theatre.session, theatre.cast.coordinator
    days = (first_day_for(theatre.today) - cohort.starts_on.first_day).days
    move_schedule(session, cohort=cohort, days=days, actor=actor, now=theatre.now)
    publish(session, cohort=cohort, actor=actor, now=theatre.now)


def _announce(stage: Stage, *, now: datetime) -> None:
    """The coordinator tells the whole cohort something, in three languages."""
    entry = stage.script["announcement"]
    whole, *_others = audiences_of_cohort(stage.session, stage.actor, ScopeKind.COHORT, stage.cohort.id, now)
    announce(
        stage.session,
        key=entropy("announcement")(16).hex(),
        audience=whole,
        title=Tri(**entry["title"]),
        body=Tri(**entry["text"]),
        by_mail=True,
        actor=stage.actor,
        now=now,
    )


def _defence(stage: Stage, labels: tuple[str, ...]) -> Day:
    entry = stage.script["defence"]
    return Day(
        entry["module"],
        stage.day(entry["day"]),
        entry["from"],
        entry["minutes"],
        labels,
        rooms=tuple(entry["rooms"]),
        materials_due_on=stage.day(entry["materials"]),
    )


def _attend(stage: Stage) -> None:
    """The online evenings that are over, but for the last one: its register is still to be kept."""
    days = [stage.day(entry["day"]) for entry in stage.script["sessions"] if entry["module"] == ONLINE_MODULE]
    past = [day for day in days if day < stage.theatre.today]
    for place, day in enumerate(past[:-1]):
        others = {place * 7 % 33 + 1: AttendanceState.LATE, place * 5 % 33 + 2: AttendanceState.EXCUSED}
        others |= {number: AttendanceState.ABSENT for number in OFTEN_AWAY if (number + place) % 3}
        if place % SOMETIMES_AWAY == 0:
            others[19] = AttendanceState.ABSENT
        stage.mark(str(ONLINE_MODULE), day, Half.PM, usual=AttendanceState.ONLINE, others=others, now=at(day, "20:30"))


def _move_the_next(stage: Stage, *, now: datetime) -> None:
    """The second session from now begins half an hour later than was published."""
    coming = [row for row in drafts(stage.session, [row.id for row in stage.modules.values()]) if row.starts_at > now]
    meeting = coming[1]
    facts = facts_of(meeting)
    later = timedelta(minutes=30)
    moved = replace(facts, starts_at=facts.starts_at + later, ends_at=facts.ends_at + later)
    change_session(
        stage.session,
        meeting=meeting,
        facts=moved,
        expected_version=meeting.version,
        actor=stage.actor,
        now=now - timedelta(hours=17),
    )
