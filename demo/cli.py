"""``flask demo seed``."""

from datetime import UTC, date, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli import fail
from app.kernel.errors import DomainError
from demo.accounts import account_lines
from demo.seed import seed


@click.group()
def demo() -> None:
    """The demonstration: real programmes with synthetic people."""


@demo.command("seed")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day around which the running cohort is built.")
@with_appcontext
def seed_command(today: datetime | None) -> None:
    """Make what is missing of the demonstration, and print its accounts."""
    settings = current_app.extensions["settings"]
    day: date = today.date() if today else datetime.now(UTC).date()
    try:
        seed(settings, today=day)
    except DomainError as error:
        fail(str(error.message))
    for line in account_lines(settings):
        click.echo(line)
