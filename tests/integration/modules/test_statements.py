"""Forms and lists of the schedule ask the database as often for three rows as for one."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.enums import Role, ScopeKind
from app.accounts.models import Grant
from app.kernel.tri import Tri
from cohorts.models import Group
from modules.enums import SessionRole
from modules.models import Module
from modules.rules.audience import group_word, person_in_role
from tests.integration.modules.reading import Visit
from tests.integration.modules.registers import PAGE
from tests.integration.modules.teams import expert, group_of
from tests.integration.modules.world import World, make_world, sign_in
from tests.support.pages import csrf_token
from tests.support.visiting import Statements

SCHEDULE = "/cohorts/kel-1/schedule"


@pytest.mark.parametrize("path", ["/add", "/{meeting}/edit", "/copy?day=2026-11-24&to=2026-11-25", "/publish"])
def test_of_groups_experts_and_sessions(world: World, visit: Visit, statements: Statements, path: str) -> None:
    client, counts = visit("coordinator"), []
    for number in (1, 2):  # one of each, then three
        made: list[Group] = [group_of(world, f"{number}{place}") for place in range(number)]
        for group in made:
            someone = expert(world)
            people = (person_in_role(SessionRole.SPEAKER, someone.id),)
            meeting = world.add("N", audience=(group_word(group.id),), people=people)
        address = SCHEDULE + path.format(meeting=meeting.id)
        client.get(address)
        with statements() as sent:
            assert client.get(address).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_of_the_modules_of_a_host(session: Session, app: Flask, statements: Statements) -> None:
    first = make_world(session, code="kel-1")
    counts = []
    for number in (2, 3, 4):
        other = make_world(session, code=f"kel-{number}")
        host = first.users["host"]
        host.grants.append(Grant(role=Role.HOST_COORDINATOR, scope=ScopeKind.MODULE, scope_id=other.modules[0].id))
        session.flush()
        client = sign_in(app, first, "host")
        client.get("/my-module/")
        with statements() as sent:
            assert client.get("/my-module/").status_code == 200
        counts.append(len(sent))
    assert len(set(counts)) == 1, counts


@pytest.mark.usefixtures("world")
def test_of_a_register_that_is_saved(visit: Visit, statements: Statements) -> None:
    client = visit("coordinator")
    counts: list[int] = []
    for marks in ({"m1": "r"}, {"m1": "a", "m2": "a", "m3": "a"}):
        token = csrf_token(client)
        with statements() as sent:
            answer = client.post(PAGE, data={**marks, "seen": "1r" if counts else "", "csrf_token": token})
        assert answer.status_code == 302
        assert not any("person_name" in statement for statement in sent)
        counts.append(len(sent))
    assert counts[1] <= counts[0] + 2, "the marks are read, and written by state: new and changed"


def test_of_a_register_that_is_refused(session: Session, world: World, visit: Visit, statements: Statements) -> None:
    client, counts = visit("coordinator"), []
    for number in (0, 3):
        for place in range(number):
            session.add(
                Module(cohort_id=world.cohort.id, position=50 + place, title=Tri(en=f"More {place}"), topics=[])
            )
        session.flush()
        token = csrf_token(client)
        with statements() as sent:
            answer = client.post(PAGE, data={"m999": "r", "csrf_token": token})
        assert answer.status_code in {200, 422}
        counts.append(len(sent))
    assert counts[0] == counts[1]
