"""Letters that ended are forgotten after a fixed time, in small steps; those that wait never."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, event, func, select

from app.accounts.rules import Actor
from app.accounts.services import create_user
from app.audit.models import AuditEntry
from app.kernel.unit import unit_of_work
from app.mail.enums import LetterState
from app.mail.forgetting import FORGET_DAILY, KEEP_LETTERS
from app.mail.models import Letter, Mailing
from app.mail.services import send_again
from tests.integration.jobs.own import Clock, pass_a_night, worker
from tests.integration.mail.own import NOON, draft, post_welcome, somebody

WAITING, SENT, REFUSED, CANCELLED = LetterState
LONG_AGO, LATELY = NOON - KEEP_LETTERS, NOON - KEEP_LETTERS + timedelta(days=2)


def write(app: Flask, name: str, *states: LetterState, lately: bool = False) -> None:
    """A mailing with a letter in each of these states."""
    with app.app_context(), unit_of_work() as session:
        drafts = [draft(somebody(number, name=name)) for number in range(len(states))]
        post_welcome(session, *drafts, now=LATELY if lately else LONG_AGO)
        letters = session.scalars(select(Letter).where(Letter.name == name).order_by(Letter.id))
        for letter, state in zip(letters, states, strict=True):
            letter.state = state


def left(app: Flask) -> list[tuple[str, str]]:
    """The letters that are still known, with their states."""
    with app.app_context(), unit_of_work() as session:
        return [(letter.name, letter.state) for letter in session.scalars(select(Letter).order_by(Letter.id))]


def test_letters_that_ended_long_ago_are_forgotten_and_those_that_wait_are_not(own_app: Flask) -> None:
    write(own_app, "ended", SENT, REFUSED, CANCELLED)
    write(own_app, "half", WAITING, SENT)
    write(own_app, "lately", SENT, REFUSED, CANCELLED, lately=True)
    pass_a_night(own_app, FORGET_DAILY, Clock(NOON))
    assert left(own_app) == [("half", WAITING), *(("lately", state) for state in (SENT, REFUSED, CANCELLED))]
    with own_app.app_context(), unit_of_work() as session:
        assert session.scalar(select(func.count(Mailing.id))) == 2


def test_a_letter_that_left_lately_is_kept_however_long_it_had_waited(own_app: Flask) -> None:
    write(own_app, "late", SENT)
    with own_app.app_context(), unit_of_work() as session:
        session.scalars(select(Letter)).one().sent_at = NOON
    pass_a_night(own_app, FORGET_DAILY, Clock(NOON))
    assert left(own_app) == [("late", SENT)]


def test_many_letters_are_forgotten_in_small_steps(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.mail.forgetting.AT_ONCE", 3)
    write(own_app, "ended", *[SENT] * 7)
    sizes: list[int] = []

    def hear(*arguments: object) -> None:
        if str(arguments[2]).startswith("DELETE FROM letter"):
            sizes.append(len(arguments[3]))  # type: ignore[arg-type]  # what is given to the statement

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        pass_a_night(own_app, FORGET_DAILY, Clock(NOON))
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    assert (left(own_app), sizes) == ([], [3, 3, 1])
    with own_app.app_context(), unit_of_work() as session:
        assert session.scalar(select(func.count(Mailing.id))) == 0


def test_what_was_sent_again_counts_anew_and_the_audit_stays(own_app: Flask) -> None:
    write(own_app, "again", SENT)
    with own_app.app_context(), unit_of_work() as session:
        user = create_user(session, email="a@example.org", display_name="A", password="a long password", now=NOON)
        session.flush()
        actor = Actor(user_id=user.id, email=user.email, display_name="A", session_version=1)
        first = session.scalars(select(Letter.id)).one()
        copy = send_again(session, scope=None, number=first, seen=SENT, actor=actor, now=LATELY)
        copy.state = SENT
    clock = Clock(NOON)
    pass_a_night(own_app, FORGET_DAILY, clock)
    assert left(own_app) == [("again", SENT)]
    clock.on(days=2)
    hand = worker(own_app, triggers=[FORGET_DAILY], now=clock)
    hand.tick()
    hand.run_due()
    assert left(own_app) == []
    with own_app.app_context(), unit_of_work() as session:
        assert session.scalars(select(AuditEntry.act).where(AuditEntry.subject == "letter")).all() == [
            "mail.sent_again"
        ]
