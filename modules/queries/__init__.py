"""Reading schedules: by coordinators within their reach, by participants of their own cohorts."""
