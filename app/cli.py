"""The command line: one line for each refusal, and the platform's own commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.accounts.enums import Role, ScopeKind
from app.accounts.models import User
from app.accounts.queries import find_user, load_actor
from app.accounts.rules import Actor, check_new_password
from app.accounts.services import create_user, grant, tie_to_person
from app.feature import ScopeResolver
from app.jobs.cli import worker_command
from app.kernel import clock
from app.kernel.errors import DomainError, FileRefusedError, NotFoundError
from app.kernel.unit import unit_of_work
from app.kernel.words import Message
from app.organisations.queries import find_by_code
from app.people.models import Person
from app.serving import serve


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
    """Open accounts and give them roles."""


@accounts.command("create-admin")
@click.argument("email")
@click.password_option()
@with_appcontext
def create_admin(email: str, password: str) -> None:
    """Open the first administrator's account."""
    with command_session() as session:
        _open(session, email=email, name=email, password=password)
        _grant(session, email, Role.ADMINISTRATOR, ScopeKind.EVERYWHERE.value)
    click.echo(f"Opened: {email}")


@accounts.command("open")
@click.argument("email")
@click.option("--name", required=True, help="As pages show it.")
@click.option("--iin", help="Of the person whose account it is: a participant's.")
@click.password_option()
@with_appcontext
def open_account(email: str, name: str, iin: str | None, password: str) -> None:
    """Open an account; it may do nothing until it is granted a role."""
    with command_session() as session:
        user = _open(session, email=email, name=name, password=password)
        if iin:
            person = session.scalar(select(Person).where(Person.iin == iin))
            if person is None:
                raise NotFoundError(Message("The account was not opened: nobody has this IIN."))
            tie_to_person(session, user=user, person=person, now=clock.now())
    click.echo(f"Opened: {email}")


@accounts.command("grant")
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.argument("place", default=ScopeKind.EVERYWHERE.value)
@with_appcontext
def grant_role(email: str, role: str, place: str) -> None:
    """Give a role: everywhere, or at organisation:CODE, programme:CODE, cohort:CODE, module:COHORT/NUMBER."""
    with command_session() as session:
        _grant(session, email, Role(role), place)
    click.echo(f"Granted: {role} at {place} to {email}")


def _open(session: Session, *, email: str, name: str, password: str) -> User:
    check_new_password(password, email=email)
    return create_user(session, email=email, display_name=name, password=password, now=clock.now())


def _grant(session: Session, email: str, role: Role, place: str) -> None:
    user = find_user(session, email)
    if user is None:
        raise NotFoundError(Message("No open account has the address %(email)s.", email=email))
    kind, _, code = place.partition(":")
    resolvers: dict[str, ScopeResolver] = {ScopeKind.ORGANISATION.value: _organisation}
    for feature in current_app.extensions["features"]:
        resolvers |= {scope.value: resolve for scope, resolve in feature.scopes.items()}
    if kind != ScopeKind.EVERYWHERE and kind not in resolvers:
        raise DomainError(Message("Nothing was granted: %(place)s is no place; see --help.", place=place))
    scope_id = resolvers[kind](session, code) if kind in resolvers else None
    grant(session, user=user, role=role, now=clock.now(), scope=ScopeKind(kind), scope_id=scope_id)


def _organisation(session: Session, code: str) -> int:
    organisation = find_by_code(session, code)
    if organisation is None:
        raise NotFoundError(Message("Nothing was granted: there is no organisation %(code)s.", code=code))
    return organisation.id


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@with_appcontext
def serve_command(host: str, port: int) -> None:
    """Answer on an address and carry out jobs, in one process; behind https put a proxy in front."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - as Flask's manual says
    serve(app, host=host, port=port)


commands = (accounts, serve_command, worker_command)
