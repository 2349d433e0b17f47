"""Defence days of a played cohort: planned, materials handed in, held, decided, and their minutes closed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from app.kernel.files.store import MEGABYTE
from demo.stage import Row, Stage
from projects.enums import Duty, Outcome, Presence
from projects.services.materials import hand_in, receive
from projects.services.minutes import close_minutes, decide, mark_presence
from projects.services.sittings import plan_sitting


@dataclass(frozen=True, slots=True)
class Day:
    """A defence day as it shall be.

    Args:
        module: the number of the module in which it lies, or how a component is held.
        labels: the groups, in the order of the agenda.
        minutes: for each project.
        materials_due_on: until when the groups hand in, if a day is set.

    """

    module: str
    day: date
    start: str
    minutes: int
    labels: tuple[str, ...]
    rooms: tuple[str, ...] = ()
    link: str | None = None
    materials_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a commission decided.

    Args:
        outcomes: by the labels of groups; whoever is left out was accepted.
        away: members who were absent, by their place on the commission, beginning with 0.
        online: those who took part from elsewhere.

    """

    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    away: frozenset[int] = frozenset()
    online: bool = False
    questions: str | None = None


def plan(stage: Stage, commission: Row, projects: Mapping[str, Row], day: Day, *, now: datetime) -> Row:
    """Plan a defence day; its sessions are drafts until the schedule is published."""
    return plan_sitting(
        stage.session,
        commission=commission,
        module=stage.modules[day.module],
        day=day.day,
        start=time.fromisoformat(day.start),
        minutes=day.minutes,
        project_ids=[projects[label].id for label in day.labels],
        rooms=day.rooms,
        link=day.link,
        materials_due_on=day.materials_due_on,
        actor=stage.actor,
        now=now,
    )


def hand_in_paper(stage: Stage, number: int, *, now: datetime) -> None:
    """Hand in a page with the project's title, for the group of somebody by their number on the roster."""
    [row] = [row for row in stage.people() if row.number == number]
    title = next(entry["title"]["en"] for entry in stage.script["projects"] if entry["group"] == row.group.label)
    drawn = BytesIO()
    canvas = Canvas(drawn, invariant=1)
    canvas.setTitle(title)
    canvas.drawString(72, 720, title)
    canvas.save()
    drawn.seek(0)
    file = receive(stage.theatre.files, file=drawn, name=f"{title}.pdf", limit=MEGABYTE)
    hand_in(stage.session, enrolment=row, received=file, actor=None, now=now)


def hold(stage: Stage, sitting: Row, decisions: Decisions, *, number: str, now: datetime) -> None:
    """Write who was there and what was decided, and close the minutes on that day."""
    members = sitting.commission.members
    usual = Presence.ONLINE if decisions.online else Presence.ROOM
    presence = {
        member.id: Presence.ABSENT if place in decisions.away else usual for place, member in enumerate(members)
    }
    mark_presence(stage.session, sitting=sitting, presence=presence, actor=stage.actor, now=now)
    voting = sum(member.duty != Duty.SECRETARY and presence[member.id] != Presence.ABSENT for member in members)
    for slot in sitting.slots:
        outcome = decisions.outcomes.get(slot.project.group.label, Outcome.ACCEPTED)
        submitted = outcome != Outcome.NOT_SUBMITTED
        decide(
            stage.session,
            slot=slot,
            outcome=outcome,
            votes=(voting, 0, 0) if submitted else None,
            questions=decisions.questions if submitted else None,
            actor=stage.actor,
            now=now,
        )
    close_minutes(stage.session, sitting=sitting, number=number, on=sitting.day, actor=stage.actor, now=now)
