"""Reading accounts."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.enums import DelegatedArea
from app.accounts.models import Delegation, Grant, SignInAttempt, User
from app.accounts.rules import WINDOW, Actor, Held, Permission, Principal, Reach, in_force, reach_of
from app.kernel.text import identity
from app.people.models import Person
from app.people.queries import display_name

_ACCOUNT = (
    select(
        User.id,
        User.email,
        User.display_name,
        User.session_version,
        User.language,
        User.person_id,
        User.time_zone,
        Grant.role,
        Grant.scope,
        Grant.scope_id,
        Grant.valid_from,
        Grant.valid_to,
    )
    .outerjoin(Grant, Grant.user_id == User.id)
    .where(User.id == bindparam("user_id"), User.active)
    .order_by(Grant.id)
)
_DELEGATIONS = (
    select(Delegation.person_id, Delegation.area, Delegation.valid_from, Delegation.valid_to)
    .where(Delegation.user_id == bindparam("user_id"))
    .order_by(Delegation.person_id, Delegation.id)
)


def find_user(session: Session, email: str) -> User | None:
    """The account with this e-mail address, however it is typed."""
    return session.scalar(select(User).where(User.identity == identity(email)))


def load_actor(session: Session, user_id: int, *, day: date, lang: str) -> Actor | None:
    """Who acts, with the grants and delegations in force on this day; None when the account is closed.

    Two statements, three for an assistant: plain rows, since every request asks this.
    """
    rows = session.execute(_ACCOUNT, {"user_id": user_id}).all()
    if not rows:
        return None
    account = rows[0]
    held = (
        Held(row.role, row.scope, row.scope_id, row.valid_from, row.valid_to) for row in rows if row.role is not None
    )
    return Actor(
        user_id=account.id,
        email=account.email,
        display_name=account.display_name,
        session_version=account.session_version,
        language=account.language,
        person_id=account.person_id,
        grants=in_force(held, day),
        principals=_principals(session, user_id, day=day, lang=lang),
        time_zone=account.time_zone,
    )


def _principals(session: Session, user_id: int, *, day: date, lang: str) -> tuple[Principal, ...]:
    areas: dict[int, set[DelegatedArea]] = {}
    for person_id, area, valid_from, valid_to in session.execute(_DELEGATIONS, {"user_id": user_id}):
        if (valid_from is None or valid_from <= day) and (valid_to is None or day <= valid_to):
            areas.setdefault(person_id, set()).add(area)
    if not areas:
        return ()
    people = session.scalars(select(Person).where(Person.id.in_(areas)).options(joinedload(Person.names))).unique()
    names = {person.id: display_name(person, lang) for person in people}
    return tuple(Principal(key, names[key], frozenset(found)) for key, found in areas.items())


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
