"""How somebody stands to the completion rule of their cohort: no database, no web."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import reduce

from app.kernel.errors import DomainError
from app.kernel.partial_date import PartialDate
from app.kernel.words import Message
from cohorts.conditions import Finding, Verdict
from cohorts.schema import AttendanceSpec, CompletionSpec, DefenceSpec

REASON_LENGTH = 500
DOCUMENT_LENGTH = 200
_BOTH = "%(one)s; %(other)s"  # alike in every language
NOT_JUDGED = Finding(Verdict.OPEN, Message("nothing is recorded yet"))

Condition = AttendanceSpec | DefenceSpec


class Standing(StrEnum):
    """What the conditions together say about a person today."""

    COMPLETE = "complete"
    MISSING = "missing"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class LetOff:
    """A waiver in force, as the decisions see it."""

    key: int
    reason: str
    document: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """How one person stands to one condition."""

    condition: Condition
    finding: Finding
    waiver: LetOff | None = None

    @property
    def met(self) -> bool:
        """The evidence says so; a waiver is not needed."""
        return self.finding.verdict == Verdict.MET

    @property
    def waived(self) -> bool:
        """The person was let off, and the evidence alone would not do."""
        return self.waiver is not None and not self.met

    @property
    def holds(self) -> bool:
        """The condition stands in nobody's way."""
        return self.met or self.waived


def standing_of(items: Sequence[Item]) -> Standing:
    """All conditions together: one that is not met decides, then one that is still open."""
    if all(item.holds for item in items):
        return Standing.COMPLETE
    missing = any(item.finding.verdict == Verdict.NOT_MET for item in items if not item.holds)
    return Standing.MISSING if missing else Standing.OPEN


def unit_holds(findings: Iterable[Finding]) -> bool:
    """Whether a team is complete: its own condition is met for all who are judged with it. Waivers are persons'."""
    found = list(findings)
    return bool(found) and all(finding.verdict == Verdict.MET for finding in found)


def condition_of(rule: CompletionSpec, key: str) -> Condition:
    """The condition of a rule with this key.

    Raises:
        DomainError: the rule has none.

    """
    for condition in rule.conditions:
        if condition.key == key:
            return condition
    raise DomainError(Message("Nothing was waived: choose one of the conditions."), field="condition")


def lacking(item: Item) -> Message:
    """What one condition lacks, as a clause."""
    said = item.finding.said
    if isinstance(item.condition, AttendanceSpec):
        if item.finding.verdict == Verdict.NOT_MET:
            return Message("attendance is %(said)s, the rule is %(n)s%%", said=said, n=item.condition.at_least)
        return Message("attendance is still open: %(said)s", said=said)
    if item.finding.verdict == Verdict.NOT_MET:
        return Message("the project is not accepted: %(said)s", said=said)
    return Message("the defence is still open: %(said)s", said=said)


def why(items: Iterable[Item]) -> Message:
    """What stands in somebody's way, as clauses."""
    clauses = [lacking(item) for item in items if not item.holds]
    return reduce(lambda one, other: Message(_BOTH, one=one, other=other), clauses)


def check_texts(reason: str, document: str) -> None:
    """A waiver says why, and which document shows it.

    Raises:
        DomainError: one of them is missing or too long.

    """
    if not reason:
        raise DomainError(Message("Nothing was waived: give the reason."), field="reason")
    if len(reason) > REASON_LENGTH:
        raise DomainError(Message("Nothing was waived: the reason is too long."), field="reason")
    if not document:
        raise DomainError(Message("Nothing was waived: name the document."), field="document")
    if len(document) > DOCUMENT_LENGTH:
        raise DomainError(Message("Nothing was waived: the name of the document is too long."), field="document")


def may_end(ends_on: PartialDate | None, *, today: date) -> bool:
    """Whether it can be said of everybody whether they completed: not before the programme ends."""
    return ends_on is None or today >= ends_on.first_day
