"""Opening accounts and giving roles on the terminal, with places of every kind."""

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from app.accounts.models import Grant, User
from app.kernel.database import db
from cohorts.models import Cohort

OPEN = ["accounts", "open", "new@example.org", "--name", "New", "--password", "a long enough password"]


pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """One kind of database: what differs between them is not in question here."""
    kind: str = request.param
    return kind


@pytest.fixture
def cli(copied: Flask) -> FlaskCliRunner:
    return copied.test_cli_runner()


@pytest.mark.parametrize(
    "place", ["everywhere", "organisation:mshe", "programme:kel-now", "cohort:kel-now-1", "module:kel-now-1/4"]
)
def test_a_role_is_given_at_a_place(cli: FlaskCliRunner, copied: Flask, place: str) -> None:
    assert cli.invoke(args=OPEN).exit_code == 0
    for _ in range(2):  # the same again changes nothing
        assert cli.invoke(args=["accounts", "grant", "new@example.org", "coordinator", place]).exit_code == 0
    with copied.app_context():
        [held] = db.session.scalars(select(Grant).join(User).where(User.email == "new@example.org")).all()
        assert held.scope == place.partition(":")[0]
        assert (held.scope_id is None) == (place == "everywhere")
        if held.scope == "cohort":
            assert db.session.get_one(Cohort, held.scope_id).code == "kel-now-1"


@pytest.mark.parametrize(
    "arguments",
    [
        ["accounts", "grant", "nobody@example.org", "coordinator"],
        ["accounts", "grant", "coordinator@demo.example", "coordinator", "cohort:none"],
        ["accounts", "grant", "coordinator@demo.example", "coordinator", "module:kel-now-1/99"],
        ["accounts", "grant", "coordinator@demo.example", "coordinator", "planet:mars"],
        ["accounts", "grant", "coordinator@demo.example", "coordinator", "organisation:none"],
        [*OPEN[:2], "coordinator@demo.example", *OPEN[3:]],
        [*OPEN, "--iin", "000000000000"],
        [*OPEN[:2], "no address", *OPEN[3:]],
    ],
)
def test_what_cannot_be_is_one_line(cli: FlaskCliRunner, arguments: list[str]) -> None:
    outcome = cli.invoke(args=arguments)
    assert outcome.exit_code == 1
    assert len(outcome.stderr.strip().splitlines()) == 1
