"""Decisions about access: no database, no web."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.accounts.enums import DelegatedArea, Role, ScopeKind
from app.kernel.errors import DomainError
from app.kernel.words import Message

PASSWORD_LENGTH, DISTINCT = 10, 4  # characters, and different ones among them
TRIES = 5
TRIES_PER_ADDRESS = 60
WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Permission:
    """Something that a person may do, and the roles that may do it.

    Args:
        name: ``feature.act``, as the audit and the tests call it.
        roles: the roles that hold it, each within the scope of its grant.

    """

    name: str
    roles: frozenset[Role]


def permission(name: str, *roles: Role) -> Permission:
    """Declare a permission."""
    return Permission(name, frozenset(roles))


@dataclass(frozen=True, slots=True)
class Held:
    """A grant as the decisions see it."""

    role: Role
    scope: ScopeKind
    scope_id: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the grant is in force on this day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a permission is held: everywhere, or within the listed things (their database keys)."""

    everywhere: bool = False
    organisations: frozenset[int] = frozenset()
    programmes: frozenset[int] = frozenset()
    cohorts: frozenset[int] = frozenset()
    modules: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        """Whether it is held anywhere at all."""
        return self.everywhere or any((self.organisations, self.programmes, self.cohorts, self.modules))


EVERYWHERE = Reach(everywhere=True)  # of the command line, whose user has the whole database at hand


@dataclass(frozen=True, slots=True)
class Principal:
    """A person for whom an assistant acts."""

    person_id: int
    name: str
    areas: frozenset[DelegatedArea]


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a signed-in account with what it may do today.

    Args:
        grants: the grants in force today.
        principals: the people for whom this account acts as an assistant.

    """

    user_id: int
    email: str
    display_name: str
    session_version: int
    language: str | None = None
    person_id: int | None = None
    grants: tuple[Held, ...] = ()
    principals: tuple[Principal, ...] = ()
    time_zone: str | None = None

    def reach(self, wanted: Permission) -> Reach:
        """Where this permission is held."""
        return reach_of(self.grants, wanted)

    def may(self, wanted: Permission) -> bool:
        """Whether it is held anywhere; what exactly is in reach is the query's matter."""
        return bool(self.reach(wanted))

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles held, each once, in the order of the enumeration."""
        return tuple(role for role in Role if any(grant.role == role for grant in self.grants))


def reach_of(grants: Iterable[Held], wanted: Permission) -> Reach:
    """Where somebody with these grants holds a permission."""
    held = [grant for grant in grants if grant.role in wanted.roles]

    def within(scope: ScopeKind) -> frozenset[int]:
        return frozenset(grant.scope_id for grant in held if grant.scope == scope and grant.scope_id is not None)

    return Reach(
        everywhere=any(grant.scope == ScopeKind.EVERYWHERE for grant in held),
        organisations=within(ScopeKind.ORGANISATION),
        programmes=within(ScopeKind.PROGRAMME),
        cohorts=within(ScopeKind.COHORT),
        modules=within(ScopeKind.MODULE),
    )


def in_force(grants: Iterable[Held], day: date) -> tuple[Held, ...]:
    """The grants that hold on this day."""
    return tuple(grant for grant in grants if grant.holds_on(day))


def wait_after(failures: Sequence[datetime], *, now: datetime, limit: int = TRIES) -> timedelta:
    """How long until another try is allowed, after these failures (oldest first); zero when one is allowed now."""
    recent = [moment for moment in failures if now - moment < WINDOW]
    if len(recent) < limit:
        return timedelta(0)
    return recent[-limit] + WINDOW - now


def check_new_password(password: str, *, email: str) -> None:
    """Length is what makes a password strong (NIST SP 800-63B §5.1.1.2: no composition rules).

    Raises:
        DomainError: too short, all one character, or the e-mail address itself.

    """
    if len(password) < PASSWORD_LENGTH or len(set(password)) < DISTINCT:
        raise DomainError(
            Message("The password was not changed: use at least %(n)s characters, not all alike.", n=PASSWORD_LENGTH),
            field="new",
        )
    if password.casefold() in {email.casefold(), email.partition("@")[0].casefold()}:
        raise DomainError(
            Message("The password was not changed: your e-mail address is too easy to guess."), field="new"
        )
