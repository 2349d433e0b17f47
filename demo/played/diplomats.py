"""Two diplomats from Tajikistan: without an IIN, on a scholarship; of their schedule the source says nothing."""

from datetime import timedelta

from demo.stage import Theatre, at, open_cohort

CODE = "diplomats-1"


def play(theatre: Theatre) -> None:
    """Two people and no dates."""
    open_cohort(
        theatre,
        CODE,
        "diplomats",
        "diplomats.csv",
        starts_on=None,
        planned_size=2,
        now=at(theatre.today - timedelta(weeks=6), "10:00"),
    )
