"""``flask demo seed``."""

from datetime import date, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli import fail, refusals
from app.kernel import clock
from demo.accounts import account_lines
from demo.seed import seed

YEARS = range(2000, 2101)  # those that a schedule can have


@click.group()
def demo() -> None:
    """The demonstration: real programmes with synthetic people."""


@demo.command("seed")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day around which the running cohort is built.")
@with_appcontext
def seed_command(today: datetime | None) -> None:
    """Make what is missing of the demonstration, and print its accounts."""
    settings = current_app.extensions["settings"]
    day: date = today.date() if today else clock.day_of(clock.now())
    if day.year not in YEARS:
        fail(f"Nothing was made: --today must be in the years {YEARS[0]} to {YEARS[-1]}.")
    with refusals():
        seed(settings, today=day)
    for line in account_lines(settings):
        click.echo(line)
