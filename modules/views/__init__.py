"""Pages: the participant's schedule and calendar, the coordinators' schedule."""
