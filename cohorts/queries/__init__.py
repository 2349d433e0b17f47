"""Reading programmes, cohorts, enrolments and roster uploads: stable order, no query for each row."""

from cohorts.queries.intakes import (
    cohorts_in_reach,
    cohorts_within,
    get_cohort,
    get_programme,
    in_reach,
    organisations_by_code,
    programme_in_reach,
    programmes_in_reach,
    programmes_under,
    status_counts,
)
from cohorts.queries.people import (
    PeoplePage,
    completed_enrolments,
    enrolments,
    find_people,
    get_enrolment,
    group_labels,
    last_order,
    other_cohorts,
)
from cohorts.queries.rosters import get_upload, known_people

__all__ = [
    "PeoplePage",
    "cohorts_in_reach",
    "cohorts_within",
    "completed_enrolments",
    "enrolments",
    "find_people",
    "get_cohort",
    "get_enrolment",
    "get_programme",
    "get_upload",
    "group_labels",
    "in_reach",
    "known_people",
    "last_order",
    "organisations_by_code",
    "other_cohorts",
    "programme_in_reach",
    "programmes_in_reach",
    "programmes_under",
    "status_counts",
]
