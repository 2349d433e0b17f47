"""What a commission must be, when it has its quorum, and where somebody judges their own."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from app.kernel.errors import DomainError
from app.kernel.words import Message
from projects.enums import Duty, Presence

MOST_MEMBERS = 40


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many who vote take part, of how many, and how many are needed."""

    present: int
    voters: int
    needed: int

    @property
    def kept(self) -> bool:
        """Whether the commission may decide."""
        return self.present >= self.needed


def check_members(members: Sequence[tuple[int, Duty]], quorum: int | None) -> None:
    """A commission has one chair, at most one secretary, nobody twice, and a quorum that it can reach.

    Raises:
        DomainError: it has not.

    """
    duties = [duty for _expert, duty in members]
    if len({expert for expert, _duty in members}) != len(members):
        raise DomainError(Message("Nothing was saved: somebody is on the commission twice."), field="members")
    if len(members) > MOST_MEMBERS:
        raise DomainError(
            Message("Nothing was saved: a commission has at most %(n)s members.", n=MOST_MEMBERS), field="members"
        )
    if duties.count(Duty.CHAIR) != 1:
        raise DomainError(Message("Nothing was saved: a commission has exactly one chair."), field="members")
    if duties.count(Duty.SECRETARY) > 1:
        raise DomainError(Message("Nothing was saved: a commission has one secretary at most."), field="members")
    voters = sum(duty != Duty.SECRETARY for duty in duties)
    if quorum is not None and not 1 <= quorum <= voters:
        raise DomainError(
            Message("The quorum is between 1 and %(n)s, the number of those who vote.", n=voters), field="quorum"
        )


def votes(duty: Duty) -> bool:
    """A secretary keeps the minutes and doesn't vote."""
    return duty != Duty.SECRETARY


def quorum_of(duties: Mapping[int, Duty], presence: Mapping[int, Presence], quorum: int | None) -> Quorum:
    """How a sitting stands to its quorum.

    Args:
        duties: what each member does, by the member's key.
        presence: how each takes part, as far as it is recorded.
        quorum: the number that was laid down; None: more than half of those who vote.

    """
    voters = [key for key, duty in duties.items() if votes(duty)]
    taking_part = sum(presence.get(key, Presence.ABSENT) != Presence.ABSENT for key in voters)
    return Quorum(taking_part, len(voters), quorum or len(voters) // 2 + 1)


@dataclass(frozen=True, slots=True)
class Judge:
    """A member of a commission, with the keys of their organisation's name in each language."""

    expert_id: int
    organisations: AbstractSet[str]


@dataclass(frozen=True, slots=True)
class Judged:
    """A group before a commission: its mentors, and the keys of the names of its people's organisations."""

    group_id: int
    mentors: AbstractSet[int]
    organisations: AbstractSet[str]


@dataclass(frozen=True, slots=True)
class Interest:
    """A reason why a member may judge a group partially: they mentor it, else they are of its organisation."""

    expert_id: int
    group_id: int
    mentor: bool


def interests(judges: Iterable[Judge], groups: Iterable[Judged]) -> list[Interest]:
    """Who judges their own: said, never refused."""
    judging = list(judges)
    found = []
    for group in groups:
        for judge in judging:
            if judge.expert_id in group.mentors:
                found.append(Interest(judge.expert_id, group.group_id, mentor=True))
            elif not judge.organisations.isdisjoint(group.organisations):
                found.append(Interest(judge.expert_id, group.group_id, mentor=False))
    return found
