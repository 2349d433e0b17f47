"""In a closed cohort nothing moves on which certificates stand."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError
from cohorts.enums import CohortStatus
from projects.enums import Outcome, Presence
from projects.models import DefenceDay
from projects.services import (
    close_minutes,
    decide,
    delete_sitting,
    groups_at_random,
    groups_by_organisation,
    mark_presence,
    place,
)
from tests.integration.modules.world import NOW
from tests.integration.projects.world import DAY, Stage, make_stage

Act = Callable[[Stage, DefenceDay], object]
ACTS: dict[str, Act] = {
    "plan": lambda stage, sitting: stage.sitting(2, commission=sitting.commission),
    "delete": lambda stage, sitting: delete_sitting(
        stage.session, sitting=sitting, version=None, actor=stage.actor, now=NOW
    ),
    "presence": lambda stage, sitting: mark_presence(
        stage.session,
        sitting=sitting,
        presence={member.id: Presence.ONLINE for member in sitting.commission.members},
        actor=stage.actor,
        now=NOW,
    ),
    "decide": lambda stage, sitting: decide(
        stage.session, slot=sitting.slots[0], outcome=Outcome.NOT_ACCEPTED, actor=stage.actor, now=NOW
    ),
    "close": lambda stage, sitting: close_minutes(
        stage.session, sitting=sitting, number="1", on=DAY, actor=stage.actor, now=NOW
    ),
    "place": lambda stage, _sitting: place(
        stage.session, cohort=stage.cohort, group=stage.groups[2], numbers=[1], actor=stage.actor, now=NOW
    ),
    "by organisation": lambda stage, _sitting: groups_by_organisation(
        stage.session, cohort=stage.cohort, actor=stage.actor, now=NOW
    ),
    "at random": lambda stage, _sitting: groups_at_random(
        stage.session, cohort=stage.cohort, count=2, seed=1, actor=stage.actor, now=NOW
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_a_closed_cohort_keeps_its_groups_and_defences(session: Session, name: str) -> None:
    stage = make_stage(session)
    stage.split(3)
    sitting = stage.sitting(0)
    stage.all_present(sitting)
    stage.decide(sitting.slots[0])
    stage.cohort.status = CohortStatus.CLOSED
    session.flush()
    with pytest.raises(DomainError, match="the cohort is closed"):
        ACTS[name](stage, sitting)
