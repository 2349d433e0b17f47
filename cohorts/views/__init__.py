"""Pages of programmes, cohorts and their people."""

from cohorts.views import cohort, people, programmes, rosters
from cohorts.views.common import blueprint

__all__ = ["blueprint", "cohort", "people", "programmes", "rosters"]
