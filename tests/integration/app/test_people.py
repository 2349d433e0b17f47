"""People and organisations: names over time, what they are found by, remits."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.accounts.services import create_user
from app.audit.models import AuditEntry
from app.kernel import clock
from app.kernel.tri import Tri
from app.organisations.enums import OrganisationKind
from app.organisations.models import Organisation
from app.organisations.queries import find_by_name, remit
from app.organisations.services import ensure_organisation, rename, succeed
from app.people.enums import NameForm, NameKind
from app.people.models import Person
from app.people.queries import current_name, display_name
from app.people.rules import PersonalName, split_full_name
from app.people.services import add_email, change_names, create_person

OLD, NEW = PersonalName("Тестбаев", "Ұлан"), PersonalName("Тестібаев", "Ұлан")


@pytest.fixture
def actor(session: Session) -> Actor:
    user = create_user(session, email="c@example.org", display_name="C", password="a long password", now=clock.now())
    return Actor(user_id=user.id, email=user.email, display_name="C", session_version=1)


@pytest.fixture
def person(session: Session) -> Person:
    names = {NameForm.KK: OLD, NameForm.LATIN: PersonalName("Testbaev", "Ulan")}
    return create_person(session, names=names, iin="689906412713", emails=["u@example.org", "u@example.org"])


def test_one_mailbox_may_serve_several_people(session: Session, person: Person) -> None:
    other = create_person(session, names={NameForm.KK: split_full_name("Үлгі")}, emails=["u@example.org"])
    assert [row.identity for row in (*person.emails, *other.emails)] == ["u@example.org"] * 2
    add_email(session, person=other, address="U@example.org")
    assert len(other.emails) == 1


def test_a_corrected_name_keeps_the_former_one_with_its_last_day(
    session: Session, person: Person, actor: Actor
) -> None:
    now = clock.now()
    given = {NameForm.KK: NEW}
    assert change_names(
        session, person=person, names=given, kind=NameKind.IDENTITY_CARD, reason="identity card", actor=actor, now=now
    )
    assert current_name(person, NameForm.KK) == NEW
    assert [(row.surname, row.valid_to) for row in person.names if row.form == NameForm.KK] == [
        ("Тестбаев", clock.day_of(now)),
        ("Тестібаев", None),
    ]
    assert "тестибаев" in person.search_key
    assert display_name(person, "en") == "Testbaev Ulan"
    assert display_name(person, "ru") == "Тестібаев Ұлан"
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "people.renamed")).one()
    assert (entry.actor_id, entry.subject_id, entry.detail["reason"]) == (actor.user_id, person.id, "identity card")


def test_the_same_name_again_changes_nothing(session: Session, person: Person, actor: Actor) -> None:
    changed = change_names(
        session, person=person, names={NameForm.KK: OLD}, kind=NameKind.STATED, reason="-", actor=actor, now=clock.now()
    )
    assert not changed
    assert person.version == 1


def university(session: Session, name: str, code: str | None = None) -> Organisation:
    return ensure_organisation(session, name=Tri(ru=name), kind=OrganisationKind.UNIVERSITY, code=code)


def test_an_organisation_is_made_once(session: Session) -> None:
    first = university(session, "Тестовый университет № 1")
    assert university(session, "тестовый  университет №1") is first
    assert university(session, "Тестовый университет № 12") is not first


def test_a_renamed_organisation_is_found_by_both_names(session: Session) -> None:
    place = university(session, "Старый институт", "inst")
    rename(session, organisation=place, name=Tri(ru="Новый университет"), on=date(2021, 1, 1))
    assert find_by_name(session, "Старый институт") is place
    assert find_by_name(session, "НОВЫЙ УНИВЕРСИТЕТ") is place
    assert find_by_name(session, "Новый") is None


def test_a_remit_reaches_back_through_all_predecessors_and_no_further(session: Session) -> None:
    first, second, third, other = (university(session, f"Министерство {number}") for number in (1, 2, 3, 4))
    succeed(session, predecessor=first, successor=second, on=date(2020, 1, 1))
    succeed(session, predecessor=second, successor=third, on=None)
    succeed(session, predecessor=second, successor=other, on=None)
    assert remit(session, [third.id]) == {first.id, second.id, third.id}
    assert remit(session, [first.id]) == {first.id}
    assert remit(session, []) == frozenset()
