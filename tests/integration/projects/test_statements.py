"""Pages of groups and defences ask the database as often for three rows as for one."""

import pytest

from cohorts.models import Enrolment
from projects.models import DefenceDay
from projects.services import change_project, groups_at_random
from tests.integration.modules.world import NOW
from tests.integration.projects.reading import Visit
from tests.integration.projects.world import DAY, Stage
from tests.support.visiting import Statements

COHORT = "/cohorts/kel-1"


def grow(stage: Stage, count: int) -> DefenceDay:
    """So many groups, mentors and projects on one agenda, and further members of the commission."""
    stage.split(count, seed=count)
    for group in stage.groups:
        mentor = stage.expert(f"Тәлімгер {group.label}{count}")
        change_project(stage.session, group=group, title=None, mentors=[mentor.id], version=None, actor=None, now=NOW)
    return stage.sitting(*range(count), day=DAY)


@pytest.mark.parametrize(
    "path",
    [
        "/groups/new",
        "/groups/proposal?by=random&count={n}&seed=5",
        "/groups/proposal?by=organisation",
        "/defences/new",
        "/defences/{sitting}/plan",
        "/defences/{sitting}/presence",
        "/defences/{sitting}/items/{item}",
        "/defences/{sitting}/close",
        "/defences/{sitting}/minutes-kk.pdf",
        "/defences/commissions/new",
        "/defences/commissions/{commission}",
    ],
)
def test_of_groups_and_days(stage: Stage, visit: Visit, statements: Statements, path: str) -> None:
    stage.commission()
    counts = []
    for number in (1, 3):
        if number == 3:
            drop(stage)
        sitting = grow(stage, number)
        address = COHORT + path.format(
            n=number, sitting=sitting.id, item=sitting.slots[0].id, commission=sitting.commission.number
        )
        client = visit("coordinator")
        client.get(address)
        with statements() as sent:
            assert client.get(address).status_code in {200, 302}
        counts.append(len(sent))
    assert counts[0] == counts[1]


def drop(stage: Stage) -> None:
    """Take the agenda away, so that the groups can be formed anew."""
    for sitting in stage.session.query(DefenceDay):
        for slot in sitting.slots:
            meeting = slot.session
            stage.session.delete(slot)
            stage.session.flush()
            stage.session.delete(meeting)
        stage.session.expire(sitting)
        stage.session.delete(sitting)
    stage.session.flush()


@pytest.mark.parametrize("path", ["/groups/{}", "/groups/{}/name"])
def test_of_people_in_a_group(stage: Stage, visit: Visit, statements: Statements, path: str) -> None:
    groups_at_random(stage.session, cohort=stage.cohort, count=1, seed=1, actor=None, now=NOW)
    group_id = stage.people()[0].group_id
    counts = []
    for number in (3, 1):
        for row in stage.people()[number:]:
            leave(row)
        stage.session.flush()
        client = visit("coordinator")
        client.get(COHORT + path.format(group_id))
        with statements() as sent:
            assert client.get(COHORT + path.format(group_id)).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1]


def leave(row: Enrolment) -> None:
    """Out of the group."""
    row.group_id = None
