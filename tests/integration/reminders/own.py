"""A reminder of the tests: people, what they are reminded of at which moment, and ticks of a worker."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from flask import Flask, has_app_context
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.jobs.services import enqueue
from app.kernel.database import db
from app.kernel.tri import LANGUAGES
from app.kernel.unit import unit_of_work
from app.kernel.words import Message
from app.mail.models import Letter
from app.mail.queries import Recipient
from app.mail.templates import LetterTemplate
from app.notices.kinds import NoticeKind
from app.notices.models import Notice, ReminderMark
from app.notices.reminders import REMIND, REMIND_OFTEN, Occasion, Reminder, Words
from app.people.enums import NameForm
from app.people.rules import PersonalName
from app.people.services import create_person
from tests.integration.jobs.own import NOON, Clock, worker

GRACE = timedelta(hours=14)
LETTER = LetterTemplate("tests.own", Message("On %(day)s"), (Message("Come on %(day)s."),))
KIND = NoticeKind("tests.own", Message("Reminders of a test"), Message("On %(day)s"), LETTER)


@dataclass
class Plan:
    """What people are to be reminded of, by occurrence."""

    people: Sequence[int]
    times: dict[str, datetime] = field(default_factory=dict)
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)

    def occasions(self, _session: Session, begin: datetime, end: datetime) -> Iterable[Occasion]:
        """Those between two moments, as a feature declares them."""
        self.asked.append((begin, end))
        for name, at in self.times.items():
            if begin < at <= end:
                yield Occasion(name, at, partial(words, name), ScopeKind.COHORT, 1, self.people)


def words(name: str, _recipient: Recipient) -> Words:
    """What is said."""
    return Words({lang: {"day": name} for lang in LANGUAGES})


def plan_for(app: Flask, people: int = 3, kind: NoticeKind = KIND, **times: datetime) -> Plan:
    """People with addresses, and a reminder of these occurrences as the only one of the application."""
    with app.app_context(), unit_of_work() as session:
        rows = [
            create_person(
                session,
                names={NameForm.KK: PersonalName("Сынақбаева", f"Әлия{number}")},
                emails=[f"aliya{number}@example.org"],
            )
            for number in range(people)
        ]
        plan = Plan([row.id for row in rows], times or {"noon": NOON})
    app.extensions["reminders"] = (Reminder(kind, GRACE, plan.occasions),)
    return plan


def enqueue_reminding(app: Flask, moment: datetime, key: str) -> None:
    """Put the job of a moment into the ledger."""
    with app.app_context(), unit_of_work() as session:
        enqueue(session, kind=REMIND, key=f"{key}:{moment.isoformat()}", now=moment)


def remind_at(app: Flask, moment: datetime, key: str = "test") -> None:
    """Let the job run once at a moment."""
    if has_app_context():  # what a test that is rolled back has written is there for the worker's own session
        db.session.commit()
    enqueue_reminding(app, moment, key)
    worker(app, REMIND, now=Clock(moment)).run_due()


def tick(app: Flask, clock: Clock) -> None:
    """What a worker does every few seconds, by this clock."""
    man = worker(app, triggers=[REMIND_OFTEN], now=clock)
    man.tick()
    man.run_due()


def letters(app: Flask) -> list[tuple[str, str]]:
    """The letters that were written: to whom, and of what."""
    with app.app_context():
        rows = db.session.scalars(select(Letter).order_by(Letter.address, Letter.id))
        return [(row.address.partition("@")[0], row.values["day"]) for row in rows]


def noticed(app: Flask) -> int:
    """How many notices there are."""
    with app.app_context():
        return len(db.session.scalars(select(Notice)).all())


def skipped(app: Flask) -> list[tuple[str, bool]]:
    """The marks: of what, and whether it was skipped."""
    with app.app_context():
        rows = db.session.scalars(select(ReminderMark).order_by(ReminderMark.occurrence, ReminderMark.id))
        return [(row.occurrence, row.skipped) for row in rows]
