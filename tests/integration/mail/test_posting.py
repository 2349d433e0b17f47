"""Letters are written whole, in the transaction of the act, or not at all; whom they go to."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.jobs.models import Job
from app.kernel.tri import Tri
from app.kernel.words import Message
from app.mail.enums import LetterState
from app.mail.models import Letter, Mailing
from app.mail.queries import Recipient, recipients_of_people, recipients_of_users
from app.mail.templates import LetterTemplate
from app.organisations.enums import OrganisationKind
from app.organisations.services import ensure_organisation
from app.people.enums import NameForm
from app.people.models import Post
from app.people.rules import PersonalName
from app.people.services import create_person
from tests.integration.mail.own import NOON, WELCOME, draft, post_welcome, somebody
from tests.support.visiting import Statements


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


def person(session: Session, name: str, *emails: str, zone: str | None = None) -> int:
    """Somebody on a roster."""
    found = create_person(session, names={NameForm.KK: PersonalName(name)}, emails=emails)
    if zone:
        body = ensure_organisation(session, name=Tri(en=zone), kind=OrganisationKind.COMPANY, time_zone=zone)
        found.posts = [Post(organisation_id=body.id)]
        session.flush()
    return found.id


def account(session: Session, name: str, person_id: int | None = None, **changes: object) -> int:
    """An account."""
    email = f"{name}@example.kz"
    user = User(email=email, identity=email, display_name=name, password_hash="", created_at=NOON, person_id=person_id)
    for field, value in changes.items():
        setattr(user, field, value)
    session.add(user)
    session.flush()
    return user.id


def test_whom_letters_of_people_go_to(session: Session) -> None:
    known = person(session, "Біреу", "first@example.kz", "second@example.kz", zone="Asia/Dubai")
    unknown = person(session, "Екеу")
    reader = person(session, "Үшеу", "contact@example.kz")
    user = account(session, "reader", reader, language="ru", time_zone="Europe/London")
    closed = person(session, "Төртеу", "four@example.kz")
    account(session, "closed", closed, active=False)
    assert recipients_of_people(session, [reader, known, unknown, known, closed, 10**6]) == [
        Recipient(reader, user, "reader@example.kz", "Үшеу", "ru", "Europe/London"),
        Recipient(known, None, "first@example.kz", "Біреу", "kk", "Asia/Dubai"),
        Recipient(unknown, None, None, "Екеу", "kk", "Asia/Almaty"),
        Recipient(closed, None, "four@example.kz", "Төртеу", "kk", "Asia/Almaty"),
    ]


def test_whom_letters_of_accounts_go_to(session: Session) -> None:
    somebody_ = person(session, "Біреу", zone="Asia/Dubai")
    tied, own = account(session, "tied", somebody_), account(session, "own", language="en")
    closed = account(session, "closed", active=False)
    found = recipients_of_users(session, [own, tied, closed, 10**6])
    assert found == [
        Recipient(None, own, "own@example.kz", "own", "en", "Asia/Almaty"),
        Recipient(somebody_, tied, "tied@example.kz", "Біреу", "kk", "Asia/Dubai"),
        Recipient(None, closed, None, "closed", "kk", "Asia/Almaty"),
    ]
    assert [each.ref for each in found] == [f"u{own}", f"p{somebody_}", f"u{closed}"]


def test_many_recipients_cost_as_much_as_one(session: Session, statements: Statements) -> None:
    people = [person(session, f"Адам {number}", f"a{number}@example.kz", zone="Asia/Dubai") for number in range(8)]
    with statements() as few:
        recipients_of_people(session, people[:1])
    with statements() as many:
        recipients_of_people(session, people)
    assert len(many) == len(few)
