"""Lists of certificates and of people to decide on ask the database as often for three rows as for one."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.enums import Role, ScopeKind
from cohorts.enums import EnrolmentStatus
from tests.integration.certificates.making import World, sign_in
from tests.support.visiting import Statements


@pytest.mark.parametrize(
    "path", ["/certificates/", "/certificates/?q=тест&status=valid", "/cohorts/{code}/certificates/{batch}"]
)
def test_of_certificates(world: World, app: Flask, statements: Statements, path: str) -> None:
    reader, counts = world.actor(Role.COORDINATOR), []
    for number in (1, 3):
        cohort = world.make_cohort(world.programme, f"size-{number}")
        world.many(number, cohort=cohort)
        batch = world.issued(cohort=cohort).batch
        client = sign_in(app, reader)
        address = path.format(code=cohort.code, batch=batch.key)
        client.get(address)
        with statements() as sent:
            assert client.get(address).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_of_proposals(world: World, app: Flask, statements: Statements) -> None:
    approver, coordinator, counts = world.actor(Role.APPROVER), world.actor(Role.COORDINATOR), []
    for number in range(1, 4):
        cohort = world.make_cohort(world.programme, f"size-{number}")
        world.many(number, cohort=cohort)
        world.proposed(coordinator, cohort=cohort)
        client = sign_in(app, approver)
        for path in ("/approvals/", "/"):
            client.get(path)
            with statements() as sent:
                assert client.get(path).status_code == 200
            counts.append((path, len(sent)))
    assert len(set(counts)) == 2, counts


def test_of_ones_own(world: World, app: Flask, session: Session, statements: Statements) -> None:
    [row] = world.many(1)
    world.issued()
    participant = world.actor(
        Role.PARTICIPANT, scope=ScopeKind.COHORT, scope_id=world.cohort.id, person_id=row.person_id
    )
    client, counts = sign_in(app, participant), []
    for number in range(3):
        if number:
            cohort = world.make_cohort(world.programme, f"more-{number}")
            [again] = world.many(1, cohort=cohort)
            again.person_id = row.person_id
            session.flush()
            world.issued(cohort=cohort)
        with statements() as sent:
            page = client.get("/me/certificates/")
        assert page.get_data(as_text=True).count("/me/certificates/KEL-") >= number + 1
        counts.append(len(sent))
    assert len(set(counts)) == 1, counts


def test_of_people_to_mark(world: World, app: Flask, statements: Statements) -> None:
    coordinator, counts = world.actor(Role.COORDINATOR), []
    for number in (1, 3):
        cohort = world.make_cohort(world.programme, f"size-{number}")
        world.many(number, cohort=cohort, status=EnrolmentStatus.ENROLLED)
        client = sign_in(app, coordinator)
        address = f"/cohorts/{cohort.code}/people/mark?scope=all"
        client.get(address)
        with statements() as sent:
            assert client.get(address).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_of_the_home_page_with_cohorts_that_have_ended(world: World, app: Flask, statements: Statements) -> None:
    coordinator, counts = world.actor(Role.COORDINATOR), []
    for number in (1, 2, 3):
        cohort = world.make_cohort(world.programme, f"ended-{number}")
        cohort.completion_rule = {"conditions": [{"kind": "attendance", "at_least": 80}]}
        world.many(2, cohort=cohort, status=EnrolmentStatus.ENROLLED)
        client = sign_in(app, coordinator)
        client.get("/")
        with statements() as sent:
            page = client.get("/").get_data(as_text=True)
        assert f"ended-{number}" in page
        counts.append(len(sent))
    assert len(set(counts)) == 1, counts
