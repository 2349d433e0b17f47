"""Letters leave over a real server, each once; what a server may do to us leaves none behind and none doubled."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.jobs.models import Job
from app.jobs.worker import Worker
from app.kernel.unit import unit_of_work
from app.kernel.words import Message
from app.mail.delivering import DELIVER, EVERY_MINUTE
from app.mail.enums import LetterState
from app.mail.models import Letter
from app.mail.rendering import message_of
from app.mail.rules import WAITS
from app.mail.server import Safety
from app.mail.transports import SmtpTransport
from tests.integration.jobs.own import MARK, Clock, put, worker
from tests.integration.mail.own import NOON, draft, post_welcome, somebody
from tests.support.postbox import PLAIN, Office, Postbox


@contextmanager
def reading_letters(app: Flask) -> Iterator[Session]:
    """A look into the outbox."""
    with app.app_context(), unit_of_work() as session:
        yield session


def write(app: Flask, number: int = 1, **changes: object) -> None:
    """Post letters to so many recipients and commit."""
    with app.app_context(), unit_of_work() as session:
        post_welcome(session, *(draft(somebody(n)) for n in range(1, number + 1)), **changes)


def states(app: Flask) -> list[str]:
    """The states of all letters."""
    with reading_letters(app) as session:
        return [str(state) for state in session.scalars(select(Letter.state).order_by(Letter.id))]


def problem(app: Flask, number: int = 0) -> str:
    """What the how-manieth letter says of its last try."""
    with reading_letters(app) as session:
        kept = session.scalars(select(Letter.problem).order_by(Letter.id)).all()[number]
        return str(Message.from_dict(kept)) if kept else ""


def minute(clock: Clock, hand: Worker, minutes: float = 1) -> None:
    """Let a minute go by."""
    clock.on(minutes=minutes)
    hand.tick()
    hand.run_due()


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def hand(own_app: Flask, clock: Clock) -> Worker:
    """A worker that knows mail, and another kind of job."""
    hand = worker(own_app, MARK, triggers=[EVERY_MINUTE], now=clock)
    hand.tick()
    return hand


def test_letters_leave_over_one_encrypted_connection(own_app: Flask, office: Office, hand: Worker) -> None:
    write(own_app, 7)
    with office.open(Postbox()) as postbox:
        hand.run_due()
    assert states(own_app) == [LetterState.SENT] * 7
    assert postbox.recipients == [f"person{n}@example.kz" for n in range(1, 8)]
    assert postbox.connections == 1
    assert set(postbox.ids.values()) == {1}
    with reading_letters(own_app) as session:
        job = session.scalars(select(Job)).one()
        assert str(Message.from_dict(job.said or {})) == "7 of 7 letters sent"


def test_a_connection_is_not_used_for_ever(
    own_app: Flask, office: Office, hand: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.mail.transports.PER_CONNECTION", 3)
    write(own_app, 7)
    with office.open(Postbox()) as postbox:
        hand.run_due()
    assert postbox.connections == 3
    assert len(postbox.letters) == 7


def test_one_refused_recipient_hinders_nobody(own_app: Flask, office: Office, hand: Worker) -> None:
    write(own_app, 3)
    refusal = "550 5.1.1 <person2@example.kz>: no such\r\n550 mailbox"
    with office.open(Postbox(replies={"person2@example.kz": [refusal.replace("\r\n550 ", " ")]})):
        hand.run_due()
    assert states(own_app) == [LetterState.SENT, LetterState.REFUSED, LetterState.SENT]
    assert problem(own_app, 1) == "The server says: 550 5.1.1 <person2@example.kz>: no such mailbox"


def test_greylisted_is_tried_again_later(own_app: Flask, office: Office, hand: Worker, clock: Clock) -> None:
    write(own_app, 2)
    later = "451 4.7.1 Greylisted, come again"
    with office.open(Postbox(replies={"person1@example.kz": [later, later]})) as postbox:
        hand.run_due()
        assert states(own_app) == [LetterState.WAITING, LetterState.SENT]
        assert "451 4.7.1 Greylisted" in problem(own_app)
        minute(clock, hand, 2)
        assert len(postbox.letters) == 1  # not before its time
        minute(clock, hand, 4)
        assert states(own_app)[0] == LetterState.WAITING
        minute(clock, hand, 16)
    assert states(own_app) == [LetterState.SENT] * 2
    assert problem(own_app) == ""
    with reading_letters(own_app) as session:
        assert session.scalars(select(Letter.attempts).order_by(Letter.id)).all() == [3, 1]


def test_after_a_few_days_of_later_it_is_given_up(own_app: Flask, office: Office, hand: Worker, clock: Clock) -> None:
    write(own_app)
    with office.open(Postbox(replies={"person1@example.kz": ["450 4.2.2 Mailbox full"] * 50})):
        hand.run_due()
        for wait in WAITS:
            assert states(own_app) == [LetterState.WAITING]
            minute(clock, hand, wait.total_seconds() / 60)
    assert states(own_app) == [LetterState.REFUSED]
    assert problem(own_app) == "Given up after 11 tries. The server says: 450 4.2.2 Mailbox full"


def test_a_refused_content_is_that_letters_end(own_app: Flask, office: Office, hand: Worker) -> None:
    write(own_app)
    with office.open(Postbox(data_reply="554 5.7.1 Looks like rubbish")):
        hand.run_due()
    assert states(own_app) == [LetterState.REFUSED]
    assert "554 5.7.1 Looks like rubbish" in problem(own_app)


def test_two_hours_without_a_server(own_app: Flask, office: Office, hand: Worker, clock: Clock) -> None:
    with office.open(Postbox()):
        pass  # the port is known now, and nobody listens
    write(own_app, 5)
    hand.run_due()
    for number in range(30):
        minute(clock, hand, 4)
        if number % 15 == 0:
            put(own_app, MARK, f"meanwhile {number}", now=clock())
            write(own_app, now=clock())
            assert hand.run_due() >= 2  # other jobs go on
            assert own_app.test_client().get("/login").status_code == 200
    assert set(states(own_app)) == {LetterState.WAITING}
    assert "Letters cannot be sent now: The server does not answer: Connection refused" in problem(own_app)
    with reading_letters(own_app) as session:
        assert session.scalar(select(func.max(Letter.attempts))) == 0
        assert session.scalars(select(Job.problem).where(Job.problem.is_not(None))).all() == []
    with office.open(Postbox()) as postbox:
        for _ in range(5):
            minute(clock, hand)
    assert set(states(own_app)) == {LetterState.SENT}
    assert (len(postbox.ids), set(postbox.ids.values())) == (7, {1})


def test_letters_do_not_wait_for_a_clock_that_was_turned_back(
    own_app: Flask, office: Office, hand: Worker, clock: Clock
) -> None:
    write(own_app)
    clock.on(days=-2)
    with office.open(Postbox()):
        minute(clock, hand)
        minute(clock, hand)
    assert states(own_app) == [LetterState.SENT]


def test_a_line_that_is_cut_after_a_letter_doubles_at_most_that_letter(
    own_app: Flask, office: Office, hand: Worker, clock: Clock
) -> None:
    write(own_app, 4)
    with office.open(Postbox(hang_up_after=3)) as postbox:
        hand.run_due()
        assert states(own_app) == [LetterState.SENT, LetterState.SENT, LetterState.WAITING, LetterState.SENT]
        assert "The connection broke off" in problem(own_app, 2)
        postbox.hang_up_after = None
        minute(clock, hand, 6)
    assert states(own_app) == [LetterState.SENT] * 4
    assert sorted(postbox.ids.values()) == [1, 1, 1, 2]  # the same Message-ID: its reader sees one


def test_a_server_that_always_hangs_up_is_away(own_app: Flask, office: Office, hand: Worker) -> None:
    write(own_app, 9)
    with office.open(Postbox(hang_up_after=1)) as postbox:
        hand.run_due()
    assert set(states(own_app)) == {LetterState.WAITING}
    assert len(postbox.letters) == 3
    assert "Letters cannot be sent now: The connection broke off" in problem(own_app, 2)


LONG = "the server was still answering after 2 seconds"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("EHLO", f"Letters cannot be sent now: The server does not answer: {LONG}"),
        ("RCPT", f"The connection broke off while the letter was handed over: {LONG}"),
        ("DATA", f"The connection broke off while the letter was handed over: {LONG}"),
    ],
)
def test_a_server_that_drips_holds_nobody_for_ever(
    own_app: Flask, office: Office, hand: Worker, clock: Clock, monkeypatch: pytest.MonkeyPatch, command: str, said: str
) -> None:
    monkeypatch.setattr("app.mail.conversation.DEADLINE", 2.0)
    write(own_app)
    with office.open(Postbox(drips=command)) as postbox:
        hand.run_due()
        assert states(own_app) == [LetterState.WAITING]
        assert problem(own_app) == said
        assert postbox.connections <= 2, "the letter's, and one that asks whether the server is back"
        postbox.drips = ""
        minute(clock, hand, 6)
    assert states(own_app) == [LetterState.SENT]
    assert len(postbox.letters) == 1


def test_the_time_of_a_letter_begins_after_the_sign_in(
    own_app: Flask, office: Office, hand: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is slow at both is within its time at each."""
    monkeypatch.setattr("app.mail.conversation.DEADLINE", 3.0)
    write(own_app)
    with office.open(Postbox(pauses={"EHLO": 0.9, "DATA": 1.8})) as postbox:
        hand.run_due()
    assert states(own_app) == [LetterState.SENT]
    assert len(postbox.letters) == 1


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ({"password": "guessed"}, "The server refused the user or the password of MAIL_URL: 535"),
        ({"user": ""}, "The server takes no letters from us: 530"),
        ({"safety": Safety.LOOPBACK}, "The server does not offer what MAIL_URL wants"),
        ({"safety": Safety.TLS}, "No encrypted connection came about"),
    ],
)
def test_trouble_with_the_server_is_no_letters_fault(
    own_app: Flask, office: Office, hand: Worker, server: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(own_app, 2)
    with office.open(Postbox()):
        away = SmtpTransport(office.server(**server), "jetekshi@example.kz")  # its port is known now
        monkeypatch.setattr("app.mail.delivering.transport_of", lambda _settings: away)
        hand.run_due()
    assert set(states(own_app)) == {LetterState.WAITING}
    assert said in problem(own_app)
    assert "guessed" not in problem(own_app)


def test_a_certificate_that_nobody_vouches_for(
    own_app: Flask, office: Office, hand: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    write(own_app)
    with office.open(Postbox()) as postbox:
        hand.run_due()
    assert "The server's certificate could not be verified: unable to get local issuer certificate" in problem(own_app)
    assert postbox.letters == []


def test_without_starttls_nothing_is_said(own_app: Flask, office: Office, hand: Worker) -> None:
    write(own_app)
    with office.open(Postbox(), **PLAIN) as postbox:
        hand.run_due()
    assert "The server does not offer what MAIL_URL wants" in problem(own_app)
    assert postbox.letters == []


def test_letters_outside_ascii_in_an_address(own_app: Flask, office: Office, hand: Worker) -> None:
    with own_app.app_context(), unit_of_work() as session:
        post_welcome(session, draft(somebody(address="әсел@қазақ.қаз")), draft(somebody(address="a@қазақ.қаз")))
    with office.open(Postbox()) as postbox:
        hand.run_due()
    assert states(own_app) == [LetterState.REFUSED, LetterState.SENT]
    assert problem(own_app) == "The mail server takes no address with letters that are not Latin."
    assert postbox.recipients == ["a@xn--80aau21bd.xn--80ao21a"]


def test_a_server_that_knows_other_letters_gets_them(own_app: Flask, office: Office, hand: Worker) -> None:
    with own_app.app_context(), unit_of_work() as session:
        post_welcome(session, draft(somebody(address="әсел@қазақ.қаз")), draft(somebody(2)))
    with office.open(Postbox(), enable_SMTPUTF8=True) as postbox:
        hand.run_due()
    assert states(own_app) == [LetterState.SENT] * 2
    assert postbox.recipients == ["әсел@xn--80aau21bd.xn--80ao21a", "person2@example.kz"]


def test_a_slow_server_keeps_nobody_else_waiting(own_app: Flask, office: Office) -> None:
    gate = Event()
    write(own_app, 2)
    hand = worker(own_app, MARK, triggers=[EVERY_MINUTE])
    with office.open(Postbox(gate=gate)) as postbox:
        hand.start()
        try:
            assert postbox.arrived.wait(30)
            put(own_app, MARK, "meanwhile")
            done = select(func.count()).where(Job.kind == MARK.name, Job.state == "done")
            for _ in range(300):
                with reading_letters(own_app) as session:
                    if session.scalar(done):
                        break
                gate.wait(0.1)
            else:
                pytest.fail("the other job waited for the mail server")
            assert not gate.is_set()
            assert states(own_app) == [LetterState.WAITING] * 2
        finally:
            gate.set()
            hand.stop()


@pytest.mark.parametrize(("piece", "state"), [("message_of", "refused"), ("SmtpTransport.send", "waiting")])
def test_one_letter_that_breaks_our_own_code_does_not_stop_the_line(
    own_app: Flask, office: Office, hand: Worker, monkeypatch: pytest.MonkeyPatch, piece: str, state: str
) -> None:
    write(own_app, 2)
    place = "app.mail.delivering.message_of" if piece == "message_of" else "app.mail.transports.SmtpTransport.send"
    whole = message_of if piece == "message_of" else SmtpTransport.send

    def broken(*arguments: Any, **options: Any) -> object:  # noqa: ANN401 - those of the piece
        if "person1" in str([getattr(each, "address", each) for each in arguments]):
            msg = "nobody foresaw this"
            raise RuntimeError(msg)
        return whole(*arguments, **options)

    monkeypatch.setattr(place, broken)
    with office.open(Postbox()) as postbox:
        hand.run_due()
    assert states(own_app) == [state, LetterState.SENT]
    assert len(postbox.letters) == 1
    assert "could not be made ready or handed over" in problem(own_app)


def test_a_letter_that_was_called_back_meanwhile_is_not_sent(own_app: Flask, office: Office, hand: Worker) -> None:
    write(own_app, 3)

    class CallingBack(Postbox):
        async def handle_DATA(self, *arguments: Any) -> str:  # noqa: ANN401, N802 - as in aiosmtpd
            with own_app.app_context(), unit_of_work() as session:
                last = session.scalars(select(Letter).order_by(Letter.id.desc())).first()
                assert last is not None
                last.state = LetterState.CANCELLED
            return await super().handle_DATA(*arguments)

    with office.open(CallingBack()) as postbox:
        hand.run_due()
    assert states(own_app) == [LetterState.SENT, LetterState.SENT, LetterState.CANCELLED]
    assert len(postbox.letters) == 2


def test_a_job_that_is_called_off_leaves_no_sent_letter_unmarked(own_app: Flask, office: Office, hand: Worker) -> None:
    write(own_app, 3)

    class CallingOff(Postbox):
        async def handle_DATA(self, *arguments: Any) -> str:  # noqa: ANN401, N802 - as in aiosmtpd
            with own_app.app_context(), unit_of_work() as session:
                job = session.scalars(select(Job).where(Job.kind == DELIVER.name)).one()
                job.stop_asked = True
            return await super().handle_DATA(*arguments)

    with office.open(CallingOff()) as postbox:
        hand.run_due()
    assert states(own_app) == [LetterState.SENT, LetterState.WAITING, LetterState.WAITING]
    assert len(postbox.letters) == 1
