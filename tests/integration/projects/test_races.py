"""Two people at once, with real commits: one is told, nothing is lost or written twice."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.database import db
from app.kernel.errors import ConflictError, DomainError
from app.kernel.unit import unit_of_work
from cohorts.models import Cohort, Enrolment, Group
from projects.enums import Outcome
from projects.models import DefenceDay, Project
from projects.queries.sittings import get_sitting
from projects.services import change_project, close_minutes, decide, groups_at_random
from tests.integration.modules.world import NOW
from tests.integration.projects.world import DAY, make_stage
from tests.support.together import together


@pytest.fixture
def ready(own_app: Flask) -> Flask:
    """A day with two projects and everybody present."""
    with own_app.app_context(), unit_of_work() as session:
        stage = make_stage(session)
        stage.split(3)
        stage.all_present(stage.sitting(0, 1))
    return own_app


def within(app: Flask, act: Callable[[Session, Cohort, DefenceDay], Any]) -> Callable[[], Any]:
    """An act in a transaction of its own."""

    def work() -> Any:  # noqa: ANN401 - what the act gives
        with app.app_context(), unit_of_work() as session:
            cohort = session.scalars(select(Cohort)).one()
            key = session.scalars(select(DefenceDay.id)).one()
            return act(session, cohort, get_sitting(session, cohort, key))

    return work


def decided(outcome: Outcome, place: int = 0, version: int | None = 1) -> Callable[[Session, Cohort, DefenceDay], str]:
    def act(session: Session, _cohort: Cohort, sitting: DefenceDay) -> str:
        decide(session, slot=sitting.slots[place], outcome=outcome, version=version, actor=None, now=NOW)
        return outcome.value

    return act


def closed(number: str) -> Callable[[Session, Cohort, DefenceDay], str]:
    def act(session: Session, _cohort: Cohort, sitting: DefenceDay) -> str:
        close_minutes(session, sitting=sitting, number=number, on=DAY, actor=None, now=NOW)
        return number

    return act


def test_two_secretaries_at_one_item(ready: Flask) -> None:
    results = together(
        *(within(ready, decided(outcome)) for outcome in (Outcome.ACCEPTED, Outcome.TO_REVISE, Outcome.NOT_ACCEPTED))
    )
    kept = [result for result in results if isinstance(result, str)]
    assert len(kept) == 1
    assert sum(isinstance(result, ConflictError) for result in results) == 2
    with ready.app_context():
        sitting = db.session.scalars(select(DefenceDay)).one()
        assert (sitting.slots[0].outcome, sitting.slots[0].version) == (kept[0], 2)


def test_two_items_do_not_hinder_each_other(ready: Flask) -> None:
    results = together(*(within(ready, decided(Outcome.ACCEPTED, place)) for place in (0, 1)))
    assert results == ["accepted", "accepted"]


def test_minutes_are_closed_once(ready: Flask) -> None:
    for place in (0, 1):
        within(ready, decided(Outcome.ACCEPTED, place))()
    results = together(*(within(ready, closed(number)) for number in ("1", "2", "3")))
    kept = [result for result in results if isinstance(result, str)]
    assert len(kept) == 1
    assert all("closed" in str(result) for result in results if isinstance(result, DomainError))
    with ready.app_context():
        sitting = db.session.scalars(select(DefenceDay)).one()
        assert sitting.content is not None
        assert sitting.content["kk"]["number"] == f"№ {kept[0]}"


def test_a_decision_and_the_close_at_once_agree(ready: Flask) -> None:
    for place in (0, 1):
        within(ready, decided(Outcome.ACCEPTED, place))()
    late, done = together(within(ready, decided(Outcome.NOT_ACCEPTED, 0, version=2)), within(ready, closed("1")))
    assert done == "1"
    with ready.app_context():
        sitting = db.session.scalars(select(DefenceDay)).one()
        changed = late == "not_accepted"
        assert sitting.slots[0].outcome == (Outcome.NOT_ACCEPTED if changed else Outcome.ACCEPTED)
        assert sitting.content is not None
        words = [block["resolved"] for block in sitting.content["ru"]["blocks"] if "resolved" in block]
        assert ("не принимать" in words[0]) is changed


def test_two_projects_of_one_group_are_one(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        stage = make_stage(session)
        groups_at_random(session, cohort=stage.cohort, count=1, seed=1, actor=None, now=NOW)

    def save() -> str:
        with own_app.app_context(), unit_of_work() as session:
            group = session.scalars(select(Group)).one()
            change_project(session, group=group, title=None, mentors=[], version=0, actor=None, now=NOW)
            return "saved"

    results = together(save, save)
    assert results.count("saved") == 1
    with own_app.app_context():
        assert len(db.session.scalars(select(Project)).all()) == 1


def test_two_arrangements_leave_everybody_in_one_group(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        make_stage(session)

    def arrange(count: int) -> Callable[[], int]:
        def work() -> int:
            with own_app.app_context(), unit_of_work() as session:
                cohort = session.scalars(select(Cohort)).one()
                return len(groups_at_random(session, cohort=cohort, count=count, seed=3, actor=None, now=NOW))

        return work

    assert together(arrange(2), arrange(4)) == [2, 4]
    with own_app.app_context():
        groups = db.session.scalars(select(Group).order_by(Group.position)).all()
        assert [group.position for group in groups] == list(range(1, len(groups) + 1))
        places = db.session.scalars(select(Enrolment.group_id)).all()
        assert set(places) == {group.id for group in groups}


def test_two_minutes_closed_at_once_have_two_numbers(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        stage = make_stage(session)
        stage.split(2)
        commission = stage.commission()
        keys = []
        for place in (0, 1):
            sitting = stage.sitting(place, commission=commission)
            stage.all_present(sitting)
            stage.decide(sitting.slots[0])
            keys.append(sitting.id)

    def close(key: int) -> Callable[[], str]:
        def work() -> str:
            with own_app.app_context(), unit_of_work() as session:
                cohort = session.scalars(select(Cohort)).one()
                sitting = get_sitting(session, cohort, key)
                close_minutes(session, sitting=sitting, number="7", on=DAY, actor=None, now=NOW)
                return "closed"

        return work

    results = together(*(close(key) for key in keys))
    assert results.count("closed") == 1, results
    [refusal] = [result for result in results if isinstance(result, DomainError)]
    assert "other minutes of this cohort have this number" in str(refusal.message)
