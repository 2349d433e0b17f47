"""Pages of programmes, cohorts and their people."""

from cohorts.views import announcements, cohort, mail, people, programmes, rosters
from cohorts.views.common import blueprint

__all__ = ["announcements", "blueprint", "cohort", "mail", "people", "programmes", "rosters"]
