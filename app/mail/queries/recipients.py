"""Whom a letter or a notice goes to, in which language and at which hours."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import User
from app.kernel.clock import HOME_ZONE
from app.kernel.tri import LANGUAGES
from app.people.models import Person, Post
from app.people.queries import display_name


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


def recipients_of_people(session: Session, person_ids: Sequence[int]) -> list[Recipient]:
    """One for each person, in the given order; who is not there is left out. Six statements for any number."""
    people = _people(session, person_ids)
    wanted = select(User).where(User.person_id.in_(people), User.active).order_by(User.id.desc())
    accounts = {user.person_id: user for user in session.scalars(wanted)}  # the oldest account of a person wins
    return [_of_person(people[key], accounts.get(key)) for key in dict.fromkeys(person_ids) if key in people]


def recipients_of_users(session: Session, user_ids: Sequence[int]) -> list[Recipient]:
    """One for each account, in the given order, as its person if it is somebody's; who is not there is left out."""
    accounts = {user.id: user for user in session.scalars(select(User).where(User.id.in_(set(user_ids))))}
    people = _people(session, [user.person_id for user in accounts.values() if user.person_id is not None])
    return [
        _of_account(accounts[key], people.get(accounts[key].person_id or 0))
        for key in dict.fromkeys(user_ids)
        if key in accounts
    ]


def _people(session: Session, person_ids: Sequence[int]) -> dict[int, Person]:
    wanted = (
        select(Person)
        .where(Person.id.in_(set(person_ids)))
        .options(
            selectinload(Person.names),
            selectinload(Person.emails),
            selectinload(Person.posts).joinedload(Post.organisation),
        )
    )
    return {person.id: person for person in session.scalars(wanted)}


def _of_person(person: Person, account: User | None) -> Recipient:
    if account is not None:
        return _of_account(account, person)
    language = LANGUAGES[0]
    address = person.emails[0].address if person.emails else None
    return Recipient(person.id, None, address, display_name(person, language), language, _zone(person))


def _of_account(account: User, person: Person | None) -> Recipient:
    language = account.language or LANGUAGES[0]
    return Recipient(
        person_id=account.person_id,
        user_id=account.id,
        address=account.email if account.active else None,
        name=display_name(person, language) if person else account.display_name,
        language=language,
        time_zone=account.time_zone or (_zone(person) if person else HOME_ZONE),
    )


def _zone(person: Person) -> str:
    """Where somebody works today; the Academy's own zone when that is not known."""
    zones = [post.organisation.time_zone for post in person.posts if post.organisation and post.valid_to is None]
    return next((zone for zone in reversed(zones) if zone), HOME_ZONE)
