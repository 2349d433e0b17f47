"""What changes in programmes, cohorts and enrolments. Every function flushes and never commits."""

from cohorts.services.closing import StillOpenError, close_cohort, open_matters
from cohorts.services.intakes import change_cohort, create_cohort, move_cohort, start_cohort
from cohorts.services.people import change_status, correct_name
from cohorts.services.programmes import ImportedProgramme, import_programme
from cohorts.services.rosters import RosterReport, check_roster, discard_upload, import_roster, keep_upload

__all__ = [
    "ImportedProgramme",
    "RosterReport",
    "StillOpenError",
    "change_cohort",
    "change_status",
    "check_roster",
    "close_cohort",
    "correct_name",
    "create_cohort",
    "discard_upload",
    "import_programme",
    "import_roster",
    "keep_upload",
    "move_cohort",
    "open_matters",
    "start_cohort",
]
