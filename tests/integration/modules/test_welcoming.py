"""Who is enrolled after a publication is told that their schedule is ready; everybody is told that once."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.kinds import Registry
from app.jobs.models import Job
from app.jobs.worker import Worker
from app.mail.models import Letter, Mailing
from app.notices.models import Notice
from cohorts.models import Enrolment
from cohorts.services import import_roster
from modules.rules.audience import group_word
from modules.telling import TELL, WELCOME
from tests.integration.cohorts.world import roster
from tests.integration.modules.own import HOUR, move, publish_all
from tests.integration.modules.teams import group_of
from tests.integration.modules.world import NOW, World

KINDS = (TELL, WELCOME)


def enrol(world: World, *names: str, **cells: str) -> None:
    """Take in a roster."""
    import_roster(world.session, cohort=world.cohort, rows=roster(names, **cells), actor=None, now=NOW)


def carry_out(app: Flask) -> int:
    """Let a worker do what waits."""
    app.extensions["jobs"] = Registry(KINDS, ())
    return Worker(app, now=lambda: NOW).run_due()


def told(session: Session) -> list[tuple[int, str, str]]:
    """Who was told what, by the number in the cohort's list: the kind, and how many sessions."""
    rows = session.execute(
        select(Enrolment.number, Notice.kind, Notice.values)
        .join(Notice, Notice.person_id == Enrolment.person_id)
        .order_by(Enrolment.number, Notice.id)
    )
    return [(number, kind.removeprefix("modules.schedule_"), values["en"]["n"]) for number, kind, values in rows]


@pytest.fixture
def published(app: Flask, world: World) -> World:
    """Three people who were told of a session for all and of one that is over."""
    world.add("For all")
    world.add("Long ago", starts_at=NOW - 100 * HOUR, ends_at=NOW - 99 * HOUR)
    publish_all(world)
    assert carry_out(app) == 1
    return world


def test_new_people_are_told_of_their_own_sessions_and_nobody_else_is(
    app: Flask, session: Session, published: World
) -> None:
    before = [(number, "ready", "1") for number in (1, 2, 3)]
    assert told(session) == before
    group = group_of(published, "7", 1)
    published.add("For a group", audience=(group_word(group.id),))
    publish_all(published)
    carry_out(app)
    before.insert(1, (1, "changed", "1"))
    enrol(published, "Ахметов Али", "Беков Болат")
    enrol(published, "Ахметов Али", "Беков Болат", group="7")  # which are their details; nobody is new
    assert carry_out(app) == 1
    assert told(session) == [*before, (4, "ready", "2"), (5, "ready", "2")]
    letters = session.scalars(
        select(Letter).join(Letter.mailing).where(Mailing.template == "modules.schedule_ready").order_by(Letter.id)
    ).all()
    assert [letter.address for letter in letters[-2:]] == ["person2@example.org", "person3@example.org"]
    assert (letters[-1].values["n"], "For all" in letters[-1].values["first"]) == ("2", True)
    assert (letters[-1].calendar or "").count("BEGIN:VEVENT") == 2


def test_it_is_the_schedule_as_it_is_now(app: Flask, session: Session, published: World) -> None:
    other = published.add("Other", starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    publish_all(published)
    move(published, other, rooms=("305",))
    publish_all(published)
    carry_out(app)
    enrol(published, "Ахметов Али")
    move(published, other, rooms=("306",))  # a draft
    carry_out(app)
    [letter] = session.scalars(select(Letter).where(Letter.address == "person2@example.org"))
    assert "305" in (letter.calendar or "")
    assert "306" not in (letter.calendar or "")


def test_before_the_first_publication_that_tells_everybody(app: Flask, session: Session, world: World) -> None:
    world.add("For all")
    enrol(world, "Ахметов Али")
    assert session.scalars(select(Job)).all() == []
    publish_all(world)
    assert carry_out(app) == 1
    assert told(session) == [(number, "ready", "1") for number in (1, 2, 3, 4)]


def test_who_comes_before_a_publication_was_told_of_is_told_once(app: Flask, session: Session, world: World) -> None:
    world.add("For all")
    publish_all(world)
    enrol(world, "Ахметов Али")
    assert carry_out(app) == 2
    assert told(session) == [(number, "ready", "1") for number in (1, 2, 3, 4)]


def test_when_all_is_over_nobody_is_told(app: Flask, session: Session, world: World) -> None:
    world.add("Long ago", starts_at=NOW - 100 * HOUR, ends_at=NOW - 99 * HOUR)
    publish_all(world)
    enrol(world, "Ахметов Али")
    assert carry_out(app) == 2
    assert told(session) == []
