"""Changing accounts."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts.enums import DelegatedArea, Role, ScopeKind
from app.accounts.models import Delegation, Grant, SignInAttempt, User
from app.accounts.queries import failures, find_user, load_actor
from app.accounts.rules import TRIES, TRIES_PER_ADDRESS, WINDOW, Actor, check_new_password, wait_after
from app.audit.services import record
from app.kernel.clock import day_of
from app.kernel.errors import DomainError
from app.kernel.text import clean, identity
from app.kernel.words import Message
from app.people.models import Person
from app.people.queries import display_name

_hasher = PasswordHasher()
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@cache
def _nobody() -> str:
    """A hash to check against when there is no such account: the same work is done (cf. CVE-2024-39329)."""
    return _hasher.hash("nobody has this password")


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@dataclass(frozen=True, slots=True)
class SignIn:
    """How a sign-in ended: the account, or how many tries are left, or how long to wait."""

    user_id: int | None = None
    session_version: int = 0
    tries_left: int = TRIES
    wait: timedelta = timedelta(0)


def throttle_key(secret: str, kind: str, value: str) -> str:
    """A keyed hash of an e-mail or network address: the throttle counts without keeping addresses."""
    return hmac.new(secret.encode(), f"throttle:{kind}:{value}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Proof:
    """A password that was compared with a hash; ``renewed``: its hash by today's measure, if the old one is weaker."""

    password_hash: str = ""
    matches: bool = False
    renewed: str | None = None


def try_password(session: Session, *, email: str, password: str, keys: tuple[str, str], now: datetime) -> Proof:
    """Compare a password, which takes long on purpose: in a transaction that only reads, so that nobody waits for it.

    The same work is done for an unknown address, and none for who has to wait.

    Args:
        keys: the throttle's keys (:func:`throttle_key`) of the e-mail address and of the network address.

    """
    if _wait(session, keys, now=now):
        return Proof()
    user = find_user(session, email)
    held = user.password_hash if user else _nobody()
    matches = _matches(held, password)
    weaker = user is not None and matches and _hasher.check_needs_rehash(held)
    return Proof(held, matches, _hasher.hash(password) if weaker else None) if user else Proof()


def _wait(session: Session, keys: tuple[str, str], *, now: datetime) -> timedelta:
    return max(
        wait_after(failures(session, keys[0], now=now), now=now),
        wait_after(failures(session, keys[1], now=now), now=now, limit=TRIES_PER_ADDRESS),
    )


def sign_in(session: Session, *, email: str, proof: Proof, keys: tuple[str, str], now: datetime) -> SignIn:
    """Let somebody in whose password was right, or count the failure.

    Args:
        proof: what :func:`try_password` found; a password that was changed meanwhile is not the right one any more.
        keys: as there.

    """
    wait = _wait(session, keys, now=now)
    if wait:
        return SignIn(tries_left=0, wait=wait)
    user = find_user(session, email)
    if user is None or not user.active or not proof.matches or proof.password_hash != user.password_hash:
        left = TRIES - len(failures(session, keys[0], now=now)) - 1
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - WINDOW))
        session.add_all(SignInAttempt(key=key, at=now) for key in keys)
        session.flush()
        return SignIn(tries_left=left, wait=timedelta(0) if left else WINDOW)
    session.execute(delete(SignInAttempt).where(SignInAttempt.key == keys[0]))
    user.password_hash = proof.renewed or user.password_hash
    record(
        session,
        act="accounts.signed_in",
        subject="user",
        subject_id=user.id,
        actor=load_actor(session, user.id, day=day_of(now), lang="en"),
        now=now,
    )
    return SignIn(user_id=user.id, session_version=user.session_version)


def change_password(session: Session, *, current: str, new: str, actor: Actor, now: datetime) -> int:
    """Set a new password and end every other session of the account.

    Returns:
        The new session version, for the session that goes on.

    Raises:
        DomainError: the current password is wrong, or the new one too weak.

    """
    user = session.get_one(User, actor.user_id)
    if not _matches(user.password_hash, current):
        raise DomainError(Message("The password was not changed: the current password is wrong."), field="current")
    check_new_password(new, email=user.email)
    user.password_hash = _hasher.hash(new)
    user.session_version += 1
    record(session, act="accounts.password_changed", subject="user", subject_id=user.id, actor=actor, now=now)
    session.flush()
    return user.session_version


def create_user(
    session: Session,
    *,
    email: str,
    display_name: str,
    password: str,
    now: datetime,
    actor: Actor | None = None,
    person_id: int | None = None,
    language: str | None = None,
) -> User:
    """Open an account.

    Raises:
        DomainError: it is no address, or has an account already (compared after NFKC, trimming and case folding,
            CVE-2020-7245).

    """
    if not ADDRESS.fullmatch(email.strip()):
        raise DomainError(Message("The account was not opened: this is not an e-mail address."), field="email")
    if find_user(session, email) is not None:
        raise DomainError(Message("The account was not opened: this e-mail address has one."), field="email")
    user = User(
        email=email.strip(),
        identity=identity(email),
        display_name=clean(display_name),
        password_hash=_hasher.hash(password),
        session_version=1,
        active=True,
        person_id=person_id,
        language=language,
        created_at=now,
    )
    session.add(user)
    session.flush()
    record(session, act="accounts.opened", subject="user", subject_id=user.id, actor=actor, now=now)
    return user


def grant(
    session: Session,
    *,
    user: User,
    role: Role,
    now: datetime,
    scope: ScopeKind = ScopeKind.EVERYWHERE,
    scope_id: int | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    actor: Actor | None = None,
) -> None:
    """Give a role in a scope, once; the account's sessions end, so that it holds at once."""
    today = day_of(now)
    for held in user.grants:
        same = (held.role, held.scope, held.scope_id) == (role, scope, scope_id)
        if same and (held.valid_to is None or held.valid_to >= today):
            return
    user.grants.append(Grant(role=role, scope=scope, scope_id=scope_id, valid_from=valid_from, valid_to=valid_to))
    user.session_version += 1
    record(
        session,
        act="accounts.granted",
        subject="user",
        subject_id=user.id,
        actor=actor,
        now=now,
        role=str(role),
        scope=str(scope),
        scope_id=scope_id,
    )
    session.flush()


def delegate(
    session: Session, *, person_id: int, user: User, area: DelegatedArea, now: datetime, actor: Actor | None = None
) -> None:
    """Let an account act for a person in one area."""
    session.add(Delegation(person_id=person_id, user_id=user.id, area=area, valid_from=None, valid_to=None))
    record(
        session,
        act="accounts.delegated",
        subject="user",
        subject_id=user.id,
        actor=actor,
        now=now,
        for_person_id=person_id,
        area=str(area),
    )
    session.flush()


def tie_to_person(session: Session, *, user: User, person: Person, now: datetime, actor: Actor | None = None) -> None:
    """Say which person an account belongs to; it then shows their schedule and certificates."""
    user.person_id = person.id
    user.display_name = display_name(person, "kk")
    user.session_version += 1
    record(session, act="accounts.tied", subject="user", subject_id=user.id, actor=actor, now=now, person=person.id)
    session.flush()
