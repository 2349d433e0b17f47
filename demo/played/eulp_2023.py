"""The Executive University Leadership Program of 2023: 81 heads of 28 universities, and two misspelt names."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.accounts.rules import EVERYWHERE
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.people.enums import NameForm, NameKind
from app.people.queries import current_name
from app.people.rules import PersonalName
from certificates.queries.register import valid_of
from certificates.services import reissue
from cohorts.queries import get_cohort
from cohorts.services import close_cohort, correct_name
from demo.awards import award
from demo.defences import Day, Decisions, hold, plan
from demo.stage import Stage, Theatre, at, entropy, open_cohort, script
from modules.enums import AttendanceState, Half
from modules.services import publish

CODE = "eulp-2023-1"
BEGAN, FIRST, LAST = date(2023, 4, 3), date(2023, 12, 1), date(2023, 12, 2)
ORDER = "412-ө"
LATELY = timedelta(days=12)  # before the day of the demonstration a second misprint was mended
MINISTER = Tri(
    kk="Ғылым және жоғары білім министрі",
    ru="Министр науки и высшего образования",
    en="Minister of Science and Higher Education",
)
QUESTIONS = "Қай университет бірінші бастайды? · Какой университет начнёт первым?"
HALVES = ((FIRST, Half.AM, "13:00"), (FIRST, Half.PM, "17:30"), (LAST, Half.AM, "10:20"))


@dataclass(frozen=True, slots=True)
class Misprint:
    """Whose surname was misspelt, by the number on the roster, and the names as they should have been printed."""

    number: int
    surname: str
    latin: PersonalName
    purpose: str


FIRST_MISPRINT = Misprint(12, "Тестібаев", PersonalName("Testibaev", "Ulan", "Mysaluly"), "reissue")
LATE_MISPRINT = Misprint(35, "Мысалқанова", PersonalName("Mysalqanova", "Gauhar", "Synaqqyzy"), "reissue-late")


def play(theatre: Theatre) -> None:
    """From the roster to 81 certificates, and one in another's place."""
    cohort = open_cohort(
        theatre,
        CODE,
        "eulp-2023",
        "eulp-2023.csv",
        starts_on=PartialDate(2023, 4),
        ends_on=PartialDate.of(LAST),
        now=at(BEGAN, "10:00"),
    )
    stage = Stage(theatre, cohort, script("eulp-2023"))
    _final_module(stage)
    award(stage, order=ORDER, on=FIRST, issued_on=LAST, handed_over_by=MINISTER, purpose="issue", now=at(LAST, "10:40"))
    closed = at(LAST, "11:00") + timedelta(days=2)
    close_cohort(stage.session, cohort=cohort, actor=stage.actor, now=closed)
    _mend_a_name(stage, FIRST_MISPRINT, now=closed + timedelta(days=7))


def mend_lately(theatre: Theatre) -> None:
    """Somebody noticed a second misprint only now: the ministry's register has something new."""
    cohort = get_cohort(theatre.session, EVERYWHERE, CODE)
    _mend_a_name(Stage(theatre, cohort, {}), LATE_MISPRINT, now=theatre.now - LATELY)


def _final_module(stage: Stage) -> None:
    """Two days in Astana: five projects before the commission, and everybody there."""
    planned = at(date(2023, 11, 20), "10:00")
    stage.bring_experts(now=planned)
    projects = stage.give_projects(now=planned)
    commission = stage.appoint(now=planned)
    stage.fill(stage.script["sessions"], now=planned)
    sittings = [
        plan(stage, commission, projects, day, now=planned)
        for day in (
            Day("9", FIRST, "14:30", 50, ("1", "2", "3"), rooms=("Aula",)),
            Day("9", LAST, "09:00", 40, ("4", "5"), rooms=("Aula",)),
        )
    ]
    publish(stage.session, cohort=stage.cohort, actor=stage.actor, now=planned + timedelta(hours=2))
    for place, (day, half, clock) in enumerate(HALVES):
        others = dict.fromkeys(range(3 + place, 80, 19), AttendanceState.LATE)
        others |= dict.fromkeys(range(8 + place, 80, 31), AttendanceState.EXCUSED)
        stage.mark("9", day, half, others=others, now=at(day, clock))
    for number, (sitting, clock) in enumerate(zip(sittings, ("17:30", "10:30"), strict=True), start=1):
        hold(stage, sitting, Decisions(questions=QUESTIONS), number=str(number), now=at(sitting.day, clock))


def _mend_a_name(stage: Stage, misprint: Misprint, *, now: datetime) -> None:
    """A certificate had a misspelt surname: the name is corrected, the certificate replaced."""
    enrolment = next(row for row in stage.people() if row.number == misprint.number)
    old = current_name(enrolment.person, NameForm.KK)
    if old is None:
        return
    right = PersonalName(misprint.surname, old.given_name, old.patronymic)
    correct_name(
        stage.session,
        enrolment=enrolment,
        names={NameForm.KK: right, NameForm.RU: right, NameForm.LATIN: misprint.latin},
        kind=NameKind.IDENTITY_CARD,
        reason="Identity card shown after the ceremony",
        actor=stage.actor,
        now=now,
    )
    reissue(
        stage.session,
        certificate=valid_of(stage.session, enrolment),
        reason="Тегі қате басылған · Опечатка в фамилии · Misspelt surname",
        issued_on=now.date(),
        actor=stage.theatre.cast.approver,
        now=now + timedelta(hours=1),
        house=stage.theatre.house,
        entropy=entropy(misprint.purpose),
    )
