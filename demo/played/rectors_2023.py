"""The III National School of Rectors: eight of its rectors were in the final module of another programme that day."""

from datetime import date

from app.kernel.partial_date import PartialDate
from cohorts.enums import EnrolmentStatus
from cohorts.services import close_cohort
from demo.awards import mark
from demo.stage import Stage, Theatre, at, open_cohort, script
from modules.services import publish

CODE = "rectors-2023-1"
FIRST, LAST = date(2023, 12, 1), date(2023, 12, 3)


def play(theatre: Theatre) -> None:
    """Three days; who took part is marked by an order, as nothing is known of a certificate."""
    planned = date(2023, 11, 24)
    cohort = open_cohort(
        theatre,
        CODE,
        "rectors-school-3",
        "rectors-2023.csv",
        starts_on=PartialDate.of(FIRST),
        ends_on=PartialDate.of(LAST),
        now=at(planned, "10:00"),
    )
    stage = Stage(theatre, cohort, script("rectors-2023"))
    stage.fill(stage.script["sessions"], now=at(planned, "11:00"))
    publish(stage.session, cohort=cohort, actor=stage.actor, now=at(planned, "12:00"))
    everybody = [row.number for row in stage.people()]
    after = date(2023, 12, 4)
    mark(stage, everybody, EnrolmentStatus.COMPLETED, order="140-ө", on=after, now=at(after, "10:00"))
    close_cohort(stage.session, cohort=cohort, actor=stage.actor, now=at(after, "11:00"))
