"""Two people at once, with real commits: one issues, the other is told; numbers stay whole."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.enums import Role
from app.accounts.rules import Actor
from app.kernel.database import db
from app.kernel.unit import unit_of_work
from certificates.models import Batch, Certificate, LogEntry, Series, Waiver
from certificates.queries.integrity import problems
from certificates.services import approve, propose, waive
from certificates.storage import Store
from cohorts.models import Cohort, Enrolment
from projects.enums import Outcome
from tests.integration.certificates.making import HOUSE, NOW, World, sign_in
from tests.integration.certificates.teams import Teams
from tests.support.together import together


@pytest.fixture
def prepared(own_app: Flask) -> tuple[Flask, list[str], list[Actor]]:
    """Two cohorts of one programme with a proposal each, and two approvers."""
    own_app.config["WTF_CSRF_ENABLED"] = False
    with own_app.app_context(), unit_of_work() as session:
        world = World(session)
        world.many(20)
        second = world.make_cohort(world.programme, "kel-2")
        world.many(15, cohort=second)
        coordinator = world.actor(Role.COORDINATOR)
        keys = [world.proposed(coordinator).key, world.proposed(coordinator, cohort=second).key]
        actors = [world.actor(Role.APPROVER, name=name) for name in ("first", "second")]
    return own_app, keys, actors


def issue(app: Flask, key: str, actor: Actor) -> tuple[bool, list[str]]:
    with app.app_context(), unit_of_work() as session:
        batch = session.scalars(select(Batch).where(Batch.key == key)).one()
        done = approve(session, batch=batch, actor=actor, now=NOW, house=HOUSE)
        return done.already, [certificate.number for certificate in done.certificates]


def test_eight_approvals_of_one_batch_issue_it_once(prepared: tuple[Flask, list[str], list[Actor]]) -> None:
    app, keys, actors = prepared
    results = together(*(lambda n=n: issue(app, keys[0], actors[n % 2]) for n in range(8)))
    assert sorted(already for already, _ in results) == [False, *[True] * 7]
    assert {tuple(numbers) for _, numbers in results} == {tuple(f"KEL-2024-{n:06}" for n in range(1, 21))}


def test_two_batches_at_once_share_the_series_without_a_gap(prepared: tuple[Flask, list[str], list[Actor]]) -> None:
    app, keys, actors = prepared
    results = together(*(lambda n=n: issue(app, keys[n], actors[n]) for n in range(2)))
    assert sorted(len(numbers) for _, numbers in results) == [15, 20]
    with app.app_context():
        assert sorted(db.session.scalars(select(Certificate.sequence))) == list(range(1, 36))
        assert db.session.scalars(select(Series.last_number)).all() == [35]
        assert sorted(db.session.scalars(select(LogEntry.sequence))) == list(range(1, 36))
        store = Store(app.extensions["settings"].DATA_DIR)
        assert list(problems(db.session(), store=store, control_key=HOUSE.control_key)) == []


def test_two_approvers_press_at_once_and_one_is_told(prepared: tuple[Flask, list[str], list[Actor]]) -> None:
    app, keys, actors = prepared
    clients = [sign_in(app, actor) for actor in actors]

    def press(client: FlaskClient) -> str:
        answer = client.post(f"/approvals/{keys[0]}/", data={"looked": "1"}, follow_redirects=True)
        assert answer.status_code == 200
        text: str = answer.get_data(as_text=True)
        return text

    pages = together(*(lambda client=client: press(client) for client in clients))
    told = ["issued already" in page for page in pages]
    assert sorted(told) == [False, True], [str(page)[:300] for page in pages]
    with app.app_context():
        assert db.session.query(Certificate).count() == 20


def test_one_waiver_when_four_are_given_at_once_and_one_proposal_when_two_are_made(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        teams = Teams(World(session), count=2, people=4)
        teams.sit({0: Outcome.ACCEPTED}, number="1")
        coordinator, late = teams.coordinator, teams.enrolments[2].number

    def let_off() -> int:
        with own_app.app_context(), unit_of_work() as session:
            row = session.scalars(select(Enrolment).where(Enrolment.number == late)).one()
            texts = {"condition": "defence", "reason": "an illness", "document": "No. 4"}
            return waive(session, enrolment=row, actor=coordinator, now=NOW, **texts).id

    def offer() -> int:
        with own_app.app_context(), unit_of_work() as session:
            cohort = session.scalars(select(Cohort).where(Cohort.code == "um-1-1")).one()
            batch = propose(
                session,
                cohort=cohort,
                order_number="45",
                order_date=NOW.date(),
                issued_on=NOW.date(),
                handed_over_by=None,
                actor=coordinator,
                now=NOW,
            )
            return len(batch.items)

    given = together(*[let_off] * 4)
    assert sorted(type(one).__name__ for one in given) == ["DomainError"] * 3 + ["int"], given
    made = together(offer, offer)
    assert sorted(type(one).__name__ for one in made) == ["DomainError", "int"], made
    with own_app.app_context():
        assert (db.session.query(Waiver).count(), db.session.query(Batch).count()) == (1, 1)
        assert max(one for one in made if isinstance(one, int)) == 3
