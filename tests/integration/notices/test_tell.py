"""Telling: each notice once, and letters for those who want them."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.mail.models import Letter
from app.notices.kinds import Kinds, NoticeKind
from app.notices.models import Notice
from app.notices.seeing import choose
from tests.integration.modules.world import NOW, World
from tests.integration.notices.own import GRAVE, MOVED, QUIET, account, person, say, told
from tests.support.visiting import Statements


def letters(session: Session) -> list[tuple[str, dict[str, str]]]:
    rows = session.execute(select(Letter.address, Letter.values).order_by(Letter.id))
    return [(address, values) for address, values in rows]


def test_a_notice_exists_once_and_so_does_its_letter(session: Session, world: World) -> None:
    mine = told(person(world))
    assert say(world, mine, mine) == 1
    assert say(world, mine) == 0
    assert say(world, told(person(world), key="2")) == 1
    assert session.scalar(select(func.count()).select_from(Notice)) == 2
    assert letters(session) == [("participant@kel-1.example", {"what": "Ethics kk", "why": "rain"})] * 2


def test_it_is_kept_in_every_language_and_no_more_than_its_line_needs(session: Session, world: World) -> None:
    say(world, told(person(world)))
    notice = session.scalars(select(Notice)).one()
    assert notice.values == {lang: {"what": f"Ethics {lang}"} for lang in ("kk", "ru", "en")}


def test_a_person_counts_before_the_account(session: Session, world: World) -> None:
    say(world, told(person(world)), told(account(world, "coordinator")))
    rows = session.execute(select(Notice.person_id, Notice.user_id, Notice.key).order_by(Notice.id)).all()
    mine, theirs = world.users["participant"].person_id, world.users["coordinator"].id
    assert [tuple(row) for row in rows] == [
        (mine, None, f"tests.moved:1:p{mine}"),
        (None, theirs, f"tests.moved:1:u{theirs}"),
    ]


def test_who_wants_no_letters_of_a_kind_gets_none_of_it(session: Session, world: World) -> None:
    choose(
        session,
        language="ru",
        time_zone="Asia/Dubai",
        wanted={"tests.moved": False, "tests.grave": False},
        actor=world.actor("participant"),
        now=NOW,
    )
    people = [told(person(world)), told(person(world, "colleague"))]
    assert say(world, *people) == 2
    assert [address for address, _ in letters(session)] == ["colleague@kel-1.example"]
    say(world, people[0], kind=GRAVE)
    assert letters(session)[-1] == ("participant@kel-1.example", {"what": "Ethics ru", "why": "rain"})


def test_a_kind_without_a_letter_sends_none(session: Session, world: World) -> None:
    assert say(world, told(person(world)), kind=QUIET) == 1
    assert letters(session) == []


def test_a_missing_token_is_noticed_when_it_is_told(world: World) -> None:
    other = NoticeKind("tests.other", MOVED.label, MOVED.text)
    bad = told(person(world))
    with pytest.raises(KeyError, match="what"):
        say(world, type(bad)(bad.recipient, "1", {"kk": {"why": "rain"}}), kind=other)


def test_two_kinds_with_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"tests\.moved"):
        Kinds((MOVED, NoticeKind("tests.moved", MOVED.label, MOVED.text)))


def test_any_number_costs_the_same_statements(world: World, statements: Statements) -> None:
    counts = []
    for number in (1, 3):
        each = [told(person(world), key=f"{number}.{k}") for k in range(number)]
        with statements() as sent:
            say(world, *each)
        counts.append(len(sent))
    assert counts[0] == counts[1]
