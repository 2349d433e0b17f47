"""People: one row for a human being, whatever their accounts, posts and enrolments."""
