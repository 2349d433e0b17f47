"""The command line: one line for each refusal, and the platform's own commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.accounts.enums import Role, ScopeKind
from app.accounts.queries import find_user, load_actor
from app.accounts.rules import Actor, check_new_password
from app.accounts.services import create_user, grant
from app.kernel import clock
from app.kernel.errors import DomainError, FileRefusedError, NotFoundError
from app.kernel.unit import unit_of_work
from app.kernel.words import Message


def fail(message: str) -> NoReturn:
    """Say on stderr in one line what did not happen, and exit with 1."""
    raise click.exceptions.Exit(_say(message))


def _say(message: str) -> int:
    click.echo(message, err=True)
    return 1


@contextmanager
def refusals() -> Iterator[None]:
    """Turns a refusal of the domain, or of the database, into a line on stderr and exit code 1."""
    try:
        yield
    except FileRefusedError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        fail(str(error.message))
    except DomainError as error:
        fail(str(error.message))
    except DBAPIError as error:
        reason = str(error.orig).partition("\n")[0]
        fail(f"Nothing was done: the database does not answer, or wants `flask db upgrade` first: {reason}")


@contextmanager
def command_session() -> Iterator[Session]:
    """A command's transaction; a refusal becomes a line on stderr and exit code 1."""
    with refusals(), unit_of_work() as session:
        yield session


def actor_by_email(session: Session, email: str) -> Actor:
    """Whoever a command acts as.

    Raises:
        NotFoundError: no open account has this address.

    """
    user = find_user(session, email)
    actor = load_actor(session, user.id, day=clock.day_of(clock.now()), lang="en") if user else None
    if actor is None:
        raise NotFoundError(Message("No open account has the address %(email)s.", email=email))
    return actor


@click.group("accounts")
def accounts() -> None:
    """Open accounts."""


@accounts.command("create-admin")
@click.argument("email")
@click.password_option()
@with_appcontext
def create_admin(email: str, password: str) -> None:
    """Open the first administrator's account."""
    with command_session() as session:
        check_new_password(password, email=email)
        user = create_user(session, email=email, display_name=email, password=password, now=clock.now())
        grant(session, user=user, role=Role.ADMINISTRATOR, now=clock.now(), scope=ScopeKind.EVERYWHERE)
    click.echo(f"Opened: {email}")


commands = (accounts,)
