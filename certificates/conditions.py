"""Which package judges which kind of condition of completion."""

from sqlalchemy.orm import Session

from certificates.rules.completion import Condition
from cohorts.conditions import Finding
from cohorts.models import Cohort
from cohorts.schema import AttendanceSpec
from modules.queries import attendance
from projects.queries import findings


def judged(session: Session, cohort: Cohort, condition: Condition) -> dict[int, Finding]:
    """How everybody of a cohort stands to one condition, by the key of the enrolment."""
    if isinstance(condition, AttendanceSpec):
        return attendance.judge(session, cohort, condition)
    return findings.judge(session, cohort, condition)
