"""Reading accounts."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import Delegation, Grant, SignInAttempt, User
from app.accounts.rules import WINDOW, Actor, Held, Permission, Principal, Reach, in_force, reach_of
from app.kernel.text import identity
from app.people.models import Person
from app.people.queries import display_name


def find_user(session: Session, email: str) -> User | None:
    """The account with this e-mail address, however it is typed."""
    return session.scalar(select(User).where(User.identity == identity(email)))


def load_actor(session: Session, user_id: int, *, day: date, lang: str) -> Actor | None:
    """Who acts, with the grants and delegations in force on this day; None when the account is closed.

    Two statements, three for an assistant.
    """
    user = session.scalar(select(User).where(User.id == user_id, User.active).options(joinedload(User.grants)))
    if user is None:
        return None
    held = (Held(grant.role, grant.scope, grant.scope_id, grant.valid_from, grant.valid_to) for grant in user.grants)
    return Actor(
        user_id=user.id,
        email=user.email,
        display_name=user.display_name,
        session_version=user.session_version,
        language=user.language,
        person_id=user.person_id,
        grants=in_force(held, day),
        principals=_principals(session, user_id, day=day, lang=lang),
        time_zone=user.time_zone,
    )


def _principals(session: Session, user_id: int, *, day: date, lang: str) -> tuple[Principal, ...]:
    rows = session.scalars(
        select(Delegation)
        .where(Delegation.user_id == user_id)
        .options(joinedload(Delegation.person).selectinload(Person.names))
        .order_by(Delegation.person_id, Delegation.id)
    )
    people: dict[int, Principal] = {}
    for row in rows:
        if (row.valid_from and row.valid_from > day) or (row.valid_to and day > row.valid_to):
            continue
        known = people.get(row.person_id)
        areas = (known.areas if known else frozenset()) | {row.area}
        people[row.person_id] = Principal(row.person_id, display_name(row.person, lang), areas)
    return tuple(people.values())


def holders(session: Session, wanted: Permission, *, day: date) -> dict[int, Reach]:
    """The open accounts that hold a permission on a day, and where. One statement."""
    rows = session.scalars(
        select(Grant)
        .join(Grant.user)
        .where(User.active, Grant.role.in_(wanted.roles))
        .order_by(Grant.user_id, Grant.id)
    )
    found: dict[int, list[Held]] = {}
    for row in rows:
        held = Held(row.role, row.scope, row.scope_id, row.valid_from, row.valid_to)
        if held.holds_on(day):
            found.setdefault(row.user_id, []).append(held)
    return {user_id: reach_of(grants, wanted) for user_id, grants in found.items()}


def user_names(session: Session, user_ids: Iterable[int | None]) -> dict[int, str]:
    """The names of accounts, for "by whom"."""
    wanted = {key for key in user_ids if key is not None}
    return dict(session.execute(select(User.id, User.display_name).where(User.id.in_(wanted))).all())


def failures(session: Session, key: str, *, now: datetime) -> list[datetime]:
    """When sign-ins under this key failed within the throttle's window, oldest first."""
    recent = select(SignInAttempt.at).where(SignInAttempt.key == key, SignInAttempt.at > now - WINDOW)
    return list(session.scalars(recent.order_by(SignInAttempt.at)))
