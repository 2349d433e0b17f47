"""Whom a letter or a notice goes to, in which language and at which hours."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, Integer, bindparam, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.kernel.clock import HOME_ZONE
from app.kernel.tri import LANGUAGES
from app.organisations.models import Organisation
from app.people.enums import NameForm
from app.people.models import Person, PersonEmail, PersonName, Post
from app.people.rules import NEAREST_FORMS

AT_ONCE = 5000  # keys in one statement: fewer than any database refuses


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is told something: a person, with or without an account, or an account that is nobody's.

    Args:
        address: None: no address is known, or the account is closed.
        name: in the recipient's language.

    """

    person_id: int | None
    user_id: int | None
    address: str | None
    name: str
    language: str
    time_zone: str

    @property
    def ref(self) -> str:
        """Who it is, for keys: a person counts before the account."""
        return f"u{self.user_id}" if self.person_id is None else f"p{self.person_id}"


@dataclass(slots=True)
class _Known:
    """What of a person matters for a letter: a whole announcement's people are read as rows, not as objects."""

    names: dict[NameForm, str] = field(default_factory=dict)
    address: str | None = None
    time_zone: str = HOME_ZONE

    def name(self, lang: str) -> str:
        """Today's name in the nearest form that is known."""
        return next((self.names[form] for form in NEAREST_FORMS[lang] if form in self.names), "–")


def recipients_of_people(session: Session, person_ids: Sequence[int]) -> list[Recipient]:
    """One for each person, in the given order; who is not there is left out. Five statements for each 5,000 people."""
    people: dict[int, _Known] = {}
    accounts: dict[int | None, User] = {}
    for part in _parts(person_ids):
        people |= _people(session, part)
        wanted = select(User).where(User.person_id.in_(_listed(part)), User.active).order_by(User.id.desc())
        accounts |= {user.person_id: user for user in session.scalars(wanted)}  # the oldest account of a person wins
    return [_of_person(key, people[key], accounts.get(key)) for key in dict.fromkeys(person_ids) if key in people]


def recipients_of_users(session: Session, user_ids: Sequence[int]) -> list[Recipient]:
    """One for each account, in the given order, as its person if it is somebody's; who is not there is left out."""
    accounts: dict[int, User] = {}
    people: dict[int, _Known] = {}
    for part in _parts(user_ids):
        found = session.scalars(select(User).where(User.id.in_(_listed(part)))).all()
        accounts |= {user.id: user for user in found}
        people |= _people(session, [user.person_id for user in found if user.person_id is not None])
    return [
        _of_account(accounts[key], people.get(accounts[key].person_id or 0))
        for key in dict.fromkeys(user_ids)
        if key in accounts
    ]


def _parts(keys: Sequence[int]) -> list[list[int]]:
    """Keys, each once, so many at once as every database takes in a statement."""
    listed = list(dict.fromkeys(keys))
    return [listed[first : first + AT_ONCE] for first in range(0, len(listed), AT_ONCE)]


def _listed(keys: Sequence[int]) -> BindParameter[Any]:
    """Keys written into the statement: as parameters, thousands of them would cost the driver more than the answer."""
    return bindparam(None, keys, Integer(), expanding=True, literal_execute=True)


def _people(session: Session, person_ids: Sequence[int]) -> dict[int, _Known]:
    people = {key: _Known() for key in session.scalars(select(Person.id).where(Person.id.in_(_listed(person_ids))))}
    names = (
        select(PersonName.person_id, PersonName.form, PersonName.surname, PersonName.given_name, PersonName.patronymic)
        .where(PersonName.person_id.in_(_listed(person_ids)), PersonName.valid_to.is_(None))
        .order_by(PersonName.id)  # the latest of a form wins
    )
    for person_id, form, *parts in session.execute(names):
        people[person_id].names[NameForm(form)] = " ".join(part for part in parts if part)
    emails = select(PersonEmail.person_id, PersonEmail.address).where(PersonEmail.person_id.in_(_listed(person_ids)))
    for person_id, address in session.execute(emails.order_by(PersonEmail.id.desc())):  # the first wins
        people[person_id].address = address
    zones = (
        select(Post.person_id, Organisation.time_zone)
        .join(Post.organisation)
        .where(Post.person_id.in_(_listed(person_ids)), Post.valid_to.is_(None), Organisation.time_zone.is_not(None))
        .order_by(Post.id)  # the latest post wins
    )
    for person_id, zone in session.execute(zones):
        people[person_id].time_zone = zone or HOME_ZONE
    return people


def _of_person(person_id: int, person: _Known, account: User | None) -> Recipient:
    if account is not None:
        return _of_account(account, person)
    language = LANGUAGES[0]
    return Recipient(person_id, None, person.address, person.name(language), language, person.time_zone)


def _of_account(account: User, person: _Known | None) -> Recipient:
    language = account.language or LANGUAGES[0]
    return Recipient(
        person_id=account.person_id,
        user_id=account.id,
        address=account.email if account.active else None,
        name=person.name(language) if person else account.display_name,
        language=language,
        time_zone=account.time_zone or (person.time_zone if person else HOME_ZONE),
    )
