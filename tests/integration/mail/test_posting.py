"""Letters are written whole, in the transaction of the act, or not at all; whom they go to."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.jobs.models import Job
from app.kernel.words import Message
from app.mail.enums import LetterState
from app.mail.models import Letter, Mailing
from app.mail.templates import LetterTemplate
from tests.integration.mail.own import WELCOME, draft, post_welcome, somebody


def test_letters_and_the_job_that_sends_them_are_written_together(session: Session) -> None:
    assert post_welcome(session, draft(), draft(somebody(2, address=None)), draft(somebody(3))) == 2
    letters = session.scalars(select(Letter).order_by(Letter.id)).all()
    assert [letter.address for letter in letters] == ["person1@example.kz", "person3@example.kz"]
    assert {letter.state for letter in letters} == {LetterState.WAITING}
    assert len({letter.message_id for letter in letters}) == 2
    assert session.scalars(select(Job.key)).all() == [f"mail.deliver:{letters[0].message_id}"]
    mailing = session.scalars(select(Mailing)).one()
    assert LetterTemplate.from_dict(mailing.template, mailing.texts) == WELCOME


def test_nobody_with_an_address_makes_no_mailing(session: Session) -> None:
    assert post_welcome(session, draft(somebody(address=None))) == 0
    assert session.scalar(select(func.count()).select_from(Mailing)) == 0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "the letter tests.welcome was not posted: it has no value for who"),
        ({"who": "a", "url": "x"}, "the letter tests.welcome was not posted: its texts have no place for url"),
    ],
)
def test_tokens_are_checked_when_a_letter_is_posted(session: Session, values: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        post_welcome(session, draft(), draft(values=values))


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "/\\evil", "me/", "/a b", "/" + "a" * 300])
def test_a_button_leads_nowhere_but_to_our_own_site(session: Session, path: str) -> None:
    with pytest.raises(ValueError, match="is no path of this site"):
        post_welcome(session, draft(path=path))


def test_the_address_of_a_link_is_no_token() -> None:
    with pytest.raises(ValueError, match="it belongs to the button"):
        LetterTemplate("tests.own", Message("At %(url)s"), ())


@pytest.mark.parametrize(
    "address",
    [
        "a@b",
        "a b@c.kz",
        "a@b.kz\r\nBcc: x@y.kz",
        "<a@b.kz>",
        "a@b.kz, c@d.kz",
        "a@" + "b" * 400 + ".kz",
        '"a"@b.kz',
        "@b.kz",
    ],
)
def test_what_is_no_address_is_refused_at_once_and_kept_to_be_seen(session: Session, address: str) -> None:
    assert post_welcome(session, draft(somebody(address=address)), draft(somebody(2))) == 2
    refused, waiting = session.scalars(select(Letter).order_by(Letter.id))
    assert (refused.state, waiting.state) == (LetterState.REFUSED, LetterState.WAITING)
    assert "This is not an e-mail address" in str(Message.from_dict(refused.problem or {}))
    assert len(refused.address) <= 254
