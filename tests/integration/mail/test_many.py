"""Many letters: one mailing to thousands, and workers that are killed while they send."""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path
from random import Random
from subprocess import PIPE, Popen

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.jobs.services import enqueue
from app.kernel import clock
from app.kernel.unit import unit_of_work
from app.kernel.words import Message
from app.mail.delivering import DELIVER, EVERY_MINUTE
from app.mail.enums import LetterState
from app.mail.models import Letter
from app.mail.transports import FOLDER, Parcel
from tests.integration.jobs.own import worker
from tests.integration.mail.own import draft, post_welcome, somebody
from tests.support.postbox import PLAIN, Office, Postbox

ROOT = Path(__file__).resolve().parents[3]
KILLS, LETTERS, PATIENCE = 5, 150, 90


def write(app: Flask, number: int) -> None:
    """One mailing to so many."""
    with app.app_context(), unit_of_work() as session:
        drafts = [draft(somebody(n)) for n in range(number)]
        assert post_welcome(session, *drafts, now=clock.now()) == number


def count(app: Flask, state: LetterState) -> int:
    """How many letters are in a state."""
    with app.app_context(), unit_of_work() as session:
        return session.scalar(select(func.count()).where(Letter.state == state)) or 0


def test_a_thousand_recipients_in_one_mailing(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    parcels: list[Parcel] = []

    class Bag:
        """Takes every letter."""

        send = parcels.append

        def close(self) -> None:
            """Nothing is open."""

    # What letters look like is shown elsewhere, and makes most of their cost.
    monkeypatch.setattr("app.mail.delivering.transport_of", lambda _settings: Bag())
    monkeypatch.setattr("app.mail.delivering.message_of", lambda *_letter, **_now: b"")
    write(own_app, 1000)
    worker(own_app, triggers=[EVERY_MINUTE]).run_due()
    assert count(own_app, LetterState.SENT) == 1000
    assert Counter(parcel.to for parcel in parcels) == Counter(f"person{n}@example.kz" for n in range(1000))
    assert len({parcel.name for parcel in parcels}) == 1000


def test_letters_become_files_that_are_whole(own_app: Flask) -> None:
    write(own_app, 20)
    hand = worker(own_app, triggers=[EVERY_MINUTE])
    hand.run_due()
    folder = own_app.extensions["settings"].DATA_DIR / FOLDER
    heads = [message_from_bytes(path.read_bytes()) for path in folder.glob("*.eml")]
    assert Counter(head["To"].rpartition("<")[2] for head in heads) == Counter(
        f"person{n}@example.kz>" for n in range(20)
    )
    with own_app.app_context(), unit_of_work() as session:  # as if the mark of one had been lost
        letter = session.scalars(select(Letter).order_by(Letter.id)).first()
        assert letter is not None
        letter.state = LetterState.WAITING
        enqueue(session, kind=DELIVER, key="once more", now=clock.now())
    hand.run_due()
    assert count(own_app, LetterState.SENT) == 20
    assert len(list(folder.glob("*.eml"))) == 20


def test_a_folder_that_cannot_be_written_is_the_servers_trouble(own_app: Flask) -> None:
    (own_app.extensions["settings"].DATA_DIR / FOLDER).write_text("in the way")
    write(own_app, 3)
    worker(own_app, triggers=[EVERY_MINUTE]).run_due()
    assert count(own_app, LetterState.WAITING) == 3
    with own_app.app_context(), unit_of_work() as session:
        problems = session.scalars(select(Letter.problem).where(Letter.problem.is_not(None))).all()
    assert len(problems) == 1
    assert "The folder cannot be written" in str(Message.from_dict(problems[0] or {}))


@contextmanager
def maker(app: Flask, port: int) -> Iterator["Popen[str]"]:
    """The process that starts workers."""
    settings = app.extensions["settings"]
    command = [sys.executable, "-m", "tests.integration.mail.victim", settings.database_url, settings.DATA_DIR]
    with Popen([*command, str(port)], cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def begin(process: "Popen[str]") -> int:
    """One more worker; its process."""
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def test_each_kill_doubles_at_most_one_letter_and_loses_none(own_app: Flask, office: Office) -> None:
    chance = Random(20261102)
    write(own_app, LETTERS)
    with office.open(Postbox(), **PLAIN) as postbox, maker(own_app, office.port) as process:
        for number in range(1, KILLS + 1):
            victim = begin(process)
            goal, until = number * LETTERS // (KILLS + 1), time.monotonic() + PATIENCE
            while len(postbox.letters) < goal and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.05))
            os.kill(victim, signal.SIGKILL)
        last = begin(process)
        until = time.monotonic() + PATIENCE
        while count(own_app, LetterState.SENT) < LETTERS and time.monotonic() < until:
            time.sleep(0.2)
        os.kill(last, signal.SIGKILL)
    assert count(own_app, LetterState.SENT) == LETTERS
    with own_app.app_context(), unit_of_work() as session:
        names = {f"<{name}@localhost>" for name in session.scalars(select(Letter.message_id))}
    assert set(postbox.ids) == names
    assert max(postbox.ids.values()) <= 1 + KILLS
    assert sum(postbox.ids.values()) - LETTERS <= KILLS
