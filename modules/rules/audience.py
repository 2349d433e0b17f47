"""Whom a session is for: the whole cohort, some of its groups, some of its people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from modules.enums import SessionRole


class Target(StrEnum):
    """What a word of an audience names: ``group:ID`` or ``enrolment:ID``."""

    GROUP = "group"
    PERSON = "enrolment"


def group_word(group_id: int) -> str:
    """The word of an audience for a group."""
    return f"{Target.GROUP}:{group_id}"


def person_word(enrolment_id: int) -> str:
    """The word of an audience for one person of the cohort."""
    return f"{Target.PERSON}:{enrolment_id}"


def own_words(enrolment_id: int, group_id: int | None) -> frozenset[str]:
    """The words that mean somebody: their own, and that of the group they are in today."""
    own = {person_word(enrolment_id)}
    return frozenset(own if group_id is None else own | {group_word(group_id)})


def is_for(audience: Iterable[str], own: frozenset[str]) -> bool:
    """Whether a session with this audience is for somebody with these words; an empty audience is everybody."""
    words = tuple(audience)
    return not words or not own.isdisjoint(words)


def ids_of(audience: Iterable[str], target: Target) -> tuple[int, ...]:
    """The keys of the groups or of the people that an audience names, in its order."""
    pairs = (word.partition(":") for word in audience)
    return tuple(int(number) for kind, _colon, number in pairs if kind == target and number.isdecimal())


def is_audience_word(word: str) -> bool:
    """Whether a text has the form of a word of an audience."""
    kind, _colon, number = word.partition(":")
    return kind in set(Target) and _is_key(number)


def person_in_role(role: SessionRole, expert_id: int) -> str:
    """An expert by what they do in a session: ``speaker:12``."""
    return f"{role}:{expert_id}"


def roles_of(people: Iterable[str]) -> dict[SessionRole, tuple[int, ...]]:
    """The keys of the experts of a session by what they do, in the order of the roles."""
    found: dict[SessionRole, list[int]] = {}
    for word in people:
        role, _colon, number = word.partition(":")
        if role in set(SessionRole) and _is_key(number):
            found.setdefault(SessionRole(role), []).append(int(number))
    return {role: tuple(found[role]) for role in SessionRole if role in found}


def expert_ids(people: Iterable[str]) -> frozenset[int]:
    """The keys of the experts of a session, whatever they do."""
    return frozenset(key for keys in roles_of(people).values() for key in keys)


@dataclass(frozen=True, slots=True)
class Members:
    """Who can be meant in a cohort.

    Args:
        groups: the group of today of everybody who did not withdraw, by enrolment; None: in no group.
        withdrawn: the enrolments of those who did.
        labels: what each group of the cohort is called, by key.

    """

    groups: Mapping[int, int | None]
    withdrawn: frozenset[int] = frozenset()
    labels: Mapping[int, str] = field(default_factory=dict)

    def meant(self, audience: Sequence[str]) -> frozenset[int]:
        """The enrolments whom an audience means today; who withdrew is left out."""
        if not audience:
            return frozenset(self.groups)
        return frozenset(key for key, group in self.groups.items() if is_for(audience, own_words(key, group)))

    def strangers(self, audience: Iterable[str]) -> tuple[str, ...]:
        """The words that name neither a group nor a person of the cohort."""
        words = tuple(audience)
        known = {group_word(key) for key in self.labels} | {person_word(key) for key in (*self.groups, *self.withdrawn)}
        return tuple(word for word in words if word not in known)

    def gone(self, audience: Iterable[str]) -> tuple[int, ...]:
        """The enrolments of an audience who withdrew."""
        return tuple(key for key in ids_of(audience, Target.PERSON) if key in self.withdrawn)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < len("1000000000")
