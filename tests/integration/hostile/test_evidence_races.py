"""While certificates are being issued their evidence cannot be taken away: whoever would do it waits for the commit."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.kernel.database import db
from app.kernel.errors import DomainError
from app.kernel.unit import unit_of_work
from certificates.models import Batch, Certificate, Waiver
from certificates.services import approve, waive, withdraw_waiver
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Cohort, Enrolment
from cohorts.services import change_status, close_cohort
from modules.enums import AttendanceState, Half
from modules.models import Module, Register
from modules.rules.attendance import Slot
from modules.services.attendance import Marking, save_register
from tests.integration.certificates.making import HOUSE, NOW, World
from tests.integration.certificates.teams import ATTENDANCE, Teams

LONG_ENOUGH = 1.0  # seconds in which an act that waits for nobody is done many times over
P, A = AttendanceState.PRESENT, AttendanceState.ABSENT


@dataclass(frozen=True)
class Stage:
    """A proposal of two people who were there five half-days long, the second one let off the rest."""

    app: Flask
    key: str
    coordinator: Actor
    approver: Actor

    def issue(self, meanwhile: Callable[[], object]) -> tuple[bool, int]:
        """Approve; ``meanwhile`` starts between checks and commit. Whether it waited, and how many were issued."""
        threads: list[Thread] = []
        waited: list[bool] = []

        def entropy(size: int) -> bytes:
            if not threads:
                threads.append(Thread(target=meanwhile))
                threads[0].start()
                threads[0].join(LONG_ENOUGH)
                waited.append(threads[0].is_alive())
            return os.urandom(size)

        with self.app.app_context(), unit_of_work() as session:
            batch = session.scalars(select(Batch).where(Batch.key == self.key)).one()
            done = approve(session, batch=batch, actor=self.approver, now=NOW, house=HOUSE, entropy=entropy)
            issued = len(done.certificates)
        threads[0].join(60)
        assert not threads[0].is_alive()
        return waited[0], issued


@pytest.fixture
def stage(own_app: Flask) -> Stage:
    """See above."""
    with own_app.app_context(), unit_of_work() as session:
        teams = Teams(World(session), count=1, people=2, conditions=(ATTENDANCE,))
        teams.attend(5, absent={1: 3})
        words = {"condition": "attendance", "reason": "an illness", "document": "No. 4"}
        waive(session, enrolment=teams.enrolments[1], actor=teams.coordinator, now=NOW, **words)
        return Stage(own_app, teams.proposed().key, teams.coordinator, teams.approver)


def by(
    stage: Stage, act: Callable[[Session, Cohort, Mapping[int, Enrolment]], object], told: list[str]
) -> Callable[[], None]:
    """An act of the coordinator in a transaction of its own; what it is told when it is refused."""

    def work() -> None:
        try:
            with stage.app.app_context(), unit_of_work() as session:
                cohort = session.scalars(select(Cohort).where(Cohort.code == "um-1-1")).one()
                people = session.scalars(select(Enrolment).where(Enrolment.cohort_id == cohort.id))
                act(session, cohort, {row.number: row for row in people})
        except DomainError as refusal:
            told.append(str(refusal.message))

    return work


def absent(stage: Stage) -> Callable[[Session, Cohort, Mapping[int, Enrolment]], object]:
    """The first of two is marked as absent in each register."""

    def act(session: Session, cohort: Cohort, _people: Mapping[int, Enrolment]) -> None:
        module = session.scalars(select(Module).where(Module.cohort_id == cohort.id)).first()
        assert module is not None
        for register in session.scalars(select(Register).order_by(Register.id)).all():
            assert register.half is not None
            save_register(
                session,
                cohort=cohort,
                module=module,
                slot=Slot(register.day, Half(register.half)),
                marks={1: Marking(P, A)},
                actor=stage.coordinator,
                now=NOW,
            )

    return act


def unwaived(stage: Stage) -> Callable[[Session, Cohort, Mapping[int, Enrolment]], object]:
    """The waiver is taken back."""

    def act(session: Session, _cohort: Cohort, _people: Mapping[int, Enrolment]) -> None:
        waiver = session.scalars(select(Waiver)).one()
        withdraw_waiver(session, waiver=waiver, actor=stage.coordinator, now=NOW)

    return act


def refused(stage: Stage) -> Callable[[Session, Cohort, Mapping[int, Enrolment]], object]:
    """Both are said not to have completed yet."""

    def act(session: Session, cohort: Cohort, _people: Mapping[int, Enrolment]) -> None:
        change_status(
            session,
            cohort=cohort,
            numbers=[1, 2],
            status=EnrolmentStatus.NOT_COMPLETED,
            order_number="7",
            order_date=NOW.date(),
            reason="a mistake",
            actor=stage.coordinator,
            now=NOW,
        )

    return act


def closed(stage: Stage) -> Callable[[Session, Cohort, Mapping[int, Enrolment]], object]:
    """The cohort is closed."""

    def act(session: Session, cohort: Cohort, _people: Mapping[int, Enrolment]) -> None:
        close_cohort(session, cohort=cohort, actor=stage.coordinator, now=NOW)

    return act


ACTS = {act.__name__: act for act in (absent, unwaived, refused, closed)}
REFUSED = {"unwaived": "stands on this waiver", "refused": "certificate"}


@pytest.mark.parametrize("name", ACTS)
def test_the_evidence_stays_until_the_certificates_are_issued(stage: Stage, name: str) -> None:
    told: list[str] = []
    waited, issued = stage.issue(by(stage, ACTS[name](stage), told))
    assert (waited, issued) == (True, 2)
    assert REFUSED.get(name, "") in "".join(told)
    assert bool(told) is (name in REFUSED)


@pytest.mark.parametrize("name", ["absent", "unwaived"])
def test_evidence_that_goes_before_lets_nothing_be_issued(stage: Stage, name: str) -> None:
    by(stage, ACTS[name](stage), [])()
    with stage.app.app_context(), unit_of_work() as session:
        batch = session.scalars(select(Batch).where(Batch.key == stage.key)).one()
        with pytest.raises(DomainError, match="not ready any more"):
            approve(session, batch=batch, actor=stage.approver, now=NOW, house=HOUSE)
    with stage.app.app_context():
        assert db.session.query(Certificate).count() == 0


def test_a_cohort_is_not_closed_while_somebody_is_marked_as_waiting_again(stage: Stage) -> None:
    told: list[str] = []
    by(stage, closed(stage), told)()
    assert "wait for approval" in told[0]
    with stage.app.app_context():
        assert db.session.scalars(select(Cohort.status).where(Cohort.code == "um-1-1")).one() == CohortStatus.RUNNING
