"""A closed cohort stays as it is: its schedule, and whatever its certificates stand on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError
from app.kernel.files.store import Stored
from app.kernel.tri import Tri
from cohorts.enums import CohortStatus
from modules.rules.facts import facts_of
from modules.services import (
    add_expert,
    add_session,
    cancel_session,
    change_session,
    copy_day,
    delete_session,
    hold_online,
    publish,
    restore_session,
)
from projects.enums import Outcome, Presence
from projects.models import DefenceDay
from projects.services import (
    change_project,
    close_minutes,
    decide,
    delete_sitting,
    groups_at_random,
    groups_by_organisation,
    hand_in,
    mark_presence,
    place,
)
from projects.services.materials import Received
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
    "hand in": lambda stage, _sitting: hand_in(
        stage.session,
        enrolment=stage.people()[0],
        received=Received(Stored("ab" * 32, 9), "a.pdf", "application/pdf"),
        actor=stage.actor,
        now=NOW,
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


def first_session(stage: Stage, sitting: DefenceDay) -> dict[str, Any]:
    """What an act on the first session of a sitting is told."""
    meeting = sitting.slots[0].session
    return {
        "session": stage.session,
        "meeting": meeting,
        "expected_version": meeting.version,
        "actor": stage.actor,
        "now": NOW,
    }


SCHEDULE: dict[str, Act] = {
    "project": lambda stage, _sitting: change_project(
        stage.session, group=stage.groups[0], title=None, mentors=[], version=None, actor=stage.actor, now=NOW
    ),
    "add": lambda stage, sitting: add_session(
        stage.session,
        module=sitting.slots[0].session.module,
        facts=facts_of(sitting.slots[0].session),
        actor=stage.actor,
        now=NOW,
    ),
    "change": lambda stage, sitting: change_session(
        stage.session,
        meeting=sitting.slots[0].session,
        facts=facts_of(sitting.slots[0].session),
        expected_version=1,
        actor=stage.actor,
        now=NOW,
    ),
    "cancel": lambda stage, sitting: cancel_session(**first_session(stage, sitting)),
    "restore": lambda stage, sitting: restore_session(**first_session(stage, sitting)),
    "delete": lambda stage, sitting: delete_session(**first_session(stage, sitting)),
    "copy": lambda stage, sitting: copy_day(
        stage.session,
        scope_modules=[sitting.slots[0].session.module],
        day=DAY,
        to=DAY + timedelta(days=1),
        actor=stage.actor,
        now=NOW,
    ),
    "online": lambda stage, sitting: hold_online(
        stage.session,
        module=sitting.slots[0].session.module,
        since=DAY,
        link="https://meet.example.org/a",
        reviewed=None,
        actor=stage.actor,
        now=NOW,
    ),
    "expert": lambda stage, _sitting: add_expert(
        stage.session,
        cohort=stage.cohort,
        names={},
        office=Tri(en="Dean"),
        organisation=None,
        country=None,
        actor=stage.actor,
        now=NOW,
    ),
    "publish": lambda stage, _sitting: publish(stage.session, cohort=stage.cohort, actor=stage.actor, now=NOW),
}


@pytest.mark.parametrize("name", [*ACTS, *SCHEDULE])
def test_a_closed_cohort_stays_as_it_is(session: Session, name: str) -> None:
    stage = make_stage(session)
    stage.split(3)
    sitting = stage.sitting(0)
    stage.all_present(sitting)
    stage.decide(sitting.slots[0])
    stage.cohort.status = CohortStatus.CLOSED
    session.flush()
    with pytest.raises(DomainError, match="the cohort is closed"):
        (ACTS | SCHEDULE)[name](stage, sitting)
