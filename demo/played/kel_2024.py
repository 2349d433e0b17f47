"""Kazakhstan Executive Leadership 2024: 30 were planned, 33 came; online, in Astana, and a week in the Emirates."""

from datetime import date

from app.kernel.partial_date import PartialDate
from cohorts.enums import EnrolmentStatus
from cohorts.services import close_cohort
from demo.awards import award, mark
from demo.stage import Stage, Theatre, at, open_cohort, script
from modules.enums import AttendanceState, Half
from modules.services import publish

CODE = "kel-2024-1"
BEGAN, ENDED = date(2024, 3, 4), date(2024, 9, 6)
ONLINE = (date(2024, 3, 12), date(2024, 4, 9), date(2024, 5, 14))
ORDER = "87-ө"


def play(theatre: Theatre) -> None:
    """From the roster to the certificates."""
    cohort = open_cohort(
        theatre,
        CODE,
        "kel-2024",
        "kel-2024.csv",
        starts_on=PartialDate(2024, 3),
        ends_on=PartialDate.of(ENDED),
        planned_size=30,
        now=at(BEGAN, "10:00"),
    )
    stage = Stage(theatre, cohort, script("kel-2024"))
    stage.bring_experts(now=at(BEGAN, "11:00"))
    stage.give_projects(now=at(BEGAN, "11:30"))
    stage.fill(stage.script["sessions"], now=at(BEGAN, "12:00"))
    publish(stage.session, cohort=cohort, actor=stage.actor, now=at(BEGAN, "15:00"))
    _attend(stage)
    everybody = [row.number for row in stage.people()]
    mark(stage, everybody, EnrolmentStatus.COMPLETED, order=ORDER, on=ENDED, now=at(ENDED, "15:00"))
    award(stage, order=ORDER, on=ENDED, issued_on=ENDED, purpose="kel-2024", now=at(ENDED, "16:00"))
    close_cohort(stage.session, cohort=cohort, actor=stage.actor, now=at(date(2024, 9, 9), "10:00"))


def _attend(stage: Stage) -> None:
    """A few are away each time, nobody often."""
    halves = [("1", day, Half.PM, AttendanceState.ONLINE) for day in ONLINE]
    halves += [("2", date(2024, 5, day), half, AttendanceState.PRESENT) for day in (15, 16) for half in Half]
    halves += [("2", date(2024, 5, 17), Half.AM, AttendanceState.PRESENT)]
    halves += [("3", date(2024, 9, day), Half.AM, AttendanceState.PRESENT) for day in range(2, 7)]
    for place, (module, day, half, usual) in enumerate(halves):
        late, away = place * 7 % 33 + 1, place * 10 % 33 + 5
        others = {late: AttendanceState.LATE, away: AttendanceState.EXCUSED if place % 2 else AttendanceState.ABSENT}
        stage.mark(module, day, half, usual=usual, others=others, now=at(day, "21:00"))
