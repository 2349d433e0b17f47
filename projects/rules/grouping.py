"""Arranging people into groups: at random with a seed, or by organisation. The same input gives the same groups."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.kernel.errors import DomainError
from app.kernel.words import Message

LARGEST_SEED = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody to be put into a group: the number in the cohort's list, and the sending organisation."""

    number: int
    organisation_id: int | None


@dataclass(frozen=True, slots=True)
class Team:
    """A group to be: its people by number, and the organisation whose team it is."""

    numbers: tuple[int, ...]
    organisation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Everybody's place: the teams, and those for whom there is none."""

    teams: tuple[Team, ...]
    alone: tuple[int, ...] = ()


def at_random(members: Iterable[Member], *, count: int, seed: int) -> Arrangement:
    """Deal people into groups whose sizes differ by at most one.

    The order is that of a hash of seed and number, so it is the same on every machine and in every version of Python.

    Raises:
        DomainError: there would be a group without people, or the seed is out of range.

    """
    numbers = sorted(member.number for member in members)
    if not 1 <= count <= max(len(numbers), 1):
        raise DomainError(
            Message("Choose a number of groups between 1 and %(n)s: every group needs people.", n=len(numbers)),
            field="count",
        )
    if not 0 <= seed <= LARGEST_SEED:
        raise DomainError(Message("The seed is a whole number from 0 to %(n)s.", n=LARGEST_SEED), field="seed")
    dealt = sorted(numbers, key=lambda number: (hashlib.sha256(f"{seed}:{number}".encode()).digest(), number))
    return Arrangement(tuple(Team(tuple(sorted(dealt[place::count]))) for place in range(count)))


def by_organisation(members: Iterable[Member], *, order: Sequence[int]) -> Arrangement:
    """One team for each sending organisation; whoever has none stays alone.

    Args:
        order: the organisations as the teams shall follow each other.

    """
    sent: dict[int, list[int]] = {}
    alone = []
    for member in members:
        if member.organisation_id is None:
            alone.append(member.number)
        else:
            sent.setdefault(member.organisation_id, []).append(member.number)
    teams = tuple(Team(tuple(sorted(sent[key])), key) for key in order if key in sent)
    return Arrangement(teams, tuple(sorted(alone)))


def state_mark(places: Mapping[int, int | None]) -> str:
    """A short text that says who stood where when somebody looked: number to group."""
    seen = ",".join(f"{number}.{places[number] or 0}" for number in sorted(places))
    return hashlib.sha256(seen.encode()).hexdigest()[:16]
