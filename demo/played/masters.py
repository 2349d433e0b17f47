"""The two modular master's programmes of 2025-2026: a year laid from its pattern, holidays skipped."""

from dataclasses import dataclass
from datetime import date

from app.kernel.partial_date import PartialDate
from cohorts.enums import EnrolmentStatus
from cohorts.services import close_cohort
from demo.awards import mark
from demo.stage import Stage, Theatre, at, open_cohort
from modules.queries.planning import planning_ground, propose_plan
from modules.rules.planning import Fit
from modules.services.planning import take_plan

FIRST, LAST = date(2025, 9, 1), date(2026, 8, 31)
ADMITTED = date(2025, 8, 25)
# Weeks of the practicum, the internship and the defence, by their places after the six modules: the source names none.
WEEKS = {7: 4, 8: 4, 9: 1}


@dataclass(frozen=True, slots=True)
class Master:
    """One of the two: the programme, the number of its order of completion, and what becomes of spare weeks."""

    programme: str
    order: str
    fit: Fit

    @property
    def code(self) -> str:
        """The code of its cohort."""
        return f"{self.programme}-2025-1"

    def play(self, theatre: Theatre) -> None:
        """Lay the year; when it is over, its people are marked by an order, as nothing is known of a certificate."""
        cohort = open_cohort(
            theatre,
            self.code,
            self.programme,
            f"{self.programme}-2025.csv",
            starts_on=PartialDate.of(FIRST),
            ends_on=PartialDate.of(LAST),
            now=at(ADMITTED, "10:00"),
        )
        stage = Stage(theatre, cohort, {})
        ground = planning_ground(stage.session, cohort)
        plan = propose_plan(ground, first_day=FIRST, last_day=LAST, fit=self.fit, weeks=WEEKS)
        take_plan(stage.session, cohort=cohort, plan=plan, actor=stage.actor, now=at(ADMITTED, "11:00"))
        if theatre.today > LAST:
            everybody = [row.number for row in stage.people()]
            after = at(LAST, "16:00")
            mark(stage, everybody, EnrolmentStatus.COMPLETED, order=self.order, on=LAST, now=after)
            close_cohort(stage.session, cohort=cohort, actor=stage.actor, now=after)


EMPA = Master("empa", "205-м", Fit.STRETCH)
REGDEV = Master("regdev", "206-м", Fit.LATER)
