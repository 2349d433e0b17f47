"""University Management 2020: moved online in mid-run; ten of twelve universities submitted their plans."""

from collections.abc import Mapping
from datetime import date, datetime

from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from cohorts.enums import EnrolmentStatus
from cohorts.services import close_cohort
from demo.awards import award, mark
from demo.defences import Day, Decisions, hold, plan
from demo.stage import Row, Stage, Theatre, at, open_cohort, script
from modules.enums import AttendanceState, Half
from modules.services import publish
from modules.services.form_of_holding import hold_online
from projects.enums import Outcome
from projects.services.groups import groups_by_organisation
from projects.services.projects import change_project

CODE = "um-2020-1"
BEGAN = date(2020, 2, 10)
MOVED_ONLINE = date(2020, 3, 30)
ABSENT = {8: AttendanceState.EXCUSED, 21: AttendanceState.ABSENT}
NOT_SUBMITTED = ("Тестовый университет № 11", "Тестовый университет № 12")
QUESTIONS = "Жоспарды қаржыландыру көздері қандай? · Каковы источники финансирования плана?"
ORDER, ORDER_DAY, ISSUED = "31-ө", date(2020, 8, 28), date(2020, 8, 31)
DAYS = (date(2020, 8, 20), date(2020, 8, 21))


def play(theatre: Theatre) -> None:
    """From the first list to the certificates of ten universities."""
    cohort = open_cohort(
        theatre,
        CODE,
        "um-2020",
        "um-2020.csv",
        starts_on=PartialDate(2020, 2),
        ends_on=PartialDate(2020, 8),
        now=at(BEGAN, "10:00"),
    )
    stage = Stage(theatre, cohort, script("um-2020"))
    stage.bring_experts(now=at(BEGAN, "10:30"))
    stage.fill(stage.script["sessions"], now=at(BEGAN, "11:00"))
    publish(stage.session, cohort=cohort, actor=stage.actor, now=at(BEGAN, "12:00"))
    for day, half in ((17, Half.AM), (17, Half.PM), (18, Half.AM)):
        stage.mark("1", date(2020, 2, day), half, others=ABSENT, now=at(date(2020, 2, day), "18:00"))
    projects = _teams(stage, now=at(date(2020, 2, 19), "10:00"))
    _move_online(stage)
    _defend(stage, projects)
    _finish(stage)


def _teams(stage: Stage, *, now: datetime) -> dict[str, Row]:
    """A team for each university, with a plan to write and a mentor; every second mentor is from abroad."""
    groups = groups_by_organisation(stage.session, cohort=stage.cohort, actor=stage.actor, now=now)
    return {
        group.label: change_project(
            stage.session,
            group=group,
            title=_title(group),
            mentors=[stage.experts[f"mentor-{place}"]],
            version=None,
            actor=stage.actor,
            now=now,
        )
        for place, group in enumerate(groups, start=1)
    }


def _title(group: Row) -> Tri:
    name = group.organisation.name.best("ru")[0]
    return Tri(kk=f"Даму жоспары: {name}", ru=f"План развития: {name}", en=f"Development plan: {name}")


def _move_online(stage: Stage) -> None:
    """What was planned in person is held online from spring on."""
    for number in ("2", "3", "4"):
        hold_online(
            stage.session,
            module=stage.modules[number],
            since=MOVED_ONLINE,
            link=stage.script["link"],
            reviewed=None,
            actor=stage.actor,
            now=at(MOVED_ONLINE, "15:00"),
        )
    publish(stage.session, cohort=stage.cohort, actor=stage.actor, now=at(MOVED_ONLINE, "16:00"))
    for module, day in (("2", date(2020, 4, 20)), ("2", date(2020, 4, 21)), ("3", date(2020, 6, 15))):
        stage.mark(module, day, Half.AM, usual=AttendanceState.ONLINE, others=ABSENT, now=at(day, "13:30"))


def _defend(stage: Stage, projects: Mapping[str, Row]) -> None:
    """Two sittings of nine members; two teams submitted nothing."""
    commission = stage.appoint(now=at(date(2020, 8, 3), "10:00"))
    labels = tuple(projects)
    missing = {
        label: Outcome.NOT_SUBMITTED
        for label, group in stage.groups().items()
        if group.organisation.name.best("ru")[0] in NOT_SUBMITTED
    }
    halves = (labels[: len(labels) // 2], labels[len(labels) // 2 :])
    sittings = [
        plan(
            stage,
            commission,
            projects,
            Day("4", day, "10:00", 30, part, link=stage.script["link"]),
            now=at(date(2020, 8, 3), "11:00"),
        )
        for day, part in zip(DAYS, halves, strict=True)
    ]
    publish(stage.session, cohort=stage.cohort, actor=stage.actor, now=at(date(2020, 8, 3), "12:00"))
    for number, (sitting, away) in enumerate(zip(sittings, (frozenset({3}), frozenset({1, 4})), strict=True), start=1):
        decisions = Decisions(missing, away=away, online=True, questions=QUESTIONS)
        hold(stage, sitting, decisions, number=str(number), now=at(sitting.day, "17:00"))


def _finish(stage: Stage) -> None:
    """Certificates for the people of ten universities; the others are marked, and the cohort is closed."""
    award(stage, order=ORDER, on=ORDER_DAY, issued_on=ISSUED, purpose="um-2020", now=at(ISSUED, "11:00"))
    left = [row.number for row in stage.people() if row.status == EnrolmentStatus.ENROLLED]
    mark(stage, left, EnrolmentStatus.NOT_COMPLETED, order=ORDER, on=ORDER_DAY, now=at(date(2020, 9, 1), "10:00"))
    close_cohort(stage.session, cohort=stage.cohort, actor=stage.actor, now=at(date(2020, 9, 2), "10:00"))
